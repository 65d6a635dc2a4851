//! Names of hosts, each looked up once at a time: the system's look-up keeps a thread until it ends,
//! and all organisations ask the same few hosts.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How one name is looked up.
type LookUp = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
/// What everybody gets who asks meanwhile. An [`io::Error`] can't be copied, its words can.
type Lookup = Shared<BoxFuture<'static, Result<Vec<SocketAddr>, String>>>;

/// The system's resolver, for all organisations together.
#[derive(Clone)]
pub(super) struct Resolver {
    look_up: LookUp,
    under_way: Arc<Mutex<HashMap<String, Lookup>>>,
}

impl Resolver {
    pub(super) fn system() -> Self {
        Self::new(|host| {
            let addresses = async move { tokio::net::lookup_host((host, 0)).await };
            addresses.map(|found| found.map(Iterator::collect)).boxed()
        })
    }

    fn new(look_up: LookUp) -> Self {
        Self {
            look_up,
            under_way: Arc::default(),
        }
    }

    /// The look-up that is under way, or a new one. It goes on when those who wait have gone, so that
    /// nobody begins another beside it.
    fn answer(&self, host: &str) -> Lookup {
        let mut under_way = self.under_way();
        if let Some(answer) = under_way.get(host) {
            return answer.clone();
        }
        let (resolver, name) = (self.clone(), host.to_owned());
        let task = tokio::spawn(async move {
            let found = (resolver.look_up)(name.clone()).await;
            resolver.under_way().remove(&name);
            found.map_err(|error| error.to_string())
        });
        let answer = task
            .map(|ended| ended.unwrap_or_else(|crash| Err(crash.to_string())))
            .boxed()
            .shared();
        under_way.insert(host.to_owned(), answer.clone());
        answer
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, Lookup>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = self.answer(name.as_str());
        Box::pin(async move {
            let addresses: Addrs = Box::new(answer.await?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_name_is_looked_up_once_at_a_time_even_if_nobody_waits() {
        static LOOK_UPS: AtomicU32 = AtomicU32::new(0);
        let resolver = Resolver::new(|_| {
            async {
                LOOK_UPS.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(20)).await;
                Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))])
            }
            .boxed()
        });
        for _ in 0..3 {
            let waiting = tokio::time::timeout(Duration::from_secs(5), resolver.answer("a"));
            assert!(waiting.await.is_err());
        }
        let (one, other) = tokio::join!(resolver.answer("a"), resolver.answer("a"));
        assert_eq!(one.unwrap(), other.unwrap());
        assert_eq!(LOOK_UPS.load(Ordering::Relaxed), 1);
        assert!(resolver.answer("a").await.is_ok());
        assert_eq!(LOOK_UPS.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_is_not_remembered() {
        let resolver = Resolver::new(|_| async { Err(io::Error::other("no such host")) }.boxed());
        for _ in 0..2 {
            let failure = resolver.answer("a").await;
            assert_eq!(failure, Err("no such host".to_owned()));
        }
    }
}
