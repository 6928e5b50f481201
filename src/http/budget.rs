//! A budget of bytes for the bodies that are being read, so that many large responses at once do not fill the memory.

use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// Bodies up to this size are read without asking: most are, and they should not wait behind large ones.
const FREE: usize = 64 << 10;
/// Permits are counted in these, so that a budget of any size fits the semaphore.
const UNIT: usize = 1 << 10;

/// Cannot deadlock, as long as nobody who holds a share asks for another: a body of known size asks once, before it is read;
/// one of unknown size asks again as it grows, but never waits for others that hold something: where nothing is left, one
/// body at a time may exceed the budget. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
    total: usize,
    overflow: Arc<Mutex<()>>,
}

/// A body's share, given back when dropped. That of a small body is nothing.
#[derive(Debug, Default)]
pub struct Share {
    held: Vec<OwnedSemaphorePermit>,
    covers: usize,
    overflow: Option<OwnedMutexGuard<()>>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let total = (bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self {
            units: Arc::new(Semaphore::new(total)),
            total,
            overflow: Arc::default(),
        }
    }

    /// The share for a body of this size, or of unknown size.
    pub(super) async fn share(&self, size: Option<usize>) -> Share {
        let mut share = Share {
            held: Vec::new(),
            covers: FREE,
            overflow: None,
        };
        if let Some(size) = size.filter(|size| *size > FREE) {
            let units = Arc::clone(&self.units);
            share
                .held
                .extend(units.acquire_many_owned(self.count(size)).await);
            share.covers = size;
        }
        share
    }

    /// Makes the share cover a body that has grown to `size`.
    pub(super) async fn grow(&self, share: &mut Share, size: usize) {
        if size <= share.covers || share.overflow.is_some() {
            return;
        }
        let more = size.max(share.covers * 2) - share.covers;
        let units = Arc::clone(&self.units);
        if let Ok(held) = units.try_acquire_many_owned(self.count(more)) {
            share.held.push(held);
            share.covers += more;
        } else {
            share.overflow = Some(Arc::clone(&self.overflow).lock_owned().await);
        }
    }

    fn count(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT).min(self.total)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    const KB: usize = 1 << 10;

    /// Whether a future is ready when it is first asked.
    fn ready<F: Future>(future: F) -> bool {
        pin!(future)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    #[tokio::test]
    async fn large_bodies_wait_and_small_ones_do_not() {
        let budget = Budget::new(300 * KB);
        let first = budget.share(Some(200 * KB)).await;
        assert!(!ready(budget.share(Some(200 * KB))));
        assert!(ready(budget.share(Some(100 * KB))));
        assert!(ready(budget.share(Some(FREE))));
        assert!(ready(budget.share(None)));
        drop(first);
        assert!(ready(budget.share(Some(200 * KB))));
    }

    #[tokio::test]
    async fn a_body_larger_than_the_budget_has_all_of_it() {
        let budget = Budget::new(100 * KB);
        let share = budget.share(Some(1000 * KB)).await;
        assert!(!ready(budget.share(Some(65 * KB))));
        drop(share);
        assert!(ready(budget.share(Some(usize::MAX))));
    }

    #[tokio::test]
    async fn growing_bodies_never_wait_for_each_other_in_a_circle() {
        let budget = Budget::new(200 * KB);
        let mut first = budget.share(None).await;
        let mut second = budget.share(None).await;
        budget.grow(&mut first, 150 * KB).await;
        budget.grow(&mut second, 150 * KB).await;
        assert!(
            ready(budget.grow(&mut second, 900 * KB)),
            "the one beyond the budget goes on"
        );
        assert!(
            !ready(budget.grow(&mut first, 900 * KB)),
            "the other one waits for it alone"
        );
        drop(second);
        assert!(ready(budget.grow(&mut first, 900 * KB)));
    }
}
