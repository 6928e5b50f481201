//! What other runners of HTTP tests were seen to get wrong, one test each.

mod support;

use support::Folder;
use support::server::{Server, json, reply};

/// Runs scenarios against a server that answers every request with its own body.
fn run(answer: &'static str, scenarios: &str) -> (i32, String, Vec<support::server::Received>) {
    let server = Server::new(move |_| json(answer));
    let folder = Folder::with_raw_pack(
        &server.url,
        &format!("packs: [raw]\nscenarios:\n{scenarios}"),
    );
    let said = folder.run_local(&["-j", "1"]);
    (said.code, said.stderr, server.received())
}

#[test]
fn numbers_are_sent_again_as_they_came() {
    let (code, stderr, received) = run(
        r#"{"a": -0.25, "b": 100.10, "c": 1234567890123456.78, "d": 99999999999999999999}"#,
        "  numbers:
    steps:
      - http: GET /
        capture: { a: $.a, b: $.b, c: $.c, d: $.d }
      - http: POST /
        json: { a: '${{ a }}', b: '${{ b }}', c: '${{ c }}', d: '${{ d }}', text: 'is ${{ b }}' }
",
    );
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        received[1].body(),
        r#"{"a":-0.25,"b":100.10,"c":1234567890123456.78,"d":99999999999999999999,"text":"is 100.10"}"#
    );
}

#[test]
fn money_is_not_compared_as_a_float_and_big_numbers_not_as_text() {
    let (code, stderr, _) = run(
        r#"{"money": 1234567890123456.78, "big": 99999999999999999999, "one": 1.0}"#,
        "  money: { steps: [{ http: GET /, expect: { $.money: 1234567890123456.79 } }] }
  big: { steps: [{ http: GET /, expect: { $.big: { lt: 100000000000000000000 } } }] }
  one: { steps: [{ http: GET /, expect: { $.one: 1 } }] }
",
    );
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("3 scenarios: 2 passed, 1 failed"),
        "{stderr}"
    );
    assert!(stderr.contains("FAIL case::money"), "{stderr}");
}

#[test]
fn a_failing_turn_fails_the_scenario() {
    let (code, stderr, received) = run(
        "{\"n\": 1}",
        "  hard: { steps: [{ for_each: [1, 2, 1], http: GET /, expect: { $.n: '${{ item }}' } }] }
  soft: { steps: [{ for_each: [1, 2, 1], soft: true, http: GET /, expect: { $.n: '${{ item }}' } }] }
",
    );
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("0 passed, 2 failed"), "{stderr}");
    assert_eq!(received.len(), 4);
}

#[test]
fn control_characters_leave_junit_well_formed_and_it_is_written_over() {
    let server = Server::new(|_| reply(200, &[], b"\x00\x01\x08\x0b\x1b[31m\xff]]>"));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]\nscenarios:\n  odd: { steps: [{ http: GET /, expect: { text: fine } }] }\n",
    );
    for _ in 0..2 {
        let said = folder.run_local(&["--report", "junit=out.xml"]);
        assert_eq!(said.code, 1, "{}", said.stderr);
        assert!(
            !said.stderr.contains('\u{1b}'),
            "nothing raw at the terminal"
        );
        let text = folder.read("out.xml");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"));
        assert_eq!(cases.count(), 1, "written over, not appended to");
    }
}

#[test]
fn overlapping_secrets_are_redacted_longest_first() {
    let server = Server::new(|_| json(r#"{"echo": "abcdefgh-ijklmnop and abcdefgh"}"#));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
secrets: { short: { env: SHORT_KEY }, long: { env: LONG_KEY } }
scenarios:
  both: { steps: [{ http: GET /, headers: { a: '${{ secrets.short }}', b: '${{ secrets.long }}' }, expect: { $.echo: x } }] }
",
    );
    let mut command = folder.probity(&["run", "case.scenario.yaml", "--env", "local", "-vv"]);
    command
        .env("SHORT_KEY", "abcdefgh")
        .env("LONG_KEY", "abcdefgh-ijklmnop");
    let said: support::Said = command.output().expect("it starts").into();
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("*** and ***"), "{}", said.stderr);
    assert!(!said.stderr.contains("ijklmnop"), "{}", said.stderr);
}

#[test]
fn one_bad_file_of_many_stops_no_other() {
    let server = Server::new(|_| json("{}"));
    let folder = Folder::new();
    folder.raw_pack(&server.url, "");
    for n in 0..20 {
        folder.write(
            &format!("tests/good_{n:02}.scenario.yaml"),
            "packs: [raw]\nscenarios:\n  good: { steps: [{ http: GET / }] }\n",
        );
    }
    folder.write("tests/bad.scenario.yaml", "scenarios: [\n");
    let said = folder.run(&[
        "run",
        "tests",
        "--env",
        "local",
        "--report",
        "junit=out.xml",
    ]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(
        said.stderr
            .contains("20 scenarios: 20 passed · 1 invalid file"),
        "{}",
        said.stderr
    );
    let text = folder.read("out.xml");
    let document = roxmltree::Document::parse(&text).expect("well-formed");
    let count = |name: &str| {
        document
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .count()
    };
    assert_eq!((count("testcase"), count("error")), (21, 1));
}

#[test]
fn control_characters_in_a_captured_text_are_escaped_in_a_json_body() {
    let (code, stderr, received) = run(
        r#"{"odd": "a\u0000\u001f\n\"\\\u2028b"}"#,
        "  odd:
    steps:
      - { http: GET /, capture: { odd: $.odd } }
      - { http: POST /, json: { odd: '${{ odd }}', inside: 'x${{ odd }}' } }
",
    );
    assert_eq!(code, 0, "{stderr}");
    let sent: serde_json::Value = serde_json::from_str(&received[1].body()).expect("JSON");
    assert_eq!(sent["odd"], "a\u{0}\u{1f}\n\"\\\u{2028}b");
    assert_eq!(sent["inside"], "xa\u{0}\u{1f}\n\"\\\u{2028}b");
}

#[test]
fn an_undefined_variable_is_not_retried() {
    let (code, stderr, received) = run(
        "{}",
        "  typo:
    vars: { customer: a }
    steps:
      - http: GET /${{ custmer }}
        retry: { attempts: 100, every: 1h }
",
    );
    assert!(matches!(code, 2 | 3), "{stderr}");
    assert!(stderr.contains("did you mean `customer`?"), "{stderr}");
    assert!(received.is_empty());
}

#[test]
fn json_is_compared_by_what_it_means() {
    let (code, stderr, _) = run(
        "{ \"a\" : 1.0 ,\n \"b\": [ true,null ] }",
        "  same: { steps: [{ http: GET /, expect: { $: { eq: { b: [true, null], a: 1 } } } }] }\n",
    );
    assert_eq!(code, 0, "{stderr}");
}

/// The peak of a child's memory while it reads 400 bodies of 1 MB.
#[cfg(all(target_os = "linux", not(debug_assertions)))]
#[test]
fn bodies_are_not_kept() {
    use std::sync::{Arc, Barrier};
    let last = Arc::new(Barrier::new(2));
    let waits = Arc::clone(&last);
    let body = json(format!("\"{}\"", "x".repeat(1_000_000)));
    let server = Server::new(move |request| {
        if request.path() == "/last" {
            waits.wait();
            waits.wait();
        }
        body.clone()
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  bodies: { matrix: { a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], b: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, steps: [{ for_each: [1, 2, 3, 4], http: GET / }] }
  last: { steps: [{ http: GET /last }] }
",
    );
    let args = [
        "run",
        "case.scenario.yaml",
        "--env",
        "local",
        "-q",
        "-j",
        "1",
    ];
    let child = folder.probity(&args).spawn().expect("it starts");
    last.wait();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    last.wait();
    child.wait_with_output().expect("it ends");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("a peak");
    let kilobytes: u64 = peak
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    assert!(kilobytes < 64 * 1024, "{kilobytes} kB");
}
