//! What diagnostics look like, to the character.

use std::sync::Arc;

use super::{Diagnostic, Style, render};
use crate::source::{Place, Source, Span};

const SCENARIO: &str = "\
name: x
steps:
  - http: POST /customers
    json: {}
    expect: { status: 201 }
";

pub(super) fn scenario() -> Arc<Source> {
    source("scenarios/a.scenario.yaml", SCENARIO)
}

pub(super) fn source(name: &str, text: &str) -> Arc<Source> {
    Source::new(name, name, text)
}

/// The place where `text` stands first.
pub(super) fn at(source: &Arc<Source>, text: &str) -> Place {
    let start = source
        .text
        .find(text)
        .expect("the text stands in the source");
    Place::new(source, Span::new(start, start + text.len()))
}

fn shows(diagnostic: &Diagnostic, expected: &str) {
    let drawn = render(diagnostic, Style::default());
    assert_eq!(drawn, expected, "\n{drawn}");
}

#[test]
fn a_place_is_shown_with_its_label_notes_and_help() {
    let source = scenario();
    let diagnostic = Diagnostic::error("status", "expected 201, got 422 (Unprocessable Entity)")
        .at(at(&source, "201"))
        .label("POST /customers answered 422 in 3 ms")
        .note("body: {\"code\":\"invalid_country\",\n\"field\":\"country\"}")
        .note("rerun: probity run")
        .help("look at the country");
    shows(
        &diagnostic,
        r#"error[status]: expected 201, got 422 (Unprocessable Entity)
 --> scenarios/a.scenario.yaml:5:23
  |
5 |     expect: { status: 201 }
  |                       ^^^ POST /customers answered 422 in 3 ms
  |
  = body: {"code":"invalid_country",
    "field":"country"}
  = rerun: probity run
  = help: look at the country
"#,
    );
}

#[test]
fn a_place_without_a_label_is_shown_and_not_marked() {
    let source = scenario();
    let diagnostic = Diagnostic::error("status", "expected 201, got 422")
        .at(at(&source, "201"))
        .also(at(&source, "- http: POST /customers"), "");
    shows(
        &diagnostic,
        "\
error[status]: expected 201, got 422
 --> scenarios/a.scenario.yaml:5:23
  |
3 |   - http: POST /customers
4 |     json: {}
5 |     expect: { status: 201 }
  |                       ^^^
",
    );
}

#[test]
fn several_places_are_shown_in_one_file_and_in_others() {
    let action = source("pack/actions/b.yaml", "description: b\ninputs:\n  a: 1\n");
    let source = scenario();
    let diagnostic = Diagnostic::warning("unknown-input", "there is no input `b`")
        .at(at(&source, "json"))
        .label("here")
        .also(at(&action, "inputs:\n  a: 1\n"), "the inputs are these")
        .also(at(&source, "name"), "the name")
        .suggest("aa", ["a", "aaa"]);
    shows(
        &diagnostic,
        "\
warning[unknown-input]: there is no input `b`
 --> scenarios/a.scenario.yaml:4:5
  |
1 |   name: x
  |   ---- the name
...
4 |       json: {}
  |       ^^^^ here
  |
 ::: pack/actions/b.yaml:2:1
  |
2 | / inputs:
3 | |   a: 1
  | |______- the inputs are these
  |
  = help: did you mean `aaa`?
",
    );
}

#[test]
fn places_far_apart_are_two_excerpts() {
    let text = format!("a: 1\n{}a: 2\n", "#\n".repeat(1000));
    let source = source("far.yaml", &text);
    let diagnostic = Diagnostic::error("duplicate-key", "the key `a` stands twice")
        .at(Place::new(
            &source,
            Span::new(text.len() - 5, text.len() - 4),
        ))
        .label("again here")
        .also(Place::new(&source, Span::new(0, 1)), "first here");
    shows(
        &diagnostic,
        "\
error[duplicate-key]: the key `a` stands twice
    --> far.yaml:1002:1
     |
1002 | a: 2
     | ^ again here
     |
    ::: far.yaml:1:1
     |
   1 | a: 1
     | - first here
",
    );
}

#[test]
fn places_over_several_lines_are_bracketed() {
    let source = scenario();
    let diagnostic = Diagnostic::error("step", "a step is wrong")
        .at(at(
            &source,
            "- http: POST /customers\n    json: {}\n    expect: { status: 201 }\n",
        ))
        .label("this one");
    shows(
        &diagnostic,
        "\
error[step]: a step is wrong
 --> scenarios/a.scenario.yaml:3:3
  |
3 | /   - http: POST /customers
4 | |     json: {}
5 | |     expect: { status: 201 }
  | |___________________________^ this one
",
    );
}

#[test]
fn no_place_an_empty_file_and_spans_past_the_end_are_shown_too() {
    shows(
        &Diagnostic::error("no-files", "there is nothing to run")
            .note("looked in `x`")
            .help("name a file"),
        "error[no-files]: there is nothing to run\n = looked in `x`\n = help: name a file\n",
    );
    shows(
        &Diagnostic::warning("odd", "odd").help(""),
        "warning[odd]: odd\n",
    );
    let empty = source("empty.yaml", "");
    shows(
        &Diagnostic::error("empty", "the file is empty")
            .at(Place::new(&empty, Span::new(0, 0)))
            .label("here")
            .help("fill it"),
        "error[empty]: the file is empty\n --> empty.yaml\n = help: fill it\n",
    );
    let source = source("s.yaml", "a: 1\nb:");
    shows(
        &Diagnostic::error("end", "it ends")
            .at(Place::new(&source, Span::new(7, 7)))
            .label("here"),
        "error[end]: it ends\n --> s.yaml:2:3\n  |\n2 | b:\n  |   ^ here\n",
    );
    shows(
        &Diagnostic::error("end", "it ends").at(Place::new(&source, Span::new(1000, 2000))),
        "error[end]: it ends\n --> s.yaml:2:3\n  |\n2 | b:\n  |   ^\n",
    );
}

#[test]
fn tabs_wide_characters_and_line_ends_keep_the_carets_in_place() {
    let source = source("w.yaml", "a:\t\"世界\" é x\r\nb: 2\r\n");
    shows(
        &Diagnostic::error("wide", "wide")
            .at(at(&source, "世界"))
            .label("here"),
        "error[wide]: wide\n --> w.yaml:1:5\n  |\n1 | a:    \"世界\" é x\n  |        ^^^^ here\n",
    );
    shows(
        &Diagnostic::error("wide", "wide")
            .at(at(&source, "x\r\n"))
            .label("here"),
        "error[wide]: wide\n --> w.yaml:1:11\n  |\n1 | a:    \"世界\" é x\n  |                ^ here\n",
    );
    shows(
        &Diagnostic::error("wide", "wide")
            .at(at(&source, "2"))
            .label("here"),
        "error[wide]: wide\n --> w.yaml:2:4\n  |\n2 | b: 2\n  |    ^ here\n",
    );
}

#[test]
fn nothing_that_acts_on_a_terminal_is_printed_raw() {
    let source = source("\u{1b}c.yaml", "a: \u{1b}[31m\u{9b}\u{202e} x\n");
    let diagnostic = Diagnostic::error("raw", "got \u{1b}]0;x\u{7}")
        .at(at(&source, "x"))
        .label("x\u{8}\ny")
        .also(at(&source, "a"), "\u{1b}a")
        .note("body: a\rb\u{85}")
        .help("\u{7f}");
    shows(
        &diagnostic,
        "\
error[raw]: got \\u{1b}]0;x\\u{7}
 --> \\u{1b}c.yaml:1:12
  |
1 | a: ␛[31m\u{fffd}\u{fffd} x
  | - \\u{1b}a  ^ x\\u{8}\\ny
  |
  = body: a\\rb\\u{85}
  = help: \\u{7f}
",
    );
}

#[test]
fn long_lines_are_trimmed_round_the_place() {
    let text = format!("a: {} needle {}\n", "x".repeat(3000), "y".repeat(3000));
    let source = source("long.yaml", &text);
    let diagnostic = Diagnostic::error("long", "long")
        .at(at(&source, "needle"))
        .label("here");
    let trimmed = render(
        &diagnostic,
        Style {
            color: false,
            width: 60,
        },
    );
    assert_eq!(
        trimmed,
        "\
error[long]: long
 --> long.yaml:1:3005
  |
1 | ...xxxxxxxxxxxxxxxxxx needle yyyyyyyyyyyyyyyyyyyyyyyy...
  |                       ^^^^^^ here
"
    );
    // Where the width is not known, there is a usual one.
    let usual = render(&diagnostic, Style::default());
    assert!(usual.lines().all(|line| line.len() <= 150), "{usual}");
    assert!(usual.contains("needle"), "{usual}");
}

#[test]
fn colour_is_added_only_where_it_is_asked_for() {
    let source = scenario();
    let diagnostic = Diagnostic::error("status", "wrong")
        .at(at(&source, "201"))
        .label("here");
    let plain = render(&diagnostic, Style::default());
    let colored = render(
        &diagnostic,
        Style {
            color: true,
            width: 0,
        },
    );
    assert!(!plain.contains('\u{1b}'));
    assert!(colored.contains("\u{1b}["));
    // Sequences that set colours, and nothing else.
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = sequence
            .split_once('m')
            .expect("the sequence sets a colour")
            .1;
    }
    assert_eq!(bare + rest, plain);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            "bc ",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "世",
            "é",
            "\u{1b}[1m",
            "\u{0}",
            "\u{feff}",
            "e\u{301}",
            "\u{200b}",
            "👩‍👧",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "\u{85}",
            "\u{2028}",
        ]);
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn any_diagnostic_is_drawn_without_raw_control_characters(
            texts in prop::collection::vec(text(), 2),
            spans in prop::collection::vec((0usize..80, 0usize..80, 0usize..2), 0..5),
            words in prop::collection::vec(text(), 4),
            width in 0usize..200,
        ) {
            let sources = [source("a.yaml", &texts[0]), source("d\u{1b}.yaml", &texts[1])];
            let mut diagnostic = Diagnostic::error("code", words[0].clone())
                .label(words[1].clone())
                .note(words[2].clone())
                .help(words[3].clone());
            for (index, (start, end, file)) in spans.into_iter().enumerate() {
                let place = Place::new(&sources[file], Span::new(start, end));
                if index == 0 {
                    diagnostic = diagnostic.at(place);
                } else {
                    diagnostic = diagnostic.also(place, words[index % 4].clone());
                }
            }
            let drawn = render(&diagnostic, Style { color: false, width });
            prop_assert!(drawn.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()), "{drawn:?}");
            prop_assert!(drawn.ends_with('\n'));
            let redacted = diagnostic.redacted(&|text| text.replace("bc", "***"));
            let drawn = render(&redacted, Style { color: false, width });
            prop_assert!(!drawn.contains("bc"), "{drawn}");
        }
    }
}
