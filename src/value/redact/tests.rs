//! Tests of redaction: every form of a secret is taken out, whatever stands around it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn redactor(secrets: &[&str]) -> Redactor {
    let mut redactor = Redactor::default();
    for secret in secrets {
        redactor.add(&Secret::new(*secret));
    }
    redactor
}

#[test]
fn a_text_without_secrets_is_borrowed() {
    for redactor in [Redactor::default(), redactor(&["hunter2hunter2"])] {
        assert!(matches!(
            redactor.redact("nothing here"),
            Cow::Borrowed("nothing here")
        ));
    }
}

#[test]
fn an_empty_secret_is_none() {
    let redactor = redactor(&["", "\n", "  "]);
    assert!(redactor.is_empty());
    assert_eq!(redactor.redact("a  b\nc"), "a  b\nc");
}

#[test]
fn a_secret_is_masked_without_the_white_space_around_it_too() {
    let trimmed = "hunter2-hunter2";
    for secret in [
        "hunter2-hunter2\n",
        " hunter2-hunter2",
        "\thunter2-hunter2\r\n",
        "\u{a0}hunter2-hunter2\u{a0}",
    ] {
        let redactor = redactor(&[secret]);
        for form in encodings(trimmed) {
            let redacted = redactor.redact(&form).replace(['"', '\\'], "");
            assert_eq!(redacted.trim_start_matches("q="), MASK);
        }
        assert_eq!(redactor.redact(&format!("<{secret}>")), "<***>");
        assert_eq!(redactor.redact(&STANDARD.encode(trimmed)), MASK);
        assert_eq!(redactor.redact(&STANDARD.encode(secret)), MASK);
        let cut = redactor.redact_part("key=hunter2-hun", Extent::Start);
        assert_eq!(cut, "key=***");
        assert!(!Secret::new(secret).is_short());
    }
    // What is short without it is: it is looked for as it is.
    assert!(Secret::new("hunter2\n").is_short());
    assert_eq!(
        redactor(&["hunter2\n"]).redact("hunter2 68756e74657232"),
        "*** 68756e74657232"
    );
    assert_eq!(
        redactor(&["12345678\n"]).redact_value(&json!([12_345_678])),
        json!([MASK])
    );
}

#[test]
fn overlapping_secrets_leave_no_rest() {
    for secrets in [["abcdefgh", "abcdefghijkl"], ["abcdefghijkl", "abcdefgh"]] {
        assert_eq!(
            redactor(&secrets).redact("x abcdefghijkl abcdefgh y"),
            "x *** *** y"
        );
    }
    for secrets in [["abc", "abcdef"], ["abcdef", "abc"]] {
        assert_eq!(redactor(&secrets).redact("abcdef abcdeg"), "*** ***deg");
    }
    // Neither holds the other, and the text has both.
    for secrets in [["abcdefgh", "efghijkl"], ["efghijkl", "abcdefgh"]] {
        assert_eq!(redactor(&secrets).redact("<abcdefghijkl>"), "<***>");
    }
    assert_eq!(redactor(&["aaaaaaaa"]).redact("aaaaaaaaaaaab"), "***b");
}

#[test]
fn every_form_of_a_secret_is_masked() {
    let secret = "p4ss/wörd+\"<&'>\\ =";
    let redactor = redactor(&[secret]);
    let bytes = secret.as_bytes();
    let hex = hex(secret, "");
    for form in [
        secret.to_owned(),
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        STANDARD.encode(bytes).replace('/', "\\/"),
        STANDARD
            .encode(bytes)
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D"),
        hex.to_uppercase(),
        hex,
        "p4ss%2Fw%C3%B6rd%2B%22%3C%26%27%3E%5C%20%3D".to_owned(),
        "p4ss%2fw%c3%b6rd%2b%22%3c%26%27%3e%5c%20%3d".to_owned(),
        "p4ss%2Fw%C3%B6rd%2B%22%3C%26%27%3E%5C+%3D".to_owned(),
        "p4ss%2Fw%C3%B6rd%2B%22%3C%26'%3E%5C%20%3D".to_owned(),
        "p4ss/w%C3%B6rd+%22%3C&'%3E\\%20=".to_owned(),
        r#"p4ss/wörd+\"<&'>\\ ="#.to_owned(),
        r#"p4ss\/wörd+\"<&'>\\ ="#.to_owned(),
        r#"p4ss\/w\u00f6rd+\"<&'>\\ ="#.to_owned(),
        r#"p4ss/w\u00F6rd+\"<&'>\\ ="#.to_owned(),
        r#"p4ss/wörd+\"\u003c\u0026'\u003e\\ ="#.to_owned(),
        r"p4ss/w\u00F6rd\u002B\u0022\u003C\u0026\u0027\u003E\\ =".to_owned(),
        r#"p4ss/wörd+\\\"<&'>\\\\ ="#.to_owned(),
        "p4ss/wörd+&quot;&lt;&amp;&apos;&gt;\\ =".to_owned(),
        "p4ss/wörd+&quot;&lt;&amp;&#39;&gt;\\ =".to_owned(),
        "p4ss/wörd+\"&lt;&amp;'>\\ =".to_owned(),
        "p4ss/wörd+&#34;&lt;&amp;&#x27;&gt;\\ =".to_owned(),
    ] {
        let text = format!("before {form} after");
        assert_eq!(redactor.redact(&text), "before *** after", "{form}");
    }
}

#[test]
fn a_secret_read_as_latin_1_is_masked() {
    let redactor = redactor(&["pA55-wOrd\"é/+x"]);
    for text in [
        "Bearer pA55-wOrd\"Ã©/+x",
        r#"Bearer pA55-wOrd\"\u00c3\u00a9/+x"#,
        r"Bearer pA55-wOrd\u0022\u00C3\u00A9\/+x",
    ] {
        assert_eq!(redactor.redact(text), "Bearer ***", "{text}");
    }
}

#[test]
fn basic_auth_of_any_user_is_masked() {
    let redactor = redactor(&["hunter2hunter2"]);
    for user in ["", "a", "me", "you", "user"] {
        let header = STANDARD.encode(format!("{user}:hunter2hunter2"));
        let redacted = redactor.redact(&header);
        assert!(redacted.contains(MASK), "{user}");
        assert!(!redacted.contains("unter2"), "{redacted}");
        // At most the user, and a character at each edge that the secret shares with what is beside it.
        assert!(
            redacted.len() <= user.len() * 4 / 3 + 3 + MASK.len() + 3,
            "{redacted}"
        );
    }
}

#[test]
fn secrets_of_other_lines_and_tabs_are_masked_in_json_and_xml() {
    let redactor = redactor(&["-----KEY\n\tabc\r\n-----"]);
    for form in [
        "-----KEY\\n\\tabc\\r\\n-----",
        "-----KEY\\\\n\\\\tabc\\\\r\\\\n-----",
        "-----KEY&#10;&#9;abc&#13;&#10;-----",
        "-----KEY&#xA;&#x9;abc&#xD;&#xA;-----",
        "-----KEY%0A%09abc%0D%0A-----",
    ] {
        assert_eq!(redactor.redact(form), MASK, "{form}");
    }
}

#[test]
fn short_secrets_are_masked_as_they_are_only() {
    let short = Secret::new("1234567");
    let redactor = redactor(&["1234567", "12345678"]);
    assert!(short.is_short());
    assert_eq!(
        redactor.redact("1234567 31323334353637"),
        "*** 31323334353637"
    );
    assert_eq!(redactor.redact("12345678 3132333435363738"), "*** ***");
    assert_eq!(
        redactor.without_short().redact("1234567 12345678"),
        "1234567 ***"
    );
}

#[test]
fn a_secret_of_any_length_is_masked() {
    let secret: String = (0..200_000)
        .map(|index| if index % 7 == 0 { '"' } else { 'x' })
        .collect();
    let redactor = redactor(&[&secret, "hunter2hunter2"]);
    let json = serde_json::to_string(&secret).unwrap();
    assert_eq!(redactor.redact(&json), "\"***\"");
    let basic = STANDARD.encode(format!("me:{secret}"));
    assert_eq!(redactor.redact(&basic), "bWU6***");
    assert_eq!(
        redactor.redact(&format!("{secret} hunter2hunter2")),
        "*** ***"
    );
}

#[test]
fn a_value_keeps_its_keys() {
    let redactor = redactor(&["12345678", "hunter2hunter2"]);
    let value = json!({
        "hunter2hunter2": ["x hunter2hunter2", 12_345_678, 123_456_789, null, true],
        "12345678": {"a": "ok"},
    });
    let expected = json!({
        "hunter2hunter2": ["x ***", "***", 123_456_789, null, true],
        "12345678": {"a": "ok"},
    });
    assert_eq!(redactor.redact_value(&value), expected);
}

#[test]
fn clones_share_but_do_not_see_what_is_added_later() {
    let first = redactor(&["hunter2hunter2"]);
    assert_eq!(first.redact("hunter2hunter2"), MASK);
    let mut second = first.clone();
    second.add(&Secret::new("correcthorse"));
    second.add(&Secret::new("correcthorse"));
    assert_eq!(second.redact("hunter2hunter2 correcthorse"), "*** ***");
    assert_eq!(
        first.redact("hunter2hunter2 correcthorse"),
        "*** correcthorse"
    );
    assert_eq!(format!("{second:?}"), "Redactor(2 secrets)");
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Redactor>();
    shared::<Secret>();
}

/// Secrets without `*`, of which the mask is made, and long enough to be masked in every form.
fn secret() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        "[a-zA-Z0-9_-]{8,40}",
        "[ -)+-~]{8,30}",
        "[ -)+-~éß€😀\n\t]{8,20}"
    ];
    any.prop_filter("short", |secret| !Secret::new(secret.as_str()).is_short())
}

fn hex(text: &str, before_each: &str) -> String {
    let bytes: Vec<String> = text
        .bytes()
        .map(|byte| format!("{before_each}{byte:02x}"))
        .collect();
    bytes.concat()
}

/// The text as some other program would put it into what it sends.
fn encodings(text: &str) -> Vec<String> {
    let json = serde_json::to_string(text).unwrap();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let mut url = url::Url::parse("http://host/").unwrap();
    // URLs have no tabs and line feeds in their path, not even escaped ones: the crate drops them.
    if !text.contains(['\t', '\n']) {
        url.path_segments_mut().unwrap().push(text);
    }
    let mut query = url::Url::parse("http://host/").unwrap();
    query.query_pairs_mut().append_pair("q", text);
    let forms = vec![
        text.to_owned(),
        json[1..json.len() - 1].to_owned(),
        json.replace('/', "\\/"),
        serde_json::to_string(&json).unwrap(),
        form,
        url.path()[1..].to_owned(),
        query.query().unwrap_or_default().to_owned(),
        quick_xml::escape::escape(text).into_owned(),
        quick_xml::escape::minimal_escape(text).into_owned(),
        quick_xml::escape::partial_escape(text).into_owned(),
        hex(text, ""),
        hex(text, "%"),
        text.escape_default().to_string(),
        json[1..json.len() - 1]
            .replace('&', "&amp;")
            .replace('"', "&quot;"),
    ];
    forms.into_iter().filter(|form| !form.is_empty()).collect()
}

/// No stretch of four characters of a form is in the text.
fn has_no_run_of(text: &str, form: &str) -> bool {
    let chars: Vec<char> = form.chars().collect();
    chars
        .windows(4)
        .all(|run| !text.contains(&run.iter().collect::<String>()))
}

#[test]
fn of_a_secret_that_is_cut_nothing_is_left() {
    let long = format!("{}é\"/", "0123456789abcdef".repeat(300));
    for secret in ["MyPrivate/Secret+\"Väl\\ue\"", &long] {
        let redactor = redactor(&[secret]);
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let mut all = encodings(secret);
        all.push(json(&json(&json(secret))));
        all.push(json(&json(&json(&json(secret)))));
        all.extend((0..3).map(|before| STANDARD.encode(format!("{}{secret}", "~".repeat(before)))));
        for form in all {
            // Each cut of a short form, some of a long one.
            let steps = (form.len() / 150).max(1);
            for cut in (5..form.len()).step_by(steps) {
                let start = &form[..form.floor_char_boundary(cut)];
                let shown = redactor.redact_part(start, Extent::Start);
                let left = shown.replace(MASK, "").replace(['"', '\\', '='], "");
                // Of base64, what holds bits of what stands beside the secret stays.
                assert!(left.len() < 5, "{shown} of {start}");
            }
        }
    }
    // What is whole is looked at as a whole.
    assert_eq!(redactor(&["hunter2hunter2"]).redact("hunter2"), "hunter2");
}

#[test]
fn json_within_json_is_undone_as_often_as_people_write_it() {
    let secret = "p\"4ss\\w/örd\n";
    let redactor = redactor(&[secret]);
    let mut text = secret.to_owned();
    for _ in 0..4 {
        text = serde_json::to_string(&text).unwrap();
        assert!(redactor.redact(&text).contains(MASK), "{text}");
        assert!(has_no_run_of(&redactor.redact(&text), "4ssw"), "{text}");
    }
    assert_eq!(redactor.redact(&text).replace(['"', '\\'], ""), MASK);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_form_of_a_secret_is_left(
        secrets in prop::collection::vec(secret(), 1..4),
        // No half of an escape before: it would take the first characters of what follows for its own.
        before in "[ -$'-)+-\\[\\]-~é]{0,9}",
        after in "[ -)+-~é]{0,9}",
    ) {
        let texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let redactor = redactor(&texts);
        for secret in &secrets {
            for form in encodings(secret) {
                let redacted = redactor.redact(&format!("{before}{form}{after}")).into_owned();
                prop_assert!(redacted.contains(MASK), "{} in {}", form, redacted);
                for form in secrets.iter().flat_map(|secret| encodings(secret)) {
                    prop_assert!(!redacted.contains(&form), "{} in {}", form, redacted);
                }
            }
        }
    }

    #[test]
    fn a_plain_secret_is_masked_whatever_stands_beside_it(
        secret in secret(), before in "[ -)+-~é]{0,9}", after in "[ -)+-~é]{0,9}",
    ) {
        let redactor = redactor(&[&secret]);
        for form in [secret.clone(), STANDARD.encode(&secret), URL_SAFE_NO_PAD.encode(&secret), hex(&secret, "")] {
            let redacted = redactor.redact(&format!("{before}{form}{after}")).into_owned();
            prop_assert!(redacted.contains(MASK) && !redacted.contains(&form), "{} in {}", form, redacted);
        }
    }

    #[test]
    fn base64_around_a_secret_is_masked_at_each_alignment(
        secret in secret(),
        before in "[a-z:]{0,7}",
        after in "[a-z]{0,7}",
    ) {
        let redactor = redactor(&[&secret]);
        let whole = format!("{before}{secret}{after}");
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&whole);
            let redacted = redactor.redact(&encoded).into_owned();
            prop_assert!(redacted.contains(MASK), "{}", redacted);
            let left = redacted.len() - MASK.len() * redacted.matches(MASK).count();
            // Six bits a character: what is beside the secret, a character shared with it at each edge, padding.
            let most = (before.len() * 8).div_ceil(6) + (after.len() * 8).div_ceil(6) + 2 + 2;
            prop_assert!(left <= most, "{} of {}", redacted, encoded);
        }
    }

    #[test]
    fn what_is_not_secret_stays(secret in "[a-z]{8,20}", before in "[A-Z ]{0,20}", after in "[A-Z ]{0,20}") {
        let redactor = redactor(&[&secret]);
        let redacted = redactor.redact(&format!("{before}{secret}{after}")).into_owned();
        prop_assert_eq!(redacted, format!("{before}***{after}"));
    }
}
