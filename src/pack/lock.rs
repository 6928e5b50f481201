//! `probity.lock`: which packs were added to a project, where they came from, and what their files held.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::files::{PackFiles, read_folder};
use super::tables::{LOCK, LOCKED_PACK};
use crate::diagnostic::Diagnostic;
use crate::document::Decoder;
use crate::source::{self, Folder, Node, Source};

/// The file's name, in the project's root.
pub const LOCK_FILE: &str = "probity.lock";
/// Where added packs lie, below the root: a place in which packs are looked for.
pub const ADDED_PACKS: &str = "scenarios";

/// The packs that were added, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    pub packs: BTreeMap<String, LockedPack>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedPack {
    pub version: String,
    /// The folder or URL that it was added from, as it was typed.
    pub source: String,
    /// Where the pack lies in its source, unless at its top.
    pub path: Option<String>,
    /// The commit, where the source is a repository.
    pub rev: Option<String>,
    /// `sha256:` and the hash of each file, by its path in the pack.
    pub files: BTreeMap<String, String>,
}

/// How a file differs from what the lock file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    Changed,
    Missing,
    Added,
}

/// The SHA-256 of each file, by its path.
#[must_use]
pub fn digests(files: &PackFiles) -> BTreeMap<String, String> {
    files
        .iter()
        .map(|(path, bytes)| (path.clone(), digest(bytes)))
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let begin = String::from("sha256:");
    hash.iter().fold(begin, |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Lock {
    /// Reads the lock file of a project; without one, no packs were added.
    ///
    /// # Errors
    /// It can't be read, or makes no sense.
    pub fn read(root: &Path) -> Result<Self, Vec<Diagnostic>> {
        let path = root.join(LOCK_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                let message = format!("can't read `{LOCK_FILE}`: {error}");
                return Err(vec![Diagnostic::error("lock-file", message)]);
            }
        };
        Self::parse(&Source::new(LOCK_FILE, path, text))
    }

    fn parse(source: &std::sync::Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let (node, found) = source::parse(source);
        let problems = found
            .into_iter()
            .map(|problem| Diagnostic::from_problem(source, problem));
        let mut decoder = Decoder::new(source, Folder::Embedded(&[]), "");
        decoder.problems.extend(problems);
        let lock = node.map(|node| Self::decode(&node, &mut decoder));
        match lock {
            Some(lock) if decoder.problems.is_empty() => Ok(lock),
            _ => Err(decoder.problems),
        }
    }

    fn decode(node: &Node, decoder: &mut Decoder) -> Self {
        let fields = decoder.fields(node, &LOCK);
        decoder.check_version(fields.get("version"));
        let mut lock = Self::default();
        let Some(packs) = fields.get("packs") else {
            return lock;
        };
        for entry in decoder.map(packs) {
            let place = decoder.key_place(&entry.key);
            if decoder.check_hyphenated_name(&entry.key.text, "a pack", place) {
                let pack = LockedPack::decode(&entry.value, decoder);
                lock.packs.insert(entry.key.text.clone(), pack);
            }
        }
        lock
    }

    /// The lock file's text: the same for the same packs.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# The packs that were added to this project. Written by `probity pack`; keep it in version control.\n\
             version: 1\npacks:",
        );
        if self.packs.is_empty() {
            text.push_str(" {}");
        }
        text.push('\n');
        for (name, pack) in &self.packs {
            let _ = writeln!(text, "  {name}:");
            let mut field = |key: &str, value: &str| {
                let _ = writeln!(text, "    {key}: {}", quoted(value));
            };
            field("version", &pack.version);
            field("source", &pack.source);
            if let Some(path) = &pack.path {
                field("path", path);
            }
            if let Some(rev) = &pack.rev {
                field("rev", rev);
            }
            text.push_str("    files:\n");
            for (path, digest) in &pack.files {
                let _ = writeln!(text, "      {}: {}", quoted(path), quoted(digest));
            }
        }
        text
    }

    /// Compares every added pack with its files.
    #[must_use]
    pub fn check(&self, root: &Path) -> Vec<Diagnostic> {
        self.packs
            .iter()
            .flat_map(|(name, pack)| pack.check(root, name))
            .collect()
    }
}

impl LockedPack {
    fn decode(node: &Node, decoder: &mut Decoder) -> Self {
        let fields = decoder.fields(node, &LOCKED_PACK);
        let mut text = |key: &str| {
            fields
                .get(key)
                .and_then(|node| decoder.plain(node, &format!("`{key}`")))
        };
        let mut pack = Self {
            version: text("version").unwrap_or_default(),
            source: text("source").unwrap_or_default(),
            path: text("path"),
            rev: text("rev"),
            files: BTreeMap::new(),
        };
        if let Some(files) = fields.get("files") {
            for entry in decoder.map(files) {
                let digest = decoder.plain(&entry.value, "the SHA-256 of a file");
                pack.files
                    .insert(entry.key.text.clone(), digest.unwrap_or_default());
            }
        }
        pack
    }

    /// Compares the pack with its files in the project.
    #[must_use]
    pub fn check(&self, root: &Path, name: &str) -> Vec<Diagnostic> {
        let shown = format!("{ADDED_PACKS}/{name}");
        let folder = root.join(ADDED_PACKS).join(name);
        if !folder.is_dir() {
            let message =
                format!("the pack `{name}` of `{LOCK_FILE}` is missing: there is no `{shown}`");
            return vec![
                Diagnostic::error("missing-pack", message)
                    .help(format!("`{}` gets it again", self.command()))
                    .help(format!("or take it out of `{LOCK_FILE}`")),
            ];
        }
        let files = match read_folder(&folder) {
            Ok(files) => files,
            Err(problem) => return vec![problem.help(format!("it is in the pack `{shown}`"))],
        };
        let mut problems: Vec<_> = self
            .differences(&digests(&files))
            .into_iter()
            .map(|(path, difference)| said(&format!("{shown}/{path}"), difference))
            .collect();
        if let Some(last) = problems.pop() {
            problems.push(
                last.help(format!(
                    "`probity pack verify --accept {name}` takes the files as they are"
                ))
                .help(format!(
                    "`{} --force` puts back those that were added",
                    self.command()
                )),
            );
        }
        problems
    }

    fn differences(&self, now: &BTreeMap<String, String>) -> BTreeMap<String, Difference> {
        let mut differences = BTreeMap::new();
        for (path, digest) in &self.files {
            match now.get(path) {
                None => differences.insert(path.clone(), Difference::Missing),
                Some(other) if other != digest => {
                    differences.insert(path.clone(), Difference::Changed)
                }
                Some(_) => None,
            };
        }
        let added = now.keys().filter(|path| !self.files.contains_key(*path));
        differences.extend(added.map(|path| (path.clone(), Difference::Added)));
        differences
    }

    /// The command that adds it again.
    fn command(&self) -> String {
        let mut command = format!("probity pack add {}", self.source);
        if let Some(path) = &self.path {
            command += &format!(" --path {path}");
        }
        if let Some(rev) = &self.rev {
            command += &format!(" --rev {rev}");
        }
        command
    }
}

fn said(path: &str, difference: Difference) -> Diagnostic {
    let what = match difference {
        Difference::Changed => format!("is not what `{LOCK_FILE}` says"),
        Difference::Missing => format!("is missing, and `{LOCK_FILE}` has it"),
        Difference::Added => format!("is not in `{LOCK_FILE}`"),
    };
    Diagnostic::error("changed-pack", format!("`{path}` {what}"))
}

/// Text that YAML reads as itself: in quotes where it is not plain.
fn quoted(text: &str) -> String {
    let first = text.chars().next();
    let plain = first.is_some_and(|c| c.is_ascii_alphabetic())
        && !text.ends_with(':')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./:@+=~".contains(c))
        && !["true", "false", "null"].contains(&text);
    if plain {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        serde_json::Value::String(text.to_owned()).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let files = PackFiles::from([
            ("pack.yaml".to_owned(), b"pack: acme\n".to_vec()),
            ("odd: # 'it''s'.json".to_owned(), b"{}".to_vec()),
        ]);
        let pack = LockedPack {
            version: "1.0.0".to_owned(),
            source: "https://example.com/packs.git".to_owned(),
            path: Some("acme".to_owned()),
            rev: Some("0123456789012345678901234567890123456789".to_owned()),
            files: digests(&files),
        };
        Lock {
            packs: BTreeMap::from([("acme".to_owned(), pack)]),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for lock in [lock(), Lock::default()] {
            let text = lock.text();
            let source = Source::new(LOCK_FILE, LOCK_FILE, text.clone());
            assert_eq!(Lock::parse(&source).unwrap(), lock, "{text}");
        }
    }

    #[test]
    fn digests_are_sha_256() {
        assert_eq!(
            digest(b"abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn changed_missing_and_added_files_are_told_apart() {
        let lock = lock();
        let pack = &lock.packs["acme"];
        assert!(pack.differences(&pack.files).is_empty());
        let now = PackFiles::from([
            ("pack.yaml".to_owned(), b"pack: acme \n".to_vec()),
            ("new.yaml".to_owned(), Vec::new()),
        ]);
        let differences: Vec<_> = pack.differences(&digests(&now)).into_iter().collect();
        assert_eq!(
            differences,
            [
                ("new.yaml".to_owned(), Difference::Added),
                ("odd: # 'it''s'.json".to_owned(), Difference::Missing),
                ("pack.yaml".to_owned(), Difference::Changed),
            ]
        );
    }

    #[test]
    fn a_lock_file_that_makes_no_sense_is_refused() {
        for text in [
            "packs: [a]\n",
            "version: 2\npacks: {}\n",
            "pakcs: {}\n",
            "packs: {../x: {}}\n",
        ] {
            let source = Source::new(LOCK_FILE, LOCK_FILE, text);
            assert!(Lock::parse(&source).is_err(), "{text}");
        }
    }
}
