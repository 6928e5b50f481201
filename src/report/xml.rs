//! XML that stays well-formed whatever bytes a server sent.

use std::fmt::Write as _;

/// An XML text under construction.
#[derive(Debug, Default)]
pub(super) struct Xml {
    pub text: String,
}

pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    /// `<name …>`
    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        self.tag(name, attributes, ">");
    }

    /// `</name>` and a line break.
    pub(super) fn close(&mut self, name: &str) {
        let _ = writeln!(self.text, "</{name}>");
    }

    /// `<name …/>` and a line break.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.tag(name, attributes, "/>\n");
    }

    /// `<name …>text</name>` and a line break.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.open(name, attributes);
        self.escape(text, false);
        self.close(name);
    }

    pub(super) fn line_break(&mut self) {
        self.text.push('\n');
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>, end: &str) {
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"");
            self.escape(value, true);
            self.text.push('"');
        }
        self.text.push_str(end);
    }

    /// Control characters that XML can't hold become pictures of themselves (`␛`). Line breaks and tabs are kept, in
    /// attributes as references, since a reader would turn them into spaces there.
    fn escape(&mut self, text: &str, attribute: bool) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if attribute => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' if attribute => self.text.push_str("&#10;"),
                '\t' if attribute => self.text.push_str("&#9;"),
                '\n' | '\t' => self.text.push(c),
                '\u{0}'..='\u{1f}' => {
                    let picture = char::from_u32(0x2400 + u32::from(c));
                    self.text.push(picture.unwrap_or('\u{fffd}'));
                }
                '\u{fffe}' | '\u{ffff}' => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is read back where `text` was written.
    fn expected(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '\n' | '\t' | '\r' => c,
                '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap(),
                '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
                c => c,
            })
            .collect()
    }

    fn check(text: &str) {
        let mut xml = Xml::default();
        xml.element("a", &[("b", text)], text);
        let document = roxmltree::Document::parse(&xml.text).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("b").unwrap(), expected(text));
        assert_eq!(root.text().unwrap_or_default(), expected(text));
    }

    #[test]
    fn nasty_text_is_read_back() {
        check(
            "a<b>&\"'c]]>d\r\ne\tf\u{0}\u{1b}[31m\u{7f}\u{85}\u{fffe}\u{ffff}\u{1F600}<![CDATA[x",
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in any::<String>()) {
            check(&text);
        }
    }
}
