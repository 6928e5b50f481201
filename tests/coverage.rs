//! The scenarios of each pack exercise everything that its contract documents: operations, statuses, enumerated values.

use std::path::Path;
use std::process::Command;

const PACKS: &[&str] = &["conduit-v1", "conduit-v2", "dakota", "sardine"];

#[test]
fn the_packs_scenarios_cover_their_contracts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for pack in PACKS {
        let output = Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(["coverage", "--fail-under", "100"])
            .arg(format!("scenarios/{pack}"))
            .current_dir(root)
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{pack}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
