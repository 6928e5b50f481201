//! Builds the packs under `scenarios/` into the binary: writes a table of their files for `src/pack/built_in.rs`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut table = String::from("&[\n");
    for pack in sorted(&root.join("scenarios")) {
        if !pack.join("pack.yaml").is_file() {
            continue;
        }
        let name = pack.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(table, "    ({name:?}, &[");
        add_files(&pack, "", &mut table);
        table.push_str("    ]),\n");
    }
    table.push_str("]\n");
    fs::write(out.join("packs.rs"), table).expect("OUT_DIR can be written to");
}

fn add_files(folder: &Path, prefix: &str, table: &mut String) {
    for path in sorted(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_left_out(&name) {
            continue;
        }
        if path.is_dir() {
            add_files(&path, &format!("{prefix}{name}/"), table);
        } else {
            let _ = writeln!(
                table,
                "        (\"{prefix}{name}\", include_bytes!({:?})),",
                path.display().to_string()
            );
        }
    }
}

/// Documentation, and scenarios: those of a pack that is built in are not run. `probity init` starts with one file.
fn is_left_out(name: &str) -> bool {
    let starter = "starter.scenario.yaml";
    name == "README.md" || (name.ends_with(".scenario.yaml") && name != starter)
}

/// What is in a folder, in an order that does not depend on the machine; nothing where there is no such folder.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
