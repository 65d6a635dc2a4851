//! What can be done to an exported trail: the same in each run.

use crate::trail::{LINES, Trail, event, seal, text};

/// How often each is done, somewhere else each time.
const TIMES: usize = 12;
/// Where the first seal is.
const SEAL: usize = 40;

/// What was done, and what came of it.
type Mutant = (String, Vec<u8>);

pub(crate) fn mutants(trail: &Trail) -> Vec<Mutant> {
    let mut mutants = of_bytes(&trail.export());
    mutants.extend(of_lines(&trail.lines));
    mutants.extend(on_purpose(trail));
    mutants
}

fn of_bytes(export: &[u8]) -> Vec<Mutant> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut mutants = Vec::new();
    for _ in 0..TIMES {
        let (at, bit) = (random.usize(..export.len()), random.u32(..8));
        let mut flipped = export.to_vec();
        flipped[at] ^= 1 << bit;
        mutants.push((format!("bit {bit} of byte {at} flipped"), flipped));
        mutants.push((format!("cut at byte {at}"), export[..at].to_vec()));
        let mut without = export.to_vec();
        without.remove(at);
        mutants.push((format!("byte {at} taken out"), without));
    }
    mutants
}

fn of_lines(lines: &[String]) -> Vec<Mutant> {
    let mut random = fastrand::Rng::with_seed(2);
    let mut mutants = Vec::new();
    let mut add = |name: String, lines: &[String]| mutants.push((name, text(lines)));
    for _ in 0..TIMES {
        let (at, to) = (random.usize(..lines.len()), random.usize(..lines.len() - 1));
        let mut changed = lines.to_vec();
        let line = changed.remove(at);
        add(format!("line {at} taken out"), &changed);
        let to = to + usize::from(to >= at);
        changed.insert(to, line.clone());
        add(format!("line {at} moved to {to}"), &changed);
        let mut doubled = lines.to_vec();
        doubled.insert(to, line.clone());
        add(format!("line {at} doubled at {to}"), &doubled);
        let mut replaced = lines.to_vec();
        replaced[to] = line;
        add(format!("line {to} replaced by {at}"), &replaced);
        add(format!("cut before line {at}"), &lines[..at]);
    }
    add("everything taken out".to_owned(), &[]);
    let mut reversed = lines.to_vec();
    reversed.reverse();
    add("the other way round".to_owned(), &reversed);
    mutants
}

/// What someone would do who knows the format.
fn on_purpose(trail: &Trail) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |name: &str, change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = trail.lines.clone();
        change(&mut lines);
        mutants.push((name.to_owned(), text(&lines)));
    };
    let altered = |lines: &mut Vec<String>, at: usize, from: &str, to: &str| {
        assert!(lines[at].contains(from), "{}", lines[at]);
        lines[at] = lines[at].replacen(from, to, 1);
    };
    for (from, to) in [
        ("renamed", "removed"),
        ("\"n\":51", "\"n\":NaN"),
        ("\"n\":51", "\"n\":1e999"),
        ("\"n\":51", &format!("\"n\":{}", "9".repeat(5000))),
        ("\"n\":51", "\"n\":051"),
        ("\"n\":51", "\"n\":51,\"n\":52"),
        ("renamed", "\\ud800"),
        ("renamed", "\u{7f}"),
        ("renamed", "\t"),
        ("\"seq\":51", "\"seq\":51 "),
        ("\"seq\":51", "\"seq\":051"),
        ("\"seq\":51", "\"seq\":91"),
        ("\"seq\":51", "\"seq\":99999999999999999999"),
        ("11-29", "11-31"),
        ("T10", "T24"),
        (":17:", ":60:"),
        ("250Z", "25Z"),
        ("250Z", "250z"),
        ("2026", "0000"),
        ("}}}", "}}} "),
        ("}}}", "}}}\r"),
        ("}}}", "}}"),
        ("\"is\":", &format!("\"is\":{}", " ".repeat(1 << 20))),
    ] {
        add(&format!("{from:.9} made {to:.9}"), &|lines| {
            altered(lines, 51, from, to)
        });
    }
    add("a hash of its own", &|lines| {
        altered(lines, 3, "hash\":\"", "hash\":\"0")
    });
    add("a hash in capitals", &|lines| {
        lines[3] = lines[3].to_uppercase()
    });
    add("all seals taken out", &|lines| {
        lines.retain(|line| !line.starts_with("{\"seal"))
    });
    add("a seal's size altered", &|lines| {
        altered(lines, SEAL, "\\n40\\n", "\\n41\\n")
    });
    add("a seal's size as 040", &|lines| {
        altered(lines, SEAL, "\\n40\\n", "\\n040\\n")
    });
    add("a seal without its end", &|lines| {
        altered(lines, SEAL, "\\n\"}", "\"}")
    });
    add("a seal with more", &|lines| {
        altered(lines, SEAL, "\\n\"}", "\\n\",\"a\":\"\"}")
    });
    add("a seal with a surrogate", &|lines| {
        altered(lines, SEAL, "rhombus", "\\udc00")
    });
    add("a seal of another base64", &|lines| {
        let end = lines[SEAL]
            .find("==")
            .or_else(|| lines[SEAL].rfind('='))
            .expect("it ends so");
        let last = lines[SEAL].as_bytes()[end - 1];
        lines[SEAL].replace_range(end - 1..end, if last == b'B' { "C" } else { "B" });
    });
    add("a seal of someone else's key", &|lines| {
        lines[SEAL] = seal(1, &trail.forged(40))
    });
    add("a seal twice, as two", &|lines| {
        lines.insert(SEAL + 1, seal(2, &trail.note(40)))
    });
    add("a seal of no line", &|lines| {
        lines.insert(0, seal(1, &trail.note(0)))
    });
    add("a line cut, and all after it renumbered", &|lines| {
        lines.retain(|line| !line.contains("\"seq\":100,"));
        for seq in 101..=LINES {
            let from = format!("\"seq\":{seq},");
            let line = lines
                .iter_mut()
                .find(|line| line.contains(&from))
                .expect("it is there");
            *line = line.replace(&from, &format!("\"seq\":{},", seq - 1));
        }
    });
    add("the last lines put off", &|lines| {
        lines.truncate(lines.len() - 1);
        lines.push(event(LINES, 2));
        lines.push(event(LINES + 1, 2));
    });
    add("dropped too early", &|lines| {
        let hash = "0".repeat(64);
        lines.push(format!("{{\"dropped\":{},\"hash\":\"{hash}\"}}", LINES + 1));
    });
    add("a line of something else", &|lines| {
        lines.insert(9, "{}".to_owned())
    });
    add("an empty line", &|lines| lines.push(String::new()));
    mutants
}
