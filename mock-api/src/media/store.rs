//! Media by the number that received it.

use fixtures::World;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How many files of a number are kept; real ones live for some minutes only.
const MAX_MEDIA: usize = 1_000;

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
    by_number: IndexMap<String, IndexMap<String, Media>>,
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
        let received = self.by_number.entry(number.to_owned()).or_default();
        if received.len() >= MAX_MEDIA {
            received.shift_remove_index(0);
        }
        received.insert(id, media);
    }

    /// What a number received under this id.
    pub(crate) fn get(&self, number: &str, id: &str) -> Option<&Media> {
        self.by_number.get(number)?.get(id)
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
