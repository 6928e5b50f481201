//! What the binary does with servers: broken ones, secrets that must not leak, origins, cookies, redirects, and that
//! the same seed sends the same bytes.

mod support;

use std::io::Write as _;
use std::time::Duration;

use support::server::{Server, json, reply};
use support::{Folder, Said};

/// A server that breaks off in one way, and a scenario on either side of the broken one.
fn broken(answer: impl Fn(&mut std::net::TcpStream) -> bool + Send + Sync + 'static) -> Said {
    let server = Server::raw(move |request, stream| {
        if request.path() == "/broken" {
            answer(stream)
        } else {
            stream.write_all(&json("{}")).is_ok()
        }
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  before: { steps: [{ http: GET /fine }] }
  broken: { steps: [{ http: GET /broken, timeout: 2s, expect: { status: 200, $.a: 1 } }] }
  after: { steps: [{ http: GET /fine }] }
",
    );
    let said = folder.run_local(&["-j", "1"]);
    assert!(said.stderr.contains("case::before"), "{}", said.stderr);
    assert!(
        said.stderr.contains("3 scenarios: 2 passed, 1 "),
        "the others pass: {}",
        said.stderr
    );
    said
}

/// One problem, with this text in it.
fn one_problem(said: &Said, code: i32, text: &str) {
    assert_eq!(said.code, code, "{}", said.stderr);
    let problems = said.stderr.matches("\nerror[").count();
    assert_eq!(problems, 1, "one problem: {}", said.stderr);
    assert!(said.stderr.contains(text), "`{text}` in {}", said.stderr);
    assert!(!said.stderr.contains("panic"), "{}", said.stderr);
}

#[test]
fn a_connection_closed_before_the_answer() {
    one_problem(&broken(|_| false), 3, "clos");
}

#[test]
fn half_a_body() {
    let said = broken(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":");
        false
    });
    one_problem(&said, 3, "error[");
}

#[test]
fn an_endless_body() {
    let said = broken(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).is_ok() {}
        false
    });
    one_problem(&said, 3, "larger than the limit");
}

#[test]
fn a_bad_status_line() {
    let said = broken(|stream| {
        let _ = stream.write_all(b"HELLO there\r\n\r\n");
        false
    });
    one_problem(&said, 3, "HTTP");
}

#[test]
fn garbage_that_says_that_it_is_gzip() {
    let said = broken(|stream| {
        let headers = [("content-encoding", "gzip")];
        stream.write_all(&reply(200, &headers, "not gzip")).is_ok()
    });
    one_problem(&said, 3, "gzip");
}

#[test]
fn ten_megabytes_of_brackets() {
    let said = broken(|stream| stream.write_all(&json(vec![b'['; 10_000_000])).is_ok());
    assert!(matches!(said.code, 1 | 3), "{}", said.stderr);
    one_problem(&said, said.code, "JSON");
    assert!(said.stderr.len() < 20_000, "it is cut");
    assert!(
        !said.stderr.contains("the body is not JSON"),
        "one cause, one name: {}",
        said.stderr
    );
}

#[test]
fn a_time_limit_shows_which_steps_were_under_way() {
    let server = Server::raw(|_, _| true);
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
actions:
  ask:
    steps:
      - http: GET /never
scenarios:
  of_a_step:
    steps:
      - uses: ./ask
        timeout: 100ms
  of_a_scenario:
    timeout: 100ms
    steps:
      - uses: ./ask
",
    );
    let said = folder.run_local(&["-j", "1", "-q"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    for expected in [
        "
error[timeout]: the step took longer than its 100ms
 --> case.scenario.yaml:9:9
  |
5 |       - http: GET /never
  |         ---- was under way
...
9 |       - uses: ./ask
  |         ^^^^
  |
",
        "
error[timeout]: the scenario took longer than its 100ms
  --> case.scenario.yaml:11:3
   |
 5 |       - http: GET /never
   |         ---- was under way
...
11 |   of_a_scenario:
   |   ^^^^^^^^^^^^^
...
14 |       - uses: ./ask
   |         ---- was under way
   |
",
    ] {
        assert!(said.stderr.contains(expected), "{}", said.stderr);
    }
}

#[test]
fn a_redirect_that_is_not_followed_says_where_it_leads() {
    let server = Server::new(|_| reply(302, &[("location", "/elsewhere")], ""));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]\nscenarios: { a: { steps: [{ http: GET / }] } }\n",
    );
    let said = folder.run_local(&["-q"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let expected = "  = it leads to `/elsewhere`
  = help: redirects are not followed unless the step says so: `follow_redirects: 1`
";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    folder.write(
        "case.scenario.yaml",
        "packs: [raw]\nscenarios: { a: { steps: [{ http: GET /, follow_redirects: 1 }] } }\n",
    );
    let said = folder.run_local(&["-q"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let expected = "  = it leads to `/elsewhere`
  = help: the step follows 1 redirect, and this is one more: raise `follow_redirects`, or see whether they ever end
";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
}

#[test]
fn measured_times_are_written_in_one_style() {
    let server = Server::new(|_| json(r#"{"state":"open"}"#));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  polls:
    steps: [{ http: GET /, poll: { until: { $.state: done }, every: 10ms, timeout: 35ms } }]
",
    );
    let said = folder.run_local(&["-v"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(
        said.stderr.contains("does not hold within 35ms"),
        "{}",
        said.stderr
    );
    let measured =
        regex::Regex::new(r"\bat \d+(\.\d+)? m?s(:| to \d+(\.\d+)? m?s:)").expect("valid");
    assert!(measured.is_match(&said.stderr), "{}", said.stderr);
}

#[test]
fn a_poll_does_not_wait_for_an_answer_beyond_its_time() {
    let server = Server::new(|_| Vec::new());
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
actions:
  ask: { steps: [{ http: GET /never }] }
scenarios:
  of_a_request:
    steps: [{ http: GET /never, poll: { until: { status: 200 }, timeout: 50ms } }]
  of_an_action:
    steps: [{ uses: ./ask, poll: { until: { status: 200 }, timeout: 50ms } }]
",
    );
    let said = folder.run_local(&[]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let expected = "`until` does not hold within 50ms (1 attempt): no answer came in time";
    assert_eq!(said.stderr.matches(expected).count(), 2, "{}", said.stderr);
    assert!(said.stderr.contains("2 failed"), "{}", said.stderr);
}

#[test]
fn what_failed_took_its_time_and_what_was_refused_was_not_sent() {
    let server = Server::new(|request| match request.path().as_str() {
        "/slow" => Vec::new(),
        _ => json("{}"),
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  times_out:
    steps: [{ http: GET /slow, timeout: 30ms, expect: { error: connection } }]
  refused:
    steps: [{ http: GET /, headers: { x-a: \"b\\nc\" } }]
",
    );
    let said = folder.run_local(&["-v"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    let slow = said
        .stderr
        .lines()
        .find(|line| line.contains("GET") && line.contains("/slow failed"));
    let slow = slow.unwrap_or_else(|| panic!("{}", said.stderr));
    assert!(!slow.ends_with("in 0 ms"), "{slow}");
    assert!(said.stderr.contains("· 1 request\n"), "{}", said.stderr);
    assert_eq!(server.received().len(), 1);
}

const SECRET: &str = "s3cr3t/+ \"<value>&%";

fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![
        secret.to_owned(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD.encode(format!("user:{secret}")),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        secret
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace(' ', "%20"),
        hex.to_uppercase(),
        hex,
        secret.replace('"', "\\\""),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
    ]
}

const SECRET_PACK: &str = "secrets: { key: { env: RAW_KEY } }\n";

/// Runs the binary with a value for the secret that the scenarios declare.
fn run_with_key(folder: &Folder, args: &[&str], key: &str) -> Said {
    let mut command = folder.probity(args);
    command
        .env("RAW_KEY", key)
        .output()
        .expect("it starts")
        .into()
}

#[test]
fn secrets_are_in_no_output_in_no_form() {
    let server = Server::new(|request| {
        let token = "tok-fresh-0123456789";
        let echoed = serde_json::Value::String(request.text());
        json(format!(
            "{{\"echo\": {echoed}, \"token\": \"{token}\", \"again\": \"Bearer {token}\"}}"
        ))
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
secrets: { key: { env: RAW_KEY } }
scenarios:
  leaks:
    steps:
      - http: POST /a/${{ secrets.key }}
        query: { key: '${{ secrets.key }}' }
        headers: { x-hex: '${{ secrets.key | base64 }}' }
        auth: { basic: { username: user, password: '${{ secrets.key }}' } }
        json: { key: '${{ secrets.key }}', encoded: '${{ secrets.key | url_encode }}' }
        capture: { token: { jsonpath: $.token, secret: true } }
        expect: { $.echo: nothing like it }
",
    );
    folder.raw_pack(&server.url, "");
    let said = run_with_key(
        &folder,
        &[
            "run",
            "case.scenario.yaml",
            "--env",
            "local",
            "-vv",
            "--format",
            "json",
            "--report",
            "junit=out.xml",
            "--report",
            "json=out.json",
        ],
        SECRET,
    );
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert_eq!(server.received().len(), 1, "it was sent");
    let outputs = [
        ("stderr", said.stderr),
        ("stdout", said.stdout),
        ("junit", folder.read("out.xml")),
        ("json", folder.read("out.json")),
    ];
    for (name, output) in outputs {
        assert!(output.contains("leaks"), "{name} tells of the scenario");
        for form in forms(SECRET)
            .iter()
            .map(String::as_str)
            .chain(["tok-fresh-0123456789"])
        {
            assert!(!output.contains(form), "{name} has `{form}`:\n{output}");
        }
    }
}

/// What is said of a step that sends a secret and gets it back, where it fails.
fn echoed(step: &str, key: &str) -> String {
    let server = Server::new(|request| {
        let echoed = serde_json::Value::String(request.text());
        json(format!("{{\"echo\": {echoed}}}"))
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        &format!(
            "packs: [raw]
secrets: {{ key: {{ env: RAW_KEY }} }}
scenarios:
  leaks:
    steps:
      - http: POST /a
{step}
        expect: {{ $.echo: nothing like it }}
"
        ),
    );
    let args = ["run", "case.scenario.yaml", "--env", "local", "-vv"];
    let said = run_with_key(&folder, &args, key);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("***"), "{}", said.stderr);
    said.stderr
}

#[test]
fn a_secret_that_is_trimmed_is_in_no_output_either() {
    let said = echoed(
        "        headers: { x-key: '${{ secrets.key | trim | base64 }}' }
        json: { key: '${{ secrets.key | trim }}' }",
        "hunter2-hunter2\n",
    );
    for form in ["hunter2", "aHVudGVyMi1odW50ZXIy"] {
        assert!(!said.contains(form), "`{form}`: {said}");
    }
}

#[test]
fn a_key_file_is_in_no_output_in_its_parts() {
    let said = echoed(
        "        text: ${{ (secrets.key | json_parse).private_key }}",
        r#"{"type": "service", "private_key": "hunter2\nhunter3"}"#,
    );
    assert!(!said.contains("hunter"), "{said}");
}

#[test]
fn a_secret_that_the_command_line_repeats_is_in_no_rerun_line() {
    let server = Server::new(|_| json("{}"));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
vars: { key: none }
scenarios:
  leaks:
    steps:
      - http: GET /a
        headers: { x-key: '${{ key }}' }
        expect: { status: 299 }
",
    );
    folder.raw_pack(&server.url, SECRET_PACK);
    let key = "live-key-0123456789";
    let said = run_with_key(
        &folder,
        &[
            "run",
            "case.scenario.yaml",
            "--env",
            "local",
            "--var",
            &format!("key={key}"),
            "--report",
            "junit=out.xml",
            "--format",
            "json",
        ],
        key,
    );
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("--var 'key=***'"), "{}", said.stderr);
    for output in [said.stderr, said.stdout, folder.read("out.xml")] {
        assert!(!output.contains(key), "{output}");
    }
}

/// The token at many places round the edge of what is shown of a body, in each form, in requests and responses.
#[test]
fn a_secret_across_the_cut_of_a_long_body_leaves_nothing_in_any_output() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    const TOKEN: &str = "MyPrivateSecretValue/0123456789+xyz";
    const EDGE: usize = 16 * 1024;
    let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms: Vec<String> = (0..3)
        .map(|before| STANDARD.encode(format!("{}{TOKEN}", "~".repeat(before))))
        .chain([TOKEN.replace('/', "%2F").replace('+', "%2B"), hex])
        .chain([TOKEN.to_owned(), TOKEN.replace('/', "\\/")])
        .collect();
    let answers = forms.clone();
    let server = Server::new(move |request| {
        let path = request.path();
        let mut place = path.trim_start_matches('/').split('/');
        let mut next = || place.next().unwrap().parse::<usize>().unwrap();
        let (form, at, after) = (next(), next(), next());
        let body = format!("{}{}{}", "-".repeat(at), answers[form], "=".repeat(after));
        reply(200, &[("content-type", "text/plain")], body)
    });
    let mut rows = String::new();
    for (index, form) in forms.iter().enumerate() {
        for (shown, after) in [
            (3, 0),
            (5, 9),
            (form.len() / 2, 9_000),
            (form.len() - 1, 9_000),
        ] {
            let at = EDGE - shown;
            rows.push_str(&format!(
                "      - {{ form: {index}, at: {at}, after: {after} }}\n"
            ));
        }
    }
    let folder = Folder::with_raw_pack(
        &server.url,
        &format!(
            "packs: [raw]
secrets: {{ key: {{ env: RAW_KEY }} }}
vars: {{ forms: {forms:?} }}
scenarios:
  cut:
    cases:
{rows}    steps:
      - http: POST /${{{{ case.form }}}}/${{{{ case.at }}}}/${{{{ case.after }}}}
        json: {{ pad: '${{{{ \"-\" * (case.at - 8) }}}}${{{{ forms[case.form] }}}}' }}
        expect: {{ text: nothing like it }}
"
        ),
    );
    let mut args = vec![
        "run",
        "case.scenario.yaml",
        "--env",
        "local",
        "-vv",
        "--format",
        "json",
    ];
    for report in [
        "junit=1.xml",
        "junit-strict=2.xml",
        "html=3.html",
        "json=4.json",
        "tap=5.tap",
    ] {
        args.extend(["--report", report]);
    }
    let said = run_with_key(&folder, &args, TOKEN);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let mut outputs = vec![("stderr", said.stderr), ("stdout", said.stdout)];
    for file in ["1.xml", "2.xml", "3.html", "4.json", "5.tap"] {
        outputs.push((file, folder.read(file)));
    }
    for (name, output) in outputs {
        for form in &forms {
            let beside = format!("-{}", &form[..4]);
            assert!(!output.contains(&beside), "{name} has `{beside}`");
        }
        assert!(output.contains("----"), "{name} shows bodies");
    }
}

#[test]
fn a_request_to_a_real_system_comes_with_a_command_to_paste() {
    let server = Server::new(|_| json("{}"));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
secrets: { key: { env: RAW_KEY } }
scenarios:
  sends:
    steps:
      - http: POST /a
        headers: { x-key: '${{ secrets.key }}' }
        text: \"it's\\ntwo\"
",
    );
    let said = run_with_key(
        &folder,
        &["run", "case.scenario.yaml", "--env", "local", "-vv"],
        SECRET,
    );
    let lines: Vec<&str> = said.stderr.lines().map(str::trim_start).collect();
    let start = lines.iter().position(|line| line.starts_with("curl "));
    let start = start.expect("there is a command");
    let expected = [
        "curl \\".to_owned(),
        format!("{}/a \\", server.url),
        "-H 'x-key: ***' \\".to_owned(),
        "-H 'content-type: text/plain' \\".to_owned(),
        "--compressed \\".to_owned(),
        "--data-raw $'it\\'s\\ntwo'".to_owned(),
    ];
    assert_eq!(
        lines[start..start + expected.len()],
        expected,
        "{}",
        said.stderr
    );
}

#[test]
fn a_secret_without_a_value_is_named_and_nothing_is_sent() {
    let server = Server::new(|_| json("{}"));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  first: { steps: [{ http: GET / }] }
",
    );
    folder.raw_pack(
        &server.url,
        &format!("{SECRET_PACK}request: {{ headers: {{ x-key: '${{{{ secrets.key }}}}' }} }}\n"),
    );
    for value in [None, Some("")] {
        let mut command = folder.probity(&["run", "case.scenario.yaml", "--env", "local"]);
        command.envs(value.map(|value| ("RAW_KEY", value)));
        let said: Said = command.output().expect("it starts").into();
        assert!(matches!(said.code, 2 | 3), "{}", said.stderr);
        assert!(said.stderr.contains("RAW_KEY"), "{}", said.stderr);
        assert!(!said.stderr.contains("***"), "{}", said.stderr);
    }
    assert!(server.received().is_empty(), "nothing was sent");
}

#[test]
fn other_origins_and_refused_hosts_are_never_addressed() {
    let other = Server::new(|_| json("{}"));
    let location = other.url.clone();
    let server = Server::new(move |_| reply(302, &[("location", &location)], ""));
    let folder = Folder::with_raw_pack(
        &server.url,
        &format!(
            "packs: [raw]
scenarios:
  absolute: {{ steps: [{{ http: 'GET {0}/' }}] }}
  computed: {{ vars: {{ url: '{0}/x' }}, steps: [{{ http: 'GET ${{{{ url | raw }}}}' }}] }}
  redirected: {{ steps: [{{ http: GET /, follow_redirects: 3 }}] }}
  traversal: {{ steps: [{{ http: 'GET /a/${{{{ \"..\" }}}}/b' }}] }}
",
            other.url
        ),
    );
    let said = folder.run_local(&["-j", "1"]);
    assert!(matches!(said.code, 2 | 3), "{}", said.stderr);
    assert!(
        said.stderr.contains("4 scenarios: 0 passed"),
        "{}",
        said.stderr
    );
    assert!(other.received().is_empty(), "{:?}", other.lines());
    assert_eq!(server.lines(), ["GET /"], "only the redirected one");

    // `refuse` wins over the environment's own address.
    folder.raw_pack(&server.url, "refuse: [127.0.0.1]\n");
    let said = folder.run_local(&["-j", "1"]);
    assert!(matches!(said.code, 2 | 3), "{}", said.stderr);
    assert_eq!(server.received().len(), 1, "nothing more was sent");
}

#[test]
fn redirects_are_not_followed_unless_told() {
    let server = Server::new(|request| match request.path().as_str() {
        "/old" => reply(302, &[("location", "/new")], ""),
        _ => json("{}"),
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  stays: { steps: [{ http: GET /old, expect: { status: 302, headers: { location: /new } } }] }
",
    );
    let said = folder.run_local(&[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(server.lines(), ["GET /old"]);
}

#[test]
fn cookies_stay_in_their_scenario() {
    let server = Server::new(|request| match request.path().as_str() {
        "/login" => reply(200, &[("set-cookie", "session=abc; Path=/")], ""),
        _ => json(format!(
            "{{\"cookie\": {:?}}}",
            request.header("cookie").unwrap_or_default()
        )),
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  has_one:
    steps:
      - { http: GET /login, expect: { cookies: { session: abc } } }
      - { http: GET /who, expect: { $.cookie: session=abc } }
  has_none: { steps: [{ http: GET /who, expect: { $.cookie: '' } }] }
",
    );
    let said = folder.run_local(&["-j", "1"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

#[test]
fn a_scenario_that_passes_when_run_again_is_flaky_and_a_failure_may_be_expected() {
    let server = Server::raw({
        let asked = std::sync::atomic::AtomicUsize::new(0);
        move |request, stream| match request.path().as_str() {
            "/closes" => false,
            _ if asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 => {
                stream.write_all(&reply(500, &[], "")).is_ok()
            }
            _ => stream.write_all(&json("{}")).is_ok(),
        }
    });
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  flaky: { reruns: 2, steps: [{ http: GET / }] }
  closes: { steps: [{ http: GET /closes, expect: { error: connection } }] }
",
    );
    let said = folder.run_local(&["-j", "1", "--report", "junit=out.xml"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("2 passed (1 flaky)"),
        "{}",
        said.stderr
    );
    assert!(folder.read("out.xml").contains("<flakyFailure"));
}

/// What is random but not of the clock, which is real here.
const RANDOM: &str = "packs: [raw]
vars: { company: '${{ fake.company() }}' }
scenarios:
  rows:
    matrix: { n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], kind: [a, b] }
    steps:
      - http: POST /${{ case.n }}/${{ case.kind }}
        headers: { idempotency-key: '${{ uuid() }}' }
        json: { company: '${{ company }}', id: '${{ random_string(26) }}', n: '${{ random_int(1, 1000000) }}' }
        capture: { id: $.id }
      - for_each: [1, 2]
        http: PUT /${{ case.n }}/${{ case.kind }}/${{ item }}
        json: { id: '${{ id }}', name: '${{ random_string(12) }}' }
      - http: POST /${{ case.n }}/${{ case.kind }}/form
        multipart: { field: '${{ random_int(1, 99999999) }}' }
  alone:
    steps:
      - http: POST /alone
        json: { who: '${{ fake.email() }}', at: '${{ random_int(1, 9) }}' }
";

/// What was sent, by scenario: every request starts with its path.
fn sent(args: &[&[&str]]) -> Vec<String> {
    let server = Server::new(|request| {
        let body: serde_json::Value = serde_json::from_str(&request.body()).unwrap_or_default();
        json(format!("{{\"id\": {}}}", body["id"]))
    });
    let folder = Folder::with_raw_pack(&server.url, RANDOM);
    for args in args {
        let mut all = vec!["run", "--env", "local", "--seed", "42"];
        all.extend(*args);
        let said = folder.run(&all);
        assert_eq!(said.code, 0, "{}", said.stderr);
    }
    let host = server.url.trim_start_matches("http://").to_owned();
    let texts = server.received().into_iter().map(|request| request.text());
    let mut texts: Vec<String> = texts.map(|text| text.replace(&host, "HOST")).collect();
    texts.sort();
    texts
}

fn same(expected: &[String], actual: &[String], how: &str) {
    assert_eq!(expected.len(), actual.len(), "{how}");
    for (expected, actual) in expected.iter().zip(actual) {
        assert_eq!(expected, actual, "{how}");
    }
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    let file = "case.scenario.yaml";
    let one_by_one = sent(&[&[file, "-j", "1"]]);
    assert_eq!(one_by_one.len(), 20 * 4 + 1);
    same(&one_by_one, &sent(&[&[file, "-j", "64"]]), "at once");
    let shards: [&[&str]; 2] = [&[file, "--shard", "1/2"], &[file, "--shard", "2/2"]];
    same(&one_by_one, &sent(&shards), "in shards");
    let mut names = vec![format!("{file}::alone")];
    for n in 1..=10 {
        names.extend(["a", "b"].map(|kind| format!("{file}::rows [n={n}, kind={kind}]")));
    }
    let alone: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    let alone: Vec<&[&str]> = alone.iter().map(<[&str; 1]>::as_slice).collect();
    same(&one_by_one, &sent(&alone), "each alone");
    let distinct: std::collections::HashSet<_> = one_by_one.iter().collect();
    assert_eq!(distinct.len(), one_by_one.len(), "no two are alike");
}

#[test]
fn junit_is_well_formed_and_its_names_are_stable_whatever_a_server_sends() {
    let server = Server::new(|request| {
        let bytes: Vec<u8> = (0..=255).chain(*b"]]><&\xef\xbf\xbe\xed\xa0\x80").collect();
        let headers: &[(&str, &str)] = match request.path().as_str() {
            "/json" => &[("content-type", "application/json")],
            _ => &[
                ("content-type", "text/plain"),
                ("x-odd", "\u{1}\u{fffe}]]>"),
            ],
        };
        reply(500, headers, bytes)
    });
    let scenarios = "packs: [raw]
scenarios:
  text: { steps: [{ http: GET /text, expect: { status: 200, text: fine } }] }
  json: { cases: [{ a: \"\\x01<>&]]>\\uFFFE\" }, { a: b }], steps: [{ http: GET /json, expect: { $.a: '${{ case.a }}' } }] }
";
    let folder = Folder::with_raw_pack(&server.url, scenarios);
    let names = |seed: &str| {
        let report = [
            "--seed",
            seed,
            "--report",
            "junit=out.xml",
            "--report",
            "junit-strict=strict.xml",
        ];
        let said = folder.run_local(&report);
        assert!(matches!(said.code, 1 | 3), "{}", said.stderr);
        roxmltree::Document::parse(&folder.read("strict.xml")).expect("well-formed");
        let text = folder.read("out.xml");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"));
        cases
            .map(|case| {
                format!(
                    "{:?}.{:?}",
                    case.attribute("classname"),
                    case.attribute("name")
                )
            })
            .collect::<Vec<_>>()
    };
    let first = names("1");
    assert_eq!(first.len(), 3);
    assert_eq!(first, names("2"), "written over, and with the same names");
}

#[test]
fn many_requests_are_in_flight_by_default() {
    use std::sync::{Arc, Barrier};
    // Nobody is answered before a hundred have asked.
    let barrier = Arc::new(Barrier::new(100));
    let server = Server::raw(move |_, stream| {
        barrier.wait();
        stream.write_all(&json("{}")).is_ok()
    });
    let rows: Vec<String> = (0..100).map(|n| format!("{{ n: {n} }}")).collect();
    let folder = Folder::with_raw_pack(
        &server.url,
        &format!(
            "packs: [raw]
scenarios:
  many:
    cases: [{}]
    steps: [{{ http: GET /1 }}, {{ http: GET /2 }}, {{ http: GET /3 }}]
",
            rows.join(", ")
        ),
    );
    let said = folder.run_local(&[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(server.received().len(), 300);
}

#[cfg(unix)]
mod signals {
    use super::*;
    use std::process::Stdio;
    use std::time::Instant;

    const SLOW: &str = "packs: [raw]
scenarios:
  slow:
    matrix: { n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], m: [0, 1, 2, 3, 4] }
    steps:
      - http: POST /things/${{ case.n }}-${{ case.m }}
        cleanup: { http: 'DELETE /things/${{ case.n }}-${{ case.m }}' }
      - http: GET /slow
";

    /// Each comes to its end by waiting, and none of them has a result without it.
    const WAITING: &str = "packs: [raw]
scenarios:
  poll:
    steps:
      - http: GET /asked/poll
        poll: { until: { $.done: true }, every: 100s, timeout: 200s }
        expect: { $.done: true }
  retry:
    steps:
      - http: GET /asked/busy
        retry: { every: 100s }
  wait:
    steps:
      - http: GET /asked/wait
      - wait: 100s
";

    /// Each has a loop without an end as its last step, or within it.
    const LOOPING: &str = "packs: [raw]
actions:
  loop:
    steps: &loop
      - repeat: { while: 'true', max: 1000000 }
        steps: [{ http: GET /asked }]
scenarios:
  computing:
    steps:
      - http: GET /asked
      - repeat: { while: 'true', max: 1000000 }
        steps: [{ check: [run.seed >= 0] }]
  repeat: { steps: *loop }
  group: { steps: [{ steps: *loop }] }
  action: { steps: [{ uses: ./loop }] }
  for_each: { steps: [{ for_each: [1, 2], steps: *loop }] }
  turns:
    steps:
      - repeat: { while: 'true', max: 1000000 }
        steps: [{ for_each: [1, 2, 3, 4, 5], http: GET /asked }]
  branches:
    steps:
      - parallel: [{ steps: *loop }, { check: [run.seed >= 0] }]
        expect: { passed: 1 }
";

    /// Stops a run of 50 scenarios by a signal, once all of them wait for an answer.
    fn interrupted(signal: &str) -> (i32, Server, Folder, String) {
        interrupted_in(SLOW, signal, "GET /slow", 50)
    }

    /// Stops a run by a signal once that many requests like this have come.
    fn interrupted_in(
        scenarios: &str,
        signal: &str,
        awaited: &str,
        times: usize,
    ) -> (i32, Server, Folder, String) {
        let server = Server::raw(|request, stream| {
            if request.path() == "/slow" {
                std::thread::sleep(Duration::from_mins(2));
                return false;
            }
            if request.path() == "/asked/busy" {
                let busy = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
                return stream.write_all(busy).is_ok();
            }
            stream.write_all(&json("{}")).is_ok()
        });
        let folder = Folder::with_raw_pack(&server.url, scenarios);
        let mut command = folder.probity(&[
            "run",
            "case.scenario.yaml",
            "--env",
            "local",
            "--report",
            "junit=out.xml",
            "--report",
            "json=out.json",
        ]);
        let child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let start = Instant::now();
        while server
            .lines()
            .iter()
            .filter(|line| line.starts_with(awaited))
            .count()
            < times
        {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "all are asked for in time"
            );
            std::thread::yield_now();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        let pid = child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(killed.expect("there is `kill`").success());
        let output = child.wait_with_output().expect("it ends");
        assert!(start.elapsed() < Duration::from_mins(1), "it ends soon");
        let said: Said = output.into();
        (said.code, server, folder, said.stderr)
    }

    #[test]
    fn an_interrupt_cleans_up_and_writes_whole_reports() {
        let (code, server, folder, stderr) = interrupted("-INT");
        assert_eq!(code, 130, "{stderr}");
        let lines = server.lines();
        let deleted = lines
            .iter()
            .filter(|line| line.starts_with("DELETE"))
            .count();
        assert_eq!(deleted, 50, "{stderr}");
        let text = folder.read("out.xml");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
            .count();
        assert_eq!(cases, 50, "all of them are in it");
        let json = folder.read("out.json");
        let last = json.lines().last().expect("there are lines");
        let last: serde_json::Value = serde_json::from_str(last).expect("JSON");
        assert!(last.to_string().contains("summary"), "{last}");
    }

    #[test]
    fn a_second_interrupt_leaves_no_report_neither_a_part_of_one_nor_an_older_one() {
        let server = Server::raw(|_, _| {
            std::thread::sleep(Duration::from_mins(2));
            false
        });
        let scenarios = "packs: [raw]
scenarios:
  slow: { steps: [{ http: GET /slow, cleanup: { http: DELETE /slow } }] }
  quick: { steps: [{ check: [run.seed >= 0] }] }
";
        let folder = Folder::with_raw_pack(&server.url, scenarios);
        let args =
            |case: &'static str| ["run", case, "--env", "local", "--report", "junit=out/a.xml"];
        let said = folder.run(&args("case.scenario.yaml::quick"));
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(folder.path().join("out/a.xml").exists());
        let mut command = folder.probity(&args("case.scenario.yaml"));
        let child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let waiting = |begin: &str| {
            let start = Instant::now();
            while !server.lines().iter().any(|line| line.starts_with(begin)) {
                assert!(start.elapsed() < Duration::from_secs(30), "{begin}");
                std::thread::park_timeout(Duration::from_millis(5));
            }
            let pid = child.id().to_string();
            let killed = std::process::Command::new("kill")
                .args(["-INT", &pid])
                .status();
            assert!(killed.expect("there is `kill`").success());
        };
        waiting("GET");
        waiting("DELETE");
        let said: Said = child.wait_with_output().expect("it ends").into();
        assert_eq!(said.code, 130, "{}", said.stderr);
        assert!(said.stderr.contains("interrupted twice"), "{}", said.stderr);
        let left = std::fs::read_dir(folder.path().join("out"))
            .unwrap()
            .count();
        assert_eq!(left, 0);
    }

    #[test]
    fn what_an_interrupt_cut_short_has_neither_passed_nor_failed() {
        errored_by_an_interrupt(WAITING, 3);
    }

    #[test]
    fn a_loop_that_an_interrupt_cut_short_has_not_passed() {
        errored_by_an_interrupt(LOOPING, 500);
    }

    /// Every scenario is an error, and is so for no other reason.
    fn errored_by_an_interrupt(scenarios: &str, asked: usize) {
        let (code, _server, folder, stderr) =
            interrupted_in(scenarios, "-INT", "GET /asked", asked);
        assert_eq!(code, 130, "{stderr}");
        let told = stderr.find("  interrupted: ").expect("it is told");
        let first = stderr.find("   ERROR ").expect("cases end by it");
        assert!(told < first, "{stderr}");
        let text = folder.read("out.xml");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        for case in document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
        {
            let error = case.children().find(|node| node.has_tag_name("error"));
            let kind = error.and_then(|error| error.attribute("type"));
            assert_eq!(kind, Some("interrupted"), "{text}");
            assert!(!case.children().any(|node| node.has_tag_name("failure")));
        }
    }

    #[test]
    fn a_termination_does_so_too() {
        let (code, server, _folder, stderr) = interrupted("-TERM");
        assert_eq!(code, 143, "{stderr}");
        let lines = server.lines();
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.starts_with("DELETE"))
                .count(),
            50
        );
    }
}

#[test]
fn an_emulator_beside_a_real_system_lives_in_real_time() {
    let server = Server::new(|_| json("{}"));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw, shop]
scenarios:
  wait:
    steps:
      - http: GET /now
        pack: shop
        expect:
          $.now: { ne: '2026-01-01T00:00:00.000Z' }
      - http: POST /jobs
        pack: shop
      - wait: 1ms
      - http: GET /jobs
        pack: shop
        expect: { $.done: 0 }
      - http: GET /
  wait_long:
    steps:
      - http: GET /
      - wait: 1h
      - http: GET /jobs
        pack: shop
",
    );
    folder.write(
        "scenarios/shop/pack.yaml",
        "pack: shop\nversion: 1.0.0\nenvironments: { emulator: { emulator: true } }\n",
    );
    folder.write(
        "scenarios/shop/emulator.yaml",
        "collections:
  done: { id: '${{ uuid() }}' }
routes:
  - { route: GET /now, respond: { json: { now: '${{ now() }}' } } }
  - route: POST /jobs
    effects: [{ after: 1h, do: [{ insert: done }] }]
    respond: { status: 202 }
  - { route: GET /jobs, respond: { json: { done: '${{ collections.done | length }}' } } }
",
    );
    let said = folder.run(&["run", "case.scenario.yaml", "--env", "raw=local"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("2 scenarios: 1 passed, 1 skipped"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("1h"), "{}", said.stderr);
    assert_eq!(server.lines(), ["GET /"], "nothing of what waits too long");
}

/// Runs a hundred scenarios whose requests are answered once `at_once` of them have come, with these limits of open files.
#[cfg(unix)]
fn with_open_files(limits: &str, at_once: usize) -> Said {
    let barrier = std::sync::Barrier::new(at_once);
    let server = Server::new(move |_| {
        barrier.wait();
        json("{}")
    });
    let numbers: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let scenario = format!(
        "packs: [raw]
scenarios:
  crowd:
    matrix: {{ number: [{}] }}
    steps: [{{ http: GET /fine }}]
",
        numbers.join(", ")
    );
    let folder = Folder::with_raw_pack(&server.url, &scenario);
    let limits = format!("{limits} && exec \"$0\" run case.scenario.yaml --env local");
    std::process::Command::new("sh")
        .args(["-c", &limits, env!("CARGO_BIN_EXE_probity")])
        .current_dir(folder.path())
        .output()
        .expect("it starts")
        .into()
}

#[cfg(unix)]
#[test]
fn a_low_limit_of_open_files_is_raised() {
    let said = with_open_files("ulimit -S -n 64", 100);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(!said.stderr.contains("open files"), "{}", said.stderr);
}

#[cfg(unix)]
#[test]
fn a_limit_of_open_files_that_stays_low_bounds_what_runs_at_once() {
    let said = with_open_files("ulimit -n 198", 10);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let warning = "warning[open-files]: 10 scenarios at once instead of 128: the system allows 198 open files";
    assert!(said.stderr.contains(warning), "{}", said.stderr);
}

/// What looks into large responses waits for one another, and for room for their bodies, but never for itself.
#[test]
fn large_responses_in_every_kind_of_step() {
    let items = vec![r#"{"id": "first", "amount": 100.10}"#; 22_000].join(",");
    let body = format!(r#"{{"items": [{items}], "state": "done"}}"#);
    assert!(
        body.len() * 5 > 3 << 20,
        "five exceed what may be under way"
    );
    let server = Server::new(move |_| json(&body));
    let folder = Folder::with_raw_pack(
        &server.url,
        "packs: [raw]
scenarios:
  one_value:
    matrix: { number: [1, 2, 3] }
    steps:
      - http: GET /large
        capture: { amount: '$.items[21999].amount' }
        expect: { $.state: done, '$.items[22000]': { exists: false } }
      - check: [\"amount == 100.10\"]
  whole:
    steps:
      - http: GET /large
        id: list
        capture: { last: '$.items[-1]' }
        expect: { '$.items[*].id': { length: 22000 }, $.items: { length: 22000 } }
      - check: [\"last.id == 'first'\", \"steps.list.json.state == 'done'\"]
  at_once:
    steps:
      - http: GET /large
        replay: { concurrent: 5 }
        expect: { passed: 5, $.state: done }
  branches:
    steps:
      - parallel:
          - { http: GET /large, expect: { $.state: done } }
          - { http: GET /large, expect: { $.state: done } }
          - { http: GET /large, expect: { $.state: done } }
          - { http: GET /large, expect: { $.state: done } }
          - { http: GET /large, expect: { $.state: done } }
  again:
    steps:
      - http: GET /large
        replay: { same: 1 }
        expect: { $.state: done }
  until:
    steps:
      - http: GET /large
        poll: { until: { $.state: done }, every: 10ms }
        expect: { $.state: done }
  wrong:
    steps:
      - { http: GET /large, expect: { $.state: don } }
  missing:
    steps:
      - { http: GET /large, expect: { $.sate: done } }
",
    );
    let said = folder.run_local(&[]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    for line in [
        "10 scenarios: 8 passed, 2 failed",
        "error[path]: `$.state`: expected \"don\", got \"done\"",
        "did you mean `$.state`?",
    ] {
        assert!(said.stderr.contains(line), "`{line}` in {}", said.stderr);
    }
}
