//! The whole of `scenarios/` is the same run however many scenarios are in flight, and needs no network.

use std::fs;
use std::process::Command;

use regex::Regex;

use super::support::Folder;

/// The JUnit report of everything, without what is of the moment: times, the host, and the run's own name.
fn report(jobs: &str) -> String {
    let folder = Folder::new();
    let path = folder.path().join("junit.xml");
    let output = probity()
        .args([
            "run", "-q", "--color", "never", "--seed", "7341", "-j", jobs,
        ])
        .arg(format!("--report=junit={}", path.display()))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report = fs::read_to_string(path).expect("the report was written");
    let moments = [
        r#" time="[0-9.]+""#,
        r#" timestamp="[^"]+""#,
        r#" hostname="[^"]*""#,
        r#"<property name="run" [^>]*>"#,
    ];
    moments.iter().fold(report, |report, moment| {
        let moment = Regex::new(moment).expect("a valid pattern");
        moment.replace_all(&report, "").into_owned()
    })
}

fn probity() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn one_seed_gives_one_report_with_any_number_of_jobs() {
    let one = report("1");
    assert!(one.matches("<testcase ").count() > 100);
    let other = report("64");
    let differing = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    assert!(one == other, "-j 1 and -j 64 differ: {differing:#?}");
}

/// A network namespace that has nothing but loopback; where there can be none, the test says so and checks nothing.
#[test]
fn everything_passes_without_a_network() {
    let isolated = |command: &str| {
        let mut unshare = Command::new("unshare");
        unshare
            .args(["--user", "--map-root-user", "--net", "sh", "-c"])
            .arg(format!("ip link set lo up && {command}"))
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        unshare
    };
    let possible = isolated("true").output();
    if !possible.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: network namespaces can't be made here");
        return;
    }
    let routes = isolated("ip route").output().expect("it was possible");
    assert!(routes.stdout.is_empty(), "there is a way out: {routes:?}");
    let program = env!("CARGO_BIN_EXE_probity");
    let output = isolated(&format!("'{program}' run -q --color never"))
        .output()
        .expect("it was possible");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
