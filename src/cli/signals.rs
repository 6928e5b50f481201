//! Ctrl-C and SIGTERM: once ends the run in order, twice at once.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use super::terminal::write_stderr;
use crate::run::StopHandle;

/// SIGINT's number.
const INTERRUPT: u8 = 2;
/// SIGTERM's number.
#[cfg(unix)]
const TERMINATE: u8 = 15;

/// Waits for signals: the first stops the run, the second ends the program, which leaves none of the `unfinished` files.
pub(super) async fn watch(
    mut signals: Signals,
    stop: StopHandle,
    received: Rc<Cell<Option<u8>>>,
    unfinished: Vec<PathBuf>,
) {
    loop {
        let signal = signals.next().await;
        if received.get().is_some() {
            write_stderr("\ninterrupted twice: exiting at once\n");
            for file in &unfinished {
                // One that is complete has another name by now.
                let _ = std::fs::remove_file(file);
            }
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

/// The signals that end the program, caught from its making on.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts to catch signals. To be called within a runtime, before anybody is told that they may be sent.
    pub fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The number of the next signal.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.terminate.recv() => TERMINATE,
        }
    }
}

/// The signals that end the program.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPT,
            Err(_) => std::future::pending().await,
        }
    }
}
