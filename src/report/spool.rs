//! Text that is kept until the end of a run, in memory while there is little of it and in a temporary file after that.

use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// Bytes kept in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;

/// Where a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    start: u64,
    length: u64,
}

#[derive(Debug)]
pub(super) struct Spool {
    file: SpooledTempFile,
    end: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            file: SpooledTempFile::new(IN_MEMORY),
            end: 0,
        }
    }
}

impl Spool {
    pub(super) fn keep(&mut self, text: &str) -> io::Result<Piece> {
        self.file.write_all(text.as_bytes())?;
        let piece = Piece {
            start: self.end,
            length: text.len() as u64,
        };
        self.end += piece.length;
        Ok(piece)
    }

    /// Writes pieces to `out`, in the order given.
    pub(super) fn copy(
        &mut self,
        pieces: impl IntoIterator<Item = Piece>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        for piece in pieces {
            self.file.seek(SeekFrom::Start(piece.start))?;
            io::copy(&mut (&mut self.file).take(piece.length), out)?;
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_any_order_from_memory_and_from_disk() {
        let mut spool = Spool::default();
        for round in 0..3 {
            let one = spool.keep("one").unwrap();
            let big = spool.keep(&"x".repeat(IN_MEMORY / 2)).unwrap();
            let two = spool.keep("two").unwrap();
            let mut out = Vec::new();
            spool.copy([two, one], &mut out).unwrap();
            assert_eq!(out, b"twoone", "round {round}");
            let mut out = Vec::new();
            spool.copy([big], &mut out).unwrap();
            assert_eq!(out.len(), IN_MEMORY / 2);
        }
        assert!(spool.file.is_rolled());
    }
}
