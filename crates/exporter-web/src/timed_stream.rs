//! The stream of one connection, which fails once the client has taken longer than its
//! [`Activity`] allows. Why is counted, once.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::deadlines::{Activity, Timeouts};
use crate::stats::{ConnectionStats, Refused};

/// The last bytes that were read.
#[derive(Debug, Default)]
struct End([u8; 3]);

impl End {
    fn push(&mut self, bytes: &[u8]) {
        for byte in &bytes[bytes.len().saturating_sub(self.0.len())..] {
            self.0.rotate_left(1);
            self.0[2] = *byte;
        }
    }

    /// So a head ends, with or without a carriage return.
    fn is_empty_line(&self) -> bool {
        self.0 == *b"\n\r\n" || self.0.ends_with(b"\n\n")
    }
}

/// A stream that fails once the client has taken too long, or once a write took too long below.
#[derive(Debug)]
pub(super) struct TimedStream<S> {
    stream: S,
    activity: Arc<Activity>,
    /// Where to count; none once that is done.
    stats: Option<ConnectionStats>,
    end: End,
    timer: Pin<Box<Sleep>>,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>, stats: ConnectionStats) -> Self {
        let timer = Box::pin(sleep_until(Instant::now() + activity.timeouts.head));
        Self {
            stream,
            activity,
            stats: Some(stats),
            end: End::default(),
            timer,
        }
    }

    /// Counts why this connection ends.
    fn refuse(&mut self, reason: Option<Refused>) {
        if let Some(stats) = self.stats.take()
            && let Some(reason) = reason
        {
            stats.refuse(reason);
        }
    }

    /// Ready, with an error, once the client has taken too long.
    fn poll_overdue<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        loop {
            let deadline = self.activity.deadline();
            let now = Instant::now();
            if let Some(deadline) = deadline.filter(|deadline| deadline.at <= now) {
                self.refuse(deadline.fault);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            // While an answer is under way, look again later: on HTTP/2 it ends in another task.
            let Timeouts { idle, part, .. } = self.activity.timeouts;
            let wake = deadline.map_or(now + idle.min(part), |deadline| deadline.at);
            // A timer that is early costs one look; moving it at each request would cost more.
            if self.timer.is_elapsed() || wake < self.timer.deadline() {
                self.timer.as_mut().reset(wake);
            }
            ready!(self.timer.as_mut().poll(cx));
        }
    }

    /// What comes of a write: it is not waited for longer than the client has.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_pending() {
            return self.poll_overdue(cx);
        }
        if let Poll::Ready(Err(error)) = &result
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.refuse(Some(Refused::SlowReader));
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Poll::Ready(result) = Pin::new(&mut self.stream).poll_read(cx, buffer) else {
            return self.poll_overdue(cx);
        };
        let new = &buffer.filled()[before..];
        if !new.is_empty() {
            self.end.push(new);
            self.activity.bytes_arrived(self.end.is_empty_line());
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
