use super::*;

#[test]
fn a_secret_is_masked_as_it_is_and_within_basic_auth() {
    let mut redactor = Redactor::default();
    redactor.add(&Secret::new("hunter2hunter2"));
    assert_eq!(redactor.redact("password=hunter2hunter2;"), "password=***;");
    // base64 of `me:hunter2hunter2`
    assert_eq!(
        redactor.redact("Basic bWU6aHVudGVyMmh1bnRlcjI="),
        "Basic bWU6***"
    );
}
