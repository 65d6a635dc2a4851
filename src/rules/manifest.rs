//! The rules as a manifest of the Prometheus operator: the same text, further in.

/// What stands before the groups. `kubectl` says in which namespace it goes.
const TOP: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: rhombus-share-exporter
spec:
";

/// These rules as a `PrometheusRule`.
pub fn manifest(rules: &str) -> String {
    let lines = rules.split_inclusive('\n').map(|line| match line.trim() {
        "" => line.to_owned(),
        _ => format!("  {line}"),
    });
    TOP.to_owned() + &lines.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_stay_empty() {
        assert_eq!(manifest("a:\n\n  b\n"), format!("{TOP}  a:\n\n    b\n"));
    }
}
