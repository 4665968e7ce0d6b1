//! Tools by what a task is called.

use std::collections::HashMap;

use crate::table::{Entry, Table};

/// Most words of a query that are looked for.
const MOST_WORDS: usize = 16;

/// Words that say nothing about a task.
const IDLE: [&str; 12] =
    ["the", "and", "for", "from", "how", "into", "its", "that", "this", "what", "with", "you"];

/// The words of all tools.
#[derive(Debug)]
pub(super) struct Index(HashMap<String, Text>);

impl Index {
    pub(super) fn new(table: &Table) -> Self {
        Self(table.entries().map(|entry| (entry.definition.name.to_string(), Text::of(entry))).collect())
    }

    /// Of these tools those that have to do with `query`, best first; those alike in the order they came in.
    pub(super) fn rank<'a>(&self, query: &str, entries: &[&'a Entry]) -> Vec<&'a Entry> {
        let text = |entry: &'a Entry| Some((entry, self.0.get(entry.definition.name.as_ref())?));
        rank(query, &entries.iter().filter_map(|entry| text(entry)).collect::<Vec<_>>())
    }
}

fn rank<'a>(query: &str, entries: &[(&'a Entry, &Text)]) -> Vec<&'a Entry> {
    let mut scores = vec![0; entries.len()];
    for word in words(query).into_iter().take(MOST_WORDS) {
        let weights: Vec<usize> = entries.iter().map(|(_, text)| text.weight(&word)).collect();
        // The fewer tools speak of a word, the more it says about which one is meant.
        let rare = 1 + weights.iter().filter(|weight| **weight == 0).count();
        scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight * rare);
    }
    let mut found: Vec<(usize, &Entry)> =
        scores.into_iter().zip(entries).map(|(score, (entry, _))| (score, *entry)).collect();
    found.retain(|(score, _)| *score > 0);
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The words of a tool.
#[derive(Debug)]
struct Text {
    name: Vec<String>,
    title: Vec<String>,
    arguments: Vec<String>,
    description: Vec<String>,
}

impl Text {
    fn of(entry: &Entry) -> Self {
        let tool = &entry.definition;
        Self {
            name: words(&tool.name),
            title: words(&format!("{} {}", tool.title.as_deref().unwrap_or_default(), entry.operation.area)),
            arguments: entry.operation.arguments.iter().flat_map(|argument| words(&argument.name)).collect(),
            description: words(tool.description.as_deref().unwrap_or_default()),
        }
    }

    fn weight(&self, word: &str) -> usize {
        let fields = [(&self.name, 8), (&self.title, 5), (&self.arguments, 2), (&self.description, 2)];
        fields.into_iter().map(|(field, weight)| if has(field, word) { weight } else { 0 }).sum()
    }
}

/// Whether one of the words is this one, or another form of it.
fn has(field: &[String], word: &str) -> bool {
    field.iter().any(|candidate| candidate == word || are_forms(candidate, word))
}

/// Whether two words begin alike for long enough: `deliver`, `delivery` and `deliveries` do, `template` and `temperature` do not.
fn are_forms(one: &str, other: &str) -> bool {
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.chars().count(), other.chars().count());
    alike >= 4 && (alike == one.min(other) || alike * 3 > one.max(other) * 2)
}

/// The words of a text in small letters, those of `camelCase` apart.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len());
    let mut small = false;
    for letter in text.chars() {
        if small && letter.is_uppercase() {
            spaced.push(' ');
        }
        small = letter.is_lowercase();
        spaced.extend(letter.to_lowercase());
    }
    let parts = spaced.split(|letter: char| !letter.is_alphanumeric());
    // Shorter words say nothing about a tool, and matter to its grammar only.
    parts.filter(|word| word.chars().count() > 2 && !IDLE.contains(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixtures::Contract;

    fn first(query: &str) -> Vec<String> {
        let table = Table::new(&Contract::load().unwrap(), false).unwrap();
        Index::new(&table)
            .rank(query, &table.entries().collect::<Vec<_>>())
            .into_iter()
            .take(3)
            .map(|entry| entry.definition.name.to_string())
            .collect()
    }

    #[test]
    fn finds_what_a_task_needs() {
        for (query, tool) in [
            ("send a message", "messages_send"),
            ("messages_send", "messages_send"),
            ("cancel scheduled messages", "messages_cancel"),
            ("create a webhook", "webhooks_create"),
            ("unread", "messages_unread"),
            ("list templates", "templates_list"),
            ("remove participants from a group", "group_participants_remove"),
            ("check whether phone numbers are on WhatsApp", "numbers_check"),
            ("regenerate api key", "api_keys_regenerate_number"),
            ("dashboard", "analytics_dashboard"),
            ("webhook delivery log", "webhook_events"),
        ] {
            assert!(first(query).iter().any(|name| name == tool), "{query}: {:?}", first(query));
        }
        assert_eq!(first("messages_send").first().map(String::as_str), Some("messages_send"));
    }

    #[test]
    fn finds_nothing_where_no_word_fits() {
        for query in ["", "  ", "of a", "what with the", "xyzzy", "日本語", "&%$"] {
            assert!(first(query).is_empty(), "{query}");
        }
    }

    #[test]
    fn knows_forms_of_a_word() {
        for (one, other) in [("call", "calling"), ("delivery", "deliveries"), ("number", "numbers")] {
            assert!(are_forms(one, other) && are_forms(other, one), "{one} {other}");
        }
        for (one, other) in [("template", "temperature"), ("get", "gets"), ("accept", "access"), ("", "a")] {
            assert!(!are_forms(one, other) && !are_forms(other, one), "{one} {other}");
        }
    }

    #[test]
    fn takes_words_apart() {
        assert_eq!(
            words("webhookEvents, of_a WHATSAPP number-id"),
            ["webhook", "events", "whatsapp", "number"]
        );
    }
}
