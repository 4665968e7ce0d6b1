//! Media that goes with a message: a URL or a data URI, and what kind it is.

use fixtures::world::ContentType;

use super::model::RowMedia;
use crate::fields::Fields;
use crate::link;

/// Extensions that tell what a URL leads to.
const EXTENSIONS: [(&str, ContentType); 24] = [
    ("jpg", ContentType::Image),
    ("jpeg", ContentType::Image),
    ("png", ContentType::Image),
    ("webp", ContentType::Image),
    ("mp4", ContentType::Video),
    ("3gp", ContentType::Video),
    ("mov", ContentType::Video),
    ("pdf", ContentType::Document),
    ("doc", ContentType::Document),
    ("docx", ContentType::Document),
    ("xls", ContentType::Document),
    ("xlsx", ContentType::Document),
    ("ppt", ContentType::Document),
    ("pptx", ContentType::Document),
    ("txt", ContentType::Document),
    ("csv", ContentType::Document),
    ("zip", ContentType::Document),
    ("aac", ContentType::Audio),
    ("amr", ContentType::Audio),
    ("mp3", ContentType::Audio),
    ("ogg", ContentType::Audio),
    ("opus", ContentType::Audio),
    ("m4a", ContentType::Audio),
    ("wav", ContentType::Audio),
];

/// Media of a send.
#[derive(Debug, Clone)]
pub(super) struct Media {
    /// An http(s) URL or a data URI.
    pub(super) source: String,
    pub(super) kind: Option<MediaKind>,
}

/// `mediaType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaKind {
    Image,
    Video,
    Document,
    Audio,
    Voice,
    Sticker,
}

impl MediaKind {
    const NAMES: [&'static str; 6] = ["image", "video", "document", "audio", "voice", "sticker"];

    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "image" => Self::Image,
            "video" => Self::Video,
            "document" => Self::Document,
            "audio" => Self::Audio,
            "voice" => Self::Voice,
            "sticker" => Self::Sticker,
            _ => return None,
        })
    }

    fn content_type(self) -> ContentType {
        match self {
            Self::Image => ContentType::Image,
            Self::Video => ContentType::Video,
            Self::Document => ContentType::Document,
            Self::Audio | Self::Voice => ContentType::Audio,
            Self::Sticker => ContentType::Sticker,
        }
    }
}

impl Media {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let kind = fields.one_of("mediaType", &MediaKind::NAMES).and_then(MediaKind::from_name);
        if fields.has("mediaType") && !fields.has("media") {
            fields.issue("mediaType", "goes with media only");
        }
        Some(Self { source: source(fields)?, kind })
    }

    pub(super) fn is_base64(&self) -> bool {
        self.source.starts_with("data:")
    }

    /// What it is, by `mediaType` or by what the source says of itself.
    pub(super) fn content_type(&self) -> Option<ContentType> {
        self.kind.map(MediaKind::content_type).or_else(|| content_type(&self.source))
    }

    /// Audio and stickers do not, and what nothing is known of may be anything.
    pub(super) fn takes_caption(&self) -> bool {
        !matches!(self.content_type(), Some(ContentType::Audio | ContentType::Sticker))
    }

    /// As the chat's row shows it.
    pub(super) fn descriptor(&self) -> RowMedia {
        RowMedia {
            url: (!self.is_base64()).then(|| self.source.clone()),
            mime_type: link::mime_type(&self.source).map(str::to_owned),
            ..RowMedia::default()
        }
    }
}

/// `media`: a URL or a data URI.
pub(super) fn source(fields: &Fields<'_>) -> Option<String> {
    let source = fields.text("media")?;
    if !link::is_web(source) && !link::is_data_uri(source) {
        fields.issue("media", "must be an http(s) URL or a base64 data URI");
    }
    Some(source.to_owned())
}

/// What a data URI's type or a URL's extension tells.
pub(super) fn content_type(source: &str) -> Option<ContentType> {
    if let Some(mime_type) = link::mime_type(source) {
        return Some(match mime_type.split('/').next() {
            Some("image") => ContentType::Image,
            Some("video") => ContentType::Video,
            Some("audio") => ContentType::Audio,
            _ => ContentType::Document,
        });
    }
    let path = source.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit_once('.')?.1.to_ascii_lowercase();
    EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, kind)| *kind)
}
