//! TAP: exact text, and what a reader of YAML makes of the blocks.

use std::process::Command;

use crate::{assert_matches_file, sample, written};

#[test]
fn everything() {
    let text = written("tap", sample::everything());
    assert_matches_file("report.tap", &text);
}

#[test]
fn points_are_numbered_and_as_many_as_planned() {
    let text = written("tap", sample::everything());
    let points = text
        .lines()
        .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    for (index, point) in points.clone().enumerate() {
        assert!(point.contains(&format!("ok {} - ", index + 1)), "{point}");
    }
    assert!(text.ends_with(&format!("\n1..{}\n", points.count())));
    assert_eq!(written("tap", Vec::new()), "TAP version 14\n1..0\n");
}

const READ: &str = r"
import sys, yaml
text = open(sys.argv[1], encoding='utf-8').read()
blocks = [part.split('\n  ...\n')[0] for part in text.split('\n  ---\n')[1:]]
assert len(blocks) == 7, len(blocks)
for block in blocks:
    value = yaml.safe_load(block)
    assert value['outcome'] in ('failed', 'errored', 'invalid')
    assert value['message'] and value['at']['file'] and value['at']['line']
    assert value['detail'].startswith('error['), value['detail']
";

#[test]
fn blocks_are_yaml_whatever_bytes_are_in_them() {
    let yaml = Command::new("python3").args(["-c", "import yaml"]).output();
    if !yaml.is_ok_and(|output| output.status.success()) {
        println!("skipped: no python3 with yaml");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.tap");
    std::fs::write(&path, written("tap", sample::everything())).unwrap();
    let output = Command::new("python3")
        .args(["-c", READ])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
