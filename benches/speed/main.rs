//! How fast the program is, as ratios within one run: beside a bare loop over reqwest, and beside Hurl where it is installed.
//!
//! `cargo bench --bench speed` measures everything, `cargo bench --bench speed -- many slow` only those rows. The server is a
//! process of its own, on the loopback interface. `docs/performance.md` says what the rows mean.

#![allow(
    clippy::print_stdout,
    clippy::exit,
    reason = "a program of its own, whose figures are what it is for"
)]

mod bare_loop;
mod measure;
mod project;
mod rows;
mod server;

use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server"] => server::serve(),
        ["loop", address] => bare_loop::run(address),
        ["project", folder, address] => project::write(folder.as_ref(), address),
        _ => {
            // Cargo adds `--bench` of its own accord.
            let wanted: Vec<&str> = words
                .into_iter()
                .filter(|word| !word.starts_with('-'))
                .collect();
            rows::measure(&wanted)
        }
    }
}
