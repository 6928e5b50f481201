//! Time as a scenario sees it: virtual against emulators, real against sandboxes.
//!
//! A virtual clock is a discrete-event clock. It starts at a fixed instant and moves only when every branch of its
//! scenario is blocked on time; then it jumps to the earliest deadline. Input and output take no virtual time.

mod alarm;
mod bell;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

pub use alarm::Alarm;
pub use bell::Bell;

/// The instant at which every virtual clock starts: 2026-01-01T00:00:00Z.
pub const VIRTUAL_START: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// One scenario's clock, or the real one. Clones are handles to the same clock.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    Real(fn() -> Timestamp),
    Virtual(Mutex<Timeline>),
}

struct Timeline {
    now: Timestamp,
    /// Branches that are not blocked on time.
    running: usize,
    sleepers: BTreeMap<Key, oneshot::Sender<()>>,
    alarms: BTreeMap<Key, oneshot::Sender<()>>,
    next_sleeper: u64,
}

/// When something is due, and for those of one instant the order in which they began to wait.
type Key = (Timestamp, u64);

impl Clock {
    /// A clock that tells what `wall` tells and really waits.
    #[must_use]
    pub fn real(wall: fn() -> Timestamp) -> Self {
        Self(Arc::new(Kind::Real(wall)))
    }

    /// A virtual clock at [`VIRTUAL_START`] with one running branch.
    #[must_use]
    pub fn virtual_from_start() -> Self {
        Self::virtual_at(VIRTUAL_START)
    }

    fn virtual_at(now: Timestamp) -> Self {
        Self(Arc::new(Kind::Virtual(Mutex::new(Timeline {
            now,
            running: 1,
            sleepers: BTreeMap::new(),
            alarms: BTreeMap::new(),
            next_sleeper: 0,
        }))))
    }

    /// A clock of its own that stands at `instant`: what something that was due then reads, however late it is done.
    #[must_use]
    pub fn standing_at(instant: Timestamp) -> Self {
        Self::virtual_at(instant)
    }

    #[must_use]
    pub fn is_virtual(&self) -> bool {
        matches!(*self.0, Kind::Virtual(_))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::Real(wall) => wall(),
            Kind::Virtual(timeline) => lock(timeline).now,
        }
    }

    /// Blocks the calling branch until the clock has moved on by `duration`. Safe to cancel.
    pub async fn sleep(&self, duration: Duration) {
        match &*self.0 {
            Kind::Real(_) => tokio::time::sleep(duration).await,
            Kind::Virtual(_) => Sleep::start(self, duration).wait().await,
        }
    }

    /// Moves a virtual clock by hand, as a control endpoint does; a real clock does not move.
    pub fn advance(&self, duration: Duration) {
        if let Kind::Virtual(timeline) = &*self.0 {
            let mut timeline = lock(timeline);
            let target = later(timeline.now, duration);
            timeline.ring_up_to(target);
            timeline.wake_up_to(target);
        }
    }

    /// Counts one more running branch until what is returned is dropped: for work that no virtual time may pass over,
    /// such as a delivery that is on its way.
    #[must_use]
    pub fn branch(&self) -> Branch {
        self.change_running(|running| *running += 1);
        Branch(self.clone())
    }

    /// Runs several branches at once and waits for all of them. While they run, the caller is not itself a branch, so
    /// that the clock moves when all of *them* are blocked on time.
    pub async fn join<F: Future>(&self, branches: Vec<F>) -> Vec<F::Output> {
        let branches = branches.into_iter().map(|branch| {
            let running = self.branch();
            async move {
                let output = branch.await;
                drop(running);
                output
            }
        });
        let branches: Vec<_> = branches.collect();
        let suspended = Suspended::enter(self);
        let outputs = futures_util::future::join_all(branches).await;
        drop(suspended);
        outputs
    }

    fn change_running(&self, change: impl FnOnce(&mut usize)) {
        if let Kind::Virtual(timeline) = &*self.0 {
            let mut timeline = lock(timeline);
            change(&mut timeline.running);
            timeline.advance_if_all_blocked();
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_virtual() { "virtual" } else { "real" };
        write!(f, "Clock({kind}, {})", self.now())
    }
}

impl Timeline {
    fn advance_if_all_blocked(&mut self) {
        if self.running > 0 {
            return;
        }
        let Some(&(earliest, _)) = self.sleepers.keys().next() else {
            return;
        };
        // What happens by an instant has happened before a branch that waited for it goes on.
        match self.alarms.first_entry() {
            Some(entry) if entry.key().0 <= earliest => {
                self.now = self.now.max(entry.key().0);
                self.running += 1;
                let _ = entry.remove().send(());
            }
            _ => self.wake_up_to(earliest),
        }
    }

    /// Rings, in order, every alarm that is set for `target` or before.
    fn ring_up_to(&mut self, target: Timestamp) {
        while let Some(entry) = self.alarms.first_entry() {
            if entry.key().0 > target {
                break;
            }
            self.running += 1;
            let _ = entry.remove().send(());
        }
    }

    /// Moves to `target` and wakes, in order, everything due by then.
    fn wake_up_to(&mut self, target: Timestamp) {
        self.now = self.now.max(target);
        while let Some(entry) = self.sleepers.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            // The sleeper runs again from here on, not from when its task is next polled: otherwise the clock could
            // move past it in between.
            self.running += 1;
            let _ = entry.remove().send(());
        }
    }
}

/// A branch blocked on a virtual clock. Dropping it, woken or not, leaves the branch running.
struct Sleep<'a> {
    clock: &'a Clock,
    key: Key,
    woken: Option<oneshot::Receiver<()>>,
}

impl<'a> Sleep<'a> {
    fn start(clock: &'a Clock, duration: Duration) -> Self {
        let Kind::Virtual(timeline) = &*clock.0 else {
            return Self {
                clock,
                key: (VIRTUAL_START, 0),
                woken: None,
            };
        };
        let mut timeline = lock(timeline);
        let (wake, woken) = oneshot::channel();
        let key = (later(timeline.now, duration), timeline.next_sleeper);
        timeline.next_sleeper += 1;
        timeline.sleepers.insert(key, wake);
        timeline.running = timeline.running.saturating_sub(1);
        timeline.advance_if_all_blocked();
        Self {
            clock,
            key,
            woken: Some(woken),
        }
    }

    async fn wait(mut self) {
        if let Some(woken) = &mut self.woken {
            let _ = woken.await;
        }
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Kind::Virtual(timeline) = &*self.clock.0 {
            let mut timeline = lock(timeline);
            if timeline.sleepers.remove(&self.key).is_some() {
                timeline.running += 1;
            }
        }
    }
}

/// A running branch, for as long as it lives.
#[derive(Debug)]
pub struct Branch(Clock);

impl Drop for Branch {
    fn drop(&mut self) {
        self.0
            .change_running(|running| *running = running.saturating_sub(1));
    }
}

/// Takes the calling branch out of the count for as long as it lives.
struct Suspended(Clock);

impl Suspended {
    fn enter(clock: &Clock) -> Self {
        clock.change_running(|running| *running = running.saturating_sub(1));
        Self(clock.clone())
    }
}

impl Drop for Suspended {
    fn drop(&mut self) {
        self.0.change_running(|running| *running += 1);
    }
}

/// `instant + duration`, at the end of time where that is too far.
fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}

fn lock(timeline: &Mutex<Timeline>) -> MutexGuard<'_, Timeline> {
    timeline.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elapsed(clock: &Clock) -> i64 {
        clock.now().as_second() - VIRTUAL_START.as_second()
    }

    #[tokio::test]
    async fn waiting_alone_moves_the_clock_at_once() {
        let clock = Clock::virtual_from_start();
        clock.sleep(Duration::from_hours(1)).await;
        assert_eq!(elapsed(&clock), 3600);
    }

    #[tokio::test]
    async fn branches_wake_in_order_of_their_deadlines() {
        let clock = Clock::virtual_from_start();
        let seen = Mutex::new(Vec::new());
        let branch = |name: &'static str, pauses: Vec<u64>| {
            let (clock, seen) = (clock.clone(), &seen);
            async move {
                for pause in pauses {
                    clock.sleep(Duration::from_secs(pause)).await;
                    seen.lock().unwrap().push((name, elapsed(&clock)));
                }
            }
        };
        clock
            .join(vec![
                branch("slow", vec![5, 5]),
                branch("fast", vec![2, 2, 2]),
            ])
            .await;
        assert_eq!(
            *seen.lock().unwrap(),
            [
                ("fast", 2),
                ("fast", 4),
                ("slow", 5),
                ("fast", 6),
                ("slow", 10)
            ]
        );
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(elapsed(&clock), 11);
    }

    #[tokio::test]
    async fn a_running_branch_holds_the_clock() {
        let clock = Clock::virtual_from_start();
        let (finish, finished) = oneshot::channel::<()>();
        let sleeper = async {
            clock.sleep(Duration::from_secs(9)).await;
            elapsed(&clock)
        };
        let worker = async {
            tokio::task::yield_now().await;
            let before = elapsed(&clock);
            let _ = finish.send(());
            let _ = finished.await;
            before
        };
        let branches: Vec<std::pin::Pin<Box<dyn Future<Output = i64>>>> =
            vec![Box::pin(sleeper), Box::pin(worker)];
        assert_eq!(clock.join(branches).await, [9, 0]);
    }

    #[tokio::test]
    async fn a_cancelled_sleep_counts_as_running_again() {
        let clock = Clock::virtual_from_start();
        let worker = async {
            tokio::task::yield_now().await;
        };
        let cancelled = async {
            let sleep = clock.sleep(Duration::from_secs(100));
            tokio::select! {
                biased;
                () = tokio::task::yield_now() => {}
                () = sleep => {}
            }
        };
        let branches: Vec<std::pin::Pin<Box<dyn Future<Output = ()>>>> =
            vec![Box::pin(cancelled), Box::pin(worker)];
        clock.join(branches).await;
        assert_eq!(elapsed(&clock), 0);
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(elapsed(&clock), 1);
    }
}
