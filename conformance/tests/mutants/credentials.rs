//! Credentials that open what they must not, or do not open what they must.

use serde_json::{Value, json};

use crate::layer::{Ask, Reply};
use crate::{Mutant, ask, reply};

/// A call with one key becomes a call with another.
pub(crate) fn swap(ask: &mut Ask, from: &str, to: &'static str) {
    if is(ask, "x-api-key", from) {
        ask.headers.insert("x-api-key", to.parse().unwrap());
    }
}

fn is(ask: &Ask, header: &str, value: &str) -> bool {
    ask.headers.get(header).is_some_and(|it| it == value)
}

fn has_token(ask: &Ask) -> bool {
    ask.headers.contains_key("authorization") && !ask.path.starts_with("/_mock")
}

/// Names another number of the account in place of the one that is named.
fn rename(ask: &mut Ask, when: fn(&Ask) -> bool) {
    if is(ask, "x-whatsapp-number-id", "num_meta") && when(ask) {
        ask.headers.insert("x-whatsapp-number-id", "num_web".parse().unwrap());
    }
}

/// The arguments of a call over MCP.
fn arguments(ask: &mut Ask) -> Option<&mut Value> {
    ask.body.pointer_mut("/params/arguments")
}

fn refuse(reply: &mut Reply, status: u16, code: &str) {
    reply.status = status;
    reply.body = json!({ "error": "Refused", "code": code });
}

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("has another status", "api_keys_list/wrong-scope/rest", |_, reply| {
        if reply.status == 403 {
            reply.status = 401;
        }
    }),
    ask("lets account-wide keys act as a number", "templates_list/wrong-scope/rest", |ask| {
        if is(ask, "x-api-key", "ps_demo_tenant") && !ask.headers.contains_key("x-whatsapp-number-id") {
            ask.headers.insert("x-whatsapp-number-id", "num_meta".parse().unwrap());
        }
    }),
    ask("lets number keys act for the account", "numbers_list/wrong-scope/rest", |ask| {
        swap(ask, "ps_demo_meta", "ps_demo_tenant");
    }),
    ask("shows other tenants' numbers", "groups_list/foreign-number/rest", |ask| {
        if is(ask, "x-whatsapp-number-id", "num_other") {
            ask.headers.insert("x-whatsapp-number-id", "num_web".parse().unwrap());
        }
    }),
    reply(
        "acts on no account for who names a number",
        "numbers_list/account-ignores-header/rest",
        |ask, reply| {
            if ask.headers.contains_key("x-whatsapp-number-id") {
                reply.status = 403;
                reply.body = json!({ "error": "No", "code": "NUMBER_SCOPE_NOT_ALLOWED" });
            }
        },
    ),
    reply("does not say how to authenticate", "message_get/missing-key/mcp", |_, reply| {
        drop(reply.headers.remove("www-authenticate"))
    }),
    reply("refuses the key that it asks for", "api_keys_list/right-scope/rest", |_, reply| {
        refuse(reply, 403, "NUMBER_SCOPE_NOT_ALLOWED");
    }),
    ask("lists another tenant's groups", "groups_list/other-number-key/rest", |ask| {
        swap(ask, "ps_other_web", "ps_demo_web");
    }),
    reply("lists a number of another tenant", "numbers_list/other-tenant-key/rest", |ask, reply| {
        if let (true, Value::Array(numbers)) = (is(ask, "x-api-key", "ps_other_tenant"), &mut reply.body) {
            let mut leaked = numbers[0].clone();
            leaked["id"] = json!("num_meta");
            numbers.push(leaked);
        }
    }),
    reply(
        "tells another tenant whose webhook it asked for",
        "webhook_get/other-tenant-key/rest",
        |_, reply| {
            if reply.status == 404 {
                reply.body["error"] = json!("This webhook belongs to tenant_demo");
            }
        },
    ),
    ask("cancels another tenant's messages", "messages_cancel/other-number-key/rest", |ask| {
        swap(ask, "ps_other_web", "ps_demo_meta");
    }),
    ask("lets another tenant name a number", "analytics_dashboard/other-tenant-names-number/rest", |ask| {
        if is(ask, "x-whatsapp-number-id", "num_meta") {
            swap(ask, "ps_other_tenant", "ps_demo_tenant");
        }
    }),
    ask(
        "acts as the number that the header names",
        "conversations_list/number-key-ignores-header/rest",
        |ask| {
            if is(ask, "x-whatsapp-number-id", "num_other") {
                swap(ask, "ps_demo_meta", "ps_other_web");
            }
        },
    ),
    ask(
        "takes another number than the one named",
        "conversations_list/tenant-key-names-number/rest",
        |ask| {
            rename(ask, |_| true);
        },
    ),
    ask("takes another number than the one granted", "conversations_list/granted-number-named/rest", |ask| {
        rename(ask, has_token);
    }),
    ask("reaches a number that was not granted", "conversations_list/not-granted-number/mcp", |ask| {
        let named = arguments(ask).filter(|it| it["whatsappNumberId"] == "num_meta_oba");
        if let Some(arguments) = named {
            arguments["whatsappNumberId"] = json!("num_meta");
        }
    }),
    ask(
        "takes the first of several granted numbers",
        "templates_list/granted-several-names-none/mcp",
        |ask| {
            let has_token = has_token(ask);
            if let Some(arguments) = arguments(ask).filter(|it| has_token && it["whatsappNumberId"].is_null())
            {
                arguments["whatsappNumberId"] = json!("num_meta");
            }
        },
    ),
    ask("lets a grant for numbers see the account", "api_keys_list/granted-number-only/rest", |ask| {
        if has_token(ask) {
            ask.headers.remove("authorization");
            ask.headers.insert("x-api-key", "ps_demo_tenant".parse().unwrap());
        }
    }),
    reply("wants the only granted number named", "messages_unread/granted-number/rest", |ask, reply| {
        if has_token(ask) && !ask.headers.contains_key("x-whatsapp-number-id") {
            refuse(reply, 400, "NUMBER_REQUIRED");
        }
    }),
];
