//! The packs that are built into the binary, as `build.rs` lists them.

/// A file's path in its pack, with `/`, and what it holds.
type File = (&'static str, &'static [u8]);

/// Each pack's name and its files, sorted by name.
pub(super) static PACKS: &[(&str, &[File])] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));
