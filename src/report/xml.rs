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
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.escape(value, true);
            self.text.push('"');
        }
        self.text.push_str(end);
    }

    /// Control characters that XML can't hold become pictures of themselves (`␛`). Line breaks and tabs are kept, in
    /// attributes as references, since a reader would turn them into spaces there.
    fn escape(&mut self, text: &str, attribute: bool) {
        let mut written = 0;
        for (at, c) in text.char_indices() {
            let picture;
            let instead = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' if attribute => "&quot;",
                '\r' => "&#13;",
                '\n' if attribute => "&#10;",
                '\t' if attribute => "&#9;",
                '\n' | '\t' => continue,
                '\u{0}'..='\u{1f}' => {
                    picture = char::from_u32(0x2400 + u32::from(c)).map(String::from);
                    picture.as_deref().unwrap_or("\u{fffd}")
                }
                '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
                _ => continue,
            };
            self.text.push_str(&text[written..at]);
            self.text.push_str(instead);
            written = at + c.len_utf8();
        }
        self.text.push_str(&text[written..]);
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
