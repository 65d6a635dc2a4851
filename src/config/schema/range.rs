//! Whole numbers within bounds, as regular expressions: what a schema needs where a number has a unit.

/// An expression of the whole numbers from `from` to `to`, with any number of zeros before them. It is
/// safe between others; none where there is no such number.
pub(super) fn whole_numbers(from: u128, to: u128) -> Option<String> {
    let mut alternatives = Vec::new();
    let mut from = from;
    while from <= to {
        // All numbers of as many digits, and of more, where all of those are within.
        let whole = (1..).take_while(|more| power(digits(from) - 1 + more) - 1 <= to);
        let (end, is_whole) = match whole.last() {
            Some(more) if from == power(digits(from) - 1) => {
                alternatives.push(numbers_of(digits(from), digits(from) + more - 1));
                (power(digits(from) - 1 + more) - 1, true)
            }
            _ => (to.min(power(digits(from)) - 1), false),
        };
        if !is_whole {
            add(
                &from.to_string(),
                &end.to_string(),
                String::new(),
                &mut alternatives,
            );
        }
        from = end + 1;
    }
    (!alternatives.is_empty()).then(|| format!("0*(?:{})", alternatives.join("|")))
}

/// How many digits a number has.
fn digits(number: u128) -> u32 {
    number.checked_ilog10().unwrap_or_default() + 1
}

/// The smallest number of more digits than these.
const fn power(digits: u32) -> u128 {
    10u128.saturating_pow(digits)
}

/// All numbers of so many digits.
fn numbers_of(least: u32, most: u32) -> String {
    match (least - 1, most - 1) {
        (0, 0) => "[1-9]".to_owned(),
        (one, same) if one == same => format!("[1-9]{}", any(one as usize)),
        (from, to) => format!("[1-9][0-9]{{{from},{to}}}"),
    }
}

/// Adds what makes the numbers between two of as many digits, after digits that are settled.
fn add(from: &str, to: &str, settled: String, alternatives: &mut Vec<String>) {
    let is_all = |text: &str, digit| text.bytes().all(|byte| byte == digit);
    if is_all(from, b'0') && is_all(to, b'9') {
        alternatives.push(format!("{settled}{}", any(from.len())));
        return;
    }
    let ((low, low_rest), (high, high_rest)) = (from.split_at(1), to.split_at(1));
    if low == high {
        add(low_rest, high_rest, settled + low, alternatives);
        return;
    }
    let (mut first, mut last) = (digit(low), digit(high));
    if !is_all(low_rest, b'0') {
        let nines = "9".repeat(low_rest.len());
        add(low_rest, &nines, format!("{settled}{low}"), alternatives);
        first += 1;
    }
    let has_odd_end = !is_all(high_rest, b'9');
    if has_odd_end {
        last -= 1;
    }
    if first <= last {
        let rest = any(low_rest.len());
        alternatives.push(format!("{settled}{}{rest}", one_of(first, last)));
    }
    if has_odd_end {
        let zeros = "0".repeat(high_rest.len());
        add(&zeros, high_rest, settled + high, alternatives);
    }
}

fn digit(text: &str) -> u8 {
    text.bytes().next().map_or(0, |byte| byte - b'0')
}

/// One digit of these.
fn one_of(first: u8, last: u8) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("[{first}-{last}]"),
    }
}

/// So many digits.
fn any(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        count => format!("[0-9]{{{count}}}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn matches(from: u128, to: u128, number: &str) -> bool {
        let expression = whole_numbers(from, to).unwrap();
        let whole = Regex::new(&format!("^{expression}$")).unwrap();
        whole.is_match(number)
    }

    #[test]
    fn it_reads_as_a_person_would_write_it() {
        assert_eq!(whole_numbers(0, 9).unwrap(), "0*(?:[0-9])");
        assert_eq!(
            whole_numbers(1, 3650).unwrap(),
            "0*(?:[1-9][0-9]{0,2}|[1-2][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|3650)"
        );
        assert_eq!(whole_numbers(2, 1), None);
    }

    proptest! {
        #[test]
        fn exactly_the_numbers_within_bounds_match(
            from in 0u64..3_000, width in 0u64..100_000, number in 0u64..110_000, zeros in 0usize..3
        ) {
            let to = from + width;
            for number in [number, from, to, to + 1, from.saturating_sub(1)] {
                let text = format!("{}{number}", "0".repeat(zeros));
                let is_within = (from..=to).contains(&number);
                prop_assert_eq!(matches(from.into(), to.into(), &text), is_within, "{} of {}..={}", text, from, to);
            }
        }
    }
}
