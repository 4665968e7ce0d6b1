//! Credentials that open what they must not, or do not open what they must.

use crate::{Mutant, ask, reply};

pub(crate) const MUTANTS: &[Mutant] = &[
    reply("has another status", "api_keys_list/wrong-scope/rest", |_, reply| {
        if reply.status == 403 {
            reply.status = 401;
        }
    }),
    ask("lets account-wide keys act as a number", "templates_list/wrong-scope/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_tenant")
            && !ask.headers.contains_key("x-whatsapp-number-id")
        {
            ask.headers.insert("x-whatsapp-number-id", "num_meta".parse().unwrap());
        }
    }),
    ask("lets number keys act for the account", "numbers_list/wrong-scope/rest", |ask| {
        if ask.headers.get("x-api-key").is_some_and(|key| key == "ps_demo_meta") {
            ask.headers.insert("x-api-key", "ps_demo_tenant".parse().unwrap());
        }
    }),
    ask("shows other tenants' numbers", "groups_list/foreign-number/rest", |ask| {
        if ask.headers.get("x-whatsapp-number-id").is_some_and(|number| number == "num_other") {
            ask.headers.insert("x-whatsapp-number-id", "num_web".parse().unwrap());
        }
    }),
    reply("does not say how to authenticate", "message_get/missing-key/mcp", |_, reply| {
        drop(reply.headers.remove("www-authenticate"))
    }),
];
