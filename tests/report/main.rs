//! What each report makes of the same made-up runs, compared with files in `expected/`.
//!
//! `PROBITY_BLESS=1 cargo test --test report` writes those files anew.

#![allow(clippy::unwrap_used)]

mod console;
mod github;
mod html;
mod json;
mod junit;
mod sample;
mod tap;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use probity::event::Event;
use probity::report::{Context, Desk, Target, open};

/// Output that can be looked at while a reporter writes to it.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    /// What was written since the last call.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The report on a run, by the way that the program takes.
fn written(kind: &str, events: Vec<Event>) -> String {
    written_in(kind, events, &Context::default())
}

fn written_in(kind: &str, events: Vec<Event>, context: &Context) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/out");
    let text = format!("{kind}={}", path.display());
    let target = Target::parse(&text).unwrap();
    let desk = Desk::start(open(&[target], context).unwrap()).unwrap();
    for event in events {
        desk.event(event);
    }
    assert!(desk.finish().is_empty());
    std::fs::read_to_string(path).unwrap()
}

/// Compares a text with `expected/NAME`.
#[track_caller]
fn assert_matches_file(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/report/expected")
        .join(name);
    if std::env::var_os("PROBITY_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let pair = expected.lines().zip(actual.lines());
    let line = pair.take_while(|(a, b)| a == b).count() + 1;
    assert!(
        expected == actual,
        "{name} differs from line {line} on; what is written now:\n{actual}"
    );
}
