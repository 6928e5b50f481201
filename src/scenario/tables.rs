//! The tables of the keys that scenario files may have.

use crate::document::{KeySpec, Shape, Table};
use crate::pack::tables::{ACTION, SECRET};
use crate::step::tables::STEP;

pub static FILE: Table = Table {
    name: "scenario file",
    doc: "A file of scenarios: tests of an HTTP API, each of them on its own.",
    keys: &[
        KeySpec::new(
            "version",
            Shape::Integer,
            "The version of the scenario language: 1.",
        ),
        KeySpec::new(
            "name",
            Shape::Plain,
            "What reports call the file; by default its name without `.scenario.yaml`.",
        ),
        KeySpec::new("description", Shape::Plain, "What the file is about."),
        KeySpec::new(
            "packs",
            Shape::OneOf(&[
                Shape::List(&Shape::PackVersions),
                Shape::MapOf(&Shape::PackVersions),
            ]),
            "The packs that the file uses: their names, or names of its own for them as `{alias: pack}`. `pack@^1` asks for certain versions. A file in a pack's folder has that pack without naming it.",
        ),
        KeySpec::new(
            "pack",
            Shape::HyphenatedName,
            "The pack that `http` steps address by default; else the only one, or the first of `packs`.",
        ),
        KeySpec::new(
            "tags",
            Shape::List(&Shape::HyphenatedName),
            "Tags of every scenario of the file, to select by with `--tag`.",
        ),
        KeySpec::new(
            "vars",
            Shape::MapOf(&Shape::Any),
            "Variables, evaluated from top to bottom once for each scenario. They may use `case`, and `env()`.",
        ),
        KeySpec::new(
            "secrets",
            Shape::MapOf(&Shape::Map(&SECRET)),
            "Secrets of the file's own, read as `secrets.<name>`.",
        ),
        KeySpec::new(
            "actions",
            Shape::MapOf(&Shape::Map(&ACTION)),
            "Actions of the file's own, used as `uses: ./name`.",
        ),
        KeySpec::new(
            "settings",
            Shape::MapOf(&Shape::MapOf(&Shape::Any)),
            "Settings of the packs' emulators for every scenario of the file: `{pack: {name: value}}`.",
        ),
        KeySpec::new(
            "setup",
            Shape::List(&Shape::Map(&STEP)),
            "Steps before each scenario of the file.",
        ),
        KeySpec::new(
            "teardown",
            Shape::List(&Shape::Map(&STEP)),
            "Steps after each scenario of the file, whatever happened.",
        ),
        KeySpec::new(
            "scenarios",
            Shape::MapOf(&Shape::Map(&SCENARIO)),
            "The scenarios, by their ids. Ids are stable: reports and the command line use them.",
        )
        .required(),
    ],
};

pub static SCENARIO: Table = Table {
    name: "scenario",
    doc: "A scenario: one test case, or one for each row of its data. It shares nothing with any other.",
    keys: &[
        KeySpec::new(
            "name",
            Shape::Plain,
            "What the scenario shows, in a sentence.",
        ),
        KeySpec::new("description", Shape::Plain, "More about the scenario."),
        KeySpec::new(
            "tags",
            Shape::List(&Shape::HyphenatedName),
            "Tags to select by with `--tag`, besides the file's.",
        ),
        KeySpec::new(
            "skip",
            Shape::Reason,
            "The reason why the scenario is not run; it is reported as skipped.",
        ),
        KeySpec::new(
            "if",
            Shape::Expression,
            "The scenario is skipped unless this holds.",
        ),
        KeySpec::new(
            "vars",
            Shape::MapOf(&Shape::Any),
            "Variables, evaluated from top to bottom. They go before the file's.",
        ),
        KeySpec::new(
            "matrix",
            Shape::MapOf(&Shape::List(&Shape::Any)),
            "Lists of values: the scenario is run with each combination of them, read as `case.<name>`. `exclude` is a list of combinations that are left out.",
        ),
        KeySpec::new(
            "cases",
            Shape::OneOf(&[Shape::List(&Shape::MapOf(&Shape::Any)), Shape::Plain]),
            "Rows of data, each a test case of its own: a list of maps, or the path of a `.yaml`, `.json` or `.csv` file. Read as `case.<column>`.",
        ),
        KeySpec::new(
            "settings",
            Shape::MapOf(&Shape::MapOf(&Shape::Any)),
            "Settings of the packs' emulators for this scenario: `{pack: {name: value}}`. On a real sandbox the scenario is skipped.",
        ),
        KeySpec::new(
            "timeout",
            Shape::Duration,
            "How long the scenario may take in real time, declared waits not counted; by default `5m`.",
        ),
        KeySpec::new(
            "reruns",
            Shape::Count,
            "How often the scenario is run again if it does not pass. One that passes then is flaky.",
        ),
        KeySpec::new(
            "steps",
            Shape::List(&Shape::Map(&STEP)),
            "What the scenario does.",
        )
        .required(),
        KeySpec::new(
            "teardown",
            Shape::List(&Shape::Map(&STEP)),
            "Steps after the scenario, whatever happened, before the file's `teardown`.",
        ),
    ],
};
