//! The control API as methods of the in-process handle.

use fixtures::World;
use fixtures::world::WorldError;
use serde_json::Value;

use super::clock::{self, ClockMode, ClockReading};
use super::counts::RequestCounts;
use super::error::ControlError;
use super::faults::{ArmedFault, Fault};
use super::journal::{Count, RecordedRequest, RequestFilter, Verification};
use super::snapshots::SnapshotInfo;
use crate::mock::MockApi;
use crate::time::Time;
use crate::webhooks::{DeliveryRecord, WebhookDetails};

/// Steering it: what `/_mock` does over HTTP.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mock_api::{Clock, Count, Fault, MockApi, RequestFilter};
///
/// let mock = MockApi::builder().clock(Clock::frozen("2026-06-20T10:00:00Z".parse()?)).start().await?;
/// mock.save_snapshot("fresh")?;
/// mock.put_fault("busy", Fault { status: Some(503), times: Some(1), ..Fault::default() })?;
/// mock.advance_to("2026-06-21T10:00:00Z".parse()?).await?;
/// let sends = RequestFilter { operation: Some("POST /v1/messages/send".into()), ..Default::default() };
/// assert!(mock.verify(&sends, Count::exactly(0)).ok);
/// mock.restore_snapshot("fresh")?;
/// assert_eq!(mock.clock().now.to_string(), "2026-06-20T10:00:00.000Z");
/// # Ok(())
/// # }
/// ```
impl MockApi {
    /// What its clock shows.
    #[must_use]
    pub fn clock(&self) -> ClockReading {
        clock::read(&self.mock)
    }

    /// Moves its clock to a time. Returns when all that falls due on the way has happened, in order, webhooks delivered or failed.
    ///
    /// # Errors
    /// When the time is behind the clock.
    pub async fn advance_to(&self, time: Time) -> Result<(), ControlError> {
        clock::advance_to(&self.mock, time).await
    }

    /// Lets its clock stand where it is.
    pub fn freeze(&self) {
        self.mock.clock.freeze(self.mock.clock.now());
        self.mock.driver.stir();
    }

    /// Lets its clock stand or run, from a time that is not behind it.
    ///
    /// # Errors
    /// When the time is behind the clock.
    pub async fn set_clock(&self, mode: ClockMode, now: Option<Time>) -> Result<(), ControlError> {
        clock::set(&self.mock, mode, now).await
    }

    /// Goes back to its world, ids and keys included; journal and faults are empty then. The clock stays.
    pub fn reset(&self) {
        self.mock.reset();
    }

    /// Takes one tenant back to the world, with its part of the journal and its faults. Other tenants do not notice, and ids are not given out twice.
    ///
    /// # Errors
    /// When the world has no such tenant.
    pub fn reset_tenant(&self, tenant: &str) -> Result<(), ControlError> {
        self.mock.reset_tenant(tenant)
    }

    /// Goes to another world, which is the one that it goes back to from now on.
    pub fn load_world(&self, world: World) {
        self.mock.load_world(world);
    }

    /// The same with a world as text, YAML or JSON.
    ///
    /// # Errors
    /// When the text is no world; nothing has changed then.
    pub fn load_world_text(&self, text: &str) -> Result<(), WorldError> {
        self.mock.load_world(World::parse("the text", text)?);
        Ok(())
    }

    /// Keeps the state, and the time, under a name; at most 16 are kept.
    ///
    /// # Errors
    /// When the name is not 1 to 64 letters, digits, `-`, `_`, `.`, or when there are too many.
    pub fn save_snapshot(&self, name: &str) -> Result<SnapshotInfo, ControlError> {
        self.mock.save_snapshot(name)
    }

    /// Goes back to a snapshot: to its state and to its time.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn restore_snapshot(&self, name: &str) -> Result<SnapshotInfo, ControlError> {
        self.mock.restore_snapshot(name)
    }

    /// A snapshot as a versioned JSON file. It holds keys and secrets.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn export_snapshot(&self, name: &str) -> Result<Vec<u8>, ControlError> {
        self.mock.export_snapshot(name)
    }

    /// Keeps a file that [`export_snapshot`](Self::export_snapshot) wrote under a name.
    ///
    /// # Errors
    /// When the file cannot be read; nothing has changed then.
    pub fn import_snapshot(&self, name: &str, file: &[u8]) -> Result<SnapshotInfo, ControlError> {
        self.mock.import_snapshot(name, file)
    }

    /// The snapshots that it keeps.
    #[must_use]
    pub fn snapshots(&self) -> Vec<SnapshotInfo> {
        self.mock.snapshots.all()
    }

    /// Drops a snapshot.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn delete_snapshot(&self, name: &str) -> Result<(), ControlError> {
        self.mock.snapshots.remove(name)
    }

    /// Lets something happen outside: `message` with `{"numberId", "from", "text"}`, and the other kinds of `/_mock/simulate/…`.
    ///
    /// # Errors
    /// When there is no such kind, or when the body does not fit it.
    pub fn simulate(&self, kind: &str, body: Value) -> Result<Value, ControlError> {
        self.mock.simulate_by_name(kind, body)
    }

    /// Lets another key sign OAuth tokens from now on; the one before is published for an hour more. Answers the new key's `kid`.
    pub fn rotate_oauth_key(&self) -> String {
        self.mock.rotate_oauth_key()
    }

    /// The requests of the journal that a filter means, oldest first; none when it names an operation that there is not, which [`verify`](Self::verify) says.
    #[must_use]
    pub fn requests(&self, filter: &RequestFilter) -> Vec<RecordedRequest> {
        self.mock.journal.matching(filter, &self.mock.state)
    }

    /// Whether the journal has as many requests like this as expected, and if not, what comes near. When nothing can be said, because the journal is off or no
    /// longer holds what is meant, or the filter names an operation or a tenant that there is not, it is not `ok`, and [`Verification::inconclusive`] says why.
    #[must_use]
    pub fn verify(&self, filter: &RequestFilter, count: Count) -> Verification {
        self.mock.verify(filter, count).unwrap_or_else(|error| Verification::impossible(error.detail()))
    }

    /// How often what was called, and how it was answered, of the requests that a filter means.
    #[must_use]
    pub fn counts(&self, filter: &RequestFilter) -> RequestCounts {
        self.mock.counts(filter)
    }

    /// Empties the journal.
    pub fn clear_requests(&self) {
        self.mock.journal.clear();
    }

    /// Lets something go wrong, in place of the fault of the same id.
    ///
    /// # Errors
    /// When the fault contradicts itself, names an operation or a tenant that there is not, or when there are 100 already.
    pub fn put_fault(&self, id: &str, fault: Fault) -> Result<ArmedFault, ControlError> {
        self.mock.put_fault(id, fault)
    }

    /// The faults that are set, those that have run out included.
    #[must_use]
    pub fn faults(&self) -> Vec<ArmedFault> {
        self.mock.faults.all()
    }

    /// A fault with what has become of it.
    #[must_use]
    pub fn fault(&self, id: &str) -> Option<ArmedFault> {
        self.mock.faults.get(id)
    }

    /// Takes a fault away. Answers whether there was one.
    pub fn remove_fault(&self, id: &str) -> bool {
        self.mock.faults.remove(id).is_some()
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.mock.faults.clear();
    }

    /// Every webhook of every tenant, with its secret, oldest first.
    #[must_use]
    pub fn webhooks(&self) -> Vec<WebhookDetails> {
        self.mock.webhooks(None, None)
    }

    /// A webhook with its secret.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn webhook(&self, id: &str) -> Result<WebhookDetails, ControlError> {
        self.mock.webhook(id)
    }

    /// What a webhook's deliveries are signed with.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn webhook_secret(&self, id: &str) -> Result<String, ControlError> {
        self.mock.webhook(id).map(|webhook| webhook.secret)
    }

    /// The last attempts to deliver to a webhook, newest first; 50 are kept.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub fn deliveries(&self, webhook: &str) -> Result<Vec<DeliveryRecord>, ControlError> {
        self.mock.deliveries(webhook)
    }

    /// Queues what an earlier delivery carried once more, and answers the id of the new one. [`advance`](Self::advance) waits for it.
    ///
    /// # Errors
    /// When there is no such webhook or delivery, or when the webhook is paused.
    pub fn resend(&self, webhook: &str, delivery: &str) -> Result<String, ControlError> {
        self.mock.resend(webhook, delivery)
    }
}
