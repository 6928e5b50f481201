//! A place in a path's text: what stands there, and the tokens that several rules share (names, strings, integers).

use super::PathError;

/// Brackets and parentheses within one another, at most.
const MAX_DEPTH: usize = 32;

/// The greatest integer of an index or slice, by RFC 9535 (I-JSON): 2^53 - 1.
const MAX_INTEGER: i64 = 9_007_199_254_740_991;

pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    depth: usize,
    /// Whether only the verdict counts: then no help is looked for, because looking for help means trying other paths.
    pub(super) plain: bool,
    /// How many filters enclose this place.
    pub(super) filters: usize,
    /// How many `$` were met.
    pub(super) documents: usize,
}

pub(super) fn is_name_first(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

pub(super) fn is_name_char(character: char) -> bool {
    is_name_first(character) || character.is_ascii_digit()
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            plain: false,
            filters: 0,
            documents: 0,
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn eat_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(super) fn skip_blanks(&mut self) {
        self.eat_while(is_blank);
    }

    /// The next character in backticks, or `the end`, for messages.
    pub(super) fn shown(&self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some(character) if character.is_control() => {
                format!("`{}`", character.escape_default())
            }
            Some(character) => format!("`{character}`"),
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> PathError {
        self.error_at(self.at, message)
    }

    pub(super) fn error_at(&self, offset: usize, message: impl Into<String>) -> PathError {
        PathError {
            offset: offset.min(self.text.len()),
            message: message.into(),
            help: None,
        }
    }

    /// `expected …, found …` at this place.
    pub(super) fn expected(&self, what: &str) -> PathError {
        self.error(format!("expected {what}, found {}", self.shown()))
    }

    /// Goes into a bracket or parenthesis.
    pub(super) fn enter(&mut self) -> Result<(), PathError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!(
                "brackets and parentheses are nested more than {MAX_DEPTH} deep"
            )));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An integer of an index or slice: no `+`, no leading zero, no `-0`, within ±(2^53 - 1).
    pub(super) fn integer(&mut self) -> Result<i64, PathError> {
        let start = self.at;
        let negative = self.eat("-");
        let digits = self.eat_while(|character| character.is_ascii_digit());
        let text = &self.text[start..self.at];
        if digits.is_empty() {
            return Err(self.expected("a digit"));
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(self.error_at(start, format!("an index has no leading zero: `{text}`")));
        }
        if negative && digits == "0" {
            return Err(self
                .error_at(start, "`-0` is not an index")
                .help("write `0` for the first element or `-1` for the last"));
        }
        match text.parse::<i64>() {
            Ok(number) if number.abs() <= MAX_INTEGER => Ok(number),
            _ => Err(self.error_at(start, format!("`{text}` is too large for an index"))),
        }
    }

    /// A string in single or double quotes; the cursor is at its quote.
    pub(super) fn string(&mut self) -> Result<String, PathError> {
        let start = self.at;
        let quote = if self.eat("'") { '\'' } else { '"' };
        self.at = start + 1;
        let mut out = String::new();
        loop {
            let Some(character) = self.peek() else {
                return Err(self
                    .error_at(start, "the string is not closed")
                    .help(format!("end it with `{quote}`")));
            };
            if character < ' ' {
                return Err(self
                    .error("a control character in a string is escaped")
                    .help(format!("write `\\u{:04x}`", u32::from(character))));
            }
            self.at += character.len_utf8();
            match character {
                '\\' => out.push(self.escape(quote)?),
                _ if character == quote => return Ok(out),
                _ => out.push(character),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, quote: char) -> Result<char, PathError> {
        let start = self.at - 1;
        let Some(character) = self.peek() else {
            return Err(self.error_at(start, "expected an escape after `\\`, found the end"));
        };
        self.at += character.len_utf8();
        Ok(match character {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => character,
            'u' => return self.unicode_escape(start),
            _ if character == quote => character,
            _ => {
                let help = match character {
                    '\'' | '"' => {
                        format!("write `{character}` as it is: the string is in `{quote}`")
                    }
                    _ => format!(
                        "write `\\\\{character}` for a backslash; a path's string knows `\\b \\f \\n \\r \\t \\/ \\\\ \\uXXXX`"
                    ),
                };
                let message = format!("`\\{character}` is not an escape");
                return Err(self.error_at(start, message).help(help));
            }
        })
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, PathError> {
        let first = self.four_hex(start)?;
        let code = match first {
            0xD800..=0xDBFF => {
                let paired = self.eat("\\u");
                let second = if paired { self.four_hex(start)? } else { 0 };
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(self.lone_surrogate(start));
                }
                0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| self.lone_surrogate(start))
    }

    fn lone_surrogate(&self, start: usize) -> PathError {
        self.error_at(start, "half of a surrogate pair stands alone")
            .help("write both halves, such as `\\uD83D\\uDE00`, or the character itself")
    }

    fn four_hex(&mut self, start: usize) -> Result<u32, PathError> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code
            .ok_or_else(|| self.error_at(start, "expected four hexadecimal digits after `\\u`"))?;
        self.at += 4;
        Ok(code)
    }
}

impl PathError {
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
