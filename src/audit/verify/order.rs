//! What has become of events that are not one after the other.

use std::io::{self, BufRead};

use super::failure::{Disorder, Events, Failure};
use super::reader::Reader;

/// What is wrong with the order of events, where one is found that is not the expected one. What has happened is
/// told by the rest of the file, which is read until that is clear.
pub(super) fn out_of_order(
    reader: &mut Reader<impl BufRead>,
    expected: u64,
    found: u64,
) -> io::Result<Failure> {
    let line = reader.number;
    let next = reader.next_seq()?;
    let what = if next == Some(expected + 1) && found != expected + 1 {
        Disorder::Altered(expected)
    } else if found < expected {
        Disorder::Doubled(found)
    } else if next == Some(expected) {
        Disorder::MovedHere(found)
    } else {
        moved_or_missing(reader, expected, found)?
    };
    Ok(Failure::Sequence {
        line,
        found,
        expected,
        what,
    })
}

fn moved_or_missing(
    reader: &mut Reader<impl BufRead>,
    expected: u64,
    found: u64,
) -> io::Result<Disorder> {
    while let Some(seq) = reader.next_seq()? {
        if seq == expected {
            let line = reader.number;
            return Ok(Disorder::MovedAway { seq, line });
        }
    }
    Ok(Disorder::Missing(Events::after(expected - 1, found - 1)))
}
