//! A condition on a share that the user writes in CEL, where the fields of a rule don't do.
//!
//! The parser and the evaluation are the crate `cel`'s. It finds most mistakes at run time only, sets no
//! limit to the work and ends the process where the stack does. So what is parsed is held against `check`,
//! which knows a part of CEL and refuses the rest: another function begins in `functions`, another field of
//! `share` in `share`. Nobody changes the text of an error without a look at `docs/policies.md`.

mod calls;
mod check;
mod constants;
mod error;
mod functions;
mod places;
mod rewrite;
mod samples;
mod share;
#[cfg(test)]
mod tests;
mod types;

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::common::ast::IdedExpr;
use cel::common::types::{CelBool, STRING_TYPE};
use cel::{Context, Env, Value};

pub use error::{EvaluationError, ExpressionError};

use super::Subject;
use crate::share::UnixMillis;
use check::Check;
use constants::Constant;
use places::Places;
use share::View;

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 1024;

/// How deep an expression may be nested: evaluation takes a piece of the stack for each level.
const MAX_DEPTH: usize = 24;

/// What the parser may take of the stack, in bytes: it calls itself for each level, and that of a text of
/// [`MAX_LENGTH`] which is all brackets, dots or signs is deep.
const PARSER_STACK: usize = 64 << 20;

/// The fields of a share that the audit feed tells.
const ATTRIBUTED: [&str; 2] = ["created_by", "views"];

/// A condition in CEL, compiled and checked.
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

struct Compiled {
    text: String,
    program: IdedExpr,
    constants: Vec<Constant>,
    depends_on_time: bool,
    needs_attributions: bool,
}

impl Expression {
    /// Compiles and checks a text, which takes a thread for a moment.
    ///
    /// # Errors
    /// When it is no expression of the part of CEL that is supported, is longer than a KiB, names what a share
    /// does not have, does not give a bool, or fails on some share.
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > MAX_LENGTH {
            return Err(ExpressionError {
                column: text.chars().count(),
                expected: format!("at most {MAX_LENGTH} bytes"),
            });
        }
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(PARSER_STACK);
            let thread = thread.spawn_scoped(scope, || compile(text)).ok();
            thread
                .and_then(|thread| thread.join().ok())
                .ok_or_else(ExpressionError::unparsed)?
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether time alone may change the result: it names `share.age`.
    pub fn depends_on_time(&self) -> bool {
        self.0.depends_on_time
    }

    /// Whether it asks what the audit feed tells.
    pub fn needs_attributions(&self) -> bool {
        self.0.needs_attributions
    }

    /// Whether it holds of a share at `now`.
    ///
    /// # Errors
    /// When something of the share could not be read, or the expression fails on it; or when it asks what the
    /// audit feed tells, and that was never read.
    pub fn holds(&self, subject: Subject<'_>, now: UnixMillis) -> Result<bool, EvaluationError> {
        if subject.share.unread.any() {
            return Err(EvaluationError::Unread);
        }
        if self.needs_attributions() && subject.attributions.is_none() {
            return Err(EvaluationError::NoFeed);
        }
        let view = View::new(subject, now, &self.0.constants);
        let mut context = Context::with_env(Arc::clone(&EVALUATION));
        context.set_variable_resolver(&view);
        let result = Value::resolve_val(&self.0.program, &context)?;
        let result = result.downcast_ref::<CelBool>();
        result
            .map(|holds| *holds.inner())
            .ok_or(EvaluationError::Argument)
    }
}

/// What an expression is checked as: calls of macros are calls, each where it was written.
static CHECKING: LazyLock<Env> =
    LazyLock::new(|| Env::default().with_optional_support(false).with_stdlib());

/// What an expression is evaluated in.
static EVALUATION: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib().with_optional_support(false);
    let pattern = || constants::PATTERN.to_owned();
    let global = environment.add_overload(
        "matches",
        "matches_pattern",
        vec![STRING_TYPE, pattern()],
        constants::matches,
    );
    let member = environment.add_member_overload(
        "matches",
        "string_matches_pattern",
        STRING_TYPE,
        vec![pattern()],
        constants::matches,
    );
    debug_assert!(global.is_ok() && member.is_ok());
    Arc::new(environment)
});

fn compile(text: &str) -> Result<Expression, ExpressionError> {
    let parse = |environment: &Env| {
        let parsed = environment.parser().parse_with_source_info(text);
        parsed.map_err(|errors| places::syntax_error(text, &errors))
    };
    let (written, offsets) = parse(&CHECKING)?;
    Check::new(Places { text, offsets }).whole(&written)?;
    let (mut program, _) = parse(&EVALUATION)?;
    let mut constants = Vec::new();
    rewrite::rewrite(&mut program, &mut constants);
    let expression = Expression(Arc::new(Compiled {
        text: text.to_owned(),
        depends_on_time: rewrite::names(&program, "age"),
        needs_attributions: ATTRIBUTED
            .iter()
            .any(|field| rewrite::names(&program, field)),
        program,
        constants,
    }));
    expression.try_samples()?;
    Ok(expression)
}

impl Expression {
    fn try_samples(&self) -> Result<(), ExpressionError> {
        samples::try_all(|sample| self.holds(sample, samples::NOW).map(drop)).map_err(|error| {
            ExpressionError {
                column: 1,
                expected: format!("no error on any share, and there is one on some: {error}"),
            }
        })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text()).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Expression {}
