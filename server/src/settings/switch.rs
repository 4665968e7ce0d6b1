//! Switches, read alike from file, environment, options and headers.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What a switch can be.
const ALLOWED: &str = "give true or false; 1 or 0, and yes or no, will do too";

/// What can stand for a switch in a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Bool(bool),
    Number(i64),
    Text(String),
}

/// Whether a switch is on: `true`, `1` and `yes` are, `false`, `0` and `no` are not, in small letters or capitals.
///
/// # Errors
/// What is allowed.
pub fn switch(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(ALLOWED),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let read = match Given::deserialize(deserializer) {
        Ok(Given::Bool(on)) => Ok(on),
        Ok(Given::Number(number)) => switch(&number.to_string()),
        Ok(Given::Text(text)) => switch(&text),
        Err(_) => Err(ALLOWED),
    };
    read.map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn is_read_as_people_write_it() {
        for (given, expected) in [
            (json!(true), Some(true)),
            (json!(1), Some(true)),
            (json!("1"), Some(true)),
            (json!("Yes"), Some(true)),
            (json!("TRUE"), Some(true)),
            (json!(false), Some(false)),
            (json!(0), Some(false)),
            (json!("no"), Some(false)),
            (json!("False"), Some(false)),
            (json!(2), None),
            (json!(-1), None),
            (json!(1.0), None),
            (json!(""), None),
            (json!("on!"), None),
            (json!([true]), None),
            (Value::Null, None),
        ] {
            assert_eq!(deserialize(&given).ok(), expected, "{given}");
        }
    }
}
