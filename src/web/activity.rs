//! How long a client may take. An [`Activity`] knows what one connection is doing; [`Watched`] is
//! its stream, and fails reads once that has taken too long. How long an answer is in the making is
//! ours to know, and never cuts off who waits for it. That the client reads is watched where its
//! socket is written; here only what HTTP/2 lets it refuse before anything is written.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};

use super::server_options::ConnectionStats;
use crate::metrics::Refused;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the head of a request, from its first byte; for the first one, from the beginning.
    pub(super) head: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
    /// On HTTP/2, for taking a part of an answer that is ready.
    pub(super) read: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Nothing was asked yet.
    Greeting(Instant),
    /// Everything that was asked is answered.
    Idle(Instant),
    /// A further request has begun to arrive.
    Head(Instant),
    /// Requests are being answered.
    Answering(Answers),
}

/// The answers that are under way.
#[derive(Clone, Copy, Debug)]
struct Answers {
    requests: u32,
    /// Those of them for which the client waits, and not we for the client.
    in_the_making: u32,
    /// When the newest part of any became ready.
    ready: Instant,
}

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    phase: Mutex<Phase>,
    patience: Patience,
    /// On HTTP/2 a byte between two requests need not be the beginning of one: it may be a ping.
    multiplexed: AtomicBool,
    /// Whether what was read last ends a request; else some of a further one may have come with it.
    is_whole: AtomicBool,
    /// Told when everything that was asked is answered.
    turned: Arc<Notify>,
}

impl Activity {
    /// That of a connection which has just been made.
    pub(super) fn new(patience: Patience, turned: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self {
            phase: Mutex::new(Phase::Greeting(Instant::now())),
            patience,
            multiplexed: AtomicBool::new(false),
            is_whole: AtomicBool::new(true),
            turned,
        })
    }

    /// HTTP is spoken from now on: its version 2 if `multiplexed`.
    pub(super) fn begin(&self, multiplexed: bool) {
        self.multiplexed.store(multiplexed, Ordering::Relaxed);
        *self.phase() = Phase::Greeting(Instant::now());
    }

    /// Whether the client has not asked for anything yet.
    pub(super) fn nothing_asked(&self) -> bool {
        matches!(*self.phase(), Phase::Greeting(_))
    }

    /// Since when the client is being waited for; none while it is waiting for us.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        match *self.phase() {
            Phase::Greeting(since) | Phase::Idle(since) | Phase::Head(since) => Some(since),
            Phase::Answering(_) => None,
        }
    }

    /// What a client that has taken too long is guilty of; nothing where it was only idle.
    fn fault(&self) -> Option<Refused> {
        match *self.phase() {
            Phase::Greeting(_) | Phase::Head(_) => Some(Refused::SlowRequest),
            Phase::Idle(_) => None,
            Phase::Answering(_) => Some(Refused::SlowReader),
        }
    }

    /// A request is being answered until what this returns is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        let mut phase = self.phase();
        let before = match *phase {
            Phase::Answering(answers) => answers,
            _ => Answers {
                requests: 0,
                in_the_making: 0,
                ready: Instant::now(),
            },
        };
        *phase = Phase::Answering(Answers {
            requests: before.requests.saturating_add(1),
            in_the_making: before.in_the_making.saturating_add(1),
            ..before
        });
        Answering {
            activity: self.clone(),
            in_the_making: true,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Answers)) {
        if let Phase::Answering(answers) = &mut *self.phase() {
            change(answers);
        }
    }

    fn answered(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Answering(answers) if answers.requests == 0) {
            let now = Instant::now();
            *phase = if self.is_multiplexed() || self.is_whole.load(Ordering::Relaxed) {
                Phase::Idle(now)
            } else {
                Phase::Head(now)
            };
            self.turned.notify_one();
        }
    }

    fn bytes_arrived(&self, is_whole: bool) {
        self.is_whole.store(is_whole, Ordering::Relaxed);
        let mut phase = self.phase();
        if matches!(*phase, Phase::Idle(_)) && !self.is_multiplexed() {
            *phase = Phase::Head(Instant::now());
        }
    }

    /// Until when the client may be silent; none while it is waiting for us.
    fn deadline(&self) -> Option<Instant> {
        match *self.phase() {
            Phase::Greeting(since) | Phase::Head(since) => Some(since + self.patience.head),
            Phase::Idle(since) => Some(since + self.patience.idle),
            // HTTP/1 has no way to refuse a part but to leave it in the socket.
            Phase::Answering(answers) if answers.in_the_making > 0 || !self.is_multiplexed() => {
                None
            }
            Phase::Answering(answers) => Some(answers.ready + self.patience.read),
        }
    }

    fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Ordering::Relaxed)
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub(super) struct Answering {
    activity: Arc<Activity>,
    in_the_making: bool,
}

impl Answering {
    /// A part of the answer is there: it is the client's turn to take it.
    pub(super) fn ready(&mut self) {
        let was_in_the_making = std::mem::replace(&mut self.in_the_making, false);
        self.activity.change(|answers| {
            answers.in_the_making -= u32::from(was_in_the_making);
            answers.ready = Instant::now();
        });
    }

    /// The client has taken what there was, and waits for more.
    pub(super) fn in_the_making(&mut self) {
        let was_in_the_making = std::mem::replace(&mut self.in_the_making, true);
        self.activity
            .change(|answers| answers.in_the_making += u32::from(!was_in_the_making));
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.activity.change(|answers| {
            answers.requests -= 1;
            answers.in_the_making -= u32::from(self.in_the_making);
        });
        self.activity.answered();
    }
}

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

    /// So a head ends, with or without a carriage return. A body may end otherwise; then its client
    /// is given less time until its next request than others, which it can't tell from being idle.
    fn is_empty_line(&self) -> bool {
        self.0 == *b"\n\r\n" || self.0.ends_with(b"\n\n")
    }
}

/// A stream whose reads fail once the client has taken too long. That is counted, and so is a write
/// that took too long below.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
    /// Where to count; none once that is done.
    stats: Option<ConnectionStats>,
    end: End,
    timer: Pin<Box<Sleep>>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>, stats: ConnectionStats) -> Self {
        let timer = Box::pin(sleep_until(Instant::now() + activity.patience.head));
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

    fn written<T>(&mut self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.refuse(Some(Refused::SlowReader));
        }
        result
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
            let Patience { idle, read, .. } = self.activity.patience;
            let wake = deadline.unwrap_or(now + idle.min(read));
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
                let new = &buffer.filled()[before..];
                if !new.is_empty() {
                    self.end.push(new);
                    self.activity.bytes_arrived(self.end.is_empty_line());
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(self.poll_overdue(cx));
                let fault = self.activity.fault();
                self.refuse(fault);
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
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(result)
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
        self.written(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
