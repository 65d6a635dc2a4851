//! Links as a table in plain text, one line each. Where the width is known, texts are cut to it and columns
//! that can be spared are left out; else nothing is cut.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cells::Cells;
use crate::commands::output::escaped;
use crate::view::{Rank, Row};

/// Between two columns.
const GAP: usize = 2;
/// What stands for what was cut.
const CUT: &str = "…";
/// Back to what the terminal had before.
const PLAIN: &str = "\u{1b}[0m";

/// What is written to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Screen {
    /// How many columns fit; none: any number.
    pub(super) width: Option<usize>,
    /// Whether it shows colours, and they are wanted.
    pub(super) has_colours: bool,
}

/// One column.
struct Column {
    heading: &'static str,
    cells: Vec<String>,
    /// How far its texts may be cut; none: not at all.
    least: Option<usize>,
    /// Whether it can be left out.
    is_spare: bool,
}

/// These links below a line of headings. The organisation is named where there are `several`.
pub(super) fn listing(rows: &[Row<'_>], several: bool, screen: Screen) -> String {
    let mut columns = columns(rows);
    columns.retain(|column| several || column.heading != "ORG");
    let left_out = screen.width.map(|width| spare(&mut columns, width));
    let mut widths: Vec<_> = columns.iter().map(Column::width).collect();
    if let Some(width) = screen.width {
        cut(&columns, &mut widths, width);
    }
    let mut text = line(columns.iter().map(|column| column.heading).zip(&widths));
    text.push('\n');
    for (place, row) in rows.iter().enumerate() {
        let cells = columns.iter().map(|column| column.cells[place].as_str());
        let line = line(cells.zip(&widths));
        let _ = match colour(row.rank()).filter(|_| screen.has_colours) {
            Some(colour) => writeln!(text, "{colour}{line}{PLAIN}"),
            None => writeln!(text, "{line}"),
        };
    }
    let left_out = left_out.unwrap_or_default().join(", ");
    if !left_out.is_empty() {
        let _ = writeln!(
            text,
            "left out, since the terminal is too narrow: {left_out}"
        );
    }
    text
}

fn columns(rows: &[Row<'_>]) -> Vec<Column> {
    let cells: Vec<_> = rows.iter().map(Cells::of).collect();
    let column = |heading, least, is_spare, cell: fn(&Cells) -> &str| Column {
        heading,
        cells: cells.iter().map(|it| escaped(cell(it))).collect(),
        least,
        is_spare,
    };
    vec![
        column("REF", None, false, |it| &it.reference),
        column("ORG", Some(10), false, |it| &it.org),
        column("KIND", None, false, |it| it.kind),
        column("PROTECTION", None, false, |it| it.protection),
        column("ENDS", None, false, |it| &it.ends),
        column("CREATED", None, true, |it| &it.made),
        column("FOOTAGE", None, true, |it| &it.footage),
        column("CAMERAS", Some(10), true, |it| &it.cameras),
        column("TITLE", Some(12), false, |it| &it.title),
        column("BREAKS", Some(12), false, |it| &it.breaks),
    ]
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.width());
        cells.chain([self.heading.len()]).max().unwrap_or(0)
    }

    /// How narrow it can be.
    fn narrow(&self) -> usize {
        let width = self.width();
        self.least.map_or(width, |least| least.min(width))
    }
}

/// Leaves out columns until the others can be cut to this width. Gives the headings of those.
fn spare(columns: &mut Vec<Column>, width: usize) -> Vec<&'static str> {
    let mut left_out = Vec::new();
    loop {
        let needed: usize = columns.iter().map(|column| column.narrow() + GAP).sum();
        let spare = columns.iter().position(|column| column.is_spare);
        let Some(spare) = spare.filter(|_| needed > width + GAP) else {
            return left_out;
        };
        left_out.push(columns.remove(spare).heading);
    }
}

/// Takes from the widest column that may be cut until all fit.
fn cut(columns: &[Column], widths: &mut [usize], width: usize) {
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let places = 0..widths.len();
        let can = places.filter(|place| {
            let least = columns[*place].least;
            least.is_some_and(|least| widths[*place] > least)
        });
        match can.max_by_key(|place| widths[*place]) {
            Some(widest) => widths[widest] -= 1,
            None => return,
        }
    }
}

fn line<'c>(cells: impl Iterator<Item = (&'c str, &'c usize)>) -> String {
    let mut line = String::new();
    for (cell, width) in cells {
        let cell = shortened(cell, *width);
        let pad = width.saturating_sub(cell.width()) + GAP;
        let _ = write!(line, "{cell}{:pad$}", "");
    }
    line.truncate(line.trim_end().len());
    line
}

/// A text of at most this width.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = width.saturating_sub(CUT.width());
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        kept.push(c);
    }
    kept + CUT
}

/// Never the only thing that says it.
const fn colour(rank: Rank) -> Option<&'static str> {
    match rank {
        Rank::OpenForEver => Some("\u{1b}[31m"),
        Rank::OpenWithMore | Rank::Open => Some("\u{1b}[33m"),
        Rank::ProtectedForEver | Rank::Protected => None,
        Rank::Expired => Some("\u{1b}[2m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_takes_on_a_screen() {
        for (text, width, expected) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("駐車場のカメラ", 7, "駐車場…"),
            ("駐車場のカメラ", 6, "駐車…"),
            ("", 0, ""),
        ] {
            assert_eq!(shortened(text, width), expected, "{text}");
        }
    }
}
