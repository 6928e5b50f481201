//! What of the packs' contracts a run exercised.

use serde::Serialize;

use crate::value::Value;

/// Of every contract that the run's packs have: which documented statuses and enumerated values came up.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    #[serde(flatten)]
    pub all: Count,
    pub packs: Vec<PackCoverage>,
}

/// How many there are, and how many of them came up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub covered: usize,
    pub total: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct PackCoverage {
    pub pack: String,
    #[serde(flatten)]
    pub all: Count,
    pub operations: Vec<OperationCoverage>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OperationCoverage {
    /// `POST /customers`
    pub operation: String,
    pub statuses: Count,
    pub values: Count,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// Something documented that did not come up.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Missing {
    /// A response, by its status as documented: `200`, `4XX`, `default`.
    Status { status: String },
    /// Values that no request had at a place.
    Request { place: String, values: Vec<Value> },
    /// Values that no response of a status had at a place.
    Response {
        status: String,
        place: String,
        values: Vec<Value>,
    },
}

impl Count {
    pub fn add(&mut self, covered: bool) {
        self.covered += usize::from(covered);
        self.total += 1;
    }

    /// In tenths of a percent, rounded down, so that only all of it is 1000. `None` where there is nothing to cover.
    #[must_use]
    pub fn per_mille(self) -> Option<usize> {
        (self.covered * 1000).checked_div(self.total)
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.covered += other.covered;
        self.total += other.total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_of_it_is_the_whole() {
        for (covered, total, expected) in [
            (0, 0, None),
            (0, 3, Some(0)),
            (2, 3, Some(666)),
            (9999, 10_000, Some(999)),
            (3, 3, Some(1000)),
        ] {
            assert_eq!(Count { covered, total }.per_mille(), expected);
        }
    }
}
