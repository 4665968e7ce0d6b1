//! Media by the number that received it.

use fixtures::World;
use indexmap::IndexMap;

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) mime_type: String,
    pub(crate) file_name: Option<String>,
    base64: String,
}

impl Media {
    /// The content as a data URI.
    pub(crate) fn data_uri(&self) -> String {
        format!("data:{};base64,{}", self.mime_type, self.base64)
    }
}

/// All media. Meta's media ids are unique within the number that received them.
#[derive(Debug, Clone, Default)]
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

    /// What a number received under this id.
    pub(crate) fn get(&self, number: &str, id: &str) -> Option<&Media> {
        self.by_number.get(number)?.get(id)
    }

    /// Drops everything of a number that is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.by_number.shift_remove(number);
    }
}
