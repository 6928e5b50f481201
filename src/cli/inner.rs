//! Projects within the project: their files are run as the outer one's, which is seldom what was meant.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::project::{Project, ROOT_FILE};
use crate::diagnostic::Diagnostic;

/// A warning for each other project that some of the files belong to.
pub(super) fn warnings(project: &Project, files: &[&Path]) -> Vec<Diagnostic> {
    let mut known: HashMap<&Path, Option<&Path>> = HashMap::new();
    let mut projects: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
    for file in files {
        let Some(folder) = file.parent() else {
            continue;
        };
        let inner = known
            .entry(folder)
            .or_insert_with(|| nearest(project, folder));
        if let Some(inner) = inner {
            projects.entry(inner).or_default().push(file);
        }
    }
    projects
        .into_iter()
        .map(|(inner, files)| warning(project, inner, &files))
        .collect()
}

/// Adds to the packs that a file does not find that another project may have them.
pub(super) fn explain(project: &Project, file: &Path, problems: &mut [Diagnostic]) {
    let mut unknown = problems
        .iter_mut()
        .filter(|problem| problem.code == "unknown-pack")
        .peekable();
    if unknown.peek().is_none() {
        return;
    }
    let Some(inner) = file.parent().and_then(|folder| nearest(project, folder)) else {
        return;
    };
    for problem in unknown {
        let help = format!(
            "this file belongs to the project `{}`: {} to have its packs",
            project.name(inner),
            change_folder(project, inner)
        );
        problem.help.insert(0, help);
    }
}

/// The project that a folder belongs to, if that is not the one at hand.
fn nearest<'f>(project: &Project, folder: &'f Path) -> Option<&'f Path> {
    folder
        .ancestors()
        .take_while(|folder| *folder != project.root)
        .find(|folder| folder.join(ROOT_FILE).is_file())
}

fn warning(project: &Project, inner: &Path, files: &[&Path]) -> Diagnostic {
    let what = match files {
        [file] => format!("`{}` belongs", project.name(file)),
        files => format!("{} files belong", files.len()),
    };
    let message = format!(
        "{what} to the project `{}`, and the project here is `{}`",
        project.name(inner),
        project.root.display()
    );
    Diagnostic::warning("inner-project", message)
        .note("names, seeds, packs and the files that can be read are those of the project here")
        .help(format!(
            "{} to run them as what they are there",
            change_folder(project, inner)
        ))
}

/// What is typed to get there.
fn change_folder(project: &Project, inner: &Path) -> String {
    let folder = inner.strip_prefix(&project.current).unwrap_or(inner);
    format!("`cd {}` first", folder.display())
}
