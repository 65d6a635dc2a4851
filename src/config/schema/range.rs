//! Whole numbers within bounds, as regular expressions: what a schema needs where a number has a unit.

/// An expression of the whole numbers from `from` to `to`, with any number of zeros before them. It is
/// safe between others; none where there is no such number.
pub(super) fn whole_numbers(from: u128, to: u128) -> Option<String> {
    let mut alternatives = Vec::new();
    for count in digits(from)..=digits(to) {
        let (least, most) = (from.max(smallest(count)), to.min(smallest(count + 1) - 1));
        if least <= most {
            let (least, most) = (least.to_string(), most.to_string());
            add(&least, &most, String::new(), &mut alternatives);
        }
    }
    (!alternatives.is_empty()).then(|| format!("0*(?:{})", alternatives.join("|")))
}

/// How many digits a number has.
fn digits(number: u128) -> u32 {
    number.checked_ilog10().unwrap_or_default() + 1
}

/// The smallest number of so many digits.
const fn smallest(digits: u32) -> u128 {
    match digits {
        0 | 1 => 0,
        digits => 10u128.saturating_pow(digits - 1),
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
            "0*(?:[1-9]|[1-9][0-9]|[1-9][0-9]{2}|[1-2][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|3650)"
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
