//! What a check of events starts from: a target whose state was just reset, and somewhere to receive its webhooks.

use serde_json::{Value, json};

use super::receiver::{Delivery, Receiver};
use crate::checks::expect::{accepted, text};
use crate::checks::stage::{SECOND, Stage};
use crate::demo::{TENANT_KEY, WEB_KEY};
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::scene::Scene;
use crate::targets::Target;

/// A contact of the demo world who reads what it gets.
pub(super) const CAIO: &str = "+5511966665555";
/// When a message that is sent now is attempted, as in the documented example (docs page /api/messages/status).
pub(super) const ATTEMPTED: i64 = 5 * SECOND;

/// A target, and somewhere to receive its webhooks.
pub(super) struct Inbox<'a> {
    pub(super) stage: Stage<'a>,
    pub(super) scene: &'a Scene<'a>,
    pub(super) receiver: Receiver,
}

impl<'a> Inbox<'a> {
    pub(super) fn open(scene: &'a Scene<'a>, target: Target) -> Result<Self, Box<Finding>> {
        let host = scene.rig.api_url().split("://").nth(1).unwrap_or_default();
        if !["127.0.0.1", "localhost", "[::1]"].iter().any(|local| host.starts_with(local)) {
            return Err(Finding::not_verified("webhooks are received on loopback, where the target is not"));
        }
        let receiver = scene.rig.block_on(Receiver::start());
        let receiver =
            receiver.map_err(|error| Finding::not_verified(format!("nothing can be received: {error}")))?;
        Ok(Self { stage: Stage::new(scene, target)?, scene, receiver })
    }

    /// Creates a webhook of a number at a path of the receiver: its id.
    pub(super) fn webhook(&self, number: &str, path: &str, events: &[&str]) -> Result<String, Box<Finding>> {
        self.webhook_at(number, &self.receiver.url(path), events)
    }

    /// Creates a webhook of a number: its id.
    pub(super) fn webhook_at(
        &self,
        number: &str,
        url: &str,
        events: &[&str],
    ) -> Result<String, Box<Finding>> {
        let arguments = json!({ "url": url, "events": events, "whatsappNumberId": number });
        let created = accepted(self.stage.call("webhooks_create", TENANT_KEY, arguments)?)?;
        Ok(text(&created, "id").to_owned())
    }

    /// Sends a text from the web number of the demo world: its id.
    pub(super) fn send(&self, to: &str) -> Result<String, Box<Finding>> {
        let arguments = json!({ "destinationNumber": to, "text": "Olá, seu pedido saiu ☕" });
        let sent = accepted(self.stage.call("messages_send", WEB_KEY, arguments)?)?;
        Ok(text(&sent, "id").to_owned())
    }

    /// What arrives while so many milliseconds pass, and what is due now.
    pub(super) fn wait(&self, milliseconds: i64) -> Result<Vec<Delivery>, Box<Finding>> {
        self.stage.pass(milliseconds)?;
        Ok(self.receiver.take())
    }

    /// The secret that signs a webhook's deliveries.
    pub(super) fn secret(&self, webhook: &str) -> Result<String, Box<Finding>> {
        let webhook = self.scene.rig.look(&format!("/webhooks/{webhook}"))?;
        Ok(text(&webhook, "secret").to_owned())
    }

    /// The webhook's log, as a target shows it.
    pub(super) fn log(
        &self,
        webhook: &str,
        limit: Option<usize>,
        event: Option<&str>,
    ) -> Result<Value, Box<Finding>> {
        let arguments = json!({ "id": webhook, "limit": limit, "event": event });
        accepted(self.stage.call("webhook_events", TENANT_KEY, arguments)?)
    }
}

/// Whether exactly these events arrived at a path, in this order.
pub(super) fn arrived_at(path: &str, arrived: &[Delivery], expected: &[&str], message: &str) -> Checked {
    let at_path = arrived.iter().filter(|delivery| delivery.path == path);
    let found: Vec<&str> = at_path.map(Delivery::event).collect();
    if found == expected { Ok(()) } else { Err(Finding::new(message).with(expected.to_vec(), found)) }
}
