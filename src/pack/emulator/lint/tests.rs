//! Each fault of an emulator file, and a file without any.

use std::path::Path;

use super::lint;
use crate::diagnostic::Diagnostic;
use crate::pack;
use crate::pack::emulator::testing;
use crate::source::Folder;

const GOOD: &str = "
let:
  open_states: [fresh, paid]
headers:
  x-request: ${{ request.id }}
  x-tenant: ${{ tenant | default(omit) }}
errors:
  json: { code: '${{ error.code }}', status: '${{ status }}', more: '${{ error.more | default(omit) }}' }
  invalid: { status: 400, error: { code: invalid, more: '${{ violations }}' } }
  not_found: { status: 404, error: { code: not_found } }
auth:
  source: documented somewhere
  headers: { x-key: '${{ secrets.key }}' }
  else: { status: 401, error: { code: no } }
before:
  - let:
      tenant: ${{ request.headers['x-tenant'] | default('none') }}
  - rate_limit:
      source: documented somewhere
      when: settings.mode == 'closed'
      key: ${{ tenant }}
      limit: 10
      window: 1m
      else: { status: 429, error: { code: slow, more: '${{ retry_after }}' } }
idempotency:
  by_note:
    source: documented somewhere
    key: ${{ request.json.note | default(omit) }}
    changed: { status: 409, error: { code: again } }
    remember: status < 500
collections:
  orders:
    source: documented somewhere
    id: o_${{ random_string(4) }}
    fields: { state: fresh, link: '/o/${{ id }}', note: '${{ omit }}' }
    unique:
      - fields: [note]
        source: documented somewhere
        else: { status: 409, error: { code: noted, more: '${{ taken.id }}' } }
routes:
  - route: GET /orders
    source: documented somewhere
    let:
      found: { all: orders, page: { limit: '${{ request.query.n | default(omit) }}' } }
    respond: { json: '${{ found.items }}' }
  - route: POST /orders
    source: documented somewhere
    request:
      json: { properties: { note: { type: string } } }
    idempotency: by_note
    effects:
      - insert: orders
        as: order
        set: { note: '${{ request.json.note | default(omit) }}' }
      - do: pay_later
    respond: { status: 201, json: '${{ order }}' }
  - route: GET /orders/{id}
    source: documented somewhere
    let:
      order: { find: orders, id: '${{ path.id }}' }
    rules:
      - when: order.state not in open_states
        source: assumed for the sake of it
        respond: { status: 410 }
    respond: { json: '${{ order }}' }
procedures:
  pay_later:
    - after: ${{ settings.delay }}
      source: observed somewhere
      do:
        - update: order
          set: { state: paid }
";

/// The first problem: its code, the text that it points at, its message and help.
fn first(problems: &[Diagnostic]) -> String {
    let Some(problem) = problems.first() else {
        return "nothing".to_owned();
    };
    let at = problem.place.as_ref().map_or("", |place| {
        let text = &place.source.text[place.span.range()];
        text.lines().next().unwrap_or_default()
    });
    let help = problem.help.first().map_or("", String::as_str);
    format!("{} at `{at}`: {} ({help})", problem.code, problem.message)
}

/// What is found once a text of the good file is replaced.
fn broken(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "the good file has no `{from}`");
    let (pack, problems) = testing::load(&GOOD.replacen(from, to, 1));
    if problems.is_empty() {
        first(&lint(&pack.unwrap()))
    } else {
        first(&problems)
    }
}

#[test]
fn a_good_file_has_no_problems() {
    let problems = lint(&testing::pack(GOOD));
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Our own packs keep to what they ask of others.
#[test]
fn the_packs_of_this_repository_have_no_problems() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut checked = 0;
    for entry in std::fs::read_dir(scenarios).unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("emulator.yaml").exists() {
            let folder = Folder::on_disk(&folder).unwrap();
            let (pack, problems) = pack::load(&folder, "pack");
            assert!(problems.is_empty(), "{problems:#?}");
            let problems = lint(&pack.unwrap());
            assert!(problems.is_empty(), "{}", first(&problems));
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn names_that_are_not_defined_are_found_with_what_was_meant() {
    for (from, to, expected) in [
        (
            "order.state",
            "order.stat",
            "undefined-name at `order.stat`: a record of `orders` has no `stat` (did you mean `state`?)",
        ),
        (
            "order.state",
            "ordre.state",
            "undefined-name at `ordre.state`: `ordre` is not defined here (did you mean `order`?)",
        ),
        (
            "path.id",
            "path.di",
            "undefined-name at `path.di`: `path` has no `di` (it has: id)",
        ),
        (
            "secrets.key",
            "secrets.kye",
            "undefined-name at `secrets.kye`: `secrets` has no `kye` (did you mean `key`?)",
        ),
        (
            "settings.delay",
            "settings.dealy",
            "undefined-name at `settings.dealy`: `settings` has no `dealy` (did you mean `delay`?)",
        ),
        (
            "request.json.note",
            "request.json.notes",
            "undefined-name at `request.json.notes`: the schema of this request's body has no `notes` (did you mean `note`?)",
        ),
        (
            "request.json.note",
            "request.jsn.note",
            "undefined-name at `request.jsn.note`: `request` has no `jsn` (did you mean `json`?)",
        ),
        (
            "${{ violations }}",
            "${{ violation }}",
            "undefined-name at `violation`: `violation` is not defined here (did you mean `violations`?)",
        ),
        (
            "'${{ error.code }}'",
            "'${{ error.cod }}'",
            "undefined-name at `error.cod`: no reply says `cod` in its `error` ()",
        ),
        (
            "error: { code: no }",
            "error: { code: no, extra: 1 }",
            "unused at `extra`: the form of errors never reads `error.extra` ()",
        ),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn names_of_things_that_there_are_not_are_found() {
    for (from, to, expected) in [
        (
            "find: orders",
            "find: order",
            "undefined-name at `order`: there is no collection `order` (did you mean `orders`?)",
        ),
        (
            "insert: orders",
            "insert: order",
            "undefined-name at `order`: there is no collection `order` (did you mean `orders`?)",
        ),
        (
            "idempotency: by_note",
            "idempotency: by_noet",
            "undefined-name at `by_noet`: there is no scheme `by_noet` (did you mean `by_note`?)",
        ),
        (
            "fields: [note]",
            "fields: [noet]",
            "undefined-name at `noet`: a record of `orders` has no field `noet` (did you mean `note`?)",
        ),
        (
            "${{ taken.id }}",
            "${{ token.id }}",
            "undefined-name at `token.id`: `token` is not defined here (did you mean `taken`?)",
        ),
        (
            "${{ retry_after }}",
            "${{ retry_later }}",
            "undefined-name at `retry_later`: `retry_later` is not defined here (did you mean `retry_after`?)",
        ),
        (
            "tenant | default(omit)",
            "tenant",
            "undefined-name at `tenant`: `tenant` may not be bound yet (a request may be refused before it is: ask with `tenant | default(…)`)",
        ),
        (
            "do: pay_later",
            "do: pay_latr",
            "undefined-name at `pay_latr`: there is no procedure `pay_latr` (did you mean `pay_later`?)",
        ),
        (
            "update: order",
            "update: ordr",
            "undefined-name at `ordr`: there is no record `ordr` here (did you mean `order`?)",
        ),
        (
            "{ state: paid }",
            "{ sate: paid }",
            "undefined-name at `sate`: a record of `orders` has no field `sate` (did you mean `state`?)",
        ),
        (
            "'/o/${{ id }}'",
            "'/o/${{ order.id }}'",
            "undefined-name at `order.id`: `order` is not defined here (there are: open_states, id, settings, secrets, collections)",
        ),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn what_is_never_reached_is_found() {
    for (from, to, expected) in [
        (
            "procedures:\n",
            "  - route: GET /orders/special\n    source: assumed so\n    respond: { status: 200 }\nprocedures:\n",
            "unreachable at `GET /orders/special`: no request ever reaches this route (put the more specific route first, or remove one of them)",
        ),
        (
            "    rules:\n",
            "    rules:\n      - { when: true, source: assumed so, respond: { status: 200 } }\n",
            "unreachable at `when: order.state not in open_states`: this rule never answers ()",
        ),
        (
            "    idempotency: by_note\n",
            "",
            "unused at `by_note`: no stage names the scheme `by_note` (add `idempotency: by_note` to a route or to `before`)",
        ),
        (
            "open_states: [fresh, paid]",
            "open_states: [fresh, paid]\n  closed_states: [gone]",
            "unused at `closed_states`: nothing in the emulator reads the value `closed_states` ()",
        ),
        (
            "- do: pay_later",
            "- cancel: payment of ${{ order.id }}\n      - do: pay_later",
            "undefined-name at `payment of ${{ order.id }}`: no `after` has a name like this (give the `after` that this is to stop a `name`)",
        ),
        (
            "- do: pay_later",
            "- delete: order",
            "unused at `pay_later`: nothing does the procedure `pay_later` ()",
        ),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn every_fact_says_where_it_comes_from() {
    for (from, to, expected) in [
        (
            "        source: assumed for the sake of it\n",
            "",
            "missing-source at `when: order.state not in open_states`: where this rule comes from is not said (add `source: documented …`, `observed …` or `assumed …`)",
        ),
        (
            "      source: observed somewhere\n",
            "",
            "missing-source at `after: ${{ settings.delay }}`: where this timer comes from is not said (add `source: documented …`, `observed …` or `assumed …`)",
        ),
        (
            "assumed for",
            "asumed for",
            "bad-source at `asumed for the sake of it`: `asumed` is not a kind of source (did you mean `assumed`?)",
        ),
        (
            "assumed for the sake of it",
            "assumed",
            "bare-source at `assumed`: what is assumed is not said (say where it is written, or why it is assumed)",
        ),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn what_is_malformed_is_found_in_its_place() {
    for (from, to, expected) in [
        (
            "GET /orders/{id}",
            "FETCH /orders/{id}",
            "bad-route at `FETCH /orders/{id}`: `FETCH` is not a method (write it like `POST /customers/{id}`)",
        ),
        (
            "GET /orders/{id}",
            "GET orders",
            "bad-route at `GET orders`: a route is a method and a path that starts with `/` (write it like `POST /customers/{id}`)",
        ),
        (
            "GET /orders/{id}",
            "GET /orders/{id}.json",
            "bad-route at `GET /orders/{id}.json`: a `{name}` stands for one whole segment of the path (write it like `POST /customers/{id}`)",
        ),
        (
            "GET /orders/{id}",
            "GET /orders/:id",
            "bad-route at `GET /orders/:id`: a name in a path stands in braces (write `GET /orders/{id}`)",
        ),
        (
            "GET /orders/{id}",
            "GET /orders/<id>",
            "bad-route at `GET /orders/<id>`: a name in a path stands in braces (write `GET /orders/{id}`)",
        ),
        (
            "GET /orders/{id}",
            "GET /orders/{id}?state=open",
            "bad-route at `GET /orders/{id}?state=open`: a route has no query in its path (what a query has to be is said under `request`, in `query`)",
        ),
        (
            "GET /orders/{id}",
            "GET /orders/{id}/of/{id}",
            "bad-route at `GET /orders/{id}/of/{id}`: two segments of the path are called `id` (give each a name of its own: `path.NAME` is one of them)",
        ),
        (
            "status: 410",
            "status: 99",
            "bad-status at `99`: a status is a number from 200 to 599 ()",
        ),
        (
            "status: 201, json",
            "status: 201, text: x, json",
            "two-bodies at `{ status: 201, text: x, json: '${{ order }}' }`: a reply has one of `json`, `text` and `error` ()",
        ),
        (
            "- insert: orders\n",
            "- insert: orders\n        update: orders\n",
            "bad-effect at `update`: `update` does not go with `insert` (an effect does one thing; write two effects, one after the other)",
        ),
        (
            "- do: pay_later",
            "- when: true",
            "bad-effect at `when: true`: this effect does not say what it does (give it one of: insert, update, delete, do, after, cancel, emit, redeliver)",
        ),
        (
            "find: orders, id: '${{ path.id }}'",
            "find: orders",
            "bad-look-up at `{ find: orders }`: which record this finds is not said (add `id: …` or `where: {field: …}`)",
        ),
        (
            "  open_states:",
            "  settings:",
            "reserved-name at `settings`: `settings` can't be the name of a variable (choose another name, such as `the_settings`)",
        ),
        (
            "  open_states:",
            "  error:",
            "reserved-name at `error`: `error` can't be bound (choose another name, such as `the_error`)",
        ),
        (
            "type: string",
            "type: text",
            "bad-schema at `text`: `text` is not a type of JSON Schema (did you mean `string`?)",
        ),
        (
            "note: { type: string }",
            "note: { type: string, minLenght: 3 }",
            "unknown-key at `minLenght`: a JSON Schema has no key `minLenght` (did you mean `minLength`?)",
        ),
        (
            "        as: order",
            "        az: order",
            "unknown-key at `az`: an effect has no key `az` (",
        ),
    ] {
        let found = broken(from, to);
        assert!(found.starts_with(expected), "{to}: {found}");
    }
}

#[test]
fn what_can_never_be_is_found() {
    for (from, to, expected) in [
        (
            "{ state: paid }",
            "{ state: paid, id: another }",
            "bad-effect at `id`: a record keeps its id (`delete` the record and `insert` another",
        ),
        (
            "open_states: [fresh, paid]",
            "open_states: ${{ env('STATES') }}",
            "not-here at `env`: `env()` works only in the `vars` of files that you run (an emulator reads no variables: declare a setting",
        ),
        (
            "settings.mode == 'closed'",
            "settings.mode == 'close'",
            "bad-setting at `settings.mode == 'close'`: the setting `mode` can't be \"close\": expected `open` or `closed` ()",
        ),
        (
            "settings.mode == 'closed'",
            "settings.mode in ['closed', 'shut']",
            "bad-setting at `settings.mode in ['closed', 'shut']`: the setting `mode` can't be \"shut\": expected `open` or `closed` ()",
        ),
    ] {
        let found = broken(from, to);
        assert!(found.starts_with(expected), "{to}: {found}");
    }
}

#[test]
fn a_procedure_that_does_itself_is_endless_unless_later() {
    let itself = "    - do: pay_later\n    - after: ${{ settings.delay }}";
    let found = broken("    - after: ${{ settings.delay }}", itself);
    assert!(found.starts_with("endless at `pay_later`"), "{found}");
    let later = "        - do: pay_later\n        - update: order";
    assert_eq!(broken("        - update: order", later), "nothing");
}
