//! The rows of the table: what is measured, against what, and the target of each.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::measure::{Cost, Server, best, first_request, run, threads};
use crate::project::{self, INSTANCES, LARGE, SCENARIOS, SLOW, WAITING, WEBHOOKS};

/// Scenarios in flight at once: the default of `--jobs`.
pub const JOBS: usize = 128;
/// How often each program runs where its time or memory counts; the contenders take turns.
const ROUNDS: usize = 7;
/// How often a program runs whose wall time is mostly the server's.
const FEW_ROUNDS: usize = 3;
/// How often a program starts for the median of its starts.
const STARTS: usize = 30;

type Row = (&'static str, fn(&Bench) -> Result<()>);

const ROWS: [Row; 7] = [
    ("many", many),
    ("slow", slow),
    ("large", large),
    ("start", start),
    ("lint", lint),
    ("emulator", emulator),
    ("webhooks", webhooks),
];

/// What the rows work with.
struct Bench {
    root: PathBuf,
    server: Server,
    probity: String,
    harness: String,
    hurl: Option<String>,
}

/// Measures the rows that are named, or all of them.
pub fn measure(wanted: &[&str]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::start()?;
    project::write(folder.path(), &server.address)?;
    let bench = Bench {
        root: folder.path().to_owned(),
        server,
        probity: std::env::var("PROBITY")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_probity").to_owned()),
        harness: std::env::current_exe()?.display().to_string(),
        hurl: find_hurl(),
    };
    for (name, row) in ROWS {
        if wanted.is_empty() || wanted.contains(&name) {
            row(&bench)?;
        }
    }
    Ok(())
}

/// The program named by `HURL`, or found on the path.
fn find_hurl() -> Option<String> {
    let program = std::env::var("HURL").unwrap_or_else(|_| "hurl".to_owned());
    let runs = Command::new(&program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    runs.then_some(program)
}

impl Bench {
    fn probity(&self, args: &[&str]) -> Result<Cost> {
        run(&self.root, &self.probity, args)
    }
}

fn scenarios<'a>(folder: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["run", folder, "--packs", "packs", "--env", "local"];
    args.extend(more);
    args
}

fn say(name: &str, figure: f64, unit: &str, target: &str) {
    println!("{name:<58} {figure:>9.2} {unit:<4} {target}");
}

/// Many small scenarios with captures and checks.
fn many(bench: &Bench) -> Result<()> {
    let requests = f64::from(4 * SCENARIOS);
    let jobs = best_hurl_jobs(bench)?;
    let (mut ours, mut bare, mut hurl) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let report = scenarios("many", &["--report", "junit=junit.xml"]);
        ours.push(bench.probity(&report)?);
        let args = ["loop", &bench.server.address];
        bare.push(run(&bench.root, &bench.harness, &args)?);
        if let (Some(program), Some(jobs)) = (&bench.hurl, &jobs) {
            hurl.push(run_hurl(bench, program, jobs)?);
        }
    }
    let (ours, bare) = (best(&ours), best(&bare));
    println!("{SCENARIOS} files of 4 requests, JUnit on:");
    say(
        "  probity / bare reqwest loop, wall",
        ours.wall / bare.wall,
        "×",
        "≤ 2",
    );
    say(
        "  probity / bare reqwest loop, processor time",
        ours.cpu / bare.cpu,
        "×",
        "",
    );
    if let Some(jobs) = jobs {
        let hurl = best(&hurl);
        let name = format!("  probity / Hurl --jobs {jobs}, throughput");
        say(&name, hurl.wall / ours.wall, "×", "≥ 5");
        say("  Hurl, wall", hurl.wall * 1e3, "ms", "");
        say("  Hurl, peak memory", hurl.memory, "MB", "");
    } else {
        println!("  Hurl is not installed: not compared");
    }
    say("  probity, wall", ours.wall * 1e3, "ms", "");
    say("  probity, requests a second", requests / ours.wall, "", "");
    say(
        "  probity, processor time a request",
        ours.cpu / requests * 1e6,
        "µs",
        "",
    );
    say("  probity, peak memory", ours.memory, "MB", "< 40");
    say("  bare loop, wall", bare.wall * 1e3, "ms", "");
    say("  bare loop, peak memory", bare.memory, "MB", "");
    Ok(())
}

fn run_hurl(bench: &Bench, program: &str, jobs: &str) -> Result<Cost> {
    // It adds to a report that is there.
    let report = bench.root.join("hurl.xml");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let args = [
        "--test",
        "--jobs",
        jobs,
        "--report-junit",
        "hurl.xml",
        "hurl",
    ];
    run(&bench.root, program, &args)
}

/// The number of jobs with which Hurl is fastest here.
fn best_hurl_jobs(bench: &Bench) -> Result<Option<&'static str>> {
    let Some(program) = &bench.hurl else {
        return Ok(None);
    };
    let mut fastest: Option<(&str, f64)> = None;
    for jobs in ["1", "2", "4", "8", "16"] {
        let wall = best(&[
            run_hurl(bench, program, jobs)?,
            run_hurl(bench, program, jobs)?,
        ])
        .wall;
        if fastest.is_none_or(|(_, least)| wall < least) {
            fastest = Some((jobs, wall));
        }
    }
    Ok(fastest.map(|(jobs, _)| jobs))
}

/// Requests that wait for the server.
fn slow(bench: &Bench) -> Result<()> {
    let costs = (0..FEW_ROUNDS)
        .map(|_| bench.probity(&scenarios("slow", &[])))
        .collect::<Result<Vec<_>>>()?;
    println!("{SLOW} scenarios of 3 requests of 100 ms:");
    say("  wall", best(&costs).wall, "s", "< 0.6");
    Ok(())
}

/// Large responses, many at once.
fn large(bench: &Bench) -> Result<()> {
    let costs = (0..FEW_ROUNDS)
        .map(|_| bench.probity(&scenarios("large", &["--report", "junit=junit.xml"])))
        .collect::<Result<Vec<_>>>()?;
    println!("{LARGE} responses of 1 MB of JSON, one value checked in each:");
    say("  peak memory", best(&costs).memory, "MB", "< 64");
    say("  wall", best(&costs).wall, "s", "");
    Ok(())
}

/// How soon a single scenario asks.
fn start(bench: &Bench) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let manifest = bench.root.join("packs/bench/pack.yaml");
    fs::write(
        &manifest,
        project::manifest(&listener.local_addr()?.to_string()),
    )?;
    let mut times = (0..STARTS)
        .map(|_| {
            first_request(
                &bench.root,
                &bench.probity,
                &scenarios("one", &[]),
                &listener,
            )
        })
        .collect::<Result<Vec<_>>>()?;
    fs::write(&manifest, project::manifest(&bench.server.address))?;
    times.sort();
    println!("One file of one scenario:");
    let median = times[times.len() / 2];
    say(
        "  start to first request, median",
        median.as_secs_f64() * 1e3,
        "ms",
        "≤ 10",
    );
    Ok(())
}

/// Loading and linting alone.
fn lint(bench: &Bench) -> Result<()> {
    let costs = (0..ROUNDS)
        .map(|_| bench.probity(&["lint", "many", "--packs", "packs"]))
        .collect::<Result<Vec<_>>>()?;
    println!("Load and lint of {SCENARIOS} files:");
    say("  wall", best(&costs).wall * 1e3, "ms", "< 200");
    say("  peak memory", best(&costs).memory, "MB", "");
    Ok(())
}

/// One flow on an emulator very often, both in the one process, each in a thread of its own.
fn emulator(bench: &Bench) -> Result<()> {
    let packs = packs();
    let [few, all] = INSTANCES.map(|instances| format!("emulated/{instances}.scenario.yaml"));
    let small = bench.probity(&["run", &few, "--packs", &packs])?;
    let large = bench.probity(&["run", &all, "--packs", &packs])?;
    let args = ["run", &all, "--packs", &packs];
    let threads = threads(&bench.root, &bench.probity, &args)?;
    let (emulator, others): (Vec<_>, Vec<_>) = threads
        .iter()
        .partition(|(name, _)| name.starts_with("emulator"));
    let total = |threads: &[&(String, f64)]| threads.iter().map(|(_, taken)| taken).sum::<f64>();
    let (emulator, runner) = (total(&emulator), total(&others));
    let [least, most] = INSTANCES;
    let requests = f64::from(u32::try_from(4 * most)?);
    println!("{most} instances of 4 requests on the emulator of conduit-v1:");
    let each = |taken: f64| taken / requests * 1e6;
    say(
        "  emulator / runner, processor time",
        emulator / runner,
        "×",
        "< 1",
    );
    say(
        "  emulator, processor time a request",
        each(emulator),
        "µs",
        "",
    );
    say("  runner, processor time a request", each(runner), "µs", "");
    say("  wall", large.wall, "s", "");
    say("  peak memory", large.memory, "MB", "");
    say(
        &format!("  peak memory with {least} instances"),
        small.memory,
        "MB",
        "",
    );
    Ok(())
}

/// The folder of the packs of this repository.
fn packs() -> String {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    packs.display().to_string()
}

/// Scenarios that wait for webhooks of their own, beside the same without: with the same requests, and without those by
/// which webhooks are registered and removed again.
fn webhooks(bench: &Bench) -> Result<()> {
    let packs = packs();
    let measure = |name: &str| {
        let file = format!("webhooks/{name}.scenario.yaml");
        bench.probity(&["run", &file, "--packs", &packs])
    };
    let [few, many] = WAITING;
    let received = format!("received-{few}");
    let contenders = [received.as_str(), "silent", "unregistered"];
    let mut costs = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for (name, costs) in contenders.iter().zip(&mut costs) {
            costs.push(measure(name)?);
        }
    }
    let [received, silent, unregistered] = costs.map(|costs| best(&costs));
    let crowd = measure(&format!("received-{many}"))?;
    println!("{few} scenarios that wait for {WEBHOOKS} webhooks each, on the emulator of dakota:");
    let silent_ratio = received.wall / silent.wall;
    say("  wall / the same requests", silent_ratio, "×", "≤ 2");
    let ratio = received.wall / unregistered.wall;
    say("  wall / the same without registering", ratio, "×", "≤ 2");
    say("  wall", received.wall * 1e3, "ms", "");
    let sent = f64::from(u32::try_from(few * WEBHOOKS)?);
    let each = (received.cpu - silent.cpu) / sent * 1e6;
    say("  processor time a webhook", each, "µs", "");
    say("  peak memory", received.memory, "MB", "");
    say(
        &format!("  peak memory with {many} scenarios"),
        crowd.memory,
        "MB",
        "",
    );
    Ok(())
}
