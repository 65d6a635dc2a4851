//! Which part of the organisations is watched, where several exporters share them. Each organisation has
//! its place by rendezvous hashing: with one exporter more, it takes some from each of the others, and no
//! other organisation moves.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

/// A part of the organisations: number `index` of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    index: u32,
    count: u32,
}

impl Shard {
    /// All organisations.
    pub const WHOLE: Self = Self { index: 0, count: 1 };
    /// The most parts: more exporters than anybody needs.
    pub const MOST: u32 = 1_000;

    /// Which part, from 0.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// How many parts there are.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Whether there are others.
    pub const fn is_part(self) -> bool {
        self.count > 1
    }

    /// Reads `0/4`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let parts = text.trim().split_once('/');
        let numbers = parts.and_then(|(index, count)| Some((number(index)?, number(count)?)));
        match numbers {
            Some((index, count)) if index < count && count <= Self::MOST => {
                Ok(Self { index, count })
            }
            _ => Err(format!(
                "expected INDEX/COUNT with COUNT, the number of exporters, from 1 to {}, and INDEX from 0 \
                 to COUNT - 1",
                Self::MOST
            )),
        }
    }

    /// Whether an organisation of this name or uuid is in it.
    pub fn holds(self, identity: &str) -> bool {
        let hash = digest(&SHA256, identity.as_bytes());
        let first = hash.as_ref().first_chunk().expect("it has 32 bytes");
        let seed = u64::from_be_bytes(*first);
        let weight = |index: &u32| mixed(seed ^ mixed(u64::from(*index)));
        (0..self.count).max_by_key(weight) == Some(self.index)
    }
}

/// Each bit of the result depends on each bit of `number`: the finaliser of `SplitMix64`
/// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The part that holds it.
    fn place(identity: &str, count: u32) -> u32 {
        let holds = |index: &u32| {
            Shard {
                index: *index,
                count,
            }
            .holds(identity)
        };
        let places: Vec<_> = (0..count).filter(holds).collect();
        assert_eq!(places.len(), 1, "{identity} of {count}");
        places[0]
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for good in ["0/1", "3/4", " 0/4 ", "999/1000"] {
            assert_eq!(Shard::parse(good).unwrap().to_string(), good.trim());
        }
        for bad in [
            "9/8", "8/8", "-1/4", "+1/4", "0/0", "1", "1/", "/4", "a/b", "0/1001", "0 / 4", "",
        ] {
            let error = Shard::parse(bad).unwrap_err();
            assert!(error.starts_with("expected INDEX/COUNT"), "{bad}");
        }
    }

    #[test]
    fn parts_are_about_equal() {
        for count in [2, 3, 8] {
            let mut held = vec![0u32; count as usize];
            (0..8_000).for_each(|i| held[place(&format!("org-{i}"), count) as usize] += 1);
            let fair = 8_000 / count;
            assert!(
                held.iter().all(|held| held.abs_diff(fair) < fair / 10),
                "{held:?}"
            );
        }
    }

    /// What a version has placed, the next one must not move: pictures and alerts would go with it.
    #[test]
    fn places_are_the_same_in_each_version() {
        let places: Vec<_> = ["acme", "globex", "AAAAAAAAAAAAAAAAAAAAAQ", "Schule Süd"]
            .map(|identity| place(identity, 8))
            .into();
        assert_eq!(places, [3, 7, 6, 7]);
    }

    proptest! {
        #[test]
        fn one_more_part_takes_and_moves_nothing_else(identity in ".{0,40}", count in 1u32..20) {
            let (before, after) = (place(&identity, count), place(&identity, count + 1));
            prop_assert!(after == before || after == count);
        }
    }
}
