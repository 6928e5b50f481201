//! Runs the binary as a user does: in a folder of its own, with none of the tester's environment.
#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod server;
pub mod store;
pub mod transcript;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What the binary said, as text.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Copies what is in a folder, folders too.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("creatable");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A folder that goes away with its test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    /// A folder with the pack `raw`, whose environment `local` is this server, and one file of scenarios for it.
    pub fn with_raw_pack(base_url: &str, scenarios: &str) -> Self {
        let folder = Self::new();
        folder.raw_pack(base_url, "");
        folder.write("case.scenario.yaml", scenarios);
        folder
    }

    /// Writes the pack `raw`; `more` is further keys of its manifest.
    pub fn raw_pack(&self, base_url: &str, more: &str) {
        let environments = format!("environments:\n  local: {{ base_url: '{base_url}' }}\n");
        self.write(
            "scenarios/raw/pack.yaml",
            &format!("pack: raw\nversion: 1.0.0\n{environments}{more}"),
        );
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("its folder");
        fs::write(path, text).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("the file was written")
    }

    /// The binary with these arguments, to be run in this folder.
    pub fn probity(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command
            .args(args)
            .env_clear()
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Said {
        self.probity(args).output().expect("it starts").into()
    }

    /// `probity run case.scenario.yaml --env local` and these arguments.
    pub fn run_local(&self, args: &[&str]) -> Said {
        let mut all = vec!["run", "case.scenario.yaml", "--env", "local"];
        all.extend(args);
        self.run(&all)
    }
}
