//! The condition of a filter selector: `&&`, `||`, `!`, comparisons, tests and functions, well-typed by RFC 9535.

use super::super::Value;
use super::super::decimal::number_from_text;
use super::ast::{Comparison, Expr, Operand, Pattern, Query};
use super::cursor::{Cursor, is_name_char};
use super::{PathError, hint, regexp};

/// Something that may stand on a side of a comparison, or alone as a test.
enum Term {
    Literal(Value),
    Query(Query),
    /// A function whose result is a value: its name, and the operand that it makes.
    Value(&'static str, Operand),
    /// A function whose result is a test.
    Test(&'static str, Expr),
}

const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// The functions of RFC 9535, and how they are called.
pub(super) const FUNCTIONS: [(&str, &str); 5] = [
    ("length", "length(value)"),
    ("count", "count(path)"),
    ("value", "value(path)"),
    ("match", "match(text, pattern)"),
    ("search", "search(text, pattern)"),
];

impl Cursor<'_> {
    pub(super) fn either(&mut self) -> Result<Expr, PathError> {
        let mut parts = vec![self.all()?];
        while self.eat_operator("||")? {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, PathError> {
        let mut parts = vec![self.basic()?];
        while self.eat_operator("&&")? {
            parts.push(self.basic()?);
        }
        Ok(one_or(parts, Expr::All))
    }

    /// Takes `&&` or `||` and the blanks round it; leaves the cursor as it was if another token follows.
    fn eat_operator(&mut self, operator: &str) -> Result<bool, PathError> {
        let before = self.at;
        self.skip_blanks();
        if self.eat(operator) {
            self.skip_blanks();
            return Ok(true);
        }
        if let Some(error) = hint::instead_of_operator(self) {
            return Err(error);
        }
        self.at = before;
        Ok(false)
    }

    fn basic(&mut self) -> Result<Expr, PathError> {
        let start = self.at;
        let negated = self.eat("!");
        if negated {
            self.skip_blanks();
        }
        let expr = if self.peek() == Some('(') {
            self.parenthesized()?
        } else {
            let term_start = self.at;
            let term = self.term()?;
            match self.comparison()? {
                Some(_) if negated => {
                    return Err(self
                        .error_at(start, "`!` stands before a test, not before a comparison")
                        .help("put the comparison in parentheses: `!(@.a == 1)`"));
                }
                Some(comparison) => {
                    let left = self.operand(term, term_start)?;
                    let right_start = self.at;
                    let right = self.term()?;
                    Expr::Compare(left, comparison, self.operand(right, right_start)?)
                }
                None => self.test(term, term_start)?,
            }
        };
        Ok(if negated {
            Expr::Not(Box::new(expr))
        } else {
            expr
        })
    }

    fn parenthesized(&mut self) -> Result<Expr, PathError> {
        self.enter()?;
        self.at += 1;
        self.skip_blanks();
        let expr = self.either()?;
        self.skip_blanks();
        if !self.eat(")") {
            return Err(self.expected("`)`, `&&` or `||`"));
        }
        self.leave();
        Ok(expr)
    }

    fn comparison(&mut self) -> Result<Option<Comparison>, PathError> {
        let before = self.at;
        self.skip_blanks();
        if let Some(error) = hint::instead_of_comparison(self) {
            return Err(error);
        }
        for (token, comparison) in COMPARISONS {
            if self.eat(token) {
                self.skip_blanks();
                return Ok(Some(comparison));
            }
        }
        self.at = before;
        Ok(None)
    }

    fn term(&mut self) -> Result<Term, PathError> {
        match self.peek() {
            Some('$') => {
                self.at += 1;
                self.query(true).map(Term::Query)
            }
            Some('@') => {
                self.at += 1;
                self.query(false).map(Term::Query)
            }
            Some('\'' | '"') => Ok(Term::Literal(Value::String(self.string()?))),
            Some('-' | '0'..='9') => self.number(),
            Some('a'..='z') => self.word(),
            _ => Err(hint::no_term(self)),
        }
    }

    fn number(&mut self) -> Result<Term, PathError> {
        let start = self.at;
        self.eat_while(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '+' | '_')
        });
        let text = &self.text[start..self.at];
        match number_from_text(text) {
            Some(number) => Ok(Term::Literal(Value::Number(number))),
            None => Err(self
                .error_at(start, format!("`{text}` is not a number"))
                .help("write it as JSON does, such as `0.5` or `-12`, or in quotes for a string")),
        }
    }

    /// `true`, `false`, `null`, or a function.
    fn word(&mut self) -> Result<Term, PathError> {
        let start = self.at;
        let word = self.eat_while(is_name_char);
        if self.peek() == Some('(') {
            return self.function(start, word);
        }
        match word {
            "true" => Ok(Term::Literal(Value::Bool(true))),
            "false" => Ok(Term::Literal(Value::Bool(false))),
            "null" => Ok(Term::Literal(Value::Null)),
            _ => {
                self.at = start;
                Err(hint::no_term(self))
            }
        }
    }

    fn function(&mut self, start: usize, name: &str) -> Result<Term, PathError> {
        let Some((name, usage)) = FUNCTIONS.into_iter().find(|(known, _)| *known == name) else {
            return Err(hint::unknown_function(self, start, name));
        };
        self.enter()?;
        self.at += 1;
        self.skip_blanks();
        let term = match name {
            "length" => Term::Value(name, Operand::Length(Box::new(self.value_argument(usage)?))),
            "count" => Term::Value(name, Operand::Count(self.path_argument(usage)?)),
            "value" => Term::Value(name, Operand::Value(self.path_argument(usage)?)),
            _ => Term::Test(name, self.match_arguments(usage, name == "match")?),
        };
        self.skip_blanks();
        if !self.eat(")") {
            return Err(match self.peek() {
                Some(',') => self.error(format!("too many arguments: `{usage}`")),
                _ => self.expected("`)`"),
            });
        }
        self.leave();
        Ok(term)
    }

    fn match_arguments(&mut self, usage: &str, whole: bool) -> Result<Expr, PathError> {
        let text = self.value_argument(usage)?;
        self.skip_blanks();
        if !self.eat(",") {
            return Err(match self.peek() {
                Some(')') => self.error(format!("too few arguments: `{usage}`")),
                _ => self.expected("`,`"),
            });
        }
        self.skip_blanks();
        let start = self.at;
        let pattern = match self.value_argument(usage)? {
            Operand::Literal(Value::String(pattern)) => match regexp::compile(&pattern, whole) {
                Ok(regex) => Pattern::Fixed(regex),
                Err(reason) => {
                    let message = format!("`{pattern}` is not a valid pattern: {reason}");
                    return Err(self.error_at(start, message));
                }
            },
            operand => Pattern::Read(operand),
        };
        Ok(Expr::Match {
            text,
            pattern,
            whole,
        })
    }

    fn value_argument(&mut self, usage: &str) -> Result<Operand, PathError> {
        if self.peek() == Some(')') {
            return Err(self.error(format!("too few arguments: `{usage}`")));
        }
        let start = self.at;
        let term = self.term()?;
        self.operand(term, start)
    }

    fn path_argument(&mut self, usage: &str) -> Result<Query, PathError> {
        let start = self.at;
        match self.peek() {
            Some(')') => Err(self.error(format!("too few arguments: `{usage}`"))),
            Some('@' | '$') => match self.term()? {
                Term::Query(query) => Ok(query),
                _ => Err(self.error_at(start, format!("expected a path: `{usage}`"))),
            },
            _ => Err(self.error_at(start, format!("expected a path: `{usage}`"))),
        }
    }

    /// A term as something that has one value.
    fn operand(&self, term: Term, start: usize) -> Result<Operand, PathError> {
        match term {
            Term::Literal(value) => Ok(Operand::Literal(value)),
            Term::Value(_, operand) => Ok(operand),
            Term::Query(query) if query.is_singular() => Ok(Operand::Query(query)),
            Term::Query(_) => Err(self
                .error_at(
                    start,
                    "a path that may find several values has no one value to compare",
                )
                .help("use names and indexes only, or `count(…)` or `value(…)` round the path")),
            Term::Test(name, _) => Err(self
                .error_at(
                    start,
                    format!("`{name}()` is true or false by itself: it has no value to compare"),
                )
                .help(format!("write `{name}(…)` or `!{name}(…)` alone"))),
        }
    }

    /// A term as a condition.
    fn test(&self, term: Term, start: usize) -> Result<Expr, PathError> {
        match term {
            Term::Query(query) => Ok(Expr::Exists(query)),
            Term::Test(_, expr) => Ok(expr),
            Term::Literal(_) => Err(self
                .error_at(start, "a literal alone is not a condition")
                .help("compare it with something: `@.name == 'x'`")),
            Term::Value(name, _) => Err(self
                .error_at(start, format!("the result of `{name}()` must be compared"))
                .help(format!("for example `{name}(…) > 0`"))),
        }
    }
}

fn one_or(mut parts: Vec<Expr>, combine: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            combine(parts)
        }
        None => combine(parts),
    }
}
