//! A provider pack: its manifest, actions and emulator file as typed documents, and where packs are found.

mod action;
mod built_in;
mod decode;
pub mod emulator;
mod files;
mod library;
mod load;
mod lock;
mod manifest;
mod sandbox;
mod secret;
mod setting;
pub mod tables;
mod webhooks;

pub use action::{AS_IS, Action, InputSpec};
pub use emulator::EmulatorFile;
pub use files::{Collector, PackFiles, not_a_file, read_folder};
pub use library::{Library, Loaded, OtherVersion};
pub use load::load;
pub use lock::{ADDED_PACKS, LOCK_FILE, Lock, LockedPack, digests};
pub use manifest::{
    Environment, Pack, RateLimit, RequestDefaults, SecretSpec, SettingSpec, Target,
};
pub use sandbox::{Instance, InstanceReport, InstanceSpec, Sandboxes};
pub use webhooks::SignatureSpec;
