//! Media by the number that received it.

use fixtures::World;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How many files of a number are kept; real ones live for some minutes only.
const MAX_MEDIA: usize = 1_000;
/// How much of them is kept, in bytes of base64.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Media {
    pub(crate) mime_type: String,
    pub(crate) file_name: Option<String>,
    base64: String,
}

impl Media {
    pub(crate) fn new(mime_type: String, file_name: Option<String>, base64: String) -> Self {
        Self { mime_type, file_name, base64 }
    }

    /// The content as a data URI.
    pub(crate) fn data_uri(&self) -> String {
        format!("data:{};base64,{}", self.mime_type, self.base64)
    }
}

/// All media. Meta's media ids are unique within the number that received them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct MediaStore {
    by_number: IndexMap<String, Received>,
}

/// What a number received, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Received {
    files: IndexMap<String, Media>,
    bytes: usize,
}

impl Received {
    fn insert(&mut self, id: String, media: Media) {
        self.bytes += media.base64.len();
        if let Some(before) = self.files.insert(id, media) {
            self.bytes -= before.base64.len();
        }
        while self.files.len() > 1 && (self.files.len() > MAX_MEDIA || self.bytes > MAX_BYTES) {
            let Some((_, oldest)) = self.files.shift_remove_index(0) else { break };
            self.bytes -= oldest.base64.len();
        }
    }
}

impl MediaStore {
    pub(crate) fn load(world: &World) -> Self {
        let mut store = Self::default();
        for media in &world.media {
            store.by_number.entry(media.number.clone()).or_default().insert(
                media.id.clone(),
                Media {
                    mime_type: media.mime_type.clone(),
                    file_name: media.file_name.clone(),
                    base64: media.base64.clone(),
                },
            );
        }
        store
    }

    /// Keeps what a number receives, in place of the oldest when there is too much of it.
    pub(crate) fn insert(&mut self, number: &str, id: String, media: Media) {
        self.by_number.entry(number.to_owned()).or_default().insert(id, media);
    }

    /// What a number received under this id.
    pub(crate) fn get(&self, number: &str, id: &str) -> Option<&Media> {
        self.by_number.get(number)?.files.get(id)
    }

    /// Takes the files of another store.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_number.extend(other.by_number);
    }

    /// Drops everything of a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.by_number.shift_remove(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: usize) -> Media {
        Media::new("image/png".to_owned(), None, "A".repeat(bytes))
    }

    #[test]
    fn the_oldest_files_make_room() {
        let mut store = MediaStore::default();
        for id in ["a", "b", "c"] {
            store.insert("n", id.to_owned(), file(MAX_BYTES / 2));
        }
        assert!(store.get("n", "a").is_none() && store.get("n", "b").is_some());
        store.insert("n", "d".to_owned(), file(MAX_BYTES + 1));
        assert!(store.get("n", "c").is_none() && store.get("n", "d").is_some(), "one file is always kept");
        (0..=MAX_MEDIA).for_each(|id| store.insert("n", id.to_string(), file(1)));
        assert!(store.get("n", "0").is_none() && store.get("n", "1").is_some());
    }
}
