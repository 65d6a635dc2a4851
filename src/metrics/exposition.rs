//! What `/metrics` answers. A rendering is kept until something that it shows changes: a poll, a
//! reload, an expiry, a window that a share enters, a picture that grows too old; or for a second,
//! for the counters of requests and of the process. So a scrape does no I/O, waits for nobody, and
//! is as cheap as a copy when scrapes come often.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus::{Encoder, Registry, TextEncoder};

use super::pictures::Pictures;
use crate::share::UnixMillis;

/// How long a rendering is kept at most.
const KEEP: Duration = Duration::from_secs(1);

/// The metrics as text.
pub struct Exposition {
    registry: Registry,
    pictures: Pictures,
    kept: ArcSwapOption<Kept>,
}

/// One rendering.
#[derive(Debug)]
pub struct Rendered {
    text: Bytes,
    gzip: OnceLock<Bytes>,
}

/// A rendering and what it holds for: these pictures, from this moment until that.
struct Kept {
    rendered: Arc<Rendered>,
    version: u64,
    from: UnixMillis,
    until: UnixMillis,
}

impl fmt::Debug for Exposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exposition")
    }
}

impl Exposition {
    pub(super) fn new(registry: Registry, pictures: Pictures) -> Self {
        Self {
            registry,
            pictures,
            kept: ArcSwapOption::empty(),
        }
    }

    /// What there is to say now.
    pub fn render(&self) -> Arc<Rendered> {
        let now = self.pictures.clock.now();
        // Read before the pictures are: what changes from here on makes the rendering stale.
        let version = self.pictures.fleet.version();
        if let Some(kept) = self.kept.load().as_deref()
            && kept.version == version
            && (kept.from..kept.until).contains(&now)
        {
            return kept.rendered.clone();
        }
        let rendered = Arc::new(Rendered {
            text: self.encode(),
            gzip: OnceLock::new(),
        });
        let change = self.pictures.fleet.load().next_change(now);
        let until = change
            .into_iter()
            .chain([now.after(KEEP)])
            .min()
            .unwrap_or(now);
        let kept = Kept {
            rendered: rendered.clone(),
            version,
            from: now,
            until,
        };
        self.kept.store(Some(Arc::new(kept)));
        rendered
    }

    /// Forgets the kept rendering: something changed that the pictures don't tell.
    pub(super) fn forget(&self) {
        self.kept.store(None);
    }

    fn encode(&self) -> Bytes {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .expect("every family has a name and series, and memory takes all that is written");
        text.into()
    }
}

impl Rendered {
    /// The text format, version 0.0.4.
    pub fn text(&self) -> Bytes {
        self.text.clone()
    }

    /// The same, compressed; made once, when it is first asked for.
    pub fn gzip(&self) -> Bytes {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder
                .write_all(&self.text)
                .and_then(|()| encoder.finish())
                .expect("memory takes all that is written")
                .into()
        };
        self.gzip.get_or_init(compress).clone()
    }
}
