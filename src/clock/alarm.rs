//! An alarm: something that happens at an instant by itself, such as a provider's timer.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{Branch, Clock, Key, Kind, lock};

/// Set for an instant. Until then it is no branch of its scenario: a clock moves to it only on its way to the deadline of
/// a branch, and of one instant alarms go before branches, one after the other.
#[derive(Debug)]
pub struct Alarm {
    clock: Clock,
    at: Timestamp,
    /// Its place on a virtual clock, until it rang.
    set: Option<(Key, oneshot::Receiver<()>)>,
}

impl Clock {
    /// Sets an alarm; it counts from here on.
    #[must_use]
    pub fn alarm(&self, at: Timestamp) -> Alarm {
        let set = match &*self.0 {
            Kind::Real(_) => None,
            Kind::Virtual(timeline) => {
                let mut timeline = lock(timeline);
                let key = (at.max(timeline.now), timeline.next_sleeper);
                timeline.next_sleeper += 1;
                let (ring, rings) = oneshot::channel();
                timeline.alarms.insert(key, ring);
                Some((key, rings))
            }
        };
        Alarm {
            clock: self.clone(),
            at,
            set,
        }
    }
}

impl Alarm {
    /// Waits for the instant. From then on it counts as a running branch, until what is returned is dropped.
    pub async fn rings(mut self) -> Branch {
        match &mut self.set {
            None => {
                let left = self.at.duration_since(self.clock.now());
                tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
            }
            Some((_, rings)) => {
                let _ = rings.await;
                self.set = None;
            }
        }
        // The clock counted it in when it rang.
        Branch(self.clock.clone())
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let (Some((key, _)), Kind::Virtual(timeline)) = (self.set.take(), &*self.clock.0) {
            let mut timeline = lock(timeline);
            if timeline.alarms.remove(&key).is_none() {
                timeline.running = timeline.running.saturating_sub(1);
                timeline.advance_if_all_blocked();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::clock::VIRTUAL_START;

    type Told<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

    fn after(seconds: i64) -> Timestamp {
        VIRTUAL_START + jiff::SignedDuration::from_secs(seconds)
    }

    #[tokio::test]
    async fn alarms_go_before_branches_of_the_same_instant_one_after_the_other() {
        let clock = Clock::virtual_from_start();
        let told = Mutex::new(Vec::new());
        let tell = |what: &'static str| {
            let at = clock.now().duration_since(VIRTUAL_START).as_secs();
            told.lock().unwrap().push((what, at));
        };
        let (first, second) = (clock.alarm(after(5)), clock.alarm(after(5)));
        let ring = async |alarm: Alarm, what| {
            let branch = alarm.rings().await;
            // Work that the alarm is for: no time passes over it, and no other alarm rings in the meantime.
            tokio::task::yield_now().await;
            tell(what);
            drop(branch);
        };
        let branches: Vec<Told<'_>> = vec![
            Box::pin(ring(second, "second alarm")),
            Box::pin(ring(first, "first alarm")),
            Box::pin(async {
                clock.sleep(Duration::from_secs(5)).await;
                tell("branch");
                clock.sleep(Duration::from_secs(1)).await;
                tell("later");
            }),
        ];
        futures_util::future::join_all(branches).await;
        assert_eq!(
            *told.lock().unwrap(),
            [
                ("first alarm", 5),
                ("second alarm", 5),
                ("branch", 5),
                ("later", 6)
            ]
        );
    }

    #[tokio::test]
    async fn an_alarm_alone_moves_no_clock_and_one_that_is_dropped_holds_none() {
        let clock = Clock::virtual_from_start();
        let alarm = clock.alarm(after(60));
        let later = clock.alarm(after(90));
        clock.sleep(Duration::from_secs(30)).await;
        assert_eq!(clock.now(), after(30));
        drop(alarm);
        clock.sleep(Duration::from_secs(40)).await;
        assert_eq!(clock.now(), after(70));
        // Rung and never waited for: dropping it lets the clock go on.
        let sleep = clock.sleep(Duration::from_secs(40));
        tokio::pin!(sleep);
        assert!(sleep.as_mut().now_or_never().is_none());
        assert_eq!(clock.now(), after(90));
        drop(later);
        sleep.await;
        assert_eq!(clock.now(), after(110));
    }

    #[tokio::test]
    async fn a_delivery_on_its_way_holds_the_clock() {
        let clock = Clock::virtual_from_start();
        let delivery = clock.branch();
        let sleep = clock.sleep(Duration::from_secs(9));
        tokio::pin!(sleep);
        assert!(sleep.as_mut().now_or_never().is_none());
        assert_eq!(clock.now(), VIRTUAL_START);
        drop(delivery);
        sleep.await;
        assert_eq!(clock.now(), after(9));
    }
}
