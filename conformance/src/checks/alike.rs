//! Whether the two sides say the same.

use super::Session;
use crate::compare::equal;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::targets::Answer;

impl Session<'_> {
    /// Whether both sides answer a call alike. Elsewhere than on a mock anything may happen between the two: then what the API answers now counts.
    pub(crate) fn alike(
        &self,
        rest: &Answer,
        mcp: &Answer,
        again: impl Fn() -> Result<Answer, Box<Finding>>,
    ) -> Checked {
        let Err(finding) = same(rest, mcp) else { return Ok(()) };
        if self.rig.is_steered() {
            return Err(finding);
        }
        let now = again()?;
        if now.body == rest.body && now.status == rest.status {
            return Err(finding);
        }
        same(&now, mcp).map_err(|_| Finding::not_verified("the answers changed while they were compared"))
    }
}

/// Whether two answers are the same, but for the code that the server makes up where the API sends none.
pub(super) fn same(rest: &Answer, mcp: &Answer) -> Checked {
    let mut body = mcp.body.clone();
    if !rest.ok && rest.code().is_none() {
        body.as_object_mut().map(|body| body.shift_remove("code"));
    }
    equal("the answer over MCP is not that of the API", &rest.body, &body)?;
    if rest.ok != mcp.ok {
        return Err(Finding::new("one side refuses what the other accepts"));
    }
    if rest.ok || rest.status == mcp.status {
        return Ok(());
    }
    Err(Finding::new("the status over MCP is not that of the API").with(rest.status, mcp.status))
}
