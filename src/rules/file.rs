//! The rule file as pieces of text: what stands before the groups, the head of each group, its rules. Put
//! together again, they are the file. A comment belongs to what it stands before.

use super::alert::AlertRule;

/// How far heads of groups and rules are indented.
const GROUP: usize = 2;
const RULE: usize = 6;

/// A rule file.
#[derive(Debug)]
pub(super) struct RuleFile {
    pieces: Vec<Piece>,
}

/// A piece of the text.
#[derive(Debug)]
enum Piece {
    /// What stands before the groups.
    Top(String),
    /// The head of a group.
    Head(String),
    /// A rule that records.
    Record(String),
    /// An alert.
    Alert(AlertRule),
}

impl RuleFile {
    /// Takes the text apart.
    pub(super) fn parse(text: &str) -> Self {
        let pieces = pieces(text).into_iter().map(Piece::of);
        Self {
            pieces: pieces.collect(),
        }
    }

    /// Its alerts, in order.
    pub(super) fn alerts(&self) -> impl Iterator<Item = &AlertRule> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Alert(rule) => Some(rule),
            _ => None,
        })
    }

    /// Its alerts, in order, to be changed.
    pub(super) fn alerts_mut(&mut self) -> impl Iterator<Item = &mut AlertRule> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Alert(rule) => Some(rule),
            _ => None,
        })
    }

    /// The text without the alerts that are left out, nor a group that has no rule any more.
    pub(super) fn text(&self) -> String {
        let starts_group = |piece: &Piece| matches!(piece, Piece::Head(_));
        let groups = self.pieces.chunk_by(|_, next| !starts_group(next));
        let groups =
            groups.filter(|group| !starts_group(&group[0]) || group.iter().any(Piece::is_rule));
        let text: String = groups.flatten().map(Piece::text).collect();
        // The last rule has no empty line behind it.
        format!("{}\n", text.trim_end())
    }
}

impl Piece {
    fn of(text: &str) -> Self {
        let text_of = |start: &str| {
            let mut lines = text.lines();
            lines
                .find_map(|line| line.strip_prefix(start))
                .map(str::trim)
        };
        match (text_of("      - alert: "), text_of("      - record: ")) {
            (Some(name), _) => Self::Alert(AlertRule::new(name, text)),
            (None, Some(_)) => Self::Record(text.to_owned()),
            (None, None) if text_of("  - name: ").is_some() => Self::Head(text.to_owned()),
            (None, None) => Self::Top(text.to_owned()),
        }
    }

    fn is_rule(&self) -> bool {
        match self {
            Self::Alert(rule) => !rule.is_left_out(),
            Self::Record(_) => true,
            Self::Top(_) | Self::Head(_) => false,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Alert(rule) => rule.text(),
            Self::Top(text) | Self::Head(text) | Self::Record(text) => text.clone(),
        }
    }
}

/// Where the text may be cut: before a group or a rule, or the comment that stands before it.
fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let (mut at, mut in_comment) = (0, false);
    for line in text.split_inclusive('\n') {
        let indent = indent(line);
        let is_start = line.trim() != "" && (indent == GROUP || indent == RULE);
        if is_start && !in_comment {
            cuts.push(at);
        }
        in_comment = is_start && line.trim_start().starts_with('#');
        at += line.len();
    }
    cuts.push(text.len());
    let pieces = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// How many spaces the line begins with.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn the_pieces_are_the_file() {
        let file = RuleFile::parse(RULES);
        assert_eq!(file.text(), RULES);
        let starts = |start: &str| RULES.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(file.alerts().count(), starts("      - alert: "));
        let heads = file.pieces.iter().filter(|it| matches!(it, Piece::Head(_)));
        assert_eq!(heads.count(), starts("  - name: "));
        let records = file
            .pieces
            .iter()
            .filter(|it| matches!(it, Piece::Record(_)));
        assert_eq!(records.count(), starts("      - record: "));
        let tops: Vec<_> = file
            .pieces
            .iter()
            .filter(|it| matches!(it, Piece::Top(_)))
            .collect();
        assert_eq!(tops.len(), 1, "{tops:?}");
    }

    #[test]
    fn what_is_left_out_goes_with_its_comments_and_an_empty_group_with_it() {
        let text = "\
# top
groups:
  - name: a
    rules:
      - record: r
        expr: x

      # Of b.
      - alert: B
        # why
        expr: x

  # Of the group.
  - name: c
    rules:
      - alert: D
        expr: x
";
        let mut file = RuleFile::parse(text);
        assert_eq!(file.text(), text);
        file.alerts_mut().for_each(AlertRule::leave_out);
        let expected = "\
# top
groups:
  - name: a
    rules:
      - record: r
        expr: x
";
        assert_eq!(file.text(), expected);
    }
}
