//! Arguments with variables: `${message.id}` from an earlier answer, `${counter}`, `${phone}`, `${uuid}`. Not in double braces: those are the API's own, in the
//! bodies of its templates.

use std::fmt::Write;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::variable::{Filler, Unfilled, Variable};

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

impl Arguments {
    /// As they stand in a scenario.
    #[must_use]
    pub fn written(&self) -> Value {
        written(&self.0)
    }
}

fn written(members: &IndexMap<String, Node>) -> Value {
    members.iter().map(|(name, node)| (name.clone(), node.written())).collect::<Map<_, _>>().into()
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

    /// As it stands in a scenario: read again it is the same.
    fn written(&self) -> Value {
        match self {
            Self::Fixed(value) => doubled(value),
            Self::Text(pieces) => pieces.iter().map(Piece::written).collect::<String>().into(),
            Self::List(items) => items.iter().map(Self::written).collect(),
            Self::Object(object) => written(object),
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

impl Piece {
    fn written(&self) -> String {
        match self {
            Self::Literal(literal) => literal.replace('$', "$$"),
            Self::Variable(variable) => variable.to_string(),
        }
    }
}

/// A value whose dollar signs stand for themselves.
fn doubled(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace('$', "$$").into(),
        Value::Array(items) => items.iter().map(doubled).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), doubled(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
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
