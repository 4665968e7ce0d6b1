//! What can be filled into arguments.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

/// What can be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// `${counter}`: the number of the arrival, from 0, or of the repetition in a set-up.
    Counter,
    /// `${phone}`: a Brazilian mobile number, made up.
    Phone,
    /// `${uuid}`: random hexadecimal digits in the form of a UUID.
    Uuid,
    /// `${name.path.to.0.value}`: from the answer that is called so.
    Answer {
        /// The name of the answer.
        name: String,
        /// Where in it, as a JSON pointer.
        pointer: String,
    },
}

/// A variable that stands for nothing: no such answer, or nothing at that place of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("nothing is at {pointer:?} in the answer {name}")]
pub struct Unfilled {
    name: String,
    pointer: String,
}

/// What variables stand for in one call.
pub trait Filler {
    /// The number of the arrival.
    fn counter(&self) -> u64;
    /// The generator.
    fn random(&mut self) -> &mut fastrand::Rng;
    /// The answer of that name.
    fn answer(&self, name: &str) -> Option<&Value>;
}

impl Variable {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            None if text == "counter" => Ok(Self::Counter),
            None if text == "phone" => Ok(Self::Phone),
            None if text == "uuid" => Ok(Self::Uuid),
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok(Self::Answer { name: name.to_owned(), pointer: format!("/{}", path.replace('.', "/")) })
            }
            _ => Err(format!(
                "${{{text}}} is no variable: there are ${{counter}}, ${{phone}}, ${{uuid}} and, from an earlier answer, ${{name.field}}"
            )),
        }
    }

    pub(super) fn value(&self, filler: &mut impl Filler) -> Result<Value, Unfilled> {
        match self {
            Self::Counter => Ok(filler.counter().into()),
            // Area code 11 and nine digits that begin with a 9.
            Self::Phone => Ok(format!("+55119{:08}", filler.random().u32(..100_000_000)).into()),
            Self::Uuid => Ok(uuid(filler.random().u128(..)).into()),
            Self::Answer { name, pointer } => filler
                .answer(name)
                .and_then(|answer| answer.pointer(pointer))
                .cloned()
                .ok_or_else(|| Unfilled { name: name.clone(), pointer: pointer.clone() }),
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter => f.write_str("${counter}"),
            Self::Phone => f.write_str("${phone}"),
            Self::Uuid => f.write_str("${uuid}"),
            Self::Answer { name, pointer } => write!(f, "${{{name}{}}}", pointer.replace('/', ".")),
        }
    }
}

/// With the marks of version 4, as some servers look for them.
fn uuid(random: u128) -> String {
    let marked = (random & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let part = |from: u32, digits: u32| (marked >> (4 * from)) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(24, 8),
        part(20, 4),
        part(16, 4),
        part(12, 4),
        part(0, 12)
    )
}
