//! Getting a pack's files from a folder, or from a repository through the user's own `git`.
//!
//! Nothing of a repository is checked out: its files are read as git stores them. So no hook, filter or submodule of it
//! ever runs, and no link of it is ever followed. What the user typed reaches git as arguments, never through a shell,
//! and never where an option could stand.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::diagnostic::Diagnostic;
use crate::pack::{Collector, PackFiles, not_a_file, read_folder};

/// What git may speak. Others, such as `ext::`, run commands.
const SCHEMES: [&str; 5] = ["https", "ssh", "git", "file", "http"];

/// A pack's files, and what the lock file is to say of where they came from.
#[derive(Debug)]
pub(super) struct Fetched {
    pub files: PackFiles,
    pub source: String,
    pub rev: Option<String>,
}

/// Where a pack is to come from.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Folder(PathBuf),
    /// A URL, or the path of a repository on this machine.
    Repository(String),
}

/// Reads the files of the pack in `path` of `source`.
pub(super) fn fetch(
    source: &str,
    path: Option<&str>,
    rev: Option<&str>,
    current: &Path,
) -> Result<Fetched, Diagnostic> {
    let path = path
        .map(|path| path.trim_matches('/'))
        .filter(|path| !path.is_empty());
    if let Some(path) = path {
        Collector::default().check(path, 0)?;
    }
    match origin(source, rev, current)? {
        Origin::Folder(folder) => Ok(Fetched {
            files: read_folder(&path.map_or(folder.clone(), |path| folder.join(path)))?,
            source: source.to_owned(),
            rev: None,
        }),
        Origin::Repository(url) => {
            let (files, rev) = from_repository(&url, path, rev.unwrap_or("HEAD"))?;
            Ok(Fetched {
                files,
                source: without_credentials(source),
                rev: Some(rev),
            })
        }
    }
}

fn origin(source: &str, rev: Option<&str>, current: &Path) -> Result<Origin, Diagnostic> {
    if source.starts_with('-') || source.chars().any(char::is_control) {
        return Err(usage(format!("`{source}` is neither a folder nor a URL")));
    }
    if let Some((scheme, _)) = source.split_once("://") {
        return if SCHEMES.contains(&scheme) {
            Ok(Origin::Repository(source.to_owned()))
        } else {
            let known = SCHEMES.map(|scheme| format!("`{scheme}://`")).join(", ");
            Err(usage(format!("`{scheme}://` can't be used here"))
                .help(format!("a repository is at one of {known}")))
        };
    }
    if is_scp_like(source) {
        return Ok(Origin::Repository(source.to_owned()));
    }
    let folder = current.join(source);
    match (folder.is_dir(), rev) {
        (true, None) => Ok(Origin::Folder(folder)),
        (true, Some(_)) => Ok(Origin::Repository(folder.display().to_string())),
        (false, _) => Err(usage(format!("there is no folder `{source}`")).help(
            "name a folder with a `pack.yaml`, or the URL of a git repository such as `https://example.com/packs.git`",
        )),
    }
}

/// `user@host:path`, as ssh writes it.
fn is_scp_like(source: &str) -> bool {
    let Some((host, path)) = source.split_once(':') else {
        return false;
    };
    let word = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let names = host.split_once('@');
    names.is_some_and(|(user, host)| word(user) && word(host)) && !path.starts_with(':')
}

/// A URL as it may be written down.
fn without_credentials(source: &str) -> String {
    let Ok(mut url) = url::Url::parse(source) else {
        return source.to_owned();
    };
    if !matches!(url.scheme(), "http" | "https")
        || (url.username().is_empty() && url.password().is_none())
    {
        return source.to_owned();
    }
    // Tokens stand in either place.
    let cleared = url.set_password(None).and_then(|()| url.set_username(""));
    match cleared {
        Ok(()) => url.to_string(),
        Err(()) => source.to_owned(),
    }
}

/// The files below `path` at a revision, and the commit that it is.
fn from_repository(
    url: &str,
    path: Option<&str>,
    rev: &str,
) -> Result<(PackFiles, String), Diagnostic> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || ":^~?*[\\".contains(c);
    if rev.is_empty() || rev.starts_with('-') || rev.contains("..") || rev.contains(odd) {
        return Err(
            usage(format!("`{rev}` is not a revision")).help("name a tag, a branch or a commit")
        );
    }
    let folder = tempfile::tempdir()
        .map_err(|error| usage(format!("can't make a temporary folder: {error}")))?;
    let repository = Git {
        folder: folder.path().join("pack.git"),
        url,
    };
    repository.clone()?;
    let commit = repository
        .ask(&[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{rev}^{{commit}}"),
        ])
        .map_err(|_| {
            usage(format!(
                "there is no revision `{rev}` in `{}`",
                without_credentials(url)
            ))
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let tree = match path {
        Some(path) => format!("{commit}:{path}"),
        None => commit.clone(),
    };
    let listing = repository
        .ask(&["ls-tree", "-r", "-z", "-l", &tree])
        .map_err(|_| {
            let path = path.unwrap_or("");
            usage(format!(
                "there is no folder `{path}` in `{}` at `{rev}`",
                without_credentials(url)
            ))
        })?;
    let mut collector = Collector::default();
    for entry in listing
        .split(|byte| *byte == 0)
        .filter(|entry| !entry.is_empty())
    {
        let entry = TreeEntry::parse(entry)
            .ok_or_else(|| usage("git lists files in a form that is not known".to_owned()))?;
        if !entry.is_file {
            return Err(not_a_file(&entry.path, entry.is_link));
        }
        collector.check(&entry.path, entry.size)?;
        let bytes = repository.ask(&["cat-file", "blob", &entry.object])?;
        collector.add(entry.path, bytes);
    }
    Ok((collector.finish(), commit))
}

/// A line of `git ls-tree -l`: `MODE TYPE OBJECT SIZE<tab>PATH`.
struct TreeEntry {
    is_file: bool,
    is_link: bool,
    object: String,
    size: u64,
    path: String,
}

impl TreeEntry {
    fn parse(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let (about, path) = line.split_once('\t')?;
        let mut words = about.split_whitespace();
        let (mode, kind, object, size) =
            (words.next()?, words.next()?, words.next()?, words.next()?);
        object.chars().all(|c| c.is_ascii_hexdigit()).then(|| Self {
            is_file: kind == "blob" && mode.starts_with("100"),
            is_link: mode == "120000",
            object: object.to_owned(),
            size: size.parse().unwrap_or(0),
            path: path.to_owned(),
        })
    }
}

/// A copy of a repository without a working tree.
struct Git<'a> {
    folder: PathBuf,
    url: &'a str,
}

impl Git<'_> {
    fn clone(&self) -> Result<(), Diagnostic> {
        let mut command = git();
        command
            .args([
                "clone",
                "--quiet",
                "--bare",
                "--no-hardlinks",
                "--template=",
                "--",
            ])
            .arg(self.url)
            .arg(&self.folder);
        self.run(command).map(|_| ())
    }

    fn ask<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Vec<u8>, Diagnostic> {
        let mut command = git();
        command.arg("--git-dir").arg(&self.folder).args(arguments);
        self.run(command)
    }

    fn run(&self, mut command: Command) -> Result<Vec<u8>, Diagnostic> {
        let output = command.output().map_err(|error| {
            usage(format!("can't start `git`: {error}"))
                .help("install git, or add the pack from a folder")
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let shown = without_credentials(self.url);
        let said = String::from_utf8_lossy(&output.stderr).replace(self.url, &shown);
        Err(usage(format!("git can't read `{shown}`")).note(format!("git says: {}", said.trim())))
    }
}

/// The user's git, with what could run a command of the repository's turned off.
fn git() -> Command {
    let mut command = Command::new("git");
    command
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
        ])
        .env("GIT_ALLOW_PROTOCOL", SCHEMES.join(":"))
        .stdin(Stdio::null());
    // Of a hook in which this may run.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

fn usage(message: String) -> Diagnostic {
    Diagnostic::error("pack-source", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_folders_or_repositories_and_never_options_or_commands() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("acme")).unwrap();
        let origin = |source, rev| origin(source, rev, folder.path());
        let repository = |url: &str| Origin::Repository(url.to_owned());
        let acme = folder.path().join("acme");
        assert_eq!(origin("acme", None).unwrap(), Origin::Folder(acme.clone()));
        assert_eq!(
            origin("acme", Some("v1")).unwrap(),
            repository(&acme.display().to_string())
        );
        for url in [
            "https://example.com/a.git",
            "ssh://git@example.com/a",
            "git@example.com:a/b.git",
        ] {
            assert_eq!(origin(url, None).unwrap(), repository(url));
        }
        for source in [
            "--upload-pack=touch x",
            "-oProxyCommand=x@y:z",
            "ext::sh -c touch% x",
            "ext::sh -c x://y",
            "fd://7",
            "nowhere",
            "a@-oProxyCommand=x:y",
            "https://example.com/\na",
        ] {
            assert!(origin(source, None).is_err(), "{source}");
        }
    }

    #[test]
    fn revisions_are_names_and_no_more() {
        for rev in ["", "--output=x", "a..b", "HEAD~1", "a b", "a:b", "^a"] {
            let problem = from_repository("https://example.invalid", None, rev).unwrap_err();
            assert_eq!(problem.message, format!("`{rev}` is not a revision"));
        }
    }

    #[test]
    fn credentials_are_not_written_down() {
        for (source, expected) in [
            (
                "https://me:token@example.com/a.git",
                "https://example.com/a.git",
            ),
            (
                "https://token@example.com/a.git",
                "https://example.com/a.git",
            ),
            ("https://example.com/a.git", "https://example.com/a.git"),
            ("ssh://git@example.com/a", "ssh://git@example.com/a"),
            ("git@example.com:a", "git@example.com:a"),
            ("../packs/acme", "../packs/acme"),
        ] {
            assert_eq!(without_credentials(source), expected);
        }
    }

    #[test]
    fn links_and_submodules_are_told_from_files() {
        let entry = |text: &str| TreeEntry::parse(text.as_bytes()).unwrap();
        assert!(entry("100644 blob 0a1b     12\ta b.yaml").is_file);
        assert!(entry("100755 blob 0a1b      1\tx").is_file);
        assert!(entry("120000 blob 0a1b     12\tlink").is_link);
        assert!(!entry("120000 blob 0a1b     12\tlink").is_file);
        assert!(!entry("160000 commit 0a1b      -\tmodule").is_file);
        assert!(TreeEntry::parse(b"100644 blob --x 1\ta").is_none());
    }
}
