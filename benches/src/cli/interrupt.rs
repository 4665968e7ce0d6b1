//! Ctrl-C and SIGTERM: they end the run, with a report of what there is, and with it the processes that were started for it.

use tokio_util::sync::CancellationToken;

use super::complain;

/// Cancels `stop` when the program is interrupted. Without a way to know, the program ends at once, as programs do.
pub(crate) fn heed(stop: CancellationToken) {
    // Listens from here on, and not only when the task has begun.
    let Some(mut signals) = Signals::new() else { return };
    tokio::spawn(async move {
        signals.next().await;
        stop.cancel();
        complain("interrupted: ending what is under way, for two seconds at most");
    });
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Some(Self { interrupt: signal(interrupt).ok()?, terminate: signal(terminate).ok()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> Option<Self> {
        tokio::signal::windows::ctrl_c().ok().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
