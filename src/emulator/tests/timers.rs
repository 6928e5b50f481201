//! What is done later, on the scenario's clock.

use serde_json::{Value, json};

use super::Sandbox;

const LATER: &str = "
collections:
  notes:
    id: n_${{ random_string(12) }}
    fields: { text: '', at: '${{ now(format=''%H:%M:%S'') }}' }
routes:
  - route: POST /notes
    effects:
      - insert: notes
        as: note
        set: { text: '${{ request.json.text }}' }
      - after: ${{ request.json.after }}
        name: change ${{ request.json.text }}
        do:
          - update: note
            set: { text: '${{ request.json.text }} changed at ${{ now(format=''%H:%M:%S'') }}' }
    respond: { json: '${{ note }}' }
  - route: GET /notes
    let:
      notes: { all: notes }
    respond: { json: '${{ notes }}' }
  - route: DELETE /notes
    effects:
      - delete: notes
        where: {}
    respond: { status: 204 }
  - route: POST /cancel
    effects:
      - cancel: change ${{ request.json.text }}
    respond: { status: 204 }
  - route: POST /chain
    effects:
      - do: tick
    respond: { status: 204 }
  - route: POST /endless
    effects:
      - do: endless
    respond: { status: 204 }
  - route: POST /bad
    effects:
      - after: ${{ request.json.after }}
        do: tick
    respond: { status: 204 }
procedures:
  tick:
    - insert: notes
      set: { text: tick }
    - when: collections.notes | length < 4
      after: 1h
      do: tick
  endless:
    - after: 0s
      do: endless
";

fn texts(sandbox: &mut Sandbox) -> Vec<String> {
    let (_, notes) = sandbox.ask("GET /notes");
    let text = |note: &Value| note["text"].as_str().unwrap().to_owned();
    notes.as_array().unwrap().iter().map(text).collect()
}

#[test]
fn it_is_done_when_it_is_due_and_not_before() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/notes", &json!({ "text": "a", "after": "1h" }));
    sandbox.wait(3599);
    assert_eq!(texts(&mut sandbox), ["a"]);
    sandbox.wait(1);
    assert_eq!(texts(&mut sandbox), ["a changed at 01:00:00"]);
}

#[test]
fn it_reads_the_clock_as_of_when_it_was_due() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/notes", &json!({ "text": "late", "after": "2h" }));
    sandbox.post("/notes", &json!({ "text": "early", "after": "1h" }));
    sandbox.wait(10 * 3600);
    assert_eq!(
        texts(&mut sandbox),
        ["late changed at 02:00:00", "early changed at 01:00:00"]
    );
}

#[test]
fn one_sets_the_next_from_its_own_instant() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/chain", &json!({}));
    sandbox.wait(2 * 3600);
    let at = |sandbox: &mut Sandbox| {
        let (_, notes) = sandbox.ask("GET /notes");
        let at = |note: &Value| note["at"].as_str().unwrap().to_owned();
        notes.as_array().unwrap().iter().map(at).collect::<Vec<_>>()
    };
    assert_eq!(at(&mut sandbox), ["00:00:00", "01:00:00", "02:00:00"]);
    sandbox.wait(24 * 3600);
    assert_eq!(at(&mut sandbox).len(), 4);
}

#[test]
fn it_is_cancelled_by_its_name() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/notes", &json!({ "text": "a", "after": "1h" }));
    sandbox.post("/notes", &json!({ "text": "b", "after": "1h" }));
    sandbox.post("/cancel", &json!({ "text": "a" }));
    sandbox.post("/cancel", &json!({ "text": "nothing of that name" }));
    sandbox.wait(3600);
    assert_eq!(texts(&mut sandbox), ["a", "b changed at 01:00:00"]);
    // It is too late now.
    sandbox.post("/cancel", &json!({ "text": "b" }));
    assert_eq!(texts(&mut sandbox)[1], "b changed at 01:00:00");
}

#[test]
fn a_record_that_is_gone_stays_gone() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/notes", &json!({ "text": "a", "after": "1h" }));
    sandbox.ask("DELETE /notes");
    sandbox.wait(7200);
    assert_eq!(texts(&mut sandbox), [""; 0]);
}

#[test]
fn timers_without_end_are_a_problem_and_not_a_hang() {
    let mut sandbox = Sandbox::new(LATER);
    sandbox.post("/endless", &json!({}));
    let (status, body) = sandbox.ask("GET /notes");
    assert_eq!(status, 500);
    assert_eq!(body["message"], "timers set one another without end");
}

#[test]
fn a_delay_that_is_none_is_a_problem_of_the_file() {
    let mut sandbox = Sandbox::new(LATER);
    assert_eq!(sandbox.post("/bad", &json!({ "after": "soon" })).0, 500);
    assert_eq!(
        sandbox.post("/bad", &json!({ "after": "99999999d" })).0,
        500
    );
    let never = "36500d";
    assert_eq!(sandbox.post("/bad", &json!({ "after": never })).0, 204);
    sandbox.wait(u64::MAX);
    assert_eq!(sandbox.ask("GET /notes").0, 200);
}
