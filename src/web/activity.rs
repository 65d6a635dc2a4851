//! How long a client may take. An [`Activity`] knows what one connection is doing; [`Watched`] is
//! its stream, and fails reads once that has taken too long. Whoever is being answered is never
//! cut off here: that the client reads is watched where its socket is written.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the head of a request, from its first byte; for the first one, from the beginning.
    pub(super) head: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Nothing was asked yet.
    Greeting(Instant),
    /// Everything that was asked is answered.
    Idle(Instant),
    /// A further request has begun to arrive.
    Head(Instant),
    /// So many requests are being answered.
    Answering(u32),
}

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    phase: Mutex<Phase>,
    patience: Patience,
    /// On HTTP/2 a byte between two requests need not be the beginning of one: it may be a ping.
    multiplexed: bool,
}

impl Activity {
    pub(super) fn new(patience: Patience, multiplexed: bool) -> Arc<Self> {
        Arc::new(Self {
            phase: Mutex::new(Phase::Greeting(Instant::now())),
            patience,
            multiplexed,
        })
    }

    /// Whether the client has not asked for anything yet.
    pub(super) fn nothing_asked(&self) -> bool {
        matches!(*self.phase(), Phase::Greeting(_))
    }

    /// A request is being answered until what this returns is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        let mut phase = self.phase();
        *phase = match *phase {
            Phase::Answering(requests) => Phase::Answering(requests.saturating_add(1)),
            _ => Phase::Answering(1),
        };
        Answering(self.clone())
    }

    fn answered(&self) {
        let mut phase = self.phase();
        *phase = match *phase {
            Phase::Answering(requests) if requests > 1 => Phase::Answering(requests - 1),
            _ => Phase::Idle(Instant::now()),
        };
    }

    fn bytes_arrived(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Idle(_)) && !self.multiplexed {
            *phase = Phase::Head(Instant::now());
        }
    }

    /// Until when the client may be silent; none while it is waiting for us.
    fn deadline(&self) -> Option<Instant> {
        match *self.phase() {
            Phase::Greeting(since) | Phase::Head(since) => Some(since + self.patience.head),
            Phase::Idle(since) => Some(since + self.patience.idle),
            Phase::Answering(_) => None,
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// A stream whose reads fail once the client has taken too long.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
    timer: Pin<Box<Sleep>>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        let timer = Box::pin(sleep_until(Instant::now() + activity.patience.head));
        Self {
            stream,
            activity,
            timer,
        }
    }

    /// Ready once the client has been silent for too long.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let deadline = self.activity.deadline();
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(());
            }
            // While an answer is under way, look again later: on HTTP/2 it ends in another task.
            let wake = deadline.unwrap_or(now + self.activity.patience.idle);
            // A timer that is early costs one look; moving it at each request would cost more.
            if self.timer.is_elapsed() || wake < self.timer.deadline() {
                self.timer.as_mut().reset(wake);
            }
            ready!(self.timer.as_mut().poll(cx));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.activity.bytes_arrived();
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(self.poll_overdue(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
