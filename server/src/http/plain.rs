//! A request as it is written when nothing about it is odd: read at once, without what lies between text and arguments. Nothing that is refused here is lost:
//! it goes the long way.

use std::fmt;
use std::marker::PhantomData;

use rmcp::model::RequestId;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A request for a tool or for the list of them.
pub(super) struct Request<'a> {
    pub(super) id: RequestId,
    pub(super) method: &'a str,
    pub(super) params: Params<'a>,
}

/// Reads a request; `None` for what is none, and for what has more in it, or has it otherwise written.
pub(super) fn read(body: &[u8]) -> Option<Request<'_>> {
    let InObject(Envelope { jsonrpc: "2.0", id, method, params: InObject(params) }) =
        serde_json::from_slice(body).ok()?
    else {
        return None;
    };
    Some(Request { id, method, params })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    jsonrpc: &'a str,
    id: RequestId,
    method: &'a str,
    #[serde(borrow, default)]
    params: InObject<Params<'a>>,
}

/// What stands in the parameters.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    pub(super) name: Option<&'a str>,
    #[serde(default, deserialize_with = "given")]
    pub(super) arguments: Option<Map<String, Value>>,
    #[serde(rename = "_meta", default)]
    pub(super) meta: Map<String, Value>,
}

/// What stands in an object, and not, as a struct may too, in an array.
#[derive(Default)]
struct InObject<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for InObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData)).map(Self)
    }
}

/// What is there, and is not `null`.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
