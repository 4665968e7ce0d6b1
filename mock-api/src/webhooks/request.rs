//! The bodies of create and update.

use crate::fields::Fields;
use crate::link;

/// No limit is documented for the list of events; this one keeps a body of 8 MiB from becoming millions of strings.
const MAX_EVENTS: usize = 1000;

/// A webhook to be created.
#[derive(Debug)]
pub(super) struct NewWebhook {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) events: Vec<String>,
    /// `whatsappNumberId`.
    pub(super) number: Option<String>,
}

impl NewWebhook {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.require("url");
        let url = read_url(fields);
        let name = fields.filled("name");
        let events = read_events(fields).unwrap_or_default();
        let number = fields.filled("whatsappNumberId").map(str::to_owned);
        let (url, host) = url?;
        Some(Self { url, name: name.map_or(host, str::to_owned), events, number })
    }
}

/// What to change in a webhook.
#[derive(Debug)]
pub(super) struct Patch {
    pub(super) url: Option<String>,
    pub(super) name: Option<String>,
    pub(super) active: Option<bool>,
    /// In place of all before.
    pub(super) events: Option<Vec<String>>,
}

impl Patch {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self {
            url: read_url(fields).map(|(url, _)| url),
            name: fields.filled("name").map(str::to_owned),
            active: fields.boolean("active"),
            events: read_events(fields),
        })
    }

    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self { url: None, name: None, active: None, events: None })
    }
}

fn read_events(fields: &Fields<'_>) -> Option<Vec<String>> {
    let events = fields.texts("events", 0, MAX_EVENTS)?;
    Some(events.into_iter().map(str::to_owned).collect())
}

/// The URL with its host. HTTP is taken beside HTTPS: receivers under test listen on loopback.
fn read_url(fields: &Fields<'_>) -> Option<(String, String)> {
    let url = fields.filled("url")?;
    let host = link::host(url);
    if host.is_none() {
        fields.issue("url", "must be an http or https URL with a host");
    }
    Some((url.to_owned(), host?.to_owned()))
}
