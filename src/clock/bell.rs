//! A bell: wakes a branch before its time is over, since what it waits for is there.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{Clock, Key, Kind, Sleep, lock};

/// Wakes the one branch that sleeps by it. Rung while nobody sleeps, it is remembered until [`Bell::listen`].
#[derive(Clone, Default)]
pub struct Bell(Arc<State>);

#[derive(Default)]
struct State {
    rung: Mutex<Rung>,
    /// For the real clock.
    notify: Notify,
}

#[derive(Default)]
struct Rung {
    rung: bool,
    /// Who sleeps by it on a virtual clock.
    asleep: Option<(Clock, Key)>,
}

impl Bell {
    /// Wakes the sleeper. On a virtual clock it counts as running from here on, so that the clock can't move past the
    /// instant at which the bell rang.
    pub fn ring(&self) {
        let mut rung = self.lock();
        rung.rung = true;
        if let Some((clock, key)) = rung.asleep.take() {
            clock.wake(key);
        }
        self.0.notify.notify_one();
    }

    /// Forgets that it was rung: what was there until now has been looked at.
    pub fn listen(&self) {
        self.lock().rung = false;
    }

    /// Whether it is the same bell.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.0.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bell({})", self.lock().rung)
    }
}

impl Clock {
    /// Blocks the calling branch until `deadline`, or until the bell rings: then it is true. Safe to cancel.
    pub async fn sleep_by(&self, bell: &Bell, deadline: Timestamp) -> bool {
        let left = Duration::try_from(deadline.duration_since(self.now())).unwrap_or_default();
        if !self.is_virtual() {
            return tokio::select! {
                biased;
                () = bell.0.notify.notified() => true,
                () = tokio::time::sleep(left) => false,
            };
        }
        let sleep = {
            let mut rung = bell.lock();
            if rung.rung {
                return true;
            }
            let sleep = Sleep::start(self, left);
            rung.asleep = Some((self.clone(), sleep.key));
            sleep
        };
        sleep.wait().await;
        let mut rung = bell.lock();
        rung.asleep = None;
        rung.rung
    }

    /// Wakes one sleeper, unless it is awake.
    fn wake(&self, key: Key) {
        if let Kind::Virtual(timeline) = &*self.0 {
            let mut timeline = lock(timeline);
            if let Some(sleeper) = timeline.sleepers.remove(&key) {
                timeline.running += 1;
                let _ = sleeper.send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::clock::VIRTUAL_START;

    fn after(seconds: i64) -> Timestamp {
        VIRTUAL_START + jiff::SignedDuration::from_secs(seconds)
    }

    #[tokio::test]
    async fn a_bell_wakes_at_the_instant_at_which_it_rings() {
        let clock = Clock::virtual_from_start();
        let bell = Bell::default();
        let delivery = clock.branch();
        let sleep = clock.sleep_by(&bell, after(60));
        tokio::pin!(sleep);
        assert!(sleep.as_mut().now_or_never().is_none());
        bell.ring();
        // The delivery is over before the sleeper had its turn: the clock still stands.
        drop(delivery);
        assert_eq!(clock.now(), VIRTUAL_START);
        assert!(sleep.await);
        assert_eq!(clock.now(), VIRTUAL_START);
    }

    #[tokio::test]
    async fn without_a_bell_the_deadline_comes() {
        let clock = Clock::virtual_from_start();
        let bell = Bell::default();
        assert!(!clock.sleep_by(&bell, after(60)).await);
        assert_eq!(clock.now(), after(60));
        bell.ring();
        assert!(clock.sleep_by(&bell, after(90)).await);
        bell.listen();
        assert!(!clock.sleep_by(&bell, after(90)).await);
        assert_eq!(clock.now(), after(90));
    }

    #[tokio::test]
    async fn a_bell_rings_on_the_real_clock_too() {
        let clock = Clock::real(|| VIRTUAL_START);
        let bell = Bell::default();
        bell.ring();
        assert!(clock.sleep_by(&bell, after(3600)).await);
        assert!(!clock.sleep_by(&bell, after(0)).await);
    }
}
