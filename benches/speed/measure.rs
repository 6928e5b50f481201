//! Running a program and reading what it took: GNU `time` tells, as no safe function of the standard library does; what each
//! thread took, Linux tells in `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Result;

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, those in the kernel included.
    pub cpu: f64,
    /// Peak resident memory in MB of 1024 KB.
    pub memory: f64,
}

/// The best wall and processor time and the worst memory of some runs.
pub fn best(costs: &[Cost]) -> Cost {
    let of = |pick: fn(&Cost) -> f64, fold: fn(f64, f64) -> f64| {
        costs.iter().map(pick).reduce(fold).unwrap_or(f64::NAN)
    };
    Cost {
        wall: of(|cost| cost.wall, f64::min),
        cpu: of(|cost| cost.cpu, f64::min),
        memory: of(|cost| cost.memory, f64::max),
    }
}

/// Runs a program in a folder; an error if it does not succeed.
pub fn run(folder: &Path, program: &str, args: &[&str]) -> Result<Cost> {
    let figures = tempfile::NamedTempFile::new()?;
    let started = Instant::now();
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %M", "-o"])
        .arg(figures.path())
        .arg(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("GNU time is needed as /usr/bin/time: {error}"))?;
    let wall = started.elapsed().as_secs_f64();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let tail: Vec<&str> = said.lines().rev().take(20).collect();
        return Err(format!("{program} {args:?} fails:\n{}", tail.join("\n")).into());
    }
    let text = fs::read_to_string(figures.path())?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()?;
    let [user, system, kilobytes] = numbers[..] else {
        return Err(format!("/usr/bin/time says `{text}`").into());
    };
    Ok(Cost {
        wall,
        cpu: user + system,
        memory: kilobytes / 1024.0,
    })
}

/// How often a program is looked at while it runs.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a program in a folder: seconds of processor time of each of its threads, by name. What a thread does after the last
/// look at it is left out.
pub fn threads(folder: &Path, program: &str, args: &[&str]) -> Result<Vec<(String, f64)>> {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let tasks = format!("/proc/{}/task", child.id());
    let mut taken = BTreeMap::new();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        for task in fs::read_dir(&tasks).into_iter().flatten().flatten() {
            // A thread that has just ended is not there any more.
            if let Some(thread) = thread(&task.path()) {
                taken.insert(task.file_name(), thread);
            }
        }
        sleep(LOOK);
    };
    if !status.success() {
        return Err(format!("{program} {args:?} fails").into());
    }
    Ok(taken.into_values().collect())
}

/// A thread's name, and its seconds on a processor.
fn thread(task: &Path) -> Option<(String, f64)> {
    let name = fs::read_to_string(task.join("comm")).ok()?;
    let figures = fs::read_to_string(task.join("schedstat")).ok()?;
    let nanoseconds: f64 = figures.split_whitespace().next()?.parse().ok()?;
    Some((name.trim().to_owned(), nanoseconds / 1e9))
}

/// The server, for as long as this is kept.
pub struct Server {
    pub address: String,
    child: Child,
    /// Closing it ends the server.
    _stdin: Option<ChildStdin>,
}

impl Server {
    pub fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        BufReader::new(stdout).read_line(&mut address)?;
        Ok(Self {
            address: address.trim().to_owned(),
            _stdin: child.stdin.take(),
            child,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Time from the start of a program to the first byte of its first request to the listener.
pub fn first_request(
    folder: &Path,
    program: &str,
    args: &[&str],
    listener: &TcpListener,
) -> Result<Duration> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut stream, _) = listener.accept()?;
    let mut bytes = [0; 4096];
    let read = stream.read(&mut bytes)?;
    let taken = started.elapsed();
    stream.write_all(b"HTTP/1.1 200 Fine\r\ncontent-length: 2\r\n\r\n{}")?;
    drop(stream);
    if read == 0 || !child.wait()?.success() {
        return Err(format!("{program} {args:?} fails").into());
    }
    Ok(taken)
}
