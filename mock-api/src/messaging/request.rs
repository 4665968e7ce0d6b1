//! Reads the body of a send: exactly one mode, exactly one destination, and what goes with them.

use fixtures::world::ContentType;
use serde_json::{Map, Value};

use super::model::Peer;
use crate::fields::Fields;
use crate::link;
use crate::time::Time;

/// Extensions that tell what a URL leads to.
const EXTENSIONS: [&str; 22] = [
    "jpg", "jpeg", "png", "gif", "webp", "mp4", "3gp", "mov", "pdf", "doc", "docx", "xls", "xlsx", "ppt",
    "pptx", "txt", "csv", "mp3", "ogg", "opus", "m4a", "wav",
];

/// A message as it was asked for.
#[derive(Debug, Clone)]
pub(super) struct SendRequest {
    pub(super) to: Peer,
    pub(super) mode: Mode,
    /// The media of a direct send, or what overrides a template's.
    pub(super) media: Option<Media>,
    pub(super) deliver_at: Option<Time>,
    pub(super) deliver_until: Option<Time>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) enum Mode {
    Template { id: String, variables: Map<String, Value> },
    Text { text: String, flow: bool, has_media: bool },
    Media { caption: Option<String> },
}

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

    fn takes_caption(self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }

    pub(super) fn content_type(self) -> ContentType {
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
    pub(super) fn is_base64(&self) -> bool {
        self.source.starts_with("data:")
    }

    /// Whether the type is known without `mediaType`.
    fn tells_its_type(&self) -> bool {
        let path = self.source.split(['?', '#']).next().unwrap_or_default();
        let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        self.is_base64() || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
    }

    /// What a data URI says of itself.
    pub(super) fn mime_type(&self) -> Option<String> {
        let rest = self.source.strip_prefix("data:")?;
        Some(rest.split([';', ',']).next().unwrap_or_default().to_owned())
    }
}

impl SendRequest {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let to = destination(fields);
        let variables = fields.map("variables").cloned().unwrap_or_default();
        let media = media(fields);
        let interactive = super::interactive::read(fields);
        let mode = mode(fields, variables, media.as_ref(), &interactive);
        common(fields);
        let (deliver_at, deliver_until) = (instant(fields, "deliverAt"), instant(fields, "deliverUntil"));
        Some(Self { to: to?, mode: mode?, media, deliver_at, deliver_until })
    }
}

fn destination(fields: &Fields<'_>) -> Option<Peer> {
    let given =
        ["destinationNumber", "groupId", "newsletterId"].into_iter().filter(|key| fields.has(key)).count();
    if given != 1 {
        fields.issue_here("give exactly one of destinationNumber, groupId, newsletterId");
    }
    let jid = |key, ending: &str| {
        let id = fields.text(key)?;
        let valid =
            id.strip_suffix(ending).is_some_and(|local| !local.is_empty() && local.bytes().all(is_jid_byte));
        if !valid {
            fields.issue(key, format!("must be an id that ends in {ending}"));
        }
        valid.then(|| id.to_owned())
    };
    let contact = || {
        let text = fields.text("destinationNumber")?;
        let peer = if crate::phone::is_user_id(text) {
            Some(Peer::UserId(text.to_owned()))
        } else {
            crate::phone::digits(text).map(Peer::Phone)
        };
        if peer.is_none() {
            fields.issue(
                "destinationNumber",
                "must be a phone number of 8 to 15 digits or a user id such as BR.123",
            );
        }
        peer
    };
    contact()
        .or(jid("groupId", "@g.us").map(Peer::Group))
        .or(jid("newsletterId", "@newsletter").map(Peer::Channel))
}

fn is_jid_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn media(fields: &Fields<'_>) -> Option<Media> {
    let kind = fields.one_of("mediaType", &MediaKind::NAMES).and_then(MediaKind::from_name);
    if fields.has("mediaType") && !fields.has("media") {
        fields.issue("mediaType", "goes with media only");
    }
    let source = fields.text("media")?;
    if !link::is_web(source) && !link::is_data_uri(source) {
        fields.issue("media", "must be an http(s) URL or a base64 data URI");
    }
    Some(Media { source: source.to_owned(), kind })
}

fn mode(
    fields: &Fields<'_>,
    variables: Map<String, Value>,
    media: Option<&Media>,
    interactive: &super::interactive::Interactive,
) -> Option<Mode> {
    let template = fields.filled("templateId");
    let text = fields.filled("text");
    let caption = fields.text("caption");
    let direct_media = media.is_some() && !fields.has("templateId");
    let given = [fields.has("templateId"), fields.has("text"), direct_media]
        .into_iter()
        .filter(|given| *given)
        .count();
    if given != 1 {
        fields.issue_here("give exactly one of templateId, text, media");
        return None;
    }
    if !fields.has("text") {
        interactive.refuse(fields);
    }
    if fields.has("caption") && !direct_media {
        fields.issue("caption", "goes with direct media only");
    }
    if !variables.is_empty() && !fields.has("templateId") {
        fields.issue("variables", "go with a template only");
    }
    if let Some(id) = template {
        return Some(Mode::Template { id: id.to_owned(), variables });
    }
    if let Some(text) = text {
        return Some(Mode::Text {
            text: text.to_owned(),
            flow: interactive.flow,
            has_media: interactive.has_media,
        });
    }
    let kind = media?.kind;
    if !fields.has("mediaType") && !media?.tells_its_type() {
        fields.issue("mediaType", "is required where neither a data URI nor the URL's extension tells it");
    }
    if caption.is_some() && !kind.is_none_or(MediaKind::takes_caption) {
        fields.issue("caption", "goes with image, video and document only");
    }
    Some(Mode::Media { caption: caption.map(str::to_owned) })
}

/// What goes with every mode.
fn common(fields: &Fields<'_>) {
    if let Some(labels) = fields.texts("labels", 0, usize::MAX) {
        for (index, label) in labels.iter().enumerate() {
            if label.is_empty() {
                fields.issue(&format!("labels/{index}"), "must not be empty");
            }
        }
    }
    if let Some(options) = fields.object("marketingOptions") {
        options.boolean("aiRewriteEnabled");
    }
    fields.boolean("markRead");
}

fn instant(fields: &Fields<'_>, key: &'static str) -> Option<Time> {
    let text = fields.text(key)?;
    let time = text.parse().ok();
    if time.is_none() {
        fields.issue(key, "must be an ISO 8601 date and time");
    }
    time
}
