//! The body of an answer, handed out in parts, so that the connection knows which of them the
//! client has taken.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::deadlines::Answering;

/// The largest part of an answer: a frame of HTTP/2, as long as its client asks for no larger ones.
const PART_BYTES: usize = 16 * 1024;

/// The body of an answer. Dropping it ends the answer.
pub(super) struct AnswerBody {
    body: Body,
    /// What is left of the last frame of `body`.
    rest: Bytes,
    /// On HTTP/2 hyper asks for a part once all before it can be sent and one byte more. It drops
    /// the body with the last part, of which perhaps only that byte can be sent. So the last byte is
    /// a part of its own: the body is then dropped when all of it can be sent.
    last_byte_apart: bool,
    answering: Answering,
}

impl AnswerBody {
    pub(super) fn new(body: Body, answering: Answering, multiplexed: bool) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            last_byte_apart: multiplexed,
            answering,
        }
    }

    fn next_part(&mut self) -> Bytes {
        let most = match self.rest.len() {
            length if self.last_byte_apart && length > 1 => length - 1,
            length => length,
        };
        self.rest.split_to(most.min(PART_BYTES))
    }
}

impl hyper::body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let Poll::Ready(polled) = Pin::new(&mut self.body).poll_frame(cx) else {
                self.answering.in_the_making();
                return Poll::Pending;
            };
            match polled {
                Some(Ok(frame)) if frame.is_data() => {
                    self.rest = frame.into_data().unwrap_or_default();
                }
                other => {
                    self.answering.part_ready();
                    return Poll::Ready(other);
                }
            }
        }
        self.answering.part_ready();
        Poll::Ready(Some(Ok(Frame::data(self.next_part()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let hint = self.body.size_hint();
        let mut all = SizeHint::new();
        all.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            all.set_upper(upper + rest);
        }
        all
    }
}
