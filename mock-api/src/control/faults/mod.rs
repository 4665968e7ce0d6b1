//! Faults: what goes wrong on demand. They belong to the mock, not to its state, and draw chance from a generator of their own, so that ids are the same
//! with them and without.

mod delay;
mod effects;
mod fault;
mod shape;

use std::collections::BTreeMap;
use std::sync::Mutex;

use indexmap::IndexMap;
use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

pub use delay::Delay;
pub(crate) use effects::{Effects, Instead};
pub use fault::{Dribble, Fault, RateLimit, ResetAt, Truncate};

use super::error::ControlError;
use super::names::check_tenant;
use crate::call::{Caller, Route};
use crate::mock::Mock;
use crate::time::Time;

/// How many faults there may be.
const MAX_FAULTS: usize = 100;
/// Keeps the generator apart from that of the ids.
const STREAM: u64 = 1;

/// All faults.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Armed>);

#[derive(Debug)]
struct Armed {
    /// In the order in which they were set.
    by_id: IndexMap<String, Trap>,
    rng: ChaCha8Rng,
}

/// A fault with what has become of it.
#[derive(Debug, Clone)]
struct Trap {
    fault: Fault,
    fired: u64,
    /// Of a rate limit, by tenant and key: when the window began and how many calls came in it.
    windows: BTreeMap<(String, String), (Time, u64)>,
}

/// A fault as the control API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmedFault {
    /// Its id.
    pub id: String,
    /// How many calls it was applied to.
    pub fired: u64,
    /// To how many more calls it will be applied; none for no limit.
    pub remaining: Option<u64>,
    /// What it does.
    #[serde(flatten)]
    pub fault: Fault,
}

fn generator(seed: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(STREAM);
    rng
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Armed { by_id: IndexMap::new(), rng: generator(seed) }))
    }

    /// Takes all of them away, and begins anew with chance.
    pub(crate) fn reset(&self, seed: u64) {
        let mut armed = crate::lock(&self.0);
        armed.by_id.clear();
        armed.rng = generator(seed);
    }

    pub(crate) fn clear(&self) {
        crate::lock(&self.0).by_id.clear();
    }

    /// Takes a tenant's faults away, and lets its windows begin anew where a rate limit is for all.
    pub(crate) fn clear_tenant(&self, tenant: &str) {
        let mut armed = crate::lock(&self.0);
        armed.by_id.retain(|_, trap| trap.fault.tenant_id.as_deref() != Some(tenant));
        for trap in armed.by_id.values_mut() {
            trap.windows.retain(|(of, _), _| of != tenant);
        }
    }

    /// Sets a fault, in place of the one with this id.
    pub(crate) fn put(&self, id: &str, fault: Fault) -> Result<ArmedFault, ControlError> {
        super::names::check("id", id)?;
        fault.check()?;
        let mut armed = crate::lock(&self.0);
        if armed.by_id.len() >= MAX_FAULTS && !armed.by_id.contains_key(id) {
            let text = format!("There are {MAX_FAULTS} faults already; take some away first");
            return Err(ControlError::new(409, "TOO_MANY_FAULTS", text));
        }
        let trap = Trap { fault, fired: 0, windows: BTreeMap::new() };
        let shown = trap.view(id);
        armed.by_id.insert(id.to_owned(), trap);
        Ok(shown)
    }

    pub(crate) fn get(&self, id: &str) -> Option<ArmedFault> {
        crate::lock(&self.0).by_id.get(id).map(|trap| trap.view(id))
    }

    pub(crate) fn all(&self) -> Vec<ArmedFault> {
        crate::lock(&self.0).by_id.iter().map(|(id, trap)| trap.view(id)).collect()
    }

    pub(crate) fn remove(&self, id: &str) -> Option<ArmedFault> {
        crate::lock(&self.0).by_id.shift_remove(id).map(|trap| trap.view(id))
    }

    pub(crate) fn is_empty(&self) -> bool {
        crate::lock(&self.0).by_id.is_empty()
    }

    /// What goes wrong with a request: everything that its faults do, where two would answer the first of them.
    pub(crate) fn strike(&self, route: &Route, caller: Option<&Caller>, now: Time) -> Effects {
        let mut armed = crate::lock(&self.0);
        let Armed { by_id, rng } = &mut *armed;
        let mut effects = Effects::default();
        for (id, trap) in by_id.iter_mut().filter(|(_, trap)| trap.is_for(route, caller)) {
            let certain = trap.fault.probability.is_none_or(|probability| chance(rng) < probability);
            if certain && trap.is_over_limit(caller, now, &mut effects) {
                trap.fired += 1;
                effects.add(id, &trap.fault, rng);
            }
        }
        effects
    }
}

impl Mock {
    /// Sets a fault, which may be for one of the tenants.
    pub(crate) fn put_fault(&self, id: &str, fault: Fault) -> Result<ArmedFault, ControlError> {
        if let Some(tenant) = &fault.tenant_id {
            check_tenant(self, tenant)?;
        }
        self.faults.put(id, fault)
    }
}

/// A number from 0 up to but not including 1.
fn chance(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

impl Trap {
    fn view(&self, id: &str) -> ArmedFault {
        let remaining = self.fault.times.map(|times| times.saturating_sub(self.fired));
        ArmedFault { id: id.to_owned(), fired: self.fired, remaining, fault: self.fault.clone() }
    }

    fn is_for(&self, route: &Route, caller: Option<&Caller>) -> bool {
        let fault = &self.fault;
        let tenant = caller.map(|caller| caller.tenant.as_str());
        fault.times.is_none_or(|times| self.fired < times)
            && fault.is_for(route)
            && fault.tenant_id.as_deref().is_none_or(|wanted| Some(wanted) == tenant)
    }

    /// Whether a call is to be refused, for faults that let some through in a window; each key has windows of its own.
    fn is_over_limit(&mut self, caller: Option<&Caller>, now: Time, effects: &mut Effects) -> bool {
        let Some(rate) = &self.fault.rate_limit else { return true };
        let window = SignedDuration::from_secs(rate.window_seconds().into());
        let key = caller.map(|caller| (caller.tenant.clone(), caller.key.clone())).unwrap_or_default();
        let (begin, calls) = self.windows.entry(key).or_insert((now, 0));
        if now.since(*begin) >= window {
            (*begin, *calls) = (now, 0);
        }
        *calls += 1;
        effects.window_left = begin.plus(window).since(now);
        *calls > rate.limit.unwrap_or(0)
    }
}
