//! A queue for work of which a few may run at once. The peers take turns, however many of one
//! peer's wait. When the queue is full, the peer with the most waiting loses its newest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::peer::Peer;

/// The queue.
pub(super) struct FairQueue {
    state: Mutex<State>,
    at_once: usize,
    waiting: usize,
}

#[derive(Default)]
struct State {
    running: usize,
    /// Those that wait, by peer; the first peer is next. No peer has none.
    peers: VecDeque<(Peer, VecDeque<oneshot::Sender<Turn>>)>,
}

/// The right to run, until it is dropped.
pub(super) struct Turn(Option<Arc<FairQueue>>);

impl FairQueue {
    /// `at_once` may run, and `waiting` more may wait for that.
    pub(super) fn new(at_once: usize, waiting: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            at_once,
            waiting,
        })
    }

    /// The next turn of `peer`; none where too many are waiting.
    pub(super) async fn turn(self: &Arc<Self>, peer: Peer) -> Option<Turn> {
        let turn = {
            let mut state = self.state();
            if state.running < self.at_once {
                state.running += 1;
                return Some(Turn(Some(self.clone())));
            }
            if state.count() >= self.waiting {
                state.forget_those_who_left();
            }
            if state.count() >= self.waiting && !state.drop_for(peer) {
                return None;
            }
            state.push(peer)
        };
        turn.await.ok()
    }

    /// Hands a turn that has ended to the next one.
    fn pass_on(self: Arc<Self>) {
        let mut turn = Turn(Some(self.clone()));
        loop {
            let next = {
                let mut state = self.state();
                let next = state.pop();
                if next.is_none() {
                    state.running -= 1;
                    turn.0 = None;
                }
                next
            };
            match next.map(|next| next.send(turn)) {
                None | Some(Ok(())) => return,
                // That one has left; the turn comes back.
                Some(Err(back)) => turn = back,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&self) -> usize {
        self.peers.iter().map(|(_, waiting)| waiting.len()).sum()
    }

    fn waiting_of(&mut self, peer: Peer) -> Option<&mut VecDeque<oneshot::Sender<Turn>>> {
        let mut peers = self.peers.iter_mut();
        peers
            .find(|(other, _)| *other == peer)
            .map(|(_, waiting)| waiting)
    }

    fn push(&mut self, peer: Peer) -> oneshot::Receiver<Turn> {
        let (sender, receiver) = oneshot::channel();
        match self.waiting_of(peer) {
            Some(waiting) => waiting.push_back(sender),
            None => self.peers.push_back((peer, VecDeque::from([sender]))),
        }
        receiver
    }

    fn pop(&mut self) -> Option<oneshot::Sender<Turn>> {
        let (peer, mut waiting) = self.peers.pop_front()?;
        let next = waiting.pop_front();
        if !waiting.is_empty() {
            self.peers.push_back((peer, waiting));
        }
        next
    }

    fn forget_those_who_left(&mut self) {
        self.peers.retain_mut(|(_, waiting)| {
            waiting.retain(|sender| !sender.is_closed());
            !waiting.is_empty()
        });
    }

    /// Drops the newest of the peer that has the most waiting, if that has more than `peer` has
    /// with one more; whether it has.
    fn drop_for(&mut self, peer: Peer) -> bool {
        let own = self.waiting_of(peer).map_or(0, |waiting| waiting.len());
        let peers = self.peers.iter_mut().map(|(_, waiting)| waiting);
        let Some(most) = peers.max_by_key(|waiting| waiting.len()) else {
            return false;
        };
        if most.len() <= own + 1 {
            return false;
        }
        most.pop_back();
        true
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use futures_util::FutureExt;

    use super::*;

    fn peer(number: u8) -> Peer {
        Peer::from(SocketAddr::from(([192, 0, 2, number], 1)))
    }

    #[test]
    fn the_peers_take_turns_however_many_wait() {
        let queue = FairQueue::new(1, 10);
        let mut running = queue.turn(peer(1)).now_or_never().unwrap();
        let mut waiting: Vec<_> = [1, 1, 1, 2, 1, 3, 2]
            .map(|number| (number, Box::pin(queue.turn(peer(number)))))
            .into();
        for (_, turn) in &mut waiting {
            assert!(turn.now_or_never().is_none());
        }
        let mut order = Vec::new();
        while !waiting.is_empty() {
            drop(running.take());
            let next = waiting.iter_mut().enumerate().find_map(|(at, (_, turn))| {
                let turn = turn.now_or_never()?;
                running = turn;
                Some(at)
            });
            order.push(waiting.remove(next.unwrap()).0);
        }
        assert_eq!(order, [1, 2, 3, 1, 2, 1, 1]);
        drop(running);
        assert_eq!(queue.state().running, 0);
    }

    #[test]
    fn a_full_queue_drops_the_newest_of_the_peer_with_the_most() {
        let queue = FairQueue::new(1, 3);
        let running = queue.turn(peer(1)).now_or_never().unwrap();
        let mut many: Vec<_> = (0..3).map(|_| Box::pin(queue.turn(peer(1)))).collect();
        for turn in &mut many {
            assert!(turn.now_or_never().is_none());
        }
        // One more of the same is refused, one of another peer takes the place of the newest.
        assert!(queue.turn(peer(1)).now_or_never().unwrap().is_none());
        let mut other = Box::pin(queue.turn(peer(2)));
        assert!((&mut other).now_or_never().is_none());
        assert!(many.pop().unwrap().now_or_never().unwrap().is_none());
        // Two against one: nobody has more than a fair share.
        assert!(queue.turn(peer(2)).now_or_never().unwrap().is_none());
        drop(running);
        assert!((&mut many[0]).now_or_never().is_some());
    }

    #[test]
    fn those_who_leave_keep_no_place_and_no_turn() {
        let queue = FairQueue::new(1, 2);
        let running = queue.turn(peer(1)).now_or_never().unwrap();
        for _ in 0..5 {
            let mut leaving = Box::pin(queue.turn(peer(1)));
            assert!((&mut leaving).now_or_never().is_none());
        }
        let mut staying = Box::pin(queue.turn(peer(1)));
        assert!((&mut staying).now_or_never().is_none());
        drop(running);
        let turn = staying.now_or_never().unwrap().unwrap();
        // One that was given a turn and left before it saw it.
        let mut unlucky = Box::pin(queue.turn(peer(1)));
        assert!((&mut unlucky).now_or_never().is_none());
        drop(turn);
        drop(unlucky);
        assert_eq!(queue.state().running, 0);
    }
}
