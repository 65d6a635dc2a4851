//! A table in plain text: columns side by side, and what is too long for one on several lines of it.

use std::fmt::Write as _;

/// How wide a table is where its values allow.
pub(in crate::commands) const WIDTH: usize = 100;
/// Between two columns.
const GAP: usize = 2;

/// A table: the heading and the largest width of each column but the last, which takes what is left.
pub(in crate::commands) struct Table<const N: usize> {
    columns: [(&'static str, usize); N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(in crate::commands) const fn new(columns: [(&'static str, usize); N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(in crate::commands) fn add(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    pub(in crate::commands) fn render(&self) -> String {
        let widths = self.widths();
        let headings = self.columns.map(|(heading, _)| heading.to_owned());
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let cells: Vec<_> = row
                .iter()
                .zip(widths)
                .map(|(it, width)| wrap(it, width))
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..lines {
                let parts = cells.iter().zip(widths).map(|(cell, width)| {
                    let part = cell.get(line).map_or("", String::as_str);
                    let pad = width.saturating_sub(part.chars().count()) + GAP;
                    format!("{part}{:pad$}", "")
                });
                let parts: String = parts.collect();
                let _ = writeln!(text, "{}", parts.trim_end());
            }
        }
        text
    }

    fn widths(&self) -> [usize; N] {
        let mut widths = [0; N];
        let mut left = WIDTH;
        for (index, (heading, most)) in self.columns.iter().enumerate() {
            let cells = self.rows.iter().map(|row| row[index].chars().count());
            let widest = cells.chain([heading.len()]).max().unwrap_or(0);
            let most = if index + 1 == N { left.max(20) } else { *most };
            widths[index] = widest.min(most);
            left = left.saturating_sub(widths[index] + GAP);
        }
        widths
    }
}

/// A text in lines of at most this width, cut between words; one that is longer stays whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        let is_full = line.chars().count() + 1 + word.chars().count() > width;
        if line.is_empty() {
            line.push_str(word);
        } else if is_full {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_and_long_values_take_more_lines() {
        let mut table = Table::new([("NAME", 10), ("WHAT", 0)]);
        table.add(["a".to_owned(), "short".to_owned()]);
        table.add(["one two three".to_owned(), "word ".repeat(30)]);
        let text = table.render();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[..2], ["NAME        WHAT", "a           short"]);
        assert!(lines[2].starts_with("one two     word word"), "{text}");
        assert!(lines[3].starts_with("three       word"), "{text}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
    }

    #[test]
    fn a_word_that_is_too_long_is_not_cut() {
        assert_eq!(wrap("aaaa bb", 3), ["aaaa", "bb"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
