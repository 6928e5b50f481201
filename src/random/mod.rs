//! Seeded streams of randomness: the same seed and the same place give the same values, whatever runs beside them.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A stream of random values. Cheap to make; nothing is computed before the first value is asked for.
pub struct Stream {
    /// The run's seed, and the names of the place, each with its length.
    name: Vec<u8>,
    rng: Option<Box<ChaCha8Rng>>,
}

impl Stream {
    /// The stream that belongs to a place: the run's seed and the names of the place, outermost first (the case, its
    /// attempt, the step).
    #[must_use]
    pub fn at(seed: u64, place: &[&str]) -> Self {
        let length: usize = place
            .iter()
            .map(|part| size_of::<usize>() + part.len())
            .sum();
        let mut name = Vec::with_capacity(size_of::<u64>() + length);
        name.extend_from_slice(&seed.to_le_bytes());
        for part in place {
            name.extend_from_slice(&part.len().to_le_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        Self { name, rng: None }
    }

    fn rng(&mut self) -> &mut ChaCha8Rng {
        self.rng.get_or_insert_with(|| {
            let seed = Sha256::digest(&self.name);
            Box::new(ChaCha8Rng::from_seed(seed.into()))
        })
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.rng().fill_bytes(bytes);
    }

    /// A number from `low` to `high`, both included; `low` where the range is empty.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            low
        } else {
            self.rng().random_range(low..=high)
        }
    }

    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.rng().random_range(0..items.len());
        &items[index]
    }

    /// `length` characters of `alphabet`, which must be ASCII and not empty.
    pub fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length)
            .map(|_| char::from(*self.pick(alphabet)))
            .collect()
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: u64, place: &[&str]) -> i64 {
        Stream::at(seed, place).integer(0, i64::MAX)
    }

    #[test]
    fn the_same_place_gives_the_same_values() {
        assert_eq!(
            first(7, &["a.yaml::x", "0", "steps[1]"]),
            first(7, &["a.yaml::x", "0", "steps[1]"])
        );
    }

    #[test]
    fn another_seed_or_place_gives_others() {
        let base = first(7, &["a.yaml::x", "0", "steps[1]"]);
        for other in [
            first(8, &["a.yaml::x", "0", "steps[1]"]),
            first(7, &["a.yaml::x", "0", "steps[2]"]),
        ] {
            assert_ne!(base, other);
        }
        // Names are kept apart: joining them would make these two the same.
        assert_ne!(first(7, &["ab", "c"]), first(7, &["a", "bc"]));
    }
}
