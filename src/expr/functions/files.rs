//! Files and environment variables, where they may be read.

use super::{Arguments, Failure, FunctionSpec, Run, Usage, optional, required};
use crate::value::Value;

pub(super) const FILE: FunctionSpec = FunctionSpec {
    name: "file",
    usage: Usage::Function,
    parameters: &[required("path")],
    doc: "The text of a file of the project or pack that the file it is written in belongs to.",
    example: ("file('letter.txt')", "Dear customer"),
    run: Run::Native(file),
};

pub(super) const ENV: FunctionSpec = FunctionSpec {
    name: "env",
    usage: Usage::Function,
    parameters: &[required("name"), optional("default", "")],
    doc: "An environment variable, or `default` where it is not set. Only in `vars` of files that the user runs.",
    example: ("env('REGION', 'eu')", "eu"),
    run: Run::Native(env),
};

fn file(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let path = arguments.text(0)?;
    let Some(files) = arguments.tools.files else {
        return Err(Failure::new("files can't be read here"));
    };
    files
        .read(path)
        .map(Value::String)
        .map_err(|problem| Failure::new(problem).code("unreadable-file").argument(0))
}

fn env(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let name = arguments.text(0)?;
    let Some(env) = arguments.tools.env else {
        return Err(Failure::new("environment variables can't be read here")
            .help("set a variable under the file's `vars` from it, and use that"));
    };
    match (env(name), arguments.given(1)) {
        (Some(value), _) => Ok(Value::String(value)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(
            Failure::new(format!("the environment variable `{name}` is not set"))
                .code("unset-environment-variable")
                .argument(0)
                .help(format!("set it, or give a default: `env('{name}', '…')`")),
        ),
    }
}
