//! `numbers/check`: whether phones are on WhatsApp.

use fixtures::world::DirectoryEntry;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::upstream::Upstream;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::phone;
use crate::state::State;

const MAX_NUMBERS: usize = 20;

/// What is known of phones, beyond the tenants' own numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Directory {
    entries: IndexMap<String, DirectoryEntry>,
}

/// A phone as WhatsApp has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered<'a> {
    /// Its digits, which may differ from those asked for by the ninth digit.
    pub(crate) digits: String,
    /// Public display name.
    pub(crate) name: Option<&'a str>,
}

impl Directory {
    pub(super) fn load(entries: &[DirectoryEntry]) -> Self {
        Self { entries: entries.iter().map(|entry| (entry.phone.clone(), entry.clone())).collect() }
    }

    /// The phone as WhatsApp has it, if it does. A phone that is not listed is there as it was asked for; an entry speaks for both spellings of its
    /// phone.
    pub(crate) fn find(&self, digits: &str) -> Option<Registered<'_>> {
        if crate::magic::is_on_whatsapp(digits) == Some(false) {
            return None;
        }
        let spellings = [Some(digits.to_owned()), phone::other_spelling(digits)];
        let mut listed =
            spellings.iter().flatten().filter_map(|spelling| self.entries.get(spelling)).peekable();
        if listed.peek().is_none() {
            return Some(Registered { digits: digits.to_owned(), name: None });
        }
        let entry = listed.find(|entry| entry.exists)?;
        Some(Registered { digits: entry.phone.clone(), name: entry.name.as_deref() })
    }
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    results: Vec<Finding<'a>>,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    input: &'a str,
    exists: bool,
    number: Option<String>,
    name: Option<&'a str>,
}

impl<'a> Finding<'a> {
    fn new(input: &'a str, found: Option<Registered<'a>>) -> Self {
        let name = found.as_ref().and_then(|found| found.name);
        Self { input, exists: found.is_some(), number: found.map(|found| found.digits), name }
    }
}

/// `POST /v1/numbers/check`.
pub(super) fn check(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = call.read(read)?;
    let number = state.numbers.get(call.number()).ok_or_else(ApiError::number_not_found)?;
    if number.upstream == Upstream::Missing {
        return Err(ApiError::new(Code::EvolutionApiKeyMissing, "The provider's key is not configured"));
    }
    state.numbers.require_open(call.number())?;
    let results =
        asked.iter().map(|(input, digits)| Finding::new(input, state.numbers.directory.find(digits)));
    Reply::ok(&Answer { results: results.collect() })
}

/// Each phone as it was given, with its digits.
fn read(fields: &Fields<'_>) -> Option<Vec<(String, String)>> {
    match (fields.has("numbers"), fields.has("number")) {
        (false, false) => {
            fields.issue_here("give numbers or number");
            None
        }
        (true, true) => {
            fields.issue_here("give either numbers or number");
            None
        }
        (true, false) => {
            let phones = fields.phones("numbers", 1, MAX_NUMBERS)?;
            let texts = fields.texts("numbers", 1, MAX_NUMBERS)?;
            Some(texts.into_iter().map(str::to_owned).zip(phones).collect())
        }
        (false, true) => Some(vec![(fields.text("number")?.to_owned(), fields.phone("number")?)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(entries: &[(&str, bool)]) -> Directory {
        let entry = |(phone, exists): &(&str, bool)| DirectoryEntry {
            phone: (*phone).to_owned(),
            exists: *exists,
            name: None,
        };
        Directory::load(&entries.iter().map(entry).collect::<Vec<_>>())
    }

    fn found(directory: &Directory, digits: &str) -> Option<String> {
        directory.find(digits).map(|found| found.digits)
    }

    #[test]
    fn both_spellings_of_a_brazilian_mobile() {
        let directory =
            directory(&[("551167435133", true), ("5511977776666", true), ("551133334444", false)]);
        assert_eq!(found(&directory, "5511967435133").as_deref(), Some("551167435133"));
        assert_eq!(found(&directory, "551167435133").as_deref(), Some("551167435133"));
        assert_eq!(found(&directory, "551177776666").as_deref(), Some("5511977776666"));
        assert_eq!(found(&directory, "551133334444"), None);
        assert_eq!(found(&directory, "5511933334444"), None);
        assert_eq!(found(&directory, "5511888888888").as_deref(), Some("5511888888888"));
    }

    #[test]
    fn one_registered_spelling_is_enough() {
        let directory = directory(&[("5511977776666", false), ("551177776666", true)]);
        assert_eq!(found(&directory, "5511977776666").as_deref(), Some("551177776666"));
    }
}
