//! What the server does besides passing on: argument validation, the request that arguments become, the JSON of an answer; and what it does once, at its start: the contract, the catalogue of
//! tools, the whole server.
//!
//! `cargo bench -p benches --bench parts`. `cargo test` runs each once and only checks that it works.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fixtures::Contract;
use serde_json::{Value, json};
use server::{Entry, Server, Table, request, validate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A tool and arguments for it.
fn calls() -> [(&'static str, &'static str, Value); 4] {
    let send = |to: &str| json!({ "destinationNumber": to, "text": "Seu pedido saiu para entrega." });
    let buttons = json!({
        "destinationNumber": "+5511988887777", "text": "Confirma?", "footer": "Acme",
        "header": { "type": "text", "content": "Pedido 42" },
        "buttons": [{ "type": "reply", "label": "Sim" }, { "type": "reply", "label": "Não" }],
    });
    [
        ("small", "message_get", json!({ "id": "msg_1" })),
        ("text", "messages_send", send("+5511988887777")),
        ("buttons", "messages_send", buttons),
        ("refused", "messages_send", send("nobody")),
    ]
}

fn problems(entry: &Entry, arguments: &Value) -> usize {
    validate::problems(&entry.validator, &entry.arguments, arguments).len()
}

fn arguments(criterion: &mut Criterion) {
    let table = Table::new(&Contract::load().expect("a contract"), false).expect("a table");
    let mut group = criterion.benchmark_group("validate");
    for (name, tool, arguments) in calls() {
        let entry = table.get(tool).expect("a tool");
        assert_eq!(problems(entry, &arguments) > 0, name == "refused", "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| problems(entry, black_box(&arguments))));
    }
    group.finish();
    let mut group = criterion.benchmark_group("request");
    for (name, tool, arguments) in calls().into_iter().filter(|(name, ..)| *name != "refused") {
        let (entry, arguments) =
            (table.get(tool).expect("a tool"), arguments.as_object().expect("an object").clone());
        let build = || request::build(&entry.operation, black_box(&arguments));
        assert!(build().is_ok(), "{name}");
        group.bench_function(name, |bencher| bencher.iter(build));
    }
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.sample_size(20);
    let contract = Contract::load().expect("a contract");
    group.bench_function("contract", |bencher| bencher.iter(|| Contract::load().expect("a contract")));
    group.bench_function("catalogue", |bencher| {
        bencher.iter(|| Table::new(&contract, false).expect("a table"))
    });
    let build = || Server::builder().upstream("http://127.0.0.1:1").build().expect("a server");
    group.bench_function("server", |bencher| bencher.iter(build));
    group.finish();
}

criterion_group!(benches, arguments, start);
criterion_main!(benches);
