//! One operation.

use serde_json::Value;

use super::report::{Report, followed};
use super::{codes, content, extension, parameter, response, security};
use crate::diff::change::Kind;
use crate::diff::schema::{Direction, Node};

const NONE: Value = Value::Null;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const KNOWN: [&str; 9] = [
    "operationId",
    "summary",
    "description",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "x-pilot-status",
];

/// An operation and the path that it belongs to.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    /// Method and path, such as `GET /v1/templates`.
    pub(super) name: String,
    pub(super) document: &'a Value,
    /// The path.
    pub(super) item: Node<'a>,
    pub(super) node: Node<'a>,
}

impl<'a> Operation<'a> {
    pub(super) fn value(&self) -> &'a Value {
        self.node.schema
    }

    pub(super) fn at(&self) -> String {
        self.node.at.clone()
    }

    pub(super) fn among<'o, 'b>(&self, others: &'o [Operation<'b>]) -> Option<&'o Operation<'b>> {
        others.iter().find(|other| other.name == self.name)
    }
}

/// The operations of a document.
pub(super) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    if let Some(paths) = Node::root(document).child("paths") {
        for path in paths.schema.as_object().into_iter().flatten().map(|(path, _)| path) {
            let item = paths.child(path).map(|item| followed(document, item));
            let methods = METHODS.iter().filter_map(|method| Some((method, item.as_ref()?.child(method)?)));
            operations.extend(methods.filter_map(|(method, node)| {
                let name = format!("{} {path}", method.to_uppercase());
                Some(Operation { name, document, item: item.clone()?, node })
            }));
        }
    }
    operations
}

pub(super) fn compare<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    item(report, old, new);
    security::of_operation(report, old, new);
    let inherited =
        |operation: &Operation<'a>| operation.item.child("parameters").map_or(&NONE, |list| list.schema);
    let alike = |was, is| report.documents().alike(was, is);
    if !(alike(old.value(), new.value()) && alike(inherited(old), inherited(new))) {
        parts(report, old, new);
    }
}

fn parts<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    let (was, is, at) = (old.value(), new.value(), new.at());
    for key in ["summary", "description"] {
        report.told(&at, key, was, is);
    }
    for (key, why) in [
        ("operationId", "generated clients name their functions after it"),
        ("tags", "generated clients and documentation group operations by it"),
    ] {
        let sides = (was.get(key), is.get(key));
        if sides.0 != sides.1 {
            report.add(Kind::Warning, &new.node.below(key), sides, why);
        }
    }
    parameter::compare(report, old, new);
    body(report, old, new);
    codes::compare(report, old, new);
    response::compare(report, old, new);
    extension::compare(report, old, new);
    report.rest(&at, was, is, &KNOWN);
}

/// What the path says for all of its operations.
fn item<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    for key in ["summary", "description"] {
        report.told(&new.item.at, key, old.item.schema, new.item.schema);
    }
    let known: Vec<&str> =
        METHODS.into_iter().chain(["parameters", "summary", "description", "$ref"]).collect();
    report.rest(&new.item.at, old.item.schema, new.item.schema, &known);
}

fn body<'a>(report: &mut Report<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    let of =
        |operation: &Operation<'a>| Some(followed(operation.document, operation.node.child("requestBody")?));
    match (of(old), of(new)) {
        (None, None) => {}
        (None, Some(is)) => {
            let required = is.schema.get("required") == Some(&Value::Bool(true));
            let (kind, why) = if required {
                (Kind::Breaking, "a body is required now, which requests have not had")
            } else {
                (Kind::Additive, "a body may be sent, and need not")
            };
            report.add(kind, &is.at, (None, Some(is.schema)), why);
        }
        (Some(was), None) => {
            let why = "a body means nothing any more, so that what requests asked for with it is not done";
            report.add(Kind::Breaking, &was.at, (Some(was.schema), None), why);
        }
        (Some(was), Some(is)) => {
            report.switch(
                "required",
                (&was, &is),
                [
                    (Kind::Breaking, "the body is required now, so that requests without one fail"),
                    (Kind::Additive, "the body may be left out, and need not"),
                ],
            );
            report.told(&is.at, "description", was.schema, is.schema);
            content::compare(report, Direction::Input, &was, &is);
            report.rest(&is.at, was.schema, is.schema, &["required", "description", "content"]);
        }
    }
}
