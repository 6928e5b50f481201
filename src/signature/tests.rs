//! Known vectors, and what must not pass.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Declaration, Encoding, Form, Item, Part, Scheme, SigningKey, Unit, Verdict, VerifyingKey,
};

const AT: i64 = 1_700_000_000;
/// The first key pair of RFC 8032.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const ED25519_BODY: &[u8] = br#"{"id":"evt_1","type":"customer.kyb_status.created"}"#;
const ED25519_SIGNATURE: &str =
    "QSFslAkt05aEt5QvFRTpXo7cThD8ZVoj1Mo32OfSUREfEAb89DZ5K8oUaXC/Hw1mfx55Sy9YEZm5aXOq8SRCDg==";
const HMAC_BODY: &[u8] = br#"{"id":"evt_1","type":"application.approved"}"#;
const HMAC_SIGNATURE: &str = "f004c5b49b8fa36236aec491eeaee59d785a504fc9f0246c08d88a9f32b8ae46";
const HMAC_BODY_ONLY: &str = "1c30cfbdb77f183e703beef654a5d2a7d3ea44b148881e197ba20d1ded8228f6";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn dot() -> Part {
    Part::Literal(".".to_owned())
}

fn item(prefix: &str) -> Item {
    Item::Signature {
        prefix: prefix.to_owned(),
    }
}

/// `t=…,v1=…` over `timestamp.body`.
fn one_header() -> Declaration {
    let timestamp = Item::Timestamp {
        prefix: "t=".to_owned(),
    };
    Declaration {
        scheme: Scheme::HmacSha256,
        header: "X-Signature".to_owned(),
        form: Form(vec![timestamp, item("v1=")]),
        timestamp_header: None,
        unit: Unit::Seconds,
        signed: vec![Part::Timestamp, dot(), Part::Text],
        encoding: Encoding::Hex,
        tolerance: Some(Duration::from_mins(5)),
    }
}

fn two_headers() -> Declaration {
    Declaration {
        form: Form::bare(),
        timestamp_header: Some("X-Timestamp".to_owned()),
        ..one_header()
    }
}

fn ed25519() -> Declaration {
    Declaration {
        scheme: Scheme::Ed25519,
        signed: vec![Part::Timestamp, Part::Text],
        encoding: Encoding::Base64,
        ..two_headers()
    }
}

fn body_only(prefix: &str) -> Declaration {
    Declaration {
        form: Form(vec![item(prefix)]),
        signed: vec![Part::Text],
        tolerance: None,
        ..one_header()
    }
}

fn header(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn signing(declaration: &Declaration, keys: &[&str]) -> Vec<SigningKey> {
    keys.iter()
        .map(|key| SigningKey::parse(declaration.scheme, key).unwrap())
        .collect()
}

fn verify(
    declaration: &Declaration,
    key: &str,
    now: i64,
    headers: &[(String, String)],
    body: &[u8],
) -> String {
    let key = VerifyingKey::parse(declaration.scheme, key).unwrap();
    match declaration.verify(&[key], at(now), headers, body) {
        Verdict::Valid => "valid".to_owned(),
        Verdict::Missing(why) => format!("missing: {why}"),
        Verdict::Invalid(why) => format!("invalid: {why}"),
    }
}

#[test]
fn known_vectors_are_made_and_accepted() {
    let vectors = [
        (
            one_header(),
            "whsec_test",
            "whsec_test",
            HMAC_BODY,
            vec![header("X-Signature", format!("t={AT},v1={HMAC_SIGNATURE}"))],
        ),
        (
            two_headers(),
            "whsec_test",
            "whsec_test",
            HMAC_BODY,
            vec![
                header("X-Signature", HMAC_SIGNATURE),
                header("X-Timestamp", AT.to_string()),
            ],
        ),
        (
            body_only("sha256="),
            "whsec_test",
            "whsec_test",
            HMAC_BODY,
            vec![header("X-Signature", format!("sha256={HMAC_BODY_ONLY}"))],
        ),
        (
            body_only(""),
            "whsec_test",
            "whsec_test",
            HMAC_BODY,
            vec![header("X-Signature", HMAC_BODY_ONLY)],
        ),
        (
            ed25519(),
            SEED,
            PUBLIC,
            ED25519_BODY,
            vec![
                header("X-Signature", ED25519_SIGNATURE),
                header("X-Timestamp", AT.to_string()),
            ],
        ),
    ];
    for (declaration, private, public, body, headers) in vectors {
        let made = declaration.sign(&signing(&declaration, &[private]), at(AT), body);
        assert_eq!(made, headers);
        assert_eq!(verify(&declaration, public, AT, &headers, body), "valid");
    }
}

#[test]
fn a_changed_body_or_time_or_key_is_invalid() {
    const NONE: &str =
        "invalid: no signature matches: another key, or the body is not what was signed";
    for (declaration, private, public, other) in [
        (one_header(), "whsec_test", "whsec_test", "whsec_other"),
        (two_headers(), "whsec_test", "whsec_test", "whsec_other"),
        (
            ed25519(),
            SEED,
            PUBLIC,
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        ),
    ] {
        let headers = declaration.sign(&signing(&declaration, &[private]), at(AT), HMAC_BODY);
        let tampered = br#"{"id":"evt_1","type":"application.rejected"}"#;
        assert_eq!(verify(&declaration, public, AT, &headers, tampered), NONE);
        assert_eq!(verify(&declaration, other, AT, &headers, HMAC_BODY), NONE);
        let later: Vec<_> = headers
            .iter()
            .map(|(name, value)| header(name, value.replace(&AT.to_string(), "1700000001")))
            .collect();
        assert_eq!(verify(&declaration, public, AT, &later, HMAC_BODY), NONE);
    }
}

#[test]
fn an_old_or_early_time_of_signing_is_invalid() {
    for declaration in [one_header(), two_headers()] {
        let headers = declaration.sign(&signing(&declaration, &["s"]), at(AT), HMAC_BODY);
        let said = |now| verify(&declaration, "s", now, &headers, HMAC_BODY);
        assert_eq!(said(AT + 300), "valid");
        assert_eq!(said(AT - 300), "valid");
        assert_eq!(
            said(AT + 301),
            "invalid: the time of signing is 301s old, and the tolerance is 300s"
        );
        assert_eq!(
            said(AT - 301),
            "invalid: the time of signing is 301s ahead, and the tolerance is 300s"
        );
    }
}

#[test]
fn milliseconds_are_told_from_seconds() {
    let declaration = Declaration {
        unit: Unit::Milliseconds,
        ..one_header()
    };
    let headers = declaration.sign(&signing(&declaration, &["s"]), at(AT), HMAC_BODY);
    assert!(headers[0].1.starts_with("t=1700000000000,v1="));
    assert_eq!(verify(&declaration, "s", AT, &headers, HMAC_BODY), "valid");
    let said = verify(&one_header(), "s", AT, &headers, HMAC_BODY);
    assert_eq!(said, "invalid: `1700000000000` is not a time of signing");
}

#[test]
fn another_separator_is_named() {
    let headers = ed25519().sign(&signing(&ed25519(), &[SEED]), at(AT), ED25519_BODY);
    let with_dot = Declaration {
        signed: vec![Part::Timestamp, dot(), Part::Text],
        ..ed25519()
    };
    assert_eq!(
        verify(&with_dot, PUBLIC, AT, &headers, ED25519_BODY),
        "invalid: the signature is over `${{ timestamp }}${{ text }}`, not over `${{ timestamp }}.${{ text }}`"
    );
    let headers = with_dot.sign(&signing(&ed25519(), &[SEED]), at(AT), ED25519_BODY);
    assert_eq!(
        verify(&ed25519(), PUBLIC, AT, &headers, ED25519_BODY),
        "invalid: the signature is over `${{ timestamp }}.${{ text }}`, not over `${{ timestamp }}${{ text }}`"
    );
}

#[test]
fn during_a_rotation_either_secret_verifies_and_after_it_the_new_one_alone() {
    let declaration = one_header();
    let during = declaration.sign(&signing(&declaration, &["new", "old"]), at(AT), HMAC_BODY);
    assert_eq!(during[0].1.matches("v1=").count(), 2);
    let after = declaration.sign(&signing(&declaration, &["new"]), at(AT), HMAC_BODY);
    for (headers, key, expected) in [
        (&during, "new", "valid"),
        (&during, "old", "valid"),
        (&after, "new", "valid"),
        (&after, "old", "invalid"),
    ] {
        let said = verify(&declaration, key, AT, headers, HMAC_BODY);
        assert!(said.starts_with(expected), "{key}: {said}");
    }
}

#[test]
fn headers_are_read_in_any_case_and_order_and_unknown_items_are_passed_over() {
    let (t, v1) = (format!("t={AT}"), format!("v1={HMAC_SIGNATURE}"));
    let forms = [
        vec![header("x-signature", format!("{v1}, {t}"))],
        vec![header("X-SIGNATURE", format!("{t},v0=00,{v1},v2=x"))],
        vec![header("x-signature", t), header("x-signature", v1)],
    ];
    for headers in forms {
        let said = verify(&one_header(), "whsec_test", AT, &headers, HMAC_BODY);
        assert_eq!(said, "valid", "{headers:?}");
    }
}

#[test]
fn what_is_not_there_is_missing_and_what_is_not_one_is_invalid() {
    let cases = [
        (
            one_header(),
            vec![],
            "missing: there is no header `X-Signature`",
        ),
        (
            two_headers(),
            vec![header("x-signature", "00")],
            "missing: there is no header `X-Timestamp`",
        ),
        (
            one_header(),
            vec![header("x-signature", "hello")],
            "invalid: `X-Signature` is not of the form `t=${{ timestamp }},v1=${{ signature }}`",
        ),
        (
            one_header(),
            vec![header("x-signature", "t=1,v1=xyz")],
            "invalid: `X-Signature` holds no signature in hex",
        ),
        (
            body_only("sha256="),
            vec![header("x-signature", "sha256=")],
            "invalid: `X-Signature` is not of the form `sha256=${{ signature }}`",
        ),
    ];
    for (declaration, headers, expected) in cases {
        assert_eq!(verify(&declaration, "s", AT, &headers, HMAC_BODY), expected);
    }
}

#[test]
fn keys_are_read_in_every_form() {
    let public = [
        PUBLIC.to_owned(),
        PUBLIC.to_uppercase(),
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"
            .to_owned(),
    ];
    let headers = ed25519().sign(&signing(&ed25519(), &[SEED]), at(AT), ED25519_BODY);
    for key in &public {
        assert_eq!(
            verify(&ed25519(), key, AT, &headers, ED25519_BODY),
            "valid",
            "{key}"
        );
    }
    for wrong in ["", "hello", &PUBLIC[2..], &format!("{PUBLIC}00")] {
        assert!(
            VerifyingKey::parse(Scheme::Ed25519, wrong).is_err(),
            "{wrong}"
        );
        assert!(
            SigningKey::parse(Scheme::Ed25519, wrong).is_err(),
            "{wrong}"
        );
    }
    assert!(VerifyingKey::parse(Scheme::HmacSha256, "").is_err());
}

#[test]
fn keys_do_not_show() {
    let key = SigningKey::parse(Scheme::HmacSha256, "whsec_test").unwrap();
    assert_eq!(
        format!("{key:?} {:?}", key.verifying()),
        "SigningKey(…) VerifyingKey(…)"
    );
}
