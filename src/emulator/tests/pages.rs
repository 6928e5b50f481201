//! Lists, and pages of them.

use serde_json::json;

use super::Sandbox;

const NOTES: &str = "
errors:
  json: { more: '${{ error.more }}' }
  invalid: { status: 400, error: { more: '${{ violations[0].field }}' } }
collections:
  notes:
    id: n${{ collections.notes | length + 1 }}
    fields: { even: '${{ collections.notes | length is odd }}' }
routes:
  - route: POST /notes
    effects:
      - insert: notes
    respond: { status: 201 }
  - route: GET /notes
    let:
      found:
        all: notes
        where: { even: '${{ omit if request.query.even is undefined else true }}' }
        page:
          limit: ${{ request.query.limit | default(omit) }}
          after: ${{ request.query.after | default(omit) }}
          before: ${{ request.query.before | default(omit) }}
    respond:
      json: { items: '${{ found.items | map(\"id\") | join(\" \") }}', total: '${{ found.total }}', next: '${{ found.next }}', previous: '${{ found.previous }}' }
  - route: GET /shown
    let:
      found: { all: notes, show: { note_id: '${{ item.id }}', odd: '${{ not item.even }}' } }
      paged: { all: notes, show: '${{ item.id }}', page: { limit: 1 } }
    respond: { json: { all: '${{ found }}', paged: '${{ paged.items }}' } }
  - route: GET /newest
    let:
      found: { all: notes, order: newest, page: { limit: 2, after: '${{ request.query.after | default(omit) }}', else: { status: 410 } } }
    respond: { json: '${{ found.items }}' }
";

fn notes() -> Sandbox {
    let mut notes = Sandbox::new(NOTES);
    for _ in 0..5 {
        notes.ask("POST /notes");
    }
    notes
}

#[test]
fn a_page_lies_after_or_before_a_record() {
    let mut notes = notes();
    let none = serde_json::Value::Null;
    for (query, items, total, next, previous) in [
        ("", "n1 n2 n3 n4 n5", 5, none.clone(), none.clone()),
        ("limit=2", "n1 n2", 5, json!("n2"), none.clone()),
        ("limit=2&after=n2", "n3 n4", 5, json!("n4"), json!("n3")),
        ("limit=2&after=n4", "n5", 5, none.clone(), json!("n5")),
        ("limit=2&after=n5", "", 5, none.clone(), none.clone()),
        ("limit=2&before=n4", "n2 n3", 5, json!("n3"), json!("n2")),
        ("limit=2&before=n2", "n1", 5, json!("n1"), none.clone()),
        ("limit=2&before=n1", "", 5, none.clone(), none.clone()),
        (
            "limit=2&after=n1&before=n5",
            "n2 n3",
            5,
            json!("n3"),
            json!("n2"),
        ),
        ("after=n4&before=n2", "", 5, none.clone(), none.clone()),
        ("limit=1&even=1", "n2", 2, json!("n2"), none.clone()),
        (
            "limit=9&even=1&after=n2",
            "n4",
            2,
            none.clone(),
            json!("n4"),
        ),
    ] {
        let (status, body) = notes.ask(&format!("GET /notes?{query}"));
        let expected =
            json!({ "items": items, "total": total, "next": next, "previous": previous });
        assert_eq!((status, body), (200, expected), "{query}");
    }
}

#[test]
fn newest_first_turns_the_list_around() {
    let mut notes = notes();
    let ids = |body: &serde_json::Value| format!("{} {}", body[0]["id"], body[1]["id"]);
    assert_eq!(ids(&notes.ask("GET /newest").1), r#""n5" "n4""#);
    assert_eq!(ids(&notes.ask("GET /newest?after=n4").1), r#""n3" "n2""#);
}

#[test]
fn a_page_that_there_is_not_is_refused() {
    let mut notes = notes();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("after=n6", "after"),
        ("before=n6", "before"),
        ("after=n1&even=1", "after"),
    ] {
        let (status, body) = notes.ask(&format!("GET /notes?{query}"));
        assert_eq!((status, &body["more"]), (400, &json!(field)), "{query}");
    }
    assert_eq!(notes.ask("GET /newest?after=nobody").0, 410);
}

#[test]
fn a_list_shows_of_each_record_what_it_is_told_to() {
    let mut notes = Sandbox::new(NOTES);
    notes.ask("POST /notes");
    notes.ask("POST /notes");
    let all = json!([{ "note_id": "n1", "odd": true }, { "note_id": "n2", "odd": false }]);
    let expected = json!({ "all": all, "paged": ["n1"] });
    assert_eq!(notes.ask("GET /shown").1, expected);
}
