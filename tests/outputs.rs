//! Where output goes and what happens to what was there: standard output that can't be written, and files that reports
//! name.

mod support;

use std::net::TcpListener;
use std::process::Stdio;

use support::{Folder, Said};

const SCENARIOS: &str = "scenarios: { a: { steps: [{ check: ['1 == 1'] }] } }\n";

#[test]
fn emulators_say_where_they_are_once_all_have_their_port() {
    let folder = Folder::new();
    for name in ["one", "two"] {
        let manifest =
            format!("pack: {name}\nversion: 1.0.0\nenvironments: {{ e: {{ emulator: true }} }}\n");
        folder.write(&format!("scenarios/{name}/pack.yaml"), &manifest);
        folder.write(&format!("scenarios/{name}/emulator.yaml"), "routes: []\n");
    }
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let second = taken.local_addr().expect("it has one");
    let listen = format!("127.0.0.1:{}", second.port() - 1);
    let said = folder.run(&["emulate", "one", "two", "--listen", &listen]);
    assert_eq!(said.code, 3, "{said:?}");
    assert_eq!(said.stdout, "");
    assert!(said.stderr.contains("can't listen on"), "{said:?}");
}

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("scenarios/a.scenario.yaml", SCENARIOS);
    folder
}

/// Every way to have something written to standard output.
const COMMANDS: &[&[&str]] = &[
    &["schema", "scenario"],
    &["schema"],
    &["list", "operators"],
    &["lint", "--format", "json"],
    &["lint", "--format", "sarif"],
    &["completions", "bash"],
    &["coverage"],
    &["coverage", "--format", "json"],
    &["run", "--dry-run"],
    &["run", "--dry-run", "--format", "json"],
    &["run", "--format", "json"],
    &["run", "--report", "junit=-"],
    &["run", "--help"],
    &["--version"],
];

fn with_stdout(folder: &Folder, args: &[&str], stdout: impl Into<Stdio>) -> Said {
    let mut command = folder.probity(args);
    let child = command
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.wait_with_output().expect("it ends").into()
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_is_full_is_an_error() {
    let folder = project();
    for args in COMMANDS {
        let full = std::fs::File::create("/dev/full").expect("Linux has it");
        let said = with_stdout(&folder, args, full);
        assert_eq!(said.code, 3, "{args:?}: {}", said.stderr);
        assert!(
            said.stderr.contains("No space left on device"),
            "{args:?}: {}",
            said.stderr
        );
    }
}

#[test]
fn standard_output_that_nobody_reads_any_more_is_none() {
    let folder = project();
    for args in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let said = with_stdout(&folder, args, writer);
        assert_eq!(said.code, 0, "{args:?}: {}", said.stderr);
        assert!(!said.stderr.contains("error"), "{args:?}: {}", said.stderr);
    }
}

/// Command lines that are wrong in one option.
const WRONG: &[&[&str]] = &[
    &["--max-wait", "long"],
    &["nowhere"],
    &["--shard", "3"],
    &["-j", "0"],
    &["--seed", "abc"],
    &["--contract", "no"],
    &["--no-such-option"],
];

#[test]
fn a_wrong_option_leaves_no_report_of_an_earlier_run() {
    let folder = project();
    folder.write(
        "scenarios/b.scenario.yaml",
        "scenarios: { b: { steps: [{ check: ['1 == 2'] }] } }\n",
    );
    for kind in ["junit", "junit-strict", "json", "html", "tap", "github"] {
        for wrong in WRONG {
            let report = format!("{kind}=out/report");
            let said = folder.run(&["run", "--report", &report]);
            assert_eq!(said.code, 1, "{}", said.stderr);
            assert!(!folder.read("out/report").is_empty());
            let joined = format!("--report={report}");
            let said = folder.run(&[&["run", &joined], *wrong].concat());
            assert_eq!(said.code, 2, "{wrong:?}: {}", said.stderr);
            let left = folder.path().join("out/report").exists();
            assert!(!left, "{kind} {wrong:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused_as_any_wrong_one() {
    use std::os::unix::ffi::OsStrExt;
    let folder = project();
    let odd = std::ffi::OsStr::from_bytes(b"scenarios/b\xff.scenario.yaml");
    let mut command = folder.probity(&["run", "--report", "junit=out.xml"]);
    let said: Said = command.arg(odd).output().unwrap().into();
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("UTF-8"), "{}", said.stderr);
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
}

#[test]
fn a_wrong_option_removes_nothing_but_reports() {
    let folder = project();
    for (path, text) in [
        ("precious.txt", "notes\n"),
        ("empty.xml", ""),
        (
            "other.xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project/>\n",
        ),
        (
            "page.html",
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>mine</title>\n",
        ),
        ("scenarios/a.scenario.yaml", SCENARIOS),
    ] {
        folder.write(path, text);
        for wrong in WRONG {
            let report = format!("junit={path}");
            let said = folder.run(&[&["run", "--report", &report], *wrong].concat());
            assert_eq!(said.code, 2, "{wrong:?}: {}", said.stderr);
            assert_eq!(folder.read(path), text, "{wrong:?}");
        }
    }
}

#[test]
fn a_report_is_written_over_nothing_but_a_report_of_its_kind() {
    let folder = project();
    folder.write("values.YML", "a: 1\n");
    folder.write("main.rs", "fn main() {}\n");
    folder.write("notes.txt", "::notes\n");
    folder.write(
        "results.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pytest\">\n",
    );
    let said = folder.run(&["run", "--report", "tap=run.tap"]);
    assert_eq!(said.code, 0, "{said:?}");
    let theirs = [
        "values.YML",
        "main.rs",
        "notes.txt",
        "results.xml",
        "run.tap",
    ];
    for kind in ["junit", "junit-strict", "json", "html", "github", "tap"] {
        for path in theirs
            .iter()
            .filter(|path| kind != "tap" || **path != "run.tap")
        {
            let before = folder.read(path);
            let report = format!("{kind}={path}");
            let said = folder.run(&["run", "--report", &report]);
            assert_eq!(said.code, 2, "{said:?}");
            assert_eq!(
                said.stderr,
                format!(
                    "error[report-path]: report `{report}` would be written over a file that is no such report\n \
                     = help: give the report another path, or remove the file first\n\n"
                )
            );
            assert_eq!(folder.read(path), before);
        }
    }
    // What is called like a file of the project is one, even if empty or not there.
    folder.write("probity.yaml", "");
    for path in [
        "scenarios/a.scenario.yaml",
        "probity.yaml",
        "scenarios/new.scenario.yml",
        "./pack.yaml",
    ] {
        let report = format!("junit={path}");
        let said = folder.run(&["run", "--report", &report]);
        assert_eq!(said.code, 2, "{said:?}");
        assert_eq!(
            said.stderr,
            format!(
                "error[report-path]: report `{report}` would take the place of a file of the project\n \
                 = help: give the report another name\n\n"
            )
        );
    }
    assert_eq!(folder.read("probity.yaml"), "");
    assert_eq!(folder.read("scenarios/a.scenario.yaml"), SCENARIOS);
    // An empty file is nobody's, and what an earlier run wrote is replaced.
    folder.write("empty", "");
    for kind in ["junit", "junit-strict", "json", "html", "tap"] {
        let report = format!("{kind}=empty");
        for _ in 0..2 {
            let said = folder.run(&["run", "--report", &report]);
            assert_eq!(said.code, 0, "{said:?}");
        }
        assert!(!folder.read("empty").is_empty());
        folder.write("empty", "");
    }
}

#[test]
fn two_reports_in_one_place_are_refused_however_it_was_typed() {
    let folder = project();
    let said = folder.run(&["run", "--report", "tap=out", "--report", "junit=./out"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.stderr
            .contains("reports `tap=out` and `junit=./out` write to the same place"),
        "{said:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_report_that_can_not_be_written_is_named_and_not_its_temporary_file() {
    let folder = project();
    folder.write("file", "text\n");
    let said = folder.run(&["run", "--report", "junit=file/out.xml"]);
    assert_eq!(said.code, 2, "{said:?}");
    let expected =
        "error[report-path]: can't write report `junit=file/out.xml`: the folder `file`: ";
    assert!(said.stderr.starts_with(expected), "{said:?}");
    // Nobody, root included, makes a file in here.
    #[cfg(target_os = "linux")]
    {
        let said = folder.run(&["run", "--report", "junit=/proc/self/out.xml"]);
        assert_eq!(said.code, 2, "{said:?}");
        let expected = "error[report-path]: can't write report `junit=/proc/self/out.xml`: the folder `/proc/self`: ";
        assert!(said.stderr.starts_with(expected), "{said:?}");
        assert!(!said.stderr.contains(".tmp"), "{said:?}");
    }
}
