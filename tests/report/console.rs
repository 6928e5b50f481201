//! The console, letter by letter.

use probity::event::{Event, Outcome};
use probity::report::{Console, Options, Reporter};

use crate::sample::{self, at};
use crate::{Page, assert_matches_file};

fn written(events: &[Event], options: Options) -> String {
    let page = Page::default();
    let mut console = Console::new(page.clone(), options);
    for event in events {
        console.event(event).unwrap();
    }
    console.finish().unwrap();
    page.take()
}

fn verbosity(verbosity: i8) -> Options {
    Options {
        verbosity,
        width: 120,
        ..Options::default()
    }
}

#[test]
fn everything_at_every_verbosity() {
    for (name, level) in [("q", -1), ("default", 0), ("v", 1), ("vv", 2)] {
        let text = written(&sample::everything(), verbosity(level));
        assert_matches_file(&format!("console-{name}.txt"), &text);
    }
}

#[test]
fn colours_are_all_that_differs_in_colour() {
    let plain = written(&sample::everything(), verbosity(0));
    let options = Options {
        color: true,
        ..verbosity(0)
    };
    let colored = written(&sample::everything(), options);
    assert_ne!(plain, colored);
    assert_eq!(strip_styles(&colored), plain);
}

#[test]
fn names_that_are_too_long_leave_the_columns_of_others_alone() {
    let narrow = Options {
        terminal: true,
        width: 60,
        ..verbosity(-1)
    };
    let text = written(&sample::everything(), narrow);
    let (_, summary) = text.split_once(" ─────────\n").unwrap();
    assert_matches_file("console-summary-60.txt", summary);
}

/// Takes out `ESC [ … m`.
fn strip_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

#[test]
fn nothing_a_server_sends_reaches_the_terminal_raw() {
    for level in [-1, 0, 1, 2] {
        let text = written(&sample::everything(), verbosity(level));
        let raw = text
            .chars()
            .find(|c| c.is_control() && *c != '\n' && *c != '\t');
        assert_eq!(raw, None);
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn a_happy_run_is_short() {
    let case = sample::case(0, sample::CUSTOMERS, "approve", None);
    let events = [
        Event::Run(Box::new(sample::run(1))),
        sample::started(&case, 0),
        Event::CaseFinished(Box::new(sample::finished(&case, Outcome::Passed, 12))),
        Event::Summary(Box::new(probity::event::Summary {
            duration: at(13),
            cases: 1,
            passed: 1,
            requests: 2,
            ..Default::default()
        })),
    ];
    assert_eq!(
        written(&events, verbosity(0)),
        "  run 4f2a · conduit-v1 on the emulator · dakota on sandbox · 1 scenario · 32 at once · seed 7341\n  \
         packs conduit-v1 1.0.0 (scenarios/conduit-v1), dakota 1.0.0 (built in)\n  \
         left out: an added pack's own scenarios (probity run scenarios/added)\n    \
         PASS [  0.012s] (1/1) conduit-v1/customers::approve\n \
         ─────────\n \
         Summary [  0.0s] 1 scenario: 1 passed · 2 requests\n"
    );
    assert_eq!(
        written(&events, verbosity(-1)),
        " ─────────\n Summary [  0.0s] 1 scenario: 1 passed · 2 requests\n"
    );
}

/// A run of which one case never ends, as the console shows it while time passes.
fn waiting(options: Options) -> (Console<Page>, Page) {
    let page = Page::default();
    let mut console = Console::new(page.clone(), options);
    let case = sample::case(0, sample::CUSTOMERS, "activate", None);
    let step = sample::step_name("steps[1]", "Poll until\u{1b} active", 2);
    for event in [
        Event::Run(Box::new(sample::run(2))),
        sample::started(&case, 1000),
        sample::step_started(&case, 1500, step),
    ] {
        console.event(&event).unwrap();
    }
    page.take();
    (console, page)
}

#[test]
fn slow_cases_are_named_ever_more_seldom() {
    let (mut console, page) = waiting(verbosity(0));
    let mut lines = Vec::new();
    for tenths in 0..=600 {
        console.tick(at(tenths * 100)).unwrap();
        let text = page.take();
        let slow = text.lines().filter(|line| line.contains("SLOW"));
        lines.extend(slow.map(str::to_owned));
    }
    assert_eq!(
        lines,
        [
            "    SLOW [> 10.00s]       conduit-v1/customers::activate                step 2/2 Poll until\\u{1b} active",
            "    SLOW [> 20.00s]       conduit-v1/customers::activate                step 2/2 Poll until\\u{1b} active",
            "    SLOW [> 40.00s]       conduit-v1/customers::activate                step 2/2 Poll until\\u{1b} active",
        ]
    );
}

#[test]
fn of_many_slow_cases_some_are_named() {
    let page = Page::default();
    let mut console = Console::new(page.clone(), verbosity(0));
    console
        .event(&Event::Run(Box::new(sample::run(100))))
        .unwrap();
    for index in 0..100 {
        let case = sample::case(index, sample::CUSTOMERS, &format!("c{index}"), None);
        console.event(&sample::started(&case, 0)).unwrap();
    }
    page.take();
    console.tick(at(10_000)).unwrap();
    let text = page.take();
    assert_eq!(text.lines().count(), 11);
    assert_eq!(text.lines().last(), Some("    SLOW and 90 more"));
}

#[test]
fn a_log_hears_a_heartbeat_after_silence() {
    let (mut console, page) = waiting(verbosity(0));
    console.tick(at(11_000)).unwrap();
    console.tick(at(21_000)).unwrap();
    page.take();
    console.tick(at(40_900)).unwrap();
    assert_eq!(page.take(), "");
    // The slow case was named at 21 s and is named again at 41 s.
    console.tick(at(41_000)).unwrap();
    assert!(page.take().contains("SLOW"));
    console.tick(at(70_900)).unwrap();
    assert_eq!(page.take(), "");
    console.tick(at(71_000)).unwrap();
    assert_eq!(
        page.take(),
        "  after 1:11 0/2 done, 1 running, longest conduit-v1/customers::activate (step 2/2 Poll until\\u{1b} active)\n"
    );
}

#[test]
fn quiet_is_quiet_while_time_passes() {
    let (mut console, page) = waiting(verbosity(-1));
    for seconds in 0..200 {
        console.tick(at(seconds * 1000)).unwrap();
    }
    assert_eq!(page.take(), "");
}

#[test]
fn a_terminal_has_a_bar_that_makes_way_for_lines() {
    let options = Options {
        terminal: true,
        ..verbosity(0)
    };
    let (mut console, page) = waiting(options);
    console.tick(at(2000)).unwrap();
    assert_eq!(
        page.take(),
        "\r\u{1b}[2K  [                        ] 0/2  0:02  1 running  \
         conduit-v1/customers::activate (step 2/2 Poll until\\u{1b} active)"
    );
    console.tick(at(2100)).unwrap();
    assert_eq!(page.take(), "");
    let case = sample::case(1, sample::CUSTOMERS, "quick", None);
    let passed = sample::finished(&case, Outcome::Passed, 2100);
    console
        .event(&Event::CaseFinished(Box::new(passed)))
        .unwrap();
    assert_eq!(
        page.take(),
        "\r\u{1b}[2K    PASS [  0.012s] (1/2) conduit-v1/customers::quick\n"
    );
    console.flush().unwrap();
    assert!(page.take().contains("1/2  0:02"));
    console.finish().unwrap();
    assert_eq!(page.take(), "\r\u{1b}[2K");
}

#[test]
fn prose_keeps_to_the_terminal() {
    let problem = probity::diagnostic::Diagnostic::warning(
        "list-path",
        "`$.data[*].id` gives a list, and a single value says nothing of a list",
    )
    .help("write what each element is to be, such as `{ each: … }`, or the whole list");
    let events = [Event::Notice(Box::new(probity::event::Notice { problem }))];
    let narrow = Options {
        width: 50,
        ..verbosity(0)
    };
    assert_eq!(
        written(&events, narrow),
        "warning[list-path]: `$.data[*].id` gives a list,\n\
         \u{20}                   and a single value says\n\
         \u{20}                   nothing of a list\n \
         = help: write what each element is to be,\n\
         \u{20}        such as `{ each: … }`, or the whole\n\
         \u{20}        list\n"
    );
}
