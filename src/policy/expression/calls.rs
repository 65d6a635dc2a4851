//! Holds the calls in an expression against what their functions take.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};

use super::check::{Check, Checked, suggestion};
use super::functions::{MACROS, METHODS, Method};
use super::types::{Scalar, Type};
use super::{constants, functions};

impl<'a> Check<'a> {
    pub(super) fn call(&mut self, part: &'a IdedExpr, call: &'a CallExpr) -> Checked {
        let name = call.func_name.as_str();
        let mut arguments: Vec<&IdedExpr> = call.target.iter().map(|target| &**target).collect();
        arguments.extend(&call.args);
        match (name, arguments.as_slice()) {
            ("has", _) => self.refuse(part, name, "no `has`: a share has every field"),
            ("duration" | "timestamp", [text]) if call.target.is_none() => {
                self.constant(name, text)
            }
            ("matches", [text, pattern]) => self.matches(part, text, pattern),
            ("size", [of]) => self.size(part, of),
            (name, [list, variable, body]) if call.target.is_some() && MACROS.contains(&name) => {
                self.comprehension(part, name, [list, variable, body])
            }
            (_, [on, arguments @ ..]) if call.target.is_some() => {
                self.method(part, name, on, arguments)
            }
            _ => self.unknown(part, name),
        }
    }

    fn matches(&mut self, part: &IdedExpr, text: &'a IdedExpr, pattern: &IdedExpr) -> Checked {
        if self.part(text)? != Type::STRING {
            return self.refuse(part, "matches", "a string that `matches` a pattern");
        }
        self.constant("matches", pattern)?;
        Ok(Type::BOOL)
    }

    /// An argument that is worked out now, so that it is known to be right.
    fn constant(&self, function: &str, argument: &IdedExpr) -> Checked {
        let Expr::Literal(LiteralValue::String(text)) = &argument.expr else {
            let expected = "a string that is written out, between quotes";
            return Err(self.places.error(argument, expected));
        };
        constants::of(function, text.inner())
            .map_err(|expected| self.places.error(argument, expected))?;
        Ok(match function {
            "duration" => Type::DURATION,
            "timestamp" => Type::TIMESTAMP,
            _ => Type::STRING,
        })
    }

    fn size(&mut self, part: &IdedExpr, of: &'a IdedExpr) -> Checked {
        match self.part(of)? {
            Type::STRING | Type::List(_) => Ok(Type::INT),
            _ => self.refuse(part, "size", "the `size` of a string or a list"),
        }
    }

    fn comprehension(
        &mut self,
        part: &IdedExpr,
        name: &str,
        [list, variable, body]: [&'a IdedExpr; 3],
    ) -> Checked {
        if self.variable.is_some() {
            let expected = format!("no `{name}` inside another of {}", MACROS.join(", "));
            return self.refuse(part, name, expected);
        }
        let Type::List(Some(of)) = self.part(list)? else {
            return self.refuse(part, name, format!("a list with elements before `.{name}`"));
        };
        let variable = match &variable.expr {
            Expr::Ident(variable) if variable != "share" => variable,
            _ => return Err(self.places.error(variable, "a name other than `share`")),
        };
        self.variable = Some((variable, of));
        let of_body = self.part(body);
        self.variable = None;
        made(name, of, of_body?).map_err(|expected| self.places.error(body, expected))
    }

    fn method(
        &mut self,
        part: &IdedExpr,
        name: &str,
        on: &'a IdedExpr,
        arguments: &[&'a IdedExpr],
    ) -> Checked {
        if !METHODS.iter().any(|method| method.name == name) {
            return self.unknown(part, name);
        }
        let on = self.part(on)?;
        let of = arguments.iter().map(|argument| self.part(argument));
        let of = of.collect::<Result<Vec<_>, _>>()?;
        let fits = |method: &&Method| {
            let arguments = method.arguments.iter().copied().map(Type::One);
            method.name == name && on == Type::One(method.on) && arguments.eq(of.iter().copied())
        };
        match METHODS.iter().find(fits) {
            Some(method) => Ok(Type::One(method.result)),
            None => self.refuse(part, name, functions::usage(name)),
        }
    }

    fn unknown(&self, part: &IdedExpr, name: &str) -> Checked {
        let expected = functions::usage(name);
        if !expected.is_empty() {
            return self.refuse(part, name, expected);
        }
        let names = Vec::from_iter(functions::names());
        let expected = format!("a function that there is{}", suggestion(&names, name));
        self.refuse(part, name, expected)
    }

    fn refuse(&self, part: &IdedExpr, name: &str, expected: impl Into<String>) -> Checked {
        Err(self.places.error_before(part, name, expected))
    }
}

/// What a macro makes of a list of `of`, when its body makes `body` of each.
fn made(name: &str, of: Scalar, body: Type) -> Result<Type, String> {
    match (name, body) {
        ("filter", Type::BOOL) => Ok(Type::List(Some(of))),
        ("map", Type::One(of)) => Ok(Type::List(Some(of))),
        ("map", _) => Err("no list in a list".to_owned()),
        (_, Type::BOOL) => Ok(Type::BOOL),
        _ => Err(format!("a bool in `{name}`")),
    }
}
