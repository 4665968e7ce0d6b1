//! Reads a JSON object field by field and collects every problem, so that one answer names them all.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::error::{ApiError, Code, Issue};

/// What reading a request has found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    issues: RefCell<Vec<Issue>>,
    unknown: RefCell<Vec<String>>,
}

impl Findings {
    pub(crate) fn issue(&self, path: impl Into<String>, message: impl Into<String>) {
        self.issues.borrow_mut().push(Issue { path: path.into(), message: message.into() });
    }

    /// Ends the reading: an error when there was a problem, or when `strict` and there were fields that nobody read. Otherwise those fields.
    pub(crate) fn finish(self, strict: bool) -> Result<Vec<String>, ApiError> {
        let (issues, unknown) = (self.issues.into_inner(), self.unknown.into_inner());
        if !issues.is_empty() {
            return Err(ApiError::validation(&issues));
        }
        if strict && !unknown.is_empty() {
            return Err(ApiError::new(
                Code::UnknownFields,
                format!("Unknown fields: {}", unknown.join(", ")),
            )
            .with("details", serde_json::json!({ "unknown": unknown })));
        }
        Ok(unknown)
    }
}

/// An object being read. Fields that were not asked for when it goes out of scope are noted as unknown.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    findings: &'a Findings,
    /// The fields that are there and were asked for; a handful at most.
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>, path: impl Into<String>, findings: &'a Findings) -> Self {
        Self { map, path: path.into(), findings, read: RefCell::default() }
    }

    /// The JSON pointer of a field.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}/{key}", self.path)
    }

    /// Notes a problem with a field.
    pub(crate) fn issue(&self, key: &str, message: impl Into<String>) {
        self.findings.issue(self.path(key), message);
    }

    /// Notes a problem with the object as a whole.
    pub(crate) fn issue_here(&self, message: impl Into<String>) {
        self.findings.issue(self.path.clone(), message);
    }

    /// The raw field, when it is there.
    pub(crate) fn value(&self, key: &'static str) -> Option<&'a Value> {
        let value = self.map.get(key)?;
        self.read.borrow_mut().push(key);
        Some(value)
    }

    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Notes that a required field is missing.
    pub(crate) fn require(&self, key: &'static str) {
        if !self.has(key) {
            self.issue(key, "is required");
        }
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value);
        if read.is_none() {
            self.issue(key, format!("must be {expected}"));
        }
        read
    }

    /// A string.
    pub(crate) fn text(&self, key: &'static str) -> Option<&'a str> {
        self.typed(key, "a string", Value::as_str)
    }

    /// A string of at least one character.
    pub(crate) fn filled(&self, key: &'static str) -> Option<&'a str> {
        let text = self.text(key)?;
        if text.is_empty() {
            self.issue(key, "must not be empty");
            return None;
        }
        Some(text)
    }

    /// A string of at least one character that must be there.
    pub(crate) fn required(&self, key: &'static str) -> Option<&'a str> {
        self.require(key);
        self.filled(key)
    }

    /// A string of at most so many characters (Unicode scalar values).
    pub(crate) fn at_most(&self, key: &'static str, max: usize) -> Option<&'a str> {
        let text = self.text(key)?;
        if text.chars().count() > max {
            self.issue(key, format!("must have at most {max} characters"));
            return None;
        }
        Some(text)
    }

    /// One of a few strings.
    pub(crate) fn one_of(&self, key: &'static str, choices: &[&'static str]) -> Option<&'static str> {
        let text = self.text(key)?;
        let choice = choices.iter().find(|choice| **choice == text).copied();
        if choice.is_none() {
            self.issue(key, format!("must be one of {}", choices.join(", ")));
        }
        choice
    }

    pub(crate) fn boolean(&self, key: &'static str) -> Option<bool> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// An integer; `1.0` is one too.
    pub(crate) fn integer(&self, key: &'static str) -> Option<i64> {
        self.typed(key, "an integer", |value| {
            value.as_i64().or_else(|| {
                let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
                #[expect(clippy::cast_possible_truncation, reason = "checked above")]
                Some(number as i64)
            })
        })
    }

    /// An object, free in form.
    pub(crate) fn map(&self, key: &'static str) -> Option<&'a Map<String, Value>> {
        self.typed(key, "an object", Value::as_object)
    }

    /// An object whose fields are read one by one.
    pub(crate) fn object(&self, key: &'static str) -> Option<Fields<'a>> {
        self.map(key).map(|map| Fields::new(map, self.path(key), self.findings))
    }

    /// Another object read as if it stood at a field, for JSON that comes as text.
    pub(crate) fn stand_in<'b>(&self, key: &'static str, map: &'b Map<String, Value>) -> Fields<'b>
    where
        'a: 'b,
    {
        self.read.borrow_mut().push(key);
        Fields::new(map, self.path(key), self.findings)
    }

    pub(crate) fn array(&self, key: &'static str) -> Option<&'a [Value]> {
        self.typed(key, "an array", |value| value.as_array().map(Vec::as_slice))
    }

    /// An array with a length between two bounds, both inclusive.
    pub(crate) fn array_of(&self, key: &'static str, min: usize, max: usize) -> Option<&'a [Value]> {
        let items = self.array(key)?;
        if items.len() < min || items.len() > max {
            self.issue(key, format!("must have {min} to {max} items"));
            return None;
        }
        Some(items)
    }

    /// An array of objects, each read field by field.
    pub(crate) fn objects(&self, key: &'static str, min: usize, max: usize) -> Option<Vec<Fields<'a>>> {
        let items = self.array_of(key, min, max)?;
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = format!("{}/{index}", self.path(key));
            match item.as_object() {
                Some(map) => objects.push(Fields::new(map, path, self.findings)),
                None => self.findings.issue(path, "must be an object"),
            }
        }
        Some(objects)
    }

    /// An array of strings, whole or not at all: an item's place in it is its place in the body.
    pub(crate) fn texts(&self, key: &'static str, min: usize, max: usize) -> Option<Vec<&'a str>> {
        let items = self.array_of(key, min, max)?;
        for (index, _) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
            self.findings.issue(format!("{}/{index}", self.path(key)), "must be a string");
        }
        items.iter().map(Value::as_str).collect()
    }

    /// A phone number as digits (U-21).
    pub(crate) fn phone(&self, key: &'static str) -> Option<String> {
        let text = self.text(key)?;
        let phone = crate::phone::digits(text);
        if phone.is_none() {
            self.issue(key, crate::phone::EXPECTED);
        }
        phone
    }

    /// An array of phone numbers as digits.
    pub(crate) fn phones(&self, key: &'static str, min: usize, max: usize) -> Option<Vec<String>> {
        let items = self.array_of(key, min, max)?;
        let phones: Vec<_> = items.iter().map(|item| item.as_str().and_then(crate::phone::digits)).collect();
        for (index, _) in phones.iter().enumerate().filter(|(_, phone)| phone.is_none()) {
            self.issue(&format!("{key}/{index}"), crate::phone::EXPECTED);
        }
        phones.into_iter().collect()
    }

    /// A nullable field: absent, null, or what `read` makes of it.
    pub(crate) fn nullable<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.value(key)? {
            Value::Null => Some(None),
            _ => read(self).map(Some),
        }
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        let read = self.read.borrow();
        let unknown = self.map.keys().filter(|key| !read.contains(&key.as_str())).map(|key| self.path(key));
        self.findings.unknown.borrow_mut().extend(unknown);
    }
}
