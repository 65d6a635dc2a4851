//! The file of the key that signs checkpoints: PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` writes it. It
//! is made where there is none, and one that is there is never changed, whatever it holds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use exporter_web::regular_file::{self, Unreadable};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::signature::{Signer, VerifierKey, VerifierKeyError};

/// Room for a key with what people write around it.
const MAX_BYTES: usize = 64 << 10;
/// Whoever else may read a file, by its mode.
const OTHERS_MAY_READ: u32 = 0o044;

/// A key that is ready to sign.
#[derive(Debug)]
pub struct KeyFile {
    /// The key.
    pub signer: Signer,
    /// Whether there was none, and this one was made.
    pub is_new: bool,
    /// Whether the file's group or everyone may read it, which is worth a warning.
    pub others_may_read: bool,
}

/// Why there is no key. Nothing that was there has changed then, and no message holds what a file holds.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read.
    #[error(
        "cannot read the key file {}: {why}; expected a file that this user may read, or none, so that a key is made",
        path.display()
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It is something else than a key.
    #[error(
        "the key file {} {found}; expected an Ed25519 key in PEM (PKCS#8, without a passphrase), as `openssl genpkey \
         -algorithm ed25519` writes it. It is left as it is: name another file, or move this one away to have a key \
         made",
        path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// It can't be written.
    #[error(
        "cannot write {}: {why}; expected a directory with free space that this user may write to", path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The system gives no key.
    #[error("cannot make a key for {}: the system gives no random numbers", path.display())]
    Random {
        /// The file.
        path: PathBuf,
    },
    /// It can't be called so.
    #[error(transparent)]
    Name(#[from] VerifierKeyError),
}

impl KeyFile {
    /// Reads the key of a file, which is made where there is none: readable by its owner only, and whole or not at
    /// all. `name` is what the key is called, the origin of what it signs.
    ///
    /// # Errors
    /// When the file can't be read or made, holds no such key, or a key can't be called so.
    pub fn load_or_make(path: &Path, name: &str) -> Result<Self, KeyFileError> {
        if let Some(pair) = load(path)? {
            let mode = path.metadata().map(|it| it.permissions().mode());
            return Ok(Self {
                signer: Signer::new(name, pair)?,
                is_new: false,
                others_may_read: mode.is_ok_and(|mode| mode & OTHERS_MAY_READ != 0),
            });
        }
        let no_key = |_| KeyFileError::Random {
            path: path.to_owned(),
        };
        let pair = Ed25519KeyPair::generate().map_err(no_key)?;
        let der = pair.to_pkcs8v1().map_err(no_key)?;
        // The name is checked before anything is written.
        let signer = Signer::new(name, pair)?;
        let text = pem(der.as_ref());
        write(path, &text, 0o600, |new| fs::hard_link(new, path))?;
        Ok(Self {
            signer,
            is_new: true,
            others_may_read: false,
        })
    }
}

/// Writes the public key to a file, for those who verify. One that holds the same is left as it is; another is
/// replaced.
///
/// # Errors
/// When it can't be written. Then it is as it was.
pub fn write_public_key(path: &Path, key: &VerifierKey) -> Result<(), KeyFileError> {
    let text = format!("{key}\n");
    if regular_file::read(path, MAX_BYTES).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    write(path, &text, 0o644, |new| fs::rename(new, path))
}

/// The key of a file; none where there is no file.
fn load(path: &Path) -> Result<Option<Ed25519KeyPair>, KeyFileError> {
    let content = |found| KeyFileError::Content {
        path: path.to_owned(),
        found,
    };
    let text = match regular_file::read(path, MAX_BYTES) {
        Ok(text) if text.len() > MAX_BYTES => return Err(content("is longer than 64 KiB")),
        Ok(text) => text,
        Err(Unreadable::NotAFile) => return Err(content("is no regular file")),
        Err(Unreadable::Io(why)) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(Unreadable::Io(why)) => {
            let path = path.to_owned();
            return Err(KeyFileError::Read { path, why });
        }
    };
    // What the parsers say may quote the text.
    let der = PrivatePkcs8KeyDer::from_pem_slice(&text)
        .map_err(|_| content("holds no private key that can be read"))?;
    let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der())
        .map_err(|_| content("holds a private key of another kind, or a damaged one"))?;
    Ok(Some(pair))
}

fn pem(der: &[u8]) -> String {
    // A key is so short that it is one line, of at most 64 characters.
    let line = BASE64_STANDARD.encode(der);
    format!("-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n")
}

/// Writes a file beside it, which `put` puts in its place when it is on the disk.
fn write(
    path: &Path,
    text: &str,
    mode: u32,
    put: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), KeyFileError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    // What a start that was cut short has left is nobody's key.
    let _ = fs::remove_file(&new);
    let written = create(&new, text, mode)
        .and_then(|()| put(&new))
        .and_then(|()| {
            let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
            File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
        });
    let _ = fs::remove_file(&new);
    written.map_err(|why| KeyFileError::Write {
        path: path.to_owned(),
        why,
    })
}

fn create(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "rhombus-share-exporter/6f1f0b0c5a7e4d21";
    /// The example of RFC 8410, section 10.3.
    const SHORT: &str = "-----BEGIN PRIVATE KEY-----\n\
                         MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                         -----END PRIVATE KEY-----\n";
    /// Its public key, as section 10.1 has it.
    const PUBLIC: &str = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

    fn refusal(path: &Path) -> String {
        let error = KeyFile::load_or_make(path, NAME).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "PATH")
    }

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.key");
        fs::write(directory.path().join("audit.key.new"), "cut short").unwrap();
        let made = KeyFile::load_or_make(&path, NAME).unwrap();
        assert!(made.is_new && !made.others_may_read);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read(&path).unwrap();
        let read = KeyFile::load_or_make(&path, NAME).unwrap();
        assert!(!read.is_new && !read.others_may_read);
        assert_eq!(read.signer.verifier(), made.signer.verifier());
        assert_eq!(fs::read(&path).unwrap(), text);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(KeyFile::load_or_make(&path, NAME).unwrap().others_may_read);
        let shown = format!("{read:?}");
        let secret = std::str::from_utf8(&text).unwrap().lines().nth(1).unwrap();
        assert!(!shown.contains(&secret[22..]), "{shown}");
    }

    #[test]
    fn keys_of_others_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let pair = Ed25519KeyPair::generate().unwrap();
        let (v1, v2) = (pair.to_pkcs8v1().unwrap(), pair.to_pkcs8().unwrap());
        let texts = [pem(v1.as_ref()), pem(v2.as_ref())];
        let keys = texts.map(|text| {
            fs::write(&path, text).unwrap();
            let read = KeyFile::load_or_make(&path, NAME).unwrap();
            read.signer.verifier().clone()
        });
        assert_eq!(keys[0], keys[1]);
        fs::write(&path, format!("a key\n{SHORT}")).unwrap();
        let read = KeyFile::load_or_make(&path, NAME).unwrap();
        let verifier = read.signer.verifier().to_string();
        let key = BASE64_STANDARD.decode(verifier.splitn(3, '+').last().unwrap());
        assert_eq!(BASE64_STANDARD.encode(&key.unwrap()[1..]), PUBLIC);
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.key");
        let rest = "; expected an Ed25519 key in PEM (PKCS#8, without a passphrase), as `openssl genpkey -algorithm \
                    ed25519` writes it. It is left as it is: name another file, or move this one away to have a \
                    key made";
        let unreadable = "holds no private key that can be read";
        let other = "holds a private key of another kind, or a damaged one";
        let ec = rcgen::KeyPair::generate().unwrap().serialize_pem();
        for (text, found) in [
            (String::new(), unreadable),
            ("s3cret\n".to_owned(), unreadable),
            (SHORT.replace("PRIVATE", "ENCRYPTED PRIVATE"), unreadable),
            (SHORT.replace("PRIVATE", "PUBLIC"), unreadable),
            (SHORT[..SHORT.len() - 10].to_owned(), unreadable),
            (SHORT.replace("MC4C", "MC5C"), other),
            (ec, other),
            (" ".repeat(MAX_BYTES + 1), "is longer than 64 KiB"),
        ] {
            fs::write(&path, &text).unwrap();
            assert_eq!(refusal(&path), format!("the key file PATH {found}{rest}"));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let found = refusal(directory.path());
        assert_eq!(found, format!("the key file PATH is no regular file{rest}"));
    }

    #[test]
    fn nothing_is_made_where_it_cannot_be() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("none/audit.key");
        assert!(
            refusal(&path).starts_with("cannot write PATH: "),
            "{}",
            refusal(&path)
        );
        let path = directory.path().join("audit.key");
        let error = KeyFile::load_or_make(&path, "a name").unwrap_err();
        assert!(matches!(error, KeyFileError::Name(VerifierKeyError::Name)));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        // A name that leads nowhere is somebody's.
        std::os::unix::fs::symlink("elsewhere", &path).unwrap();
        assert!(refusal(&path).starts_with("cannot write PATH: "));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }

    #[test]
    fn the_public_key_is_written_for_those_who_verify() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.pub");
        for number in 1..=2 {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
            let signer = Signer::new(NAME, pair).unwrap();
            write_public_key(&path, signer.verifier()).unwrap();
            write_public_key(&path, signer.verifier()).unwrap();
            let read = fs::read_to_string(&path).unwrap();
            assert_eq!(read, format!("{}\n", signer.verifier()));
            assert_eq!(read.parse().as_ref(), Ok(signer.verifier()));
        }
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }
}
