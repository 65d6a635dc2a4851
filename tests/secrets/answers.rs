//! What was answered: its status, its headers and its bytes, as one text that can be searched.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.unwrap().into(),
    }
}

impl Answer {
    /// The body, expanded where it is compressed.
    pub(crate) fn text(&self) -> String {
        let is_gzip = (self.headers.get(CONTENT_ENCODING)).is_some_and(|it| it == "gzip");
        let mut text = Vec::new();
        match is_gzip {
            true => GzDecoder::new(&*self.body).read_to_end(&mut text).unwrap(),
            false => self.body.as_slice().read_to_end(&mut text).unwrap(),
        };
        String::from_utf8(text).unwrap()
    }

    /// The headers and the body.
    pub(crate) fn all(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            format!("{name}: {value}\n")
        });
        format!("{}\n{}", headers.collect::<String>(), self.text())
    }
}
