//! A provider pack: its manifest, actions and emulator file as typed documents, and where packs are found.

mod action;
pub mod emulator;
mod manifest;
mod sandbox;

pub use action::{Action, InputSpec};
pub use emulator::EmulatorFile;
pub use manifest::{
    Environment, Pack, RateLimit, RequestDefaults, SecretSpec, SettingSpec, Target,
};
pub use sandbox::{Instance, InstanceReport, InstanceSpec, Sandboxes};
