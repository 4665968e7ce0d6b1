//! Whether the targets are what they are said to be, asked once before all else: a wrong URL is not a thousand failures.

use super::Rig;
use crate::demo::TENANT_KEY;
use crate::targets::{CallError, Target};

/// An operation that every API has, and that changes nothing.
const PROBE: &str = "/v1/numbers";
/// Characters of an unexpected answer that are shown.
const SHOWN: usize = 160;

impl Rig {
    /// Whether the targets answer, and as an API and an MCP server do; whether they do it well is for the checks.
    ///
    /// # Errors
    /// [`CallError::Unreachable`], and [`CallError::Stranger`] for what is something else.
    pub fn reach(&self) -> Result<(), CallError> {
        self.block_on(async {
            if self.there(Target::Rest).is_ok() {
                self.rest.reach().await?;
                self.probe_api().await?;
            }
            if self.there(Target::Mcp).is_ok() {
                self.mcp.reach().await?;
                self.probe_mcp().await?;
            }
            Ok(())
        })
    }

    async fn probe_api(&self) -> Result<(), CallError> {
        let got = match self.rest.get(PROBE).await {
            Ok(answer) if answer.status != Some(404) => return Ok(()),
            Ok(answer) => format!("404 with {}", answer.body),
            Err(error) => reason(error),
        };
        let expected = format!("GET {PROBE} should be answered with JSON");
        Err(self.stranger(Target::Rest, self.rest.base(), "Pilot Status API", &expected, &got))
    }

    async fn probe_mcp(&self) -> Result<(), CallError> {
        let Err(error) = self.mcp.probe(self.roles.key_or_any(TENANT_KEY)).await else { return Ok(()) };
        let at = self.mcp.endpoint().unwrap_or("the command");
        let expected = "tools/list should be answered with a JSON-RPC message";
        Err(self.stranger(Target::Mcp, at, "MCP server", expected, &reason(error)))
    }

    fn stranger(
        &self,
        target: Target,
        at: &str,
        wanted: &'static str,
        expected: &str,
        got: &str,
    ) -> CallError {
        // It may have repeated its key.
        let mut got = got.to_owned();
        self.roles.hide(&mut got);
        let shown: String = got.chars().take(SHOWN).collect();
        let end = if shown.len() < got.len() { "…" } else { "" };
        let reason = format!("{expected}; it was: {shown}{end}");
        CallError::Stranger { target, at: at.to_owned(), wanted, reason }
    }
}

fn reason(error: CallError) -> String {
    match error {
        CallError::Unusable { reason, .. } => reason,
        error => error.to_string(),
    }
}
