//! Long lists, read to their end by what cut answers say of the next page: every item exactly once, from an API that the server was not made from.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeSet;

use conformance::targets::{Mcp, Rest};
use conformance::{Call, start_mock};
use fixtures::Contract;
use fixtures::contract::{Operation, Place};
use mock_api::{MockApi, SignedDuration};
use serde_json::{Map, Value, json};
use server::{Limits, Server};

/// Longest text of a list, in bytes: of some ten items.
const MAX: usize = 4096;
/// Things that are made of each kind, and fit on one page of the API.
const MADE: usize = 60;
/// Most answers that a list of so many may take.
const ANSWERS: usize = 2 * MADE;

/// A tool whose answers have pages.
struct Paged {
    tool: &'static str,
    key: &'static str,
    list: &'static str,
    /// The argument that says how many, at its most.
    size: &'static str,
}

const PAGED: [Paged; 4] = [
    Paged { tool: "messages_unread", key: "ps_demo_meta", list: "messages", size: "pageSize" },
    Paged { tool: "conversations_list", key: "ps_demo_meta", list: "conversations", size: "pageSize" },
    Paged { tool: "messages_group", key: "ps_demo_web", list: "messages", size: "pageSize" },
    Paged { tool: "calls_list", key: "ps_demo_meta", list: "calls", size: "limit" },
];

/// A mock where a lot has happened, much of it at the same moment.
async fn busy() -> MockApi {
    let mock = start_mock().await.unwrap();
    for number in 0..MADE {
        let from = format!("+5511{}", 900_000_000 + number);
        let group = "120363000000000001@g.us";
        for (kind, happens) in [
            ("message", json!({ "numberId": "num_meta", "from": from, "text": "Oi ".repeat(30) })),
            (
                "message",
                json!({ "numberId": "num_web", "from": from, "groupId": group, "text": "Oi ".repeat(30) }),
            ),
            ("call", json!({ "numberId": "num_meta", "from": from })),
        ] {
            mock.simulate(kind, happens).unwrap();
        }
        // One, two, three and four at once.
        if [0, 2, 5, 9].contains(&(number % 10)) {
            mock.advance(SignedDuration::from_secs(1)).await;
        }
    }
    mock
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Both ways to the same calls of one tool.
struct Reader<'a> {
    paged: &'a Paged,
    operation: &'a Operation,
    api: Rest,
    mcp: Mcp,
}

impl Reader<'_> {
    /// The items as the API has them on one page.
    async fn all(&self) -> Vec<String> {
        let arguments = Map::from_iter([(self.paged.size.to_owned(), json!(100))]);
        let call = Call { operation: self.operation, key: Some(self.paged.key), arguments: &arguments };
        ids(&self.api.call(&call).await.unwrap().body[self.paged.list])
    }

    async fn answer(&self, arguments: &Map<String, Value>) -> Value {
        let call = Call { operation: self.operation, key: Some(self.paged.key), arguments };
        let answer = self.mcp.call(&call).await.unwrap();
        assert!(answer.ok && answer.body.to_string().len() <= MAX, "{answer:?}");
        answer.body
    }

    /// The items that a client gets which begins with these arguments and heeds what answers say; where they say nothing it goes on to the next page, if
    /// there are such. Also how many answers were cut.
    async fn walk(&self, mut arguments: Map<String, Value>) -> (Vec<String>, usize) {
        let (mut seen, mut cuts) = (Vec::new(), 0);
        for _ in 0..ANSWERS {
            let answer = self.answer(&arguments).await;
            let shown = ids(&answer[self.paged.list]);
            let next = match answer.get("truncated") {
                Some(note) => {
                    assert_eq!(note["shown"], shown.len());
                    cuts += 1;
                    note["next"].clone()
                }
                None if answer["page"].as_u64() < answer["totalPages"].as_u64() => {
                    json!({ "page": answer["page"].as_u64().unwrap() + 1, "pageSize": answer["pageSize"] })
                }
                None => Value::Null,
            };
            seen.extend(shown);
            match next {
                Value::Object(next) => arguments.extend(next),
                _ => return (seen, cuts),
            }
        }
        panic!("no end after {ANSWERS} answers");
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_end_with_every_item_once() {
    let mock = busy().await;
    let limits = Limits { max_result_bytes: MAX, ..Limits::plain() };
    let server = Server::builder().upstream(mock.url()).limits(limits).start().await.unwrap();
    let contract = Contract::load().unwrap();
    for paged in &PAGED {
        let (_, operation) = contract.tools().find(|(tool, _)| tool.name == paged.tool).unwrap();
        let (api, mcp) = (Rest::new(mock.url()), Mcp::new(server.mcp_url()));
        let reader = Reader { paged, operation, api, mcp };
        let all = reader.all().await;
        assert!(all.len() >= MADE, "{}: {}", paged.tool, all.len());
        let sized = |size: usize| json!({ paged.size: size });
        for (start, from) in [
            (json!({}), 0),
            (sized(all.len()), 0),
            (sized(100), 0),
            (sized(1000), 0),
            (json!({ "page": 2 }), 30),
            (json!({ "page": 3, "pageSize": 20 }), 40),
        ] {
            if from > 0 && paged.size == "limit" {
                continue;
            }
            let (seen, cuts) = reader.walk(start.as_object().unwrap().clone()).await;
            assert!(cuts > 0, "{} {start}: nothing was cut", paged.tool);
            assert_eq!(seen, all[from..], "{} {start}", paged.tool);
        }
    }
}

#[test]
fn every_tool_that_has_pages_is_tried() {
    let contract = Contract::load().unwrap();
    let has_pages = |operation: &Operation| {
        let mut asked = operation.arguments.iter().filter(|argument| argument.place == Place::Query);
        asked.any(|argument| ["page", "before"].contains(&argument.name.as_str()))
    };
    let tools = contract.tools().filter(|(_, operation)| has_pages(operation));
    let tools: BTreeSet<&str> = tools.map(|(tool, _)| tool.name.as_str()).collect();
    assert_eq!(tools, PAGED.iter().map(|paged| paged.tool).collect());
}
