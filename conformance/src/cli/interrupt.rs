//! Ctrl-C: the first one ends the run, with a report of what there is; the second one ends the program.

use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::complain;

/// Sets `stop` when the program is interrupted. Without a runtime to listen on, the program ends at once, as programs do.
pub(crate) fn heed(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    // Listens from here on, and not only when the thread has begun.
    let _guard = runtime.enter();
    let interrupted = signals();
    drop(_guard);
    thread::spawn(move || {
        runtime.block_on(async {
            let Some(mut interrupted) = interrupted else { return };
            if interrupted.recv().await.is_some() {
                stop.store(true, Ordering::Relaxed);
                complain("interrupted: ending what is under way; once more ends at once");
            }
            if interrupted.recv().await.is_some() {
                exit(130);
            }
        });
    });
}

#[cfg(unix)]
fn signals() -> Option<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).ok()
}

#[cfg(windows)]
fn signals() -> Option<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c().ok()
}
