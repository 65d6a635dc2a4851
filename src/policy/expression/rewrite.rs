//! Makes of a checked expression one that evaluates quickly: fields of the share and constants become single
//! variables, which a [`View`](super::share::View) answers without a look at any text.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};

use super::constants::{self, Constant};
use super::share::{FIELDS, constant_variable, field_variable};

/// Changes `part` and all below it, and adds the constants in it to `constants`.
pub(super) fn rewrite(part: &mut IdedExpr, constants: &mut Vec<Constant>) {
    if let Some(variable) = variable(&part.expr, constants) {
        part.expr = Expr::Ident(variable);
        return;
    }
    match &mut part.expr {
        Expr::Call(call) => {
            let pattern = pattern(call, constants);
            let target = call.target.as_deref_mut().into_iter();
            for part in target.chain(&mut call.args) {
                rewrite(part, constants);
            }
            if let (Some(pattern), Some(last)) = (pattern, call.args.last_mut()) {
                last.expr = Expr::Ident(pattern);
            }
        }
        Expr::List(list) => {
            for part in &mut list.elements {
                rewrite(part, constants);
            }
        }
        Expr::Comprehension(comprehension) => {
            rewrite(&mut comprehension.iter_range, constants);
            rewrite(&mut comprehension.loop_step, constants);
        }
        _ => {}
    }
}

/// The variable that stands for all of a part, if there is one.
fn variable(part: &Expr, constants: &mut Vec<Constant>) -> Option<String> {
    match part {
        Expr::Select(select) => {
            let place = FIELDS.iter().position(|field| field.name == select.field);
            place.map(field_variable)
        }
        Expr::Call(call) if matches!(&*call.func_name, "duration" | "timestamp") => {
            constant(call, constants)
        }
        _ => None,
    }
}

/// The variable that stands for the pattern of a call of `matches`.
fn pattern(call: &CallExpr, constants: &mut Vec<Constant>) -> Option<String> {
    (call.func_name == "matches").then(|| constant(call, constants))?
}

/// The variable of the constant that the last argument of this call stands for.
fn constant(call: &CallExpr, constants: &mut Vec<Constant>) -> Option<String> {
    let Expr::Literal(LiteralValue::String(text)) = &call.args.last()?.expr else {
        return None;
    };
    constants.push(constants::of(&call.func_name, text.inner()).ok()?);
    Some(constant_variable(constants.len() - 1))
}

/// Whether an expression that was rewritten names this field of the share.
pub(super) fn names(part: &IdedExpr, field: &str) -> bool {
    let variable = FIELDS
        .iter()
        .position(|known| known.name == field)
        .map(field_variable);
    variable.is_some_and(|variable| part.references().has_variable(variable))
}
