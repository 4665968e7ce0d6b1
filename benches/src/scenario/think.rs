//! Think time: how long a caller pauses between two calls.

use std::time::Duration;

use serde::Deserialize;

use crate::units::duration;

/// A pause from `least` to `most`, every length as likely: `500ms`, or `500ms..2s`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Think {
    /// The shortest pause.
    pub least: Duration,
    /// The longest pause.
    pub most: Duration,
}

impl Think {
    /// One pause.
    #[must_use]
    pub fn pause(self, random: &mut fastrand::Rng) -> Duration {
        self.least + self.most.saturating_sub(self.least).mul_f64(random.f64())
    }
}

impl TryFrom<String> for Think {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (least, most) = text.split_once("..").unwrap_or((&text, &text));
        let think = Self { least: duration(least)?, most: duration(most)? };
        if think.least > think.most {
            return Err(format!("think time {text}: the shortest pause comes first"));
        }
        Ok(think)
    }
}
