//! What the checks ask of an expression: which metrics it selects and how, what it compares with,
//! which labels its result has. Nothing here knows of files.

use std::collections::BTreeSet;
use std::time::Duration;

use promql_parser::parser::{self, BinaryExpr, Call, Expr, LabelModifier, VectorSelector};

use crate::contract::Contract;

/// A metric as an expression selects it.
#[derive(Debug)]
pub(crate) struct Selected {
    /// The metric's name.
    pub(crate) name: String,
    /// Its matchers, as `label`, operator, value.
    pub(crate) matchers: Vec<(String, String, String)>,
    /// The function that it is handed to directly.
    pub(crate) call: Option<&'static str>,
    /// The range in brackets.
    pub(crate) range: Option<Duration>,
    /// Whether it stands on one side of a minus or a comparison with `time()` on the other.
    pub(crate) beside_time: bool,
}

/// A comparison with a number: the operator, and the number.
pub(crate) type Comparison = (String, f64);

#[derive(Clone, Copy, Default)]
struct Around {
    call: Option<&'static str>,
    range: Option<Duration>,
    beside_time: bool,
}

/// The expression, or what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Expr, String> {
    parser::parse(text)
}

/// Every selector in the expression.
pub(crate) fn selected(expr: &Expr) -> Vec<Selected> {
    let mut found = Vec::new();
    select(expr, Around::default(), &mut found);
    found
}

fn select(expr: &Expr, around: Around, found: &mut Vec<Selected>) {
    match expr {
        Expr::VectorSelector(selector) => found.push(one(selector, around)),
        Expr::MatrixSelector(matrix) => {
            let range = Some(matrix.range);
            found.push(one(&matrix.vs, Around { range, ..around }));
        }
        Expr::Call(call) => {
            let call_name = Some(call.func.name);
            let around = Around {
                call: call_name,
                ..around
            };
            for argument in &call.args.args {
                select(argument, around, found);
            }
        }
        Expr::Binary(binary) => {
            for (side, other) in [(&binary.lhs, &binary.rhs), (&binary.rhs, &binary.lhs)] {
                let distance = binary.op.to_string() == "-" || binary.op.is_comparison_operator();
                let beside_time = around.beside_time || distance && is_time(other);
                select(
                    side,
                    Around {
                        call: None,
                        beside_time,
                        ..around
                    },
                    found,
                );
            }
        }
        Expr::Aggregate(aggregate) => {
            select(
                &aggregate.expr,
                Around {
                    call: None,
                    ..around
                },
                found,
            );
        }
        _ => inside(expr)
            .into_iter()
            .for_each(|inner| select(inner, around, found)),
    }
}

fn inside(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Paren(paren) => Some(&paren.expr),
        Expr::Unary(unary) => Some(&unary.expr),
        Expr::Subquery(subquery) => Some(&subquery.expr),
        _ => None,
    }
}

fn is_time(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.func.name == "time")
}

fn one(selector: &VectorSelector, around: Around) -> Selected {
    let matchers = selector.matchers.matchers.iter();
    Selected {
        name: selector.name.clone().unwrap_or_default(),
        matchers: matchers
            .map(|matcher| {
                (
                    matcher.name.clone(),
                    matcher.op.to_string(),
                    matcher.value.clone(),
                )
            })
            .collect(),
        call: around.call,
        range: around.range,
        beside_time: around.beside_time,
    }
}

/// Whether the expression compares anything.
pub(crate) fn compares(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => {
            binary.op.is_comparison_operator() || compares(&binary.lhs) || compares(&binary.rhs)
        }
        Expr::Aggregate(aggregate) => compares(&aggregate.expr),
        Expr::Call(call) => call.args.args.iter().any(|argument| compares(argument)),
        _ => inside(expr).is_some_and(compares),
    }
}

/// Every comparison with a number, or with a multiple of something: `> 5 * interval` is `> 5`. With
/// the number on the left, the operator is turned round.
pub(crate) fn comparisons(expr: &Expr) -> Vec<Comparison> {
    let mut found = Vec::new();
    compare(expr, &mut found);
    found
}

fn compare(expr: &Expr, found: &mut Vec<Comparison>) {
    match expr {
        Expr::Binary(binary) => {
            if binary.op.is_comparison_operator() {
                let op = binary.op.to_string();
                if let Some(number) = number(&binary.rhs) {
                    found.push((op, number));
                } else if let Some(number) = number(&binary.lhs) {
                    found.push((turned(&op).to_owned(), number));
                }
            }
            compare(&binary.lhs, found);
            compare(&binary.rhs, found);
        }
        Expr::Aggregate(aggregate) => compare(&aggregate.expr, found),
        Expr::Call(call) => call
            .args
            .args
            .iter()
            .for_each(|argument| compare(argument, found)),
        _ => inside(expr)
            .into_iter()
            .for_each(|inner| compare(inner, found)),
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::NumberLiteral(literal) => Some(literal.val),
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Binary(binary) if binary.op.to_string() == "*" => {
            number(&binary.lhs).or_else(|| number(&binary.rhs))
        }
        _ => None,
    }
}

fn turned(op: &str) -> &str {
    match op {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// The labels of the result's series, as far as `contract` knows those of the metrics; none for a
/// scalar.
pub(crate) fn labels(expr: &Expr, contract: &Contract) -> Option<BTreeSet<String>> {
    match expr {
        Expr::VectorSelector(selector) => Some(of_selector(selector, contract)),
        Expr::MatrixSelector(matrix) => Some(of_selector(&matrix.vs, contract)),
        Expr::Call(call) => of_call(call, contract),
        Expr::Aggregate(aggregate) => {
            let inner = labels(&aggregate.expr, contract)?;
            Some(match &aggregate.modifier {
                None => BTreeSet::new(),
                Some(LabelModifier::Include(kept)) => inner
                    .into_iter()
                    .filter(|label| kept.labels.contains(label))
                    .collect(),
                Some(LabelModifier::Exclude(dropped)) => inner
                    .into_iter()
                    .filter(|label| !dropped.labels.contains(label))
                    .collect(),
            })
        }
        Expr::Binary(binary) => of_binary(binary, contract),
        _ => inside(expr).and_then(|inner| labels(inner, contract)),
    }
}

/// The first of what `or` joins.
pub(crate) fn first(expr: &Expr) -> &Expr {
    match expr {
        Expr::Binary(binary) if binary.op.to_string() == "or" => first(&binary.lhs),
        Expr::Paren(paren) => first(&paren.expr),
        _ => expr,
    }
}

fn of_selector(selector: &VectorSelector, contract: &Contract) -> BTreeSet<String> {
    let name = selector.name.as_deref().unwrap_or_default();
    let own = contract.get(name).map_or(&[][..], |metric| &metric.labels);
    let recorded = name.contains(':');
    let scraped = ["job", "instance"].iter().filter(|_| !recorded);
    own.iter()
        .cloned()
        .chain(scraped.map(|&label| label.to_owned()))
        .collect()
}

fn of_call(call: &Call, contract: &Contract) -> Option<BTreeSet<String>> {
    let arguments = || call.args.args.iter();
    if call.func.name == "absent" {
        // Only what the selector pins to one value comes out.
        let matchers = arguments()
            .flat_map(|argument| selected(argument))
            .flat_map(|s| s.matchers);
        return Some(
            matchers
                .filter(|(_, op, _)| op == "=")
                .map(|(label, ..)| label)
                .collect(),
        );
    }
    let mut all = arguments().find_map(|argument| labels(argument, contract))?;
    if let ("label_replace", Some(Expr::StringLiteral(label))) = (
        call.func.name,
        arguments().nth(1).map(|argument| &**argument),
    ) {
        all.insert(label.val.clone());
    }
    Some(all)
}

fn of_binary(binary: &BinaryExpr, contract: &Contract) -> Option<BTreeSet<String>> {
    let (left, right) = (labels(&binary.lhs, contract), labels(&binary.rhs, contract));
    let (Some(left), Some(right)) = (left.clone(), right.clone()) else {
        return left.or(right);
    };
    let modifier = binary.modifier.as_ref();
    let grouped =
        modifier.is_some_and(|modifier| modifier.card != parser::VectorMatchCardinality::OneToOne);
    match (
        binary.op.to_string().as_str(),
        modifier.and_then(|m| m.matching.as_ref()),
    ) {
        ("and" | "unless", _) => Some(left),
        ("or", _) => Some(left.intersection(&right).cloned().collect()),
        (_, Some(LabelModifier::Include(on))) if !grouped => Some(
            left.into_iter()
                .filter(|label| on.labels.contains(label))
                .collect(),
        ),
        _ => Some(left),
    }
}
