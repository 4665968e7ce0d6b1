//! Requests that are under way. Each holds its `Idempotency-Key` from the moment it was read until its answer is there (U-13), so that whoever comes meanwhile
//! with the same key is told so. What is under way is no part of the state.

use std::collections::HashSet;
use std::sync::Mutex;

use http::HeaderValue;

use crate::call::{Caller, Route};

/// Path of the operation, tenant, number and key.
type Name = (&'static str, String, String, String);

/// The keys of the requests that are under way.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashSet<Name>>);

/// A request's claim to its key. One that got it lets go of it in the end, whether the request was answered or its client has gone.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    running: &'a Running,
    name: Name,
    /// Whether another request holds the key.
    pub(crate) is_in_use: bool,
}

impl Running {
    /// Claims the key of a request, for the number that it is meant for.
    pub(crate) fn claim(&self, route: &'static Route, caller: Caller, key: &HeaderValue) -> Claim<'_> {
        let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let name = (route.path, caller.tenant, caller.number.unwrap_or_default(), key);
        let is_in_use = !crate::lock(&self.0).insert(name.clone());
        Claim { running: self, name, is_in_use }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.is_in_use {
            crate::lock(&self.running.0).remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_until_its_request_is_gone() {
        let running = Running::default();
        let route = super::super::ROUTES.first().unwrap();
        let claim = |tenant: &str, number: &str| {
            let (tenant, number) = (tenant.to_owned(), Some(number.to_owned()));
            let caller = Caller { tenant, number, ..Caller::nobody() };
            running.claim(route, caller, &HeaderValue::from_static("k"))
        };
        let first = claim("t", "n");
        let second = claim("t", "n");
        assert!(!first.is_in_use && second.is_in_use);
        assert!(!claim("t", "m").is_in_use, "another number");
        assert!(!claim("u", "n").is_in_use, "a number of somebody else's, to be refused");
        drop(second);
        assert!(claim("t", "n").is_in_use, "the first one has it still");
        drop(first);
        assert!(!claim("t", "n").is_in_use);
    }
}
