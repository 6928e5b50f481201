//! Ctrl-C and SIGTERM: once ends the run in order, twice at once.

use std::cell::Cell;
use std::rc::Rc;

use super::terminal::write_stderr;
use crate::run::StopHandle;

/// SIGINT's number.
const INTERRUPT: u8 = 2;
/// SIGTERM's number.
#[cfg(unix)]
const TERMINATE: u8 = 15;

/// Waits for signals: the first stops the run, the second ends the program.
pub(super) async fn watch(stop: StopHandle, received: Rc<Cell<Option<u8>>>) {
    loop {
        let signal = next().await;
        if received.get().is_some() {
            write_stderr("\ninterrupted twice: exiting at once\n");
            exit_now(128 + signal);
        }
        received.set(Some(signal));
        stop.stop();
    }
}

/// Ends the program without another word: the user asked twice.
#[allow(
    clippy::exit,
    reason = "the user asked twice: nothing else is to happen"
)]
fn exit_now(code: u8) -> ! {
    std::process::exit(i32::from(code))
}

#[cfg(unix)]
pub(super) async fn next() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => INTERRUPT,
        _ = terminate.recv() => TERMINATE,
    }
}

#[cfg(not(unix))]
pub(super) async fn next() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => INTERRUPT,
        Err(_) => std::future::pending().await,
    }
}
