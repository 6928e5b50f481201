//! Lists of records, and pages of them.

use std::sync::Arc;

use serde_json::json;

use super::frame::{Bound, Frame};
use super::instance::{Instance, Step};
use super::store::RecordRef;
use crate::expr::{Outcome, Template};
use crate::pack::emulator::{Listing, Page};
use crate::source::Place;
use crate::value::Value;

impl Instance {
    /// The records of a listing, or a page of them.
    pub(super) fn list(&self, listing: &Listing, place: &Place, frame: &mut Frame) -> Step<Value> {
        let mut records = self.select(&listing.select, frame)?;
        if listing.newest_first {
            records.reverse();
        }
        let Some(page) = &listing.page else {
            return self.shown(&records, listing.show.as_ref(), frame);
        };
        let (start, end) = self.range(page, &records, place, frame)?;
        let items = &records[start..end];
        let id = |record: Option<&RecordRef>| record.map_or(Value::Null, RecordRef::own_id);
        let next = items.last().filter(|_| end < records.len());
        let previous = items.first().filter(|_| start > 0);
        let parts = [
            ("items", self.shown(items, listing.show.as_ref(), frame)?),
            ("total", Value::from(records.len())),
            ("next", id(next)),
            ("previous", id(previous)),
        ];
        let parts = parts.map(|(name, value)| (name.to_owned(), value));
        Ok(Value::Object(parts.into_iter().collect()))
    }

    fn shown(
        &self,
        records: &[RecordRef],
        show: Option<&Template>,
        frame: &mut Frame,
    ) -> Step<Value> {
        let Some(show) = show else {
            return Ok(records
                .iter()
                .map(|record| (*record.last).clone())
                .collect());
        };
        let item = Arc::from("item");
        let mut shown = Vec::with_capacity(records.len());
        for record in records {
            frame.bind(&item, Bound::Record(record.clone()));
            let value = self.value(show, frame);
            frame.unbind();
            if let Outcome::Value(value) = value? {
                shown.push(value);
            }
        }
        Ok(Value::Array(shown))
    }

    /// Where a page begins and ends in its list.
    fn range(
        &self,
        page: &Page,
        records: &[RecordRef],
        place: &Place,
        frame: &mut Frame,
    ) -> Step<(usize, usize)> {
        let limit = self.limit(page.limit.as_ref(), frame)?;
        let after = self.cursor(page.after.as_ref(), records, frame)?;
        let before = self.cursor(page.before.as_ref(), records, frame)?;
        let bad = match (&limit, &after, &before) {
            (Some(Err(())), ..) => Some(("limit", "limit is not a number from 1")),
            (_, Some(Err(())), _) => Some(("after", "there is no such record in this list")),
            (_, _, Some(Err(()))) => Some(("before", "there is no such record in this list")),
            _ => None,
        };
        if let Some((field, message)) = bad {
            let violation =
                json!({ "in": "query", "field": field, "message": message, "rule": "page" });
            return self.invalid(vec![violation], page.otherwise.as_ref(), place, frame);
        }
        let limit = limit.and_then(Result::ok).unwrap_or(usize::MAX);
        let after = after.and_then(Result::ok);
        let before = before.and_then(Result::ok);
        let mut start = after.map_or(0, |after| after + 1);
        let mut end = before.unwrap_or(records.len()).max(start);
        if before.is_some() && after.is_none() {
            start = end.saturating_sub(limit);
        } else {
            end = end.min(start.saturating_add(limit));
        }
        Ok((start, end))
    }

    fn limit(&self, limit: Option<&Template>, frame: &Frame) -> Step<Option<Result<usize, ()>>> {
        let text = self.text(limit, frame)?;
        let parsed = text.map(|text| match text.parse::<usize>() {
            Ok(limit) if limit > 0 => Ok(limit),
            _ => Err(()),
        });
        Ok(parsed)
    }

    /// Where the record stands whose id a cursor gives.
    fn cursor(
        &self,
        cursor: Option<&Template>,
        records: &[RecordRef],
        frame: &Frame,
    ) -> Step<Option<Result<usize, ()>>> {
        let id = self.text(cursor, frame)?;
        let place = |id: String| records.iter().position(|record| *record.id == *id);
        Ok(id.map(|id| place(id).ok_or(())))
    }
}
