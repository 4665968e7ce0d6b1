//! The calls that are made of the targets. None gets past [`Rig::prepared`] that is not permitted.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value};

use super::{Rig, Transport};
use crate::demo;
use crate::own::start_strict_mock;
use crate::targets::{Answer, Call, CallError, Mcp, Rest, Revision, Target, Wire};

impl Rig {
    /// Calls a tool. Keys and numbers of the demo world are those of the target.
    ///
    /// # Errors
    /// As [`Rest::call`](crate::targets::Rest::call) and [`Mcp::call`]; [`CallError::Unsupported`] for what is not permitted, or not there.
    pub fn call(&self, target: Target, call: &Call<'_>) -> Result<Answer, CallError> {
        self.block_on(self.calling(target, call))
    }

    /// As [`Rig::call`], while something else is under way.
    pub(crate) async fn calling(&self, target: Target, call: &Call<'_>) -> Result<Answer, CallError> {
        self.there(target)?;
        let (key, arguments) = self.prepared(call)?;
        let call = Call { operation: call.operation, key, arguments: &arguments };
        let ask = || async {
            match target {
                Target::Rest => self.rest.call(&call).await,
                Target::Mcp => self.mcp_of(call.key).call(&call).await,
            }
        };
        self.pace.ask(ask).await
    }

    /// Calls a tool in a revision, over a transport. The server must be reached over that one.
    pub(crate) fn call_over(
        &self,
        transport: Transport,
        revision: Revision,
        call: &Call<'_>,
    ) -> Result<Answer, CallError> {
        self.there(Target::Mcp)?;
        let mcp = self.over(transport)?.speaking(revision);
        let (key, arguments) = self.prepared(call)?;
        let call = Call { operation: call.operation, key, arguments: &arguments };
        self.block_on(self.pace.ask(|| mcp.call(&call)))
    }

    /// Calls a tool on a server that tries again what may be tried again: one beside the rig's own, which does not, else the one that is checked.
    pub(crate) fn call_retrying(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        let Some(own) = &self.own else { return self.call(Target::Mcp, call) };
        self.block_on(async { own.retrying().await?.call(call).await })
    }

    /// Makes a request to a mock that refuses unknown fields. Whether one does is settled when it starts.
    ///
    /// # Errors
    /// As [`Rest::send`], and [`CallError::Unsupported`] where the mock is not our own to start.
    pub(crate) fn send_strict(&self, wire: &Wire) -> Result<Answer, CallError> {
        if self.own.is_none() {
            let reason = "unknown fields are refused only by a mock that was started with --strict";
            return Err(CallError::Unsupported(reason.to_owned()));
        }
        self.block_on(async {
            let mock = start_strict_mock().await;
            let mock = mock.map_err(|error| CallError::unusable(Target::Rest, error))?;
            Rest::new(mock.url()).send(wire).await
        })
    }

    /// Key and arguments as they go to the target, if it may be called so.
    fn prepared<'a>(&'a self, call: &Call<'a>) -> Result<(Option<&'a str>, Map<String, Value>), CallError> {
        let key = call.key.map(|key| self.roles.key(key)).transpose()?;
        let arguments = self.roles.arguments(call.arguments)?;
        let mut names = arguments.values().filter_map(Value::as_str);
        if let Some(name) = names.find(|name| demo::is_thing(name) && !self.has(name)) {
            let reason = format!("{name} is of the demo world, which the target may not have");
            return Err(CallError::Unsupported(reason));
        }
        self.permit.allows(call.operation, &arguments)?;
        Ok((key, arguments))
    }

    /// Whether a side can be asked, and the run goes on.
    pub(super) fn there(&self, target: Target) -> Result<(), CallError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(CallError::Unsupported("the run was ended before".to_owned()));
        }
        match self.only {
            Some(only) if only != target => {
                Err(CallError::Unsupported(format!("there is no {target} target: give --api and --mcp")))
            }
            _ => Ok(()),
        }
    }

    /// The tools as the server lists them.
    ///
    /// # Errors
    /// [`CallError`] when the target refuses to list, or gives no JSON.
    pub fn list_tools(&self, key: &str) -> Result<Vec<Value>, CallError> {
        self.there(Target::Mcp)?;
        self.block_on(self.mcp.list(self.roles.key_or_any(key), &self.pace))
    }

    /// The tools as the server lists them in a revision, over a transport. It must be reached over that one.
    pub(crate) fn list_over(
        &self,
        transport: Transport,
        revision: Revision,
        key: &str,
    ) -> Result<Vec<Value>, CallError> {
        self.there(Target::Mcp)?;
        let mcp = self.over(transport)?.speaking(revision);
        self.block_on(mcp.list(self.roles.key_or_any(key), &self.pace))
    }

    /// The contract as the API publishes it.
    ///
    /// # Errors
    /// As [`Rest::get`](crate::targets::Rest::get).
    pub fn openapi(&self) -> Result<Value, CallError> {
        self.there(Target::Rest)?;
        Ok(self.block_on(self.pace.ask(|| self.rest.get("/openapi.json")))?.body)
    }

    /// The server over a transport.
    pub(crate) fn over(&self, transport: Transport) -> Result<&Mcp, CallError> {
        let found = match transport {
            Transport::Http => Some(&self.mcp).filter(|mcp| mcp.endpoint().is_some()),
            Transport::Stdio => {
                self.stdio.as_ref().or(Some(&self.mcp).filter(|mcp| mcp.endpoint().is_none()))
            }
        };
        found.ok_or_else(|| CallError::Unsupported(format!("the server is not reached over {transport}")))
    }

    /// The URL of the server's endpoint. It must be reached over HTTP.
    pub(crate) fn endpoint(&self) -> Result<&str, CallError> {
        self.there(Target::Mcp)?;
        Ok(self.over(Transport::Http)?.endpoint().unwrap_or_default())
    }

    /// The URL of an endpoint that takes access tokens, if any does: of a server beside the rig's own, else of the one that is checked.
    pub(crate) fn resource(&self) -> Result<&str, CallError> {
        match &self.own {
            Some(own) => self.block_on(own.with_tokens()),
            None => self.endpoint(),
        }
    }
}
