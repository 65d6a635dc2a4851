//! Holds an expression against the types of what it names, before it ever runs. It takes what it knows and
//! refuses the rest of CEL, so that an accepted expression ends, in time proportional to what a share has,
//! and fails on no share for its types.

use cel::common::ast::{CallExpr, Expr, IdedExpr, ListExpr, SelectExpr, operators};

use super::places::Places;
use super::share::FIELDS;
use super::types::{Scalar, Type};
use super::{ExpressionError, MAX_DEPTH, functions};

/// How many letters a name may be away from the one that was meant.
const MAX_DISTANCE: usize = 3;

pub(super) type Checked = Result<Type, ExpressionError>;

/// Looks at one expression that was parsed without macros.
pub(super) struct Check<'a> {
    pub(super) places: Places<'a>,
    /// The variable of the macro around it, and what that is.
    pub(super) variable: Option<(&'a str, Scalar)>,
    depth: usize,
}

impl<'a> Check<'a> {
    pub(super) const fn new(places: Places<'a>) -> Self {
        Self {
            places,
            variable: None,
            depth: 0,
        }
    }

    /// Checks all of an expression: it must be a yes or a no.
    pub(super) fn whole(&mut self, expression: &'a IdedExpr) -> Result<(), ExpressionError> {
        match self.part(expression)? {
            Type::BOOL => Ok(()),
            other => Err(ExpressionError {
                column: 1,
                expected: format!("a result that is a bool, and it is: {other}"),
            }),
        }
    }

    pub(super) fn part(&mut self, part: &'a IdedExpr) -> Checked {
        if self.depth == MAX_DEPTH {
            let expected = format!("at most {MAX_DEPTH} levels of nesting");
            return Err(self.places.error(part, expected));
        }
        self.depth += 1;
        let of = self.kind(part);
        self.depth -= 1;
        of
    }

    fn kind(&mut self, part: &'a IdedExpr) -> Checked {
        match &part.expr {
            Expr::Literal(literal) => Type::of(literal).ok_or_else(|| {
                let expected = "a bool, an int without `u`, or a string";
                self.places.error(part, expected)
            }),
            Expr::Ident(name) => self.name(part, name),
            Expr::Select(select) => self.field(part, select),
            Expr::List(list) => self.list(list),
            Expr::Call(call) if call.target.is_some() || call.func_name.starts_with(is_letter) => {
                self.call(part, call)
            }
            Expr::Call(call) => self.operator(part, call),
            _ => Err(self.places.error(part, "no map and no struct")),
        }
    }

    fn name(&self, part: &IdedExpr, name: &str) -> Checked {
        match self.variable {
            Some((variable, of)) if variable == name => Ok(Type::One(of)),
            _ if name == "share" => Err(self.places.error(part, "a field of it: `share.title`")),
            _ => Err(self
                .places
                .error(part, "`share`, the one name that there is")),
        }
    }

    fn field(&self, part: &IdedExpr, select: &SelectExpr) -> Checked {
        if !matches!(&select.operand.expr, Expr::Ident(name) if name == "share") {
            let expected = "fields of `share` and of nothing else";
            return Err(self.places.error(&select.operand, expected));
        }
        let Some(field) = FIELDS.iter().find(|field| field.name == select.field) else {
            let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
            let expected = format!("a field of `share`{}", suggestion(&names, &select.field));
            return Err(self.places.error_after(part, expected));
        };
        // Else the work would grow with the square of the number of cameras.
        if self.variable.is_some() && matches!(field.of, Type::List(_)) {
            let expected = "a list of `share` outside of the macro only";
            return Err(self.places.error_after(part, expected));
        }
        Ok(field.of)
    }

    fn list(&mut self, list: &'a ListExpr) -> Checked {
        let mut of = Type::List(None);
        for element in &list.elements {
            let Type::One(scalar) = self.part(element)? else {
                return Err(self.places.error(element, "no list in a list"));
            };
            of = of.unite(Type::List(Some(scalar))).ok_or_else(|| {
                let expected = "elements of one type in a list";
                self.places.error(element, expected)
            })?;
        }
        Ok(of)
    }

    fn operator(&mut self, part: &'a IdedExpr, call: &'a CallExpr) -> Checked {
        let of = call.args.iter().map(|argument| self.part(argument));
        let of = of.collect::<Result<Vec<_>, _>>()?;
        let result = match (call.func_name.as_str(), of.as_slice()) {
            (operators::LOGICAL_NOT, [Type::BOOL]) => Ok(Type::BOOL),
            (operators::LOGICAL_NOT, _) => Err("a bool after `!`"),
            (operators::NEGATE, [Type::INT]) => Ok(Type::INT),
            (operators::NEGATE, _) => Err("an int after `-`"),
            (operators::CONDITIONAL, [Type::BOOL, yes, no]) => {
                yes.unite(*no).ok_or("the same type on both sides of `:`")
            }
            (operators::CONDITIONAL, _) => Err("a bool before `?`"),
            (operators::INDEX, [Type::List(Some(of)), Type::INT]) => Ok(Type::One(*of)),
            (operators::INDEX, _) => Err("a list before `[`, and an int in it"),
            (operator, [left, right]) => functions::binary(operator, *left, *right),
            _ => Err("an operator of CEL"),
        };
        result.map_err(|expected| self.places.error(part, expected))
    }
}

const fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
}

/// What may have been meant: the name that is nearest to what was written, or all.
pub(super) fn suggestion(names: &[&str], written: &str) -> String {
    let distance = |name: &&&str| strsim::damerau_levenshtein(name, written);
    let nearest = names.iter().min_by_key(distance);
    match nearest.filter(|name| distance(name) <= MAX_DISTANCE) {
        Some(name) => format!(": did you mean `{name}`?"),
        None => format!(": {}", names.join(", ")),
    }
}
