//! The page: exact text, and nothing in it that a server could have made markup.

use probity::event::{Event, Outcome};

use crate::sample::{self, CUSTOMERS};
use crate::{assert_matches_file, written};

#[test]
fn everything() {
    let text = written("html", sample::everything());
    assert_matches_file("report.html", &text);
}

/// Every tag of the page, up to its name.
fn tags(text: &str) -> Vec<&str> {
    text.split('<')
        .skip(1)
        .map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or_default())
        .collect()
}

/// The page's markup alone: without style and script.
fn markup(text: &str) -> String {
    let (head, rest) = text.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, _) = rest.split_once("<script>").unwrap();
    format!("{head}{body}")
}

#[test]
fn every_tag_is_known_and_closed() {
    let text = markup(&written("html", sample::everything()));
    let mut open = Vec::new();
    for tag in tags(&text) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{open:?}"),
            None if tag.starts_with("rect") => {}
            None if ["!DOCTYPE", "meta", "input"].contains(&tag) => {}
            None => open.push(tag),
        }
    }
    assert_eq!(open, ["html", "body"]);
    for name in ["b>", "script", "img"] {
        assert!(!tags(&text).contains(&name), "{name}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_nothing_acts() {
    let text = written("html", sample::everything());
    for what in ["src=", "url(", "@import", "<link", "http://", "https://"] {
        let body = markup(&text);
        let own = body.replace("https://api.example", "");
        assert!(!own.contains(what), "{what}");
    }
    let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert_eq!(text.chars().find(|c| acts(*c)), None);
}

#[test]
fn an_interrupted_run_is_reported_as_far_as_it_went() {
    let mut events = sample::everything();
    events.truncate(events.len() - 4);
    let text = written("html", events);
    assert!(text.contains("The run did not end"));
    assert!(text.contains("id=\"case-7\""));
    assert!(written("html", Vec::new()).ends_with("</html>\n"));
}

#[test]
fn cases_stand_in_the_run_s_order_and_ten_are_opened() {
    let mut events = vec![Event::Run(Box::new(sample::run(30)))];
    for index in (0..30).rev() {
        let case = sample::case(index, CUSTOMERS, &format!("c{index}"), None);
        let failed = sample::failed(&case, 1);
        events.push(Event::CaseFinished(Box::new(failed)));
    }
    let text = written("html", events);
    let anchors: Vec<_> = text.split(" id=\"case-").skip(1).collect();
    let numbers: Vec<usize> = anchors
        .iter()
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..30).collect::<Vec<_>>());
    let opened = text.matches("<details open class=\"case failed\">");
    assert_eq!(opened.count(), 10);
    assert!(!text.contains(&format!("case {:?}", Outcome::NotRun)));
}

#[test]
fn warnings_stand_after_what_did_not_pass_and_each_problem_scrolls_alone() {
    let text = written("html", sample::everything());
    let at = |heading: &str| text.find(&format!("<h2>{heading}</h2>"));
    let order = ["What did not pass", "Warnings", "Scenarios"].map(|heading| at(heading).unwrap());
    assert!(order.is_sorted(), "{order:?}");
    assert!(!text.contains(".body { overflow"));
    assert!(text.contains("pre { margin: .5rem 0; padding: .6rem .8rem; overflow-x: auto;"));
}
