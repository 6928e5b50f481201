//! JSON: each event as a line, as it happens. `schemas/report.schema.json` says what they look like.

use std::io::{self, Write};

use super::{Needs, Reporter};
use crate::event::Event;

/// How every such report begins: with the event of the run.
pub(super) const BEGINS: &str = "{\"event\":\"run\",\"schema\":";

pub(super) struct Json<W> {
    out: W,
}

impl<W: Write> Json<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, event)?;
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn needs(&self) -> Needs {
        Needs {
            step_starts: true,
            step_ends: true,
            coverage: true,
            ..Needs::default()
        }
    }
}
