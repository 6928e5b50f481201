//! The terminal, the environment and the machine, as the program finds them.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

use super::args::Color;
use super::exit::Exit;
use crate::diagnostic::{Diagnostic, Style, render};

/// What the surroundings are like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    pub color: bool,
    /// Standard error is a terminal on which the cursor can be moved.
    pub interactive: bool,
    /// Columns; 0 where they are not known.
    pub width: usize,
    pub ci: bool,
}

impl Terminal {
    pub fn find(color: Color) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let width = if terminal { terminal_width() } else { 0 };
        let interactive = is_able(terminal, &env);
        Self {
            color: use_color(color, interactive, &env),
            interactive,
            width,
            ci: is_set(&env, "CI"),
        }
    }

    pub fn style(self) -> Style {
        Style {
            color: self.color,
            width: self.width,
        }
    }

    /// Writes diagnostics to standard error.
    pub fn show(self, problems: &[Diagnostic]) {
        let text: String = problems
            .iter()
            .map(|problem| render(problem, self.style()) + "\n")
            .collect();
        write_stderr(&text);
    }
}

/// An environment variable, unless it is unset or not text.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn is_set(env: &dyn Fn(&str) -> Option<String>, name: &str) -> bool {
    env(name).is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

/// `--color` over `NO_COLOR` over `FORCE_COLOR` and `CLICOLOR_FORCE` over the terminal.
fn use_color(color: Color, interactive: bool, env: &dyn Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if env("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if is_set(env, "FORCE_COLOR") || is_set(env, "CLICOLOR_FORCE") => true,
        Color::Auto => interactive,
    }
}

/// Whether it is a terminal that can do more than write one line below the other.
fn is_able(terminal: bool, env: &dyn Fn(&str) -> Option<String>) -> bool {
    terminal && env("TERM").as_deref() != Some("dumb")
}

/// What a terminal is taken to have where it doesn't say, and what is read in a file.
const USUAL_WIDTH: usize = 80;

fn terminal_width() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0))
}

/// The columns of standard output, if it is a terminal.
pub(super) fn stdout_columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width.0))
}

/// How wide lists on standard output are.
pub(super) fn stdout_width() -> usize {
    stdout_columns().unwrap_or(USUAL_WIDTH)
}

/// Why something could not be written to standard output.
static UNWRITTEN: OnceLock<String> = OnceLock::new();

/// Writes to standard output; of what can't be written, [`settled`] tells.
pub(super) fn write_stdout(text: &str) {
    let mut out = std::io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Notes how writing to standard output went. A reader that has gone away is not an error: `probity schema | head` ends in
/// peace.
pub(super) fn written(result: std::io::Result<()>) {
    if let Err(error) = result
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(error.to_string());
    }
}

/// How the program ends, once all is written that can be.
pub(super) fn settled(exit: Exit) -> Exit {
    let Some(error) = UNWRITTEN.get() else {
        return exit;
    };
    let message = format!("can't write to standard output: {error}");
    let problem = Diagnostic::error("output", message);
    write_stderr(&(render(&problem, Style::default()) + "\n"));
    match exit {
        Exit::Passed | Exit::Failed | Exit::Nothing => Exit::Errored,
        worse @ (Exit::Invalid | Exit::Errored | Exit::Interrupted(_)) => worse,
    }
}

pub(super) fn write_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dumb_terminal_has_no_bar_and_no_colour() {
        let dumb = |name: &str| (name == "TERM").then(|| "dumb".to_owned());
        let able = |name: &str| (name == "TERM").then(|| "xterm".to_owned());
        assert!(is_able(true, &able));
        assert!(is_able(true, &|_| None));
        assert!(!is_able(true, &dumb));
        assert!(!is_able(false, &able));
        assert!(!use_color(Color::Auto, is_able(true, &dumb), &dumb));
    }

    #[test]
    fn color_follows_the_flag_then_the_environment_then_the_terminal() {
        let rows: [(Color, bool, &[(&str, &str)], bool); 7] = [
            (Color::Always, false, &[("NO_COLOR", "1")], true),
            (Color::Never, true, &[("FORCE_COLOR", "1")], false),
            (Color::Auto, true, &[], true),
            (Color::Auto, false, &[], false),
            (Color::Auto, true, &[("NO_COLOR", "1")], false),
            (Color::Auto, false, &[("FORCE_COLOR", "1")], true),
            (
                Color::Auto,
                false,
                &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
                false,
            ),
        ];
        for (color, interactive, vars, expected) in rows {
            let env = |name: &str| {
                vars.iter()
                    .find(|(var, _)| *var == name)
                    .map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(
                use_color(color, interactive, &env),
                expected,
                "{color:?} {interactive} {vars:?}"
            );
        }
    }
}
