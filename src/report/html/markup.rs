//! HTML in which nothing but our own tags is markup, whatever bytes a server sent.

use std::fmt::{Arguments, Write as _};

use crate::diagnostic::{Diagnostic, Style, escaped, escaped_line, render};

/// HTML under construction.
#[derive(Debug, Default)]
pub(super) struct Html {
    pub text: String,
}

impl Html {
    /// Markup of our own, as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// Markup of our own with numbers and such in it; never with text of others.
    pub(super) fn raw_format(&mut self, markup: Arguments<'_>) {
        let _ = self.text.write_fmt(markup);
    }

    /// Text in one line, with control characters shown.
    pub(super) fn line(&mut self, text: &str) {
        self.escape(&escaped_line(text));
    }

    /// Text whose line breaks stay, with other control characters shown.
    pub(super) fn lines(&mut self, text: &str) {
        self.escape(&escaped(text));
    }

    /// `<TAG class="CLASS">text</TAG>`, in one line.
    pub(super) fn element(&mut self, tag: &str, class: &str, text: &str) {
        self.open(tag, class);
        self.line(text);
        self.raw_format(format_args!("</{tag}>"));
    }

    /// `<TAG class="CLASS">`
    pub(super) fn open(&mut self, tag: &str, class: &str) {
        if class.is_empty() {
            self.raw_format(format_args!("<{tag}>"));
        } else {
            self.raw_format(format_args!("<{tag} class=\"{class}\">"));
        }
    }

    /// Lines as they are, in a box. The line break after the tag is the one that readers drop, so that the text's own stay.
    pub(super) fn pre(&mut self, class: &str, text: &str) {
        self.open("pre", class);
        self.raw("\n");
        self.lines(text);
        self.raw("</pre>\n");
    }

    /// A problem as the terminal shows it, colours included.
    pub(super) fn diagnostic(&mut self, problem: &Diagnostic) {
        let style = Style {
            color: true,
            width: 0,
        };
        let text = render(problem, style);
        let text = text.trim_end();
        let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
        self.open("pre", "diagnostic");
        self.raw("\n");
        self.open("span", "title");
        self.colored(title);
        // It is a block: what follows begins a line.
        self.raw("</span>");
        self.colored(rest);
        self.raw("</pre>\n");
    }

    /// Turns a terminal's colours into spans. Only our own are left in what the renderer returns: it shows the others.
    fn colored(&mut self, text: &str) {
        let (mut bold, mut color) = ("", "");
        for (index, part) in text.split("\u{1b}[").enumerate() {
            let text = match part.split_once('m') {
                Some((code, text)) if index > 0 => {
                    match code {
                        "0" => (bold, color) = ("", ""),
                        "1" => bold = "strong",
                        code => color = color_of(code),
                    }
                    text
                }
                _ => part,
            };
            let class = [bold, color].join(" ");
            match class.trim() {
                "" => self.lines(text),
                _ if text.is_empty() => {}
                class => {
                    self.open("span", class);
                    self.lines(text);
                    self.raw("</span>");
                }
            }
        }
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                // Noncharacters, which HTML doesn't allow.
                '\u{fffe}' | '\u{ffff}' => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
    }
}

/// What a colour of the renderer is called here.
fn color_of(code: &str) -> &'static str {
    match code {
        "31" | "91" => "red",
        "33" | "93" => "yellow",
        "32" | "92" => "green",
        _ => "blue",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_never_markup() {
        let mut html = Html::default();
        html.element("b", "x", "<script>\"'&\u{1b}[31m\n\u{0}\u{fffe}");
        assert_eq!(
            html.text,
            "<b class=\"x\">&lt;script&gt;&quot;&#39;&amp;\\u{1b}[31m\\n\\u{0}\u{fffd}</b>"
        );
    }

    #[test]
    fn colours_are_closed_and_leave_the_text() {
        let mut html = Html::default();
        html.colored("a\u{1b}[1m\u{1b}[91merror\u{1b}[0m: <m>\u{1b}[94mx");
        assert_eq!(
            html.text,
            "a<span class=\"strong red\">error</span>: &lt;m&gt;<span class=\"blue\">x</span>"
        );
    }

    #[test]
    fn a_diagnostic_keeps_what_a_server_sent_as_text() {
        let mut html = Html::default();
        html.diagnostic(&Diagnostic::error("x", "got `\u{1b}[31m<b>`").note("<i>"));
        assert!(html.text.contains("\\u{1b}[31m&lt;b&gt;"), "{}", html.text);
        assert!(html.text.contains("&lt;i&gt;"));
    }
}
