//! What the system says that a process has used.

use std::fs;
use std::time::Duration;

/// What a process has used.
pub(crate) struct Usage {
    /// On all cores, in user and system mode.
    pub(crate) cpu: Duration,
    /// The most that was ever resident.
    pub(crate) peak_bytes: u64,
    /// What is resident now.
    pub(crate) resident_bytes: u64,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> Self {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("/proc");
        // The second field is a name in parentheses, which may hold anything.
        let fields: Vec<&str> = stat
            .rsplit(") ")
            .next()
            .expect("fields")
            .split(' ')
            .collect();
        let ticks: u64 = fields[11..13]
            .iter()
            .map(|field| field.parse::<u64>().expect("ticks"))
            .sum();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("/proc");
        let bytes = |name| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .expect("a field");
            line.trim()
                .trim_end_matches(" kB")
                .parse::<u64>()
                .expect("a size")
                * 1024
        };
        Self {
            // Linux counts in hundredths of a second wherever this runs.
            cpu: Duration::from_millis(ticks * 10),
            peak_bytes: bytes("VmHWM:"),
            resident_bytes: bytes("VmRSS:"),
        }
    }
}
