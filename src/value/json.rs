//! Reading JSON so that every number keeps the text it came with.
//!
//! `serde_json` does so but for exponents, of which it makes `e+2` whatever was written (`1e2`, `1E2`).

use serde_json::Error;

use super::{Number, Value, number_from_text};

/// The value of a JSON text.
///
/// # Errors
/// The text is not JSON.
pub fn from_json(text: &str) -> Result<Value, Error> {
    let value: Value = serde_json::from_str(text)?;
    Ok(with_exponents(value, text))
}

/// The value of a JSON text in UTF-8.
///
/// # Errors
/// The text is not JSON.
pub fn from_json_bytes(bytes: &[u8]) -> Result<Value, Error> {
    let value: Value = serde_json::from_slice(bytes)?;
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => with_exponents(value, text),
        Err(_) => value,
    })
}

/// The value of a text, its exponents as they are written there. Few texts have any; these are read again.
fn with_exponents(value: Value, text: &str) -> Value {
    if !has_exponent(&value) {
        return value;
    }
    let (numbered, exponents) = number_exponents(text);
    match serde_json::from_str(&numbered) {
        Ok(mut value) => {
            restore(&mut value, &exponents);
            value
        }
        Err(_) => value,
    }
}

/// Whether any number in a value is written with an exponent.
pub(super) fn has_exponent(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_str().contains(['e', 'E']),
        Value::Array(items) => items.iter().any(has_exponent),
        Value::Object(entries) => entries.values().any(has_exponent),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// A text that is known for JSON with `0eN` in place of each number that has an exponent, and these numbers.
fn number_exponents(text: &str) -> (String, Vec<Number>) {
    let mut numbered = String::with_capacity(text.len());
    let mut exponents = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        numbered.push_str(&rest[..start]);
        rest = &rest[start..];
        let (token, after) = rest.split_at(token_length(rest));
        let number = number_from_text(token).filter(|_| token.contains(['e', 'E']));
        match number {
            Some(number) => {
                numbered.push_str(&format!("0e{}", exponents.len()));
                exponents.push(number);
            }
            None => numbered.push_str(token),
        }
        rest = after;
    }
    numbered.push_str(rest);
    (numbered, exponents)
}

/// How long the string or number is that a text begins with.
fn token_length(text: &str) -> usize {
    if !text.starts_with('"') {
        let in_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        return text.find(|c| !in_number(c)).unwrap_or(text.len());
    }
    let mut escaped = false;
    let end = text[1..].find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

fn restore(value: &mut Value, exponents: &[Number]) {
    match value {
        Value::Number(number) => {
            let index = number.as_str().strip_prefix("0e+");
            let index = index.and_then(|index| index.parse::<usize>().ok());
            if let Some(written) = index.and_then(|index| exponents.get(index)) {
                *number = written.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| restore(item, exponents)),
        Value::Object(entries) => entries
            .values_mut()
            .for_each(|entry| restore(entry, exponents)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_keep_their_text_wherever_they_stand() {
        for text in [
            "1e2",
            "-0.50E-07",
            "1E400",
            r#"{"a":1e2,"b":[5E+1,100.10,"1e2",{"c":"\"1e2","1e5":0e0}],"d\\":2e1,"é":-3e1}"#,
            r#"["\\",1e1,"\\\"",1E1,"x\\"]"#,
        ] {
            assert_eq!(from_json(text).unwrap().to_string(), text);
            let bytes = from_json_bytes(text.as_bytes());
            assert_eq!(bytes.unwrap().to_string(), text);
        }
    }

    #[test]
    fn of_members_of_one_name_the_last_one_counts() {
        let value = from_json(r#"{"a": [1e1, 2e1], "b": 3E1, "a": 4E1}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"a":4E1,"b":3E1}"#);
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in [
            "",
            "1e",
            "[1e2",
            "1e2 1e2",
            "{\"a\": 1e2,}",
            "01e2",
            "'1e2'",
        ] {
            assert!(from_json(text).is_err(), "{text}");
            assert!(from_json_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_is_printed_as_it_was_read(
            number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,5})?",
            text in any::<String>(),
        ) {
            let value = from_json(&number).unwrap();
            prop_assert_eq!(value.to_string(), number.clone());
            let text = Value::from(text).to_string();
            let around = format!("{{{text}:[{text},{number},{{\"n\":{number}}}],\"m\":{text}}}");
            let value = from_json(&around).unwrap();
            if text != "\"m\"" {
                prop_assert_eq!(value.to_string(), around);
            }
        }
    }
}
