//! A client that is not ours, Python's standard library, drives two emulators that `probity emulate` serves.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the emulators with the test, however that ends.
struct Emulators(Child);

impl Drop for Emulators {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves both packs on free ports, and says where: `NAME URL` for each.
fn serve() -> (Emulators, Vec<(String, String)>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["emulate", "dakota", "conduit-v2"])
        .args(["--listen", "127.0.0.1:0", "--clock", "virtual"])
        .args(["--set", "dakota.mode=sandbox", "--set", "replay=strict_409"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let emulators = Emulators(child);
    let lines = stdout.lines().take(2).map(|line| {
        let line = line.expect("it is text");
        let (name, url) = line.split_once(' ').expect("a name and a URL");
        (name.to_owned(), url.to_owned())
    });
    let addresses = lines.collect();
    (emulators, addresses)
}

#[test]
fn a_client_in_another_language_drives_two_emulators() {
    let python = |arguments: &[&str]| {
        Command::new("python3")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
    };
    if !python(&["-c", "import http.server"]).is_ok_and(|said| said.status.success()) {
        eprintln!("skipped: there is no python3");
        return;
    }
    let (_emulators, addresses) = serve();
    let names: Vec<&str> = addresses.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["dakota", "conduit-v2"]);
    let client = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/foreign_client/client.py"
    );
    let said = python(&[client, &addresses[0].1, &addresses[1].1]).expect("it starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr),
    );
    assert_eq!(
        (stdout.trim(), said.status.code()),
        ("done", Some(0)),
        "{stderr}"
    );
}
