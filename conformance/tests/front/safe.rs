//! Targets that are not ours: only what is permitted is called, with their own keys, no more often than they want.

use std::collections::BTreeSet;

use fixtures::{Contract, Operation};

use crate::Place;
use crate::fake::{Fake, Manner, SECRET};

fn is(operation: &Operation, asked: &str) -> bool {
    let (method, path) = asked.split_once(' ').unwrap();
    let (wanted, given): (Vec<_>, Vec<_>) = (operation.path.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| wanted == given || wanted.starts_with('{');
    operation.method == method && wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
}

/// The tools behind what was asked; a path that several fit is that of the most exact one.
fn tools(contract: &Contract, asked: &[String]) -> BTreeSet<String> {
    let known = |asked: &&String| asked.contains(" /v1/");
    let tool = |asked: &String| {
        let fits = contract.tools().filter(|(_, operation)| is(operation, asked));
        let exact = fits.min_by_key(|(_, operation)| operation.path.matches('{').count());
        exact.map_or_else(|| panic!("{asked} is no tool"), |(tool, _)| tool.name.clone())
    };
    asked.iter().filter(known).map(tool).collect()
}

fn reads(contract: &Contract) -> BTreeSet<String> {
    let reads = contract.tools().filter(|(tool, _)| tool.annotations.read_only_hint);
    reads.map(|(tool, _)| tool.name.clone()).collect()
}

/// The promise: what may only be read is only read, and all of it.
#[test]
fn only_and_all_read_only_operations_are_called() {
    let (fake, place, contract) = (Fake::start(Manner::default()), Place::new(), Contract::load().unwrap());
    let (code, out, err) = place.run(&[
        "--api",
        &fake.api,
        "--mcp",
        &fake.mcp,
        "--safe",
        "--cases",
        "4",
        "--report",
        "json=r.json",
    ]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(tools(&contract, &fake.asked()), reads(&contract));
    assert!(fake.asked().iter().all(|asked| !asked.contains("/_mock")), "steered");
    assert!(out.contains("give --allow-writes") && out.contains("give --allow-sends"), "{out}");
    let report = place.json("r.json");
    let verdict = |id: &str| {
        let found = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id);
        found.unwrap_or_else(|| panic!("no {id}"))["verdict"].as_str().unwrap().to_owned()
    };
    for tool in [
        "webhook_get",
        "group_info",
        "numbers_get",
        "templates_get",
        "call_get",
        "calls_list",
        "branding_get",
    ] {
        for check in
            ["example/rest", "example/mcp", "valid-arguments/rest", "valid-arguments/mcp", "wrong-key/rest"]
        {
            assert_eq!(verdict(&format!("{tool}/{check}")), "passed", "{tool}/{check}");
        }
    }
    for check in ["calls_list/invalid-arguments/rest", "group_info/invalid-arguments/mcp"] {
        assert_eq!(verdict(check), "passed", "{check}");
    }
    // Made by hand, and without effect.
    for check in [
        "revisions/discover/mcp",
        "revisions/handshake-2025-11-25/mcp",
        "headers/method-delete/mcp",
        "headers/name-twice-last/mcp",
        "origin/origin-foreign/mcp",
        "origin/host-foreign/mcp",
        "framing/malformed-unclosed/mcp",
        "framing/id-text/mcp",
        "messages/unknown-method-no-such/mcp",
        "messages/wrong-arguments/mcp",
        "authorization/nobody-list/mcp",
        "limits/body-too-large/mcp",
    ] {
        assert_eq!(verdict(check), "passed", "{check}");
    }
    for check in [
        "messages_send/example/rest",
        "numbers_delete/missing-key/mcp",
        "determinism/same-calls-same-answers/rest",
        "cancellation/hanging-up/mcp",
    ] {
        assert_eq!(verdict(check), "notVerified", "{check}");
    }
}

#[test]
fn what_is_permitted_is_called_and_nothing_else() {
    let (fake, place, contract) = (Fake::start(Manner::default()), Place::new(), Contract::load().unwrap());
    let only = "messages_send,call_initiate,groups_create,webhooks_create,group_pin,numbers_delete";
    let permitted = ["--safe", "--allow-writes", "--allow-sends", "+5511966665555"];
    let arguments =
        [&["--api", &fake.api, "--mcp", &fake.mcp, "--only", only, "--cases", "3"][..], &permitted].concat();
    let (code, out, err) = place.run(&arguments);
    assert_eq!(code, 0, "{out}{err}");
    let called = tools(&contract, &fake.asked());
    for tool in ["messages_send", "call_initiate", "webhooks_create", "numbers_delete"] {
        assert!(called.contains(tool), "{tool} was not called: {called:?}");
    }
    // Whom it would reach is not among those whom it may.
    for tool in ["groups_create", "group_pin"] {
        assert!(!called.contains(tool), "{tool} was called");
    }
}

#[test]
fn a_target_that_asks_to_wait_is_asked_again() {
    let place = Place::new();
    let asked = |manner| {
        let fake = Fake::start(manner);
        let target = ["--api", &fake.api, "--mcp", &fake.mcp, "--only", "numbers_list,templates_get"];
        let (code, out, err) = place.run(&[&target[..], &["--cases", "3"]].concat());
        assert!(code == 0 && out.contains("all passed"), "{out}{err}");
        fake.asked().len()
    };
    // One in three calls is made again.
    assert!(asked(Manner { limits: true, ..Manner::default() }) > asked(Manner::default()) * 4 / 3);
}

/// By any name that is not loopback this machine is somebody else's.
#[test]
fn elsewhere_is_safe_by_default_and_needs_keys_of_its_own() {
    let (fake, place, contract) = (Fake::start(Manner::default()), Place::new(), Contract::load().unwrap());
    let (api, mcp) = (fake.api.replace("127.0.0.1", "0.0.0.0"), fake.mcp.clone());
    let target = ["--api", &api, "--mcp", &mcp, "--only", "webhooks", "--cases", "2", "--rate", "1000"];
    let (code, _, err) = place.run(&target);
    assert!(code == 2 && err.contains("--insecure-http"), "{err}");
    let target = [&target[..], &["--insecure-http"]].concat();
    let (code, _, err) = place.run(&target);
    assert!(code == 2 && err.contains("--keys") && fake.asked().is_empty(), "{err}{:?}", fake.asked());
    place.write(
        "keys.yaml",
        "tenant: { key: s3cret-ps_demo_tenant }\nmeta: { key: nothing, number: num_meta }\n",
    );
    let mut command =
        place.command(&[&target[..], &["--keys", "keys.yaml", "--report", "json=r.json"]].concat());
    // The environment wins over the file.
    let output = command.env("PILOT_STATUS_CONFORMANCE_META_KEY", "s3cret-ps_demo_meta").output().unwrap();
    let (code, out, err) = crate::ended(&output);
    assert_eq!(code, 0, "{out}{err}");
    assert!(tools(&contract, &fake.asked()).is_subset(&reads(&contract)));
    assert!(out.contains("no key or number was given for the role web: add it to --keys"), "{out}");
    assert!(err.contains("at most 1000 calls a second"), "{err}");
    let report = place.json("r.json");
    let passed = |id: &str| {
        report["checks"].as_array().unwrap().iter().any(|it| it["id"] == id && it["verdict"] == "passed")
    };
    for check in
        ["webhook_get/example/rest", "webhook_get/example/mcp", "webhook_get/tenant-key-names-number/rest"]
    {
        assert!(passed(check), "{check}: {out}");
    }
}

#[test]
fn no_key_is_ever_printed() {
    let (fake, place) = (Fake::start(Manner { repeats: true, ..Manner::default() }), Place::new());
    let contract = Contract::load().unwrap();
    let role = |role: &str, key: &str| format!("{role}: {{ key: {SECRET}{key}, number: num_{role} }}\n");
    let keys =
        [role("tenant", "ps_demo_tenant"), role("meta", "ps_demo_meta"), role("web", "ps_demo_web")].concat();
    place.write("keys.yaml", &keys);
    let (code, out, err) = place.run(&[
        "--api",
        &fake.api,
        "--mcp",
        &fake.mcp,
        "--rate",
        "1000",
        "--keys",
        "keys.yaml",
        "--cases",
        "2",
        "--only",
        "templates,webhooks,numbers,protocol",
        "--report",
        "json=r.json,html=r.html,junit=r.xml,markdown=r.md",
    ]);
    assert_eq!(code, 1, "{out}{err}");
    // Keys of one's own are those of an account, wherever the target is.
    assert!(tools(&contract, &fake.asked()).is_subset(&reads(&contract)));
    // What stands for it is for the shell to fill in.
    assert!(out.contains("-H \"x-api-key: $META_KEY\""), "{out}");
    assert!(out.contains("$META_KEY</script>"), "the answers do not repeat the key: {out}");
    let kept = place.read(".pilot-status-conformance/last.json");
    let files = ["r.json", "r.html", "r.xml", "r.md"].map(|name| place.read(name));
    for text in [out, err, kept].into_iter().chain(files) {
        assert!(
            !text.contains(SECRET),
            "a key is printed: {}",
            text.lines().find(|line| line.contains(SECRET)).unwrap()
        );
    }
}
