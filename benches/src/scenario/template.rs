//! Arguments with variables: `${message.id}` from an earlier answer, `${counter}`, `${phone}`, `${uuid}`. Not in double braces: those are the API's own, in the
//! bodies of its templates.

use std::fmt::{self, Write};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

/// Arguments that may have variables in any text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Arguments(pub IndexMap<String, Node>);

/// A value with variables.
#[derive(Debug, Clone)]
pub enum Node {
    /// A value without any.
    Fixed(Value),
    /// A text with some. One that is nothing but a variable becomes what that stands for, whatever its type.
    Text(Vec<Piece>),
    /// A list, some item of which has one.
    List(Vec<Node>),
    /// An object, some member of which has one.
    Object(IndexMap<String, Node>),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Literal(String),
    /// To be filled in.
    Variable(Variable),
}

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

impl Arguments {
    /// The arguments of one call.
    ///
    /// # Errors
    /// [`Unfilled`] for a variable that stands for nothing.
    pub fn fill(&self, filler: &mut impl Filler) -> Result<Map<String, Value>, Unfilled> {
        members(&self.0, filler)
    }

    /// All variables, in their order.
    pub fn variables(&self) -> Vec<&Variable> {
        let mut found = Vec::new();
        self.0.values().for_each(|node| node.collect(&mut found));
        found
    }
}

impl TryFrom<Map<String, Value>> for Arguments {
    type Error = String;

    fn try_from(arguments: Map<String, Value>) -> Result<Self, String> {
        let read = |(name, value)| Ok((name, Node::read(value)?));
        arguments.into_iter().map(read).collect::<Result<_, String>>().map(Self)
    }
}

impl Node {
    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => {
                let pieces = pieces(&text)?;
                Ok(match pieces.as_slice() {
                    [] => Self::Fixed(Value::String(text)),
                    [Piece::Literal(literal)] => Self::Fixed(Value::String(literal.clone())),
                    _ => Self::Text(pieces),
                })
            }
            Value::Array(items) if items.iter().any(has_dollar) => {
                Ok(Self::List(items.into_iter().map(Self::read).collect::<Result<_, _>>()?))
            }
            Value::Object(members) if members.values().any(has_dollar) => {
                Ok(Self::Object(Arguments::try_from(members)?.0))
            }
            value => Ok(Self::Fixed(value)),
        }
    }

    fn fill(&self, filler: &mut impl Filler) -> Result<Value, Unfilled> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Text(pieces) => text(pieces, filler),
            Self::List(items) => items.iter().map(|item| item.fill(filler)).collect(),
            Self::Object(object) => members(object, filler).map(Value::Object),
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Variable>) {
        match self {
            Self::Fixed(_) => {}
            Self::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Variable(variable) => Some(variable),
            })),
            Self::List(items) => items.iter().for_each(|item| item.collect(found)),
            Self::Object(object) => object.values().for_each(|member| member.collect(found)),
        }
    }
}

fn members(
    object: &IndexMap<String, Node>,
    filler: &mut impl Filler,
) -> Result<Map<String, Value>, Unfilled> {
    object.iter().map(|(name, node)| Ok((name.clone(), node.fill(filler)?))).collect()
}

fn has_dollar(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('$'),
        Value::Array(items) => items.iter().any(has_dollar),
        Value::Object(members) => members.values().any(has_dollar),
        _ => false,
    }
}

fn text(pieces: &[Piece], filler: &mut impl Filler) -> Result<Value, Unfilled> {
    if let [Piece::Variable(variable)] = pieces {
        return variable.value(filler);
    }
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Variable(variable) => match variable.value(filler)? {
                Value::String(value) => text.push_str(&value),
                value => drop(write!(text, "{value}")),
            },
        }
    }
    Ok(Value::String(text))
}

/// `$$` is a dollar sign; `${` begins a variable; any other dollar sign stands for itself.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        literal.push_str(before);
        if let Some(inside) = after.strip_prefix('{') {
            let (name, after) = inside.split_once('}').ok_or_else(|| format!("{text:?}: a }} is missing"))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Variable(Variable::parse(name)?));
            rest = after;
        } else {
            literal.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

impl Variable {
    fn parse(text: &str) -> Result<Self, String> {
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

    fn value(&self, filler: &mut impl Filler) -> Result<Value, Unfilled> {
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
