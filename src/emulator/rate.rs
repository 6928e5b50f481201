//! How many requests are answered in a while.

use super::expiring::Expiring;
use super::frame::Frame;
use super::instance::{Instance, Step};
use super::journal::By;
use super::request::Answer;
use super::stages::Pending;
use crate::expr::Outcome;
use crate::pack::emulator::RateLimit;
use crate::value::Value;

/// The requests of the windows that are open: by the place of the limit, and what they are counted together by.
pub(super) type Counts = Expiring<(u32, String), u64>;

impl Instance {
    /// Counts a request, and refuses one that is too many.
    pub(super) fn count(
        &mut self,
        limit: &RateLimit,
        frame: &mut Frame,
        pending: &mut Pending<'_>,
    ) -> Step<()> {
        if !self.holds(limit.condition.as_ref(), frame)? {
            return Ok(());
        }
        let together = match &limit.key {
            None => String::new(),
            Some(key) => match self.value(key, frame)? {
                Outcome::Omit => return Ok(()),
                Outcome::Value(Value::String(text)) => text,
                Outcome::Value(other) => other.to_string(),
            },
        };
        let most = limit.limit.resolve(&self.view(Some(frame)))?;
        let now = self.moment.now();
        let key = (limit.place.span.start, together);
        let (count, until) = if let Some((count, until)) = self.counts.get_mut(&key, now) {
            *count += 1;
            (*count, until.unwrap_or(now))
        } else {
            let until = self.later(&limit.window, frame)?;
            self.counts.insert(key, 1, Some(until), now);
            (1, until)
        };
        let left = until.duration_since(now);
        let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        frame.bind_value("retry_after", Value::from(seconds));
        frame.bind_value("remaining", Value::from(most.saturating_sub(count)));
        let mut told = Answer::default();
        self.headers(&limit.headers, frame, &mut told)?;
        pending.headers.extend(told.headers);
        if count > most {
            return self.refuse(&limit.otherwise, By::RateLimit, frame);
        }
        Ok(())
    }
}
