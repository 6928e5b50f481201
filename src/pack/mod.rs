//! A provider pack: its manifest, actions and emulator file as typed documents, and where packs are found.

mod action;
mod built_in;
mod decode;
pub mod emulator;
mod library;
mod load;
mod manifest;
mod sandbox;
mod secret;
mod setting;
pub mod tables;
mod webhooks;

pub use action::{Action, InputSpec};
pub use emulator::EmulatorFile;
pub use library::{Library, Loaded};
pub use load::load;
pub use manifest::{
    Environment, Pack, RateLimit, RequestDefaults, SecretSpec, SettingSpec, Target,
};
pub use sandbox::{Instance, InstanceReport, InstanceSpec, Sandboxes};
pub use webhooks::SignatureSpec;
