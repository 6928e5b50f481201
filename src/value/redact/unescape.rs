//! Undoing the escapes of URLs, JSON and XML, with the way back from each place in the result to the original.

/// The longest escape that is read: `\ud83d\ude00`, `&#x0001f600;`.
const LONGEST_ESCAPE: usize = 12;

/// The places at which a text that is cut may be said to end: where it does, and before an escape that the cut may have
/// halved.
pub(super) fn ends_whole(text: &[u8]) -> impl Iterator<Item = usize> {
    let tail = text.len().saturating_sub(LONGEST_ESCAPE);
    let escapes = (tail..text.len()).filter(|at| matches!(text[*at], b'%' | b'\\' | b'&'));
    escapes.chain([text.len()])
}

/// A way of escaping characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `%2F`
    Percent,
    /// `%2F`, and `+` for a space
    Form,
    /// `\n`, `\/`, `\u00e9` of JSON, and what other languages write like them: `\'`, `\x2f`, `\u{e9}`
    Backslash,
    /// `&lt;`, `&#60;`, `&#x3c;`
    Entity,
}

pub(super) const ESCAPES: [Escape; 4] = [
    Escape::Percent,
    Escape::Form,
    Escape::Backslash,
    Escape::Entity,
];

/// A text without its escapes.
pub(super) struct Plain {
    pub(super) bytes: Vec<u8>,
    /// Where in the result, and where in the original, things go on after each escape.
    after: Vec<(usize, usize)>,
}

impl Plain {
    /// The place in the original of a place in the result.
    pub(super) fn origin(&self, at: usize) -> usize {
        let before = self.after.partition_point(|(result, _)| *result <= at);
        match before
            .checked_sub(1)
            .and_then(|index| self.after.get(index))
        {
            Some((result, original)) => original + (at - result),
            None => at,
        }
    }
}

impl Escape {
    /// The text with escapes of this kind undone; `None` if it has none.
    pub(super) fn undo(self, text: &[u8]) -> Option<Plain> {
        if matches!(self, Self::Form) && !text.contains(&b'+') {
            // Then it is `Percent` again.
            return None;
        }
        let first = text.iter().position(|byte| self.starts_with(*byte))?;
        let mut plain = Plain {
            bytes: text[..first].to_vec(),
            after: Vec::new(),
        };
        let mut at = first;
        while let Some(byte) = text.get(at) {
            let escaped = self.starts_with(*byte).then(|| self.read(&text[at..]));
            let Some((character, length)) = escaped.flatten() else {
                plain.bytes.push(*byte);
                at += 1;
                continue;
            };
            character.append_to(&mut plain.bytes);
            at += length;
            plain.after.push((plain.bytes.len(), at));
        }
        (!plain.after.is_empty()).then_some(plain)
    }

    fn starts_with(self, byte: u8) -> bool {
        match self {
            Self::Percent => byte == b'%',
            Self::Form => byte == b'%' || byte == b'+',
            Self::Backslash => byte == b'\\',
            Self::Entity => byte == b'&',
        }
    }

    /// The escape at the start of the text, and how long it is; `None` if there is none after all.
    fn read(self, text: &[u8]) -> Option<(Character, usize)> {
        match self {
            Self::Form if text.first() == Some(&b'+') => Some((Character::Byte(b' '), 1)),
            Self::Form | Self::Percent => percent(text),
            Self::Backslash => backslash(text),
            Self::Entity => entity(text),
        }
    }
}

/// What an escape stands for: URLs escape bytes, the others characters.
enum Character {
    Byte(u8),
    Char(char),
}

impl Character {
    fn append_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => bytes.push(*byte),
            Self::Char(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

fn percent(text: &[u8]) -> Option<(Character, usize)> {
    let code = number(text.get(1..3)?, 16)?;
    Some((Character::Byte(u8::try_from(code).ok()?), 3))
}

fn backslash(text: &[u8]) -> Option<(Character, usize)> {
    let character = match text.get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        same @ (b'"' | b'\'' | b'/' | b'\\') => char::from(*same),
        b'x' => char::from_u32(number(text.get(2..4)?, 16)?)?,
        b'u' => return unicode(text),
        _ => return None,
    };
    let length = if text.get(1) == Some(&b'x') { 4 } else { 2 };
    Some((Character::Char(character), length))
}

fn unicode(text: &[u8]) -> Option<(Character, usize)> {
    if text.get(2) == Some(&b'{') {
        let digits = until(text.get(3..)?, b'}')?;
        let character = char::from_u32(number(digits, 16)?)?;
        return Some((Character::Char(character), digits.len() + 4));
    }
    let first = number(text.get(2..6)?, 16)?;
    if let Some(character) = char::from_u32(first) {
        return Some((Character::Char(character), 6));
    }
    let second = match text.get(6..8)? {
        b"\\u" => number(text.get(8..12)?, 16)?,
        _ => return None,
    };
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((Character::Char(character), 12))
}

fn entity(text: &[u8]) -> Option<(Character, usize)> {
    let name = until(text.get(1..)?, b';')?;
    let character = match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((Character::Char(character), name.len() + 2))
}

/// What stands before the byte, if it comes soon.
fn until(text: &[u8], end: u8) -> Option<&[u8]> {
    const LONGEST: usize = 10;
    let length = text.iter().take(LONGEST).position(|byte| *byte == end)?;
    text.get(..length)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}
