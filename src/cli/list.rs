//! `probity list`.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{Format, ListArgs, Listed};
use super::exit::Exit;
use super::project::{Project, library};
use super::table::table;
use super::terminal::{Terminal, stdout_width, write_stdout};
use crate::check::OPERATORS;
use crate::diagnostic::Diagnostic;
use crate::expr::functions;
use crate::pack::{Library, Pack};
use crate::plan::{Bindings, Environments, Fate, Plan, PlannedCase, Reach, Selection, plan};

/// One line of a list: its columns, and the same for machines.
struct Row {
    columns: Vec<String>,
    json: Value,
}

/// Prints a list.
pub(super) fn run(args: &ListArgs, terminal: Terminal, current: &Path) -> Exit {
    let mut warnings = Vec::new();
    let rows = match rows(args, &Project::find(current), &mut warnings) {
        Ok(rows) => rows,
        Err(problems) => {
            terminal.show(&problems);
            return Exit::Invalid;
        }
    };
    write_stdout(&match args.format {
        Format::Human => {
            let columns: Vec<&[String]> = rows.iter().map(|row| row.columns.as_slice()).collect();
            table(&columns, stdout_width())
        }
        Format::Json => rows.iter().map(|row| format!("{}\n", row.json)).collect(),
    });
    terminal.show(&warnings);
    Exit::Passed
}

fn rows(
    args: &ListArgs,
    project: &Project,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let library = library(project, &args.packs)?;
    Ok(match args.what {
        Listed::Scenarios => {
            scenarios(args, project, &library, warnings).map_err(|problem| vec![problem])?
        }
        Listed::Actions => actions(&packs_named(&args.paths, project, &library)?),
        Listed::Packs => packs(&packs_named(&args.paths, project, &library)?),
        Listed::Operators => named(operators(), &args.paths, "operator")?,
        Listed::Functions => named(functions_list(), &args.paths, "function")?,
    })
}

/// The rows of these names, or all.
fn named(rows: Vec<Row>, names: &[String], what: &str) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let name = |row: &Row| row.json["name"].as_str().unwrap_or_default().to_owned();
    let known: Vec<String> = rows.iter().map(name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        let message = format!("there is no {what} `{unknown}`");
        let problem = Diagnostic::error("unknown-name", message);
        return Err(vec![
            problem.suggest(unknown, known.iter().map(String::as_str)),
        ]);
    }
    let wanted = |row: &Row| names.is_empty() || names.contains(&name(row));
    Ok(rows.into_iter().filter(wanted).collect())
}

fn scenarios(
    args: &ListArgs,
    project: &Project,
    library: &Library,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<Row>, Diagnostic> {
    let found = project.find_files(&args.paths, library)?;
    project.refuse_pack_files(&found, library)?;
    let files = project.load_all(&found, library, &[], |loaded| loaded);
    let environments = Environments::some_of(&library.all(&project.file()));
    let selection = Selection {
        named: found.named,
        ..Selection::default()
    };
    // A list needs no secrets, and shows none.
    let any_secret = |_: &str| Some("unused".to_owned());
    let mut bindings = Bindings::new(&environments, &any_secret);
    let reach = Reach {
        max_wait: std::time::Duration::MAX,
        public_receiver: true,
    };
    let plan = plan(files, &selection, &mut bindings, reach);
    warnings.extend(found.warnings);
    warnings.extend(invalid_files(&plan));
    let rows = plan.cases.iter().map(|planned| {
        let case = &planned.case;
        let invalid = matches!(planned.fate, Fate::Invalid(_));
        let title = case.title.clone().unwrap_or_default();
        let title = if invalid {
            format!("(invalid) {title}").trim_end().to_owned()
        } else {
            title
        };
        Row {
            columns: vec![case.id.to_string(), title],
            json: identity(planned),
        }
    });
    Ok(rows.collect())
}

/// That there are files whose scenarios can't be listed.
fn invalid_files(plan: &Plan) -> Option<Diagnostic> {
    let files: Vec<String> = plan
        .invalid_files
        .iter()
        .map(|file| format!("`{}`", file.file))
        .collect();
    let message = match files.as_slice() {
        [] => return None,
        [file] => format!("{file} is invalid, and its scenarios are left out"),
        files => format!(
            "{} files are invalid, and their scenarios are left out: {}",
            files.len(),
            files.join(", ")
        ),
    };
    let problem = Diagnostic::warning("invalid-file", message);
    Some(problem.help("`probity lint` tells what is wrong"))
}

/// What a case is called, where it is, and whether something is wrong with it.
pub(super) fn identity(planned: &PlannedCase) -> Value {
    let case = &planned.case;
    let invalid = matches!(planned.fate, Fate::Invalid(_));
    json!({
        "id": case.id.to_string(), "file": case.id.file, "line": case.line, "scenario": case.id.scenario,
        "row": case.id.row, "name": case.title, "suite": case.suite, "tags": case.tags, "invalid": invalid,
    })
}

/// The packs of these names, or all.
fn packs_named(
    names: &[String],
    project: &Project,
    library: &Library,
) -> Result<Vec<Arc<Pack>>, Vec<Diagnostic>> {
    if names.is_empty() {
        return Ok(library.all(&project.file()));
    }
    names
        .iter()
        .map(|name| project.pack(name, library))
        .collect()
}

fn actions(packs: &[Arc<Pack>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for pack in packs {
        for action in pack.actions.values() {
            let inputs: Vec<String> = action
                .inputs
                .iter()
                .map(|input| {
                    if input.optional || input.default.is_some() {
                        format!("{}?", input.name)
                    } else {
                        input.name.clone()
                    }
                })
                .collect();
            let name = format!("{}/{}", pack.name, action.name);
            let description = action.description.clone().unwrap_or_default();
            let outputs: Vec<&String> = action.outputs.iter().map(|(name, _)| name).collect();
            rows.push(Row {
                columns: vec![
                    name.clone(),
                    format!("{{{}}}", inputs.join(", ")),
                    description.clone(),
                ],
                json: json!({
                    "name": name, "description": description, "outputs": outputs,
                    "inputs": action.inputs.iter().map(|input| json!({
                        "name": input.name, "schema": input.schema,
                        "required": !input.optional && input.default.is_none(),
                    })).collect::<Vec<_>>(),
                }),
            });
        }
    }
    rows
}

fn packs(packs: &[Arc<Pack>]) -> Vec<Row> {
    packs
        .iter()
        .map(|pack| {
            let environments: Vec<&str> = pack.environments.iter().map(|environment| environment.name.as_str()).collect();
            Row {
                columns: vec![
                    pack.name.clone(),
                    pack.version.to_string(),
                    environments.join(", "),
                    pack.origin.clone(),
                    pack.title.clone().unwrap_or_default(),
                ],
                json: json!({
                    "name": pack.name, "version": pack.version.to_string(), "title": pack.title, "docs": pack.docs,
                    "environments": environments, "origin": pack.origin,
                    "settings": pack.settings.iter().map(|setting| json!({
                        "name": setting.name, "default": setting.default, "in": setting.allowed,
                    })).collect::<Vec<_>>(),
                }),
            }
        })
        .collect()
}

fn operators() -> Vec<Row> {
    let rows = OPERATORS.iter().map(|operator| Row {
        columns: vec![
            operator.name.to_owned(),
            operator.example.to_owned(),
            operator.doc.to_owned(),
        ],
        json: json!({"name": operator.name, "doc": operator.doc, "example": operator.example}),
    });
    rows.collect()
}

fn functions_list() -> Vec<Row> {
    let rows = functions().iter().map(|function| Row {
        columns: vec![function.signature(), function.doc.to_owned()],
        json: json!({"name": function.name, "signature": function.signature(), "doc": function.doc, "example": function.example}),
    });
    rows.collect()
}
