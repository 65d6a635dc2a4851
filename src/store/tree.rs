//! The tree over the lines of the audit trail, as RFC 6962 has it: what is known of all lines in 32 bytes. Of
//! the tree only the peaks are kept, the roots of its whole subtrees: as many as there are bits in its size.

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What tells a leaf from a node (RFC 6962, section 2.1).
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The hash of a line: of its bytes, without what ends it.
pub fn leaf_hash(line: &[u8]) -> Hash {
    hash(LEAF, &[line])
}

/// All lines so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// The largest first.
    peaks: Vec<Hash>,
}

impl Tree {
    /// One of this size with these peaks, the largest first; none where there can't be so many.
    pub fn of_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Adds a line, of which this is the hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut peak = leaf;
        // Where two are of one size, they become one.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("as many as there are bits");
            peak = hash(NODE, &[&left, &peak]);
        }
        self.peaks.push(peak);
        self.size += 1;
    }

    /// How many lines there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the whole subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// What stands for all of them; without a line, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else {
            return finish(Context::new(&SHA256));
        };
        peaks.fold(*smallest, |right, left| hash(NODE, &[left, &right]))
    }
}

fn hash(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    parts.iter().for_each(|part| context.update(part));
    finish(context)
}

fn finish(context: Context) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    /// The leaves and roots that the reference implementation of RFC 6962 is tested with
    /// (`certificate-transparency-go`, `merkletree`).
    #[test]
    fn its_roots_are_those_of_the_reference() {
        let lines = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree.root().to_vec(), hex(nothing));
        for (line, root) in lines.iter().zip(roots) {
            tree.push(leaf_hash(&hex(line)));
            assert_eq!(tree.root().to_vec(), hex(root), "{}", tree.size());
        }
    }

    #[test]
    fn it_goes_on_from_its_peaks() {
        let mut tree = Tree::default();
        for number in 0_u64..100 {
            let read = Tree::of_peaks(tree.size(), tree.peaks().to_vec());
            assert_eq!(read.as_ref(), Some(&tree));
            tree.push(leaf_hash(&number.to_be_bytes()));
            assert_eq!(Tree::of_peaks(tree.size(), Vec::new()), None);
        }
    }
}
