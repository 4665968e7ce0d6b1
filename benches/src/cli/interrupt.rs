//! Ctrl-C: the first one ends the run, with a report of what there is; the second one ends the program.

use std::process::exit;

use tokio::signal::ctrl_c;
use tokio_util::sync::CancellationToken;

use super::{INTERRUPTED, complain};

/// Cancels `stop` when the program is interrupted.
pub(crate) fn heed(stop: CancellationToken) {
    tokio::spawn(async move {
        if ctrl_c().await.is_ok() {
            stop.cancel();
            complain("interrupted: ending what is under way; once more ends at once");
        }
        if ctrl_c().await.is_ok() {
            exit(INTERRUPTED.into());
        }
    });
}
