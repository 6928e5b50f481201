//! Packs of others: from folders and repositories, kept as they were added.

mod support;

use std::process::Command;

use support::Folder;

/// A pack with one action, of a version.
fn acme(folder: &Folder, at: &str, version: &str) {
    folder.write(
        &format!("{at}/pack.yaml"),
        &format!("pack: acme\nversion: {version}\n"),
    );
    folder.write(
        &format!("{at}/emulator.yaml"),
        "routes:\n  - route: GET /greeting\n    respond: { json: { greeting: hello } }\n",
    );
    folder.write(
        &format!("{at}/actions/greet.yaml"),
        "steps:\n  - http: GET /greeting\n",
    );
}

fn uses_acme(folder: &Folder) {
    folder.write("probity.yaml", "");
    folder.write(
        "scenarios/own.scenario.yaml",
        "packs: [acme]\nscenarios:\n  greets:\n    steps:\n      - uses: acme/greet\n        expect: { $.greeting: hello }\n",
    );
}

/// Runs git in a folder, with nothing of the tester's own configuration.
fn git(folder: &Folder, at: &str, args: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .current_dir(folder.path().join(at))
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .trim()
        .to_owned()
}

/// A repository with the pack at its top: 1.0.0 is tagged `v1`, and its branch has 2.0.0.
fn repository(folder: &Folder) -> String {
    acme(folder, "theirs", "1.0.0");
    git(folder, "theirs", &["init", "--quiet"]);
    git(folder, "theirs", &["add", "."]);
    git(folder, "theirs", &["commit", "--quiet", "-m", "one"]);
    git(folder, "theirs", &["tag", "v1"]);
    let commit = git(folder, "theirs", &["rev-parse", "HEAD"]);
    acme(folder, "theirs", "2.0.0");
    git(folder, "theirs", &["commit", "--quiet", "-am", "two"]);
    commit
}

#[test]
fn a_folder_is_added_and_held_to_what_it_was() {
    let folder = Folder::new();
    acme(&folder, "theirs", "1.0.0");
    uses_acme(&folder);
    let said = folder.run(&["pack", "add", "theirs"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stdout
            .starts_with("added acme 1.0.0: scenarios/acme, 3 files"),
        "{said:?}"
    );
    assert_eq!(folder.run(&["run"]).code, 0);
    let lock = folder.read("probity.lock");
    assert!(lock.contains("source: theirs\n"), "{lock}");

    folder.write(
        "scenarios/acme/actions/greet.yaml",
        "steps:\n  - http: GET /other\n",
    );
    folder.write("scenarios/acme/more.yaml", "");
    std::fs::remove_file(folder.path().join("scenarios/acme/emulator.yaml")).expect("it was there");
    for command in [
        &["run"][..],
        &["lint"],
        &["pack", "verify"],
        &["emulate", "acme"],
        &["run", "--dry-run"],
    ] {
        let said = folder.run(command);
        assert_eq!(said.code, 2, "{command:?}: {said:?}");
        for what in [
            "`scenarios/acme/actions/greet.yaml` is not what `probity.lock` says",
            "`scenarios/acme/emulator.yaml` is missing, and `probity.lock` has it",
            "`scenarios/acme/more.yaml` is not in `probity.lock`",
            "`probity pack verify --accept acme`",
            "`probity pack add theirs --force`",
        ] {
            assert!(said.stderr.contains(what), "{command:?}: {}", said.stderr);
        }
    }
    let said = folder.run(&["pack", "add", "theirs"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("has changes of your own"), "{said:?}");
    assert_eq!(folder.run(&["pack", "add", "theirs", "--force"]).code, 0);
    assert_eq!(folder.read("probity.lock"), lock);
    assert_eq!(folder.run(&["run"]).code, 0);
}

#[test]
fn changes_can_be_accepted() {
    let folder = Folder::new();
    acme(&folder, "theirs", "1.0.0");
    uses_acme(&folder);
    folder.run(&["pack", "add", "theirs"]);
    folder.write("scenarios/acme/pack.yaml", "pack: acme\nversion: 1.0.1\n");
    assert_eq!(folder.run(&["run"]).code, 2);
    let said = folder.run(&["pack", "verify", "--accept", "acme"]);
    assert_eq!(said.stdout, "acme 1.0.1: accepted 1 change\n");
    assert_eq!(folder.run(&["run"]).code, 0);
    let said = folder.run(&["pack", "verify"]);
    assert_eq!(
        (said.code, &*said.stdout),
        (0, "acme 1.0.1: 3 files as added\n")
    );
}

#[test]
fn a_pack_that_is_gone_is_missed() {
    let folder = Folder::new();
    acme(&folder, "theirs", "1.0.0");
    uses_acme(&folder);
    folder.run(&["pack", "add", "theirs"]);
    std::fs::remove_dir_all(folder.path().join("scenarios/acme")).expect("it was there");
    let said = folder.run(&["run"]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("there is no `scenarios/acme`"),
        "{said:?}"
    );
}

#[test]
fn a_repository_is_added_at_a_revision_and_updated() {
    let folder = Folder::new();
    let commit = repository(&folder);
    uses_acme(&folder);
    let url = format!("file://{}", folder.path().join("theirs").display());
    let said = folder.run(&["pack", "add", &url, "--rev", "v1"]);
    assert_eq!(said.code, 0, "{said:?}");
    let lock = folder.read("probity.lock");
    assert!(lock.contains(&commit), "{lock}");
    assert!(folder.read("scenarios/acme/pack.yaml").contains("1.0.0"));
    assert!(!folder.path().join("scenarios/acme/.git").exists());
    assert_eq!(folder.run(&["run"]).code, 0);
    let said = folder.run(&["pack", "list"]);
    // However wide the terminal is.
    let listed = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let added = format!("added from {url} at {}", &commit[..12]);
    assert!(listed.contains(&added), "{listed}");
    // By its branch, and as a path with a revision.
    let said = folder.run(&["pack", "add", "theirs", "--rev", "main"]);
    assert!(
        said.stdout.starts_with("updated acme 1.0.0 to 2.0.0"),
        "{said:?}"
    );
    assert_eq!(folder.run(&["run"]).code, 0);
}

#[test]
fn one_of_several_packs_of_a_repository_is_added() {
    let folder = Folder::new();
    acme(&folder, "theirs/packs/acme", "1.0.0");
    git(&folder, "theirs", &["init", "--quiet"]);
    git(&folder, "theirs", &["add", "."]);
    git(&folder, "theirs", &["commit", "--quiet", "-m", "one"]);
    let said = folder.run(&["pack", "add", "theirs", "--rev", "HEAD"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("`--path packs/acme`"), "{said:?}");
    let said = folder.run(&[
        "pack",
        "add",
        "theirs",
        "--rev",
        "HEAD",
        "--path",
        "packs/acme",
    ]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(folder.read("probity.lock").contains("path: packs/acme\n"));
    for path in ["../theirs", "packs/../..", "nowhere"] {
        let said = folder.run(&["pack", "add", "theirs", "--rev", "HEAD", "--path", path]);
        assert_eq!(said.code, 2, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_refused_and_nothing_is_left_behind() {
    let folder = Folder::new();
    acme(&folder, "theirs", "1.0.0");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("theirs/x.json")).expect("linked");
    git(&folder, "theirs", &["init", "--quiet"]);
    git(&folder, "theirs", &["add", "."]);
    git(&folder, "theirs", &["commit", "--quiet", "-m", "one"]);
    for args in [
        &["pack", "add", "theirs"][..],
        &["pack", "add", "theirs", "--rev", "HEAD"],
    ] {
        let said = folder.run(args);
        assert_eq!(said.code, 2);
        assert!(
            said.stderr.contains("`x.json` is a symbolic link"),
            "{said:?}"
        );
    }
    repository_with_submodule(&folder);
    let said = folder.run(&["pack", "add", "outer", "--rev", "HEAD"]);
    assert!(
        said.stderr
            .contains("`inner` is neither a file nor a folder"),
        "{said:?}"
    );
    let left = std::fs::read_dir(folder.path().join("scenarios"));
    assert_eq!(left.map_or(0, Iterator::count), 0);
    assert!(!folder.path().join("probity.lock").exists());
}

fn repository_with_submodule(folder: &Folder) {
    folder.write("inner/README", "");
    git(folder, "inner", &["init", "--quiet"]);
    git(folder, "inner", &["add", "."]);
    git(folder, "inner", &["commit", "--quiet", "-m", "one"]);
    acme(folder, "outer", "1.0.0");
    git(folder, "outer", &["init", "--quiet"]);
    git(folder, "outer", &["add", "."]);
    git(
        folder,
        "outer",
        &["submodule", "--quiet", "add", "../inner", "inner"],
    );
    git(folder, "outer", &["commit", "--quiet", "-m", "one"]);
}

#[cfg(unix)]
#[test]
fn a_repository_runs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    repository(&folder);
    let marker = folder.path().join("ran");
    let script = format!("#!/bin/sh\ntouch {}\n", marker.display());
    for hook in [
        "post-checkout",
        "post-merge",
        "reference-transaction",
        "pre-commit",
    ] {
        let path = format!("theirs/.git/hooks/{hook}");
        folder.write(&path, &script);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path().join(path), executable).expect("set");
    }
    assert_eq!(
        folder.run(&["pack", "add", "theirs", "--rev", "v1"]).code,
        0
    );
    assert!(!marker.exists());
}

#[test]
fn what_looks_like_an_option_or_a_command_is_refused() {
    let folder = Folder::new();
    repository(&folder);
    let marker = format!("ext::touch {}/ran", folder.path().display());
    for args in [
        &["pack", "add", "--", "--upload-pack=touch ran"][..],
        &["pack", "add", &marker],
        &["pack", "add", "theirs", "--rev=--output=ran"],
        &["pack", "add", "theirs", "--rev", "v1..main"],
        &["pack", "add", "theirs", "--rev", "v9"],
    ] {
        let said = folder.run(args);
        assert_eq!(said.code, 2, "{args:?}: {said:?}");
    }
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn a_pack_with_a_name_that_leads_elsewhere_is_refused() {
    let folder = Folder::new();
    folder.write("theirs/pack.yaml", "pack: ../../x\nversion: 1.0.0\n");
    let said = folder.run(&["pack", "add", "theirs"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("bad-name"), "{said:?}");
}

#[test]
fn what_the_user_wrote_is_not_replaced() {
    let folder = Folder::new();
    acme(&folder, "theirs", "2.0.0");
    acme(&folder, "scenarios/acme", "1.0.0");
    let said = folder.run(&["pack", "add", "theirs"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("which was not added"), "{said:?}");
    assert!(folder.read("scenarios/acme/pack.yaml").contains("1.0.0"));
}

#[test]
fn a_new_pack_runs_at_once_and_has_nothing_to_mend() {
    let folder = Folder::new();
    folder.write("probity.yaml", "");
    let said = folder.run(&["new", "pack", "my-shop"]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = folder.run(&["run"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("5 scenarios: 5 passed"), "{said:?}");
    let said = folder.run(&["lint"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.ends_with("0 errors, 0 warnings\n"), "{said:?}");
    assert!(
        folder
            .read("scenarios/my-shop/pack.yaml")
            .contains("MY_SHOP_API_KEY")
    );
    let said = folder.run(&["new", "pack", "my-shop"]);
    assert_eq!(said.code, 2);
    for name in ["../x", "My-shop", ""] {
        assert_eq!(folder.run(&["new", "pack", name]).code, 2, "{name}");
    }
}

#[test]
fn every_starter_is_a_project_that_passes() {
    let said = Folder::new().run(&["init", "--pack", "nowhere"]);
    assert_eq!(said.code, 2);
    let (_, names) = said
        .stderr
        .split_once("packs to start with: ")
        .expect("they are named");
    let names: Vec<&str> = names.lines().next().expect("a line").split(", ").collect();
    assert!(!names.is_empty());
    for name in names {
        let folder = Folder::new();
        let said = folder.run(&["init", "--pack", name, "demo"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(
            folder
                .read("demo/scenarios/first.scenario.yaml")
                .contains(&format!("packs: [{name}]"))
        );
        for command in [&["run"][..], &["lint"]] {
            let output = folder
                .probity(command)
                .current_dir(folder.path().join("demo"))
                .output()
                .expect("it starts");
            assert!(output.status.success(), "{name}: {output:?}");
        }
    }
}

#[test]
fn init_overwrites_nothing() {
    let folder = Folder::new();
    folder.write("scenarios/first.scenario.yaml", "mine\n");
    let said = folder.run(&["init"]);
    assert_eq!(said.code, 0);
    assert!(
        said.stdout
            .contains("kept  scenarios/first.scenario.yaml\n")
    );
    assert_eq!(folder.read("scenarios/first.scenario.yaml"), "mine\n");
}
