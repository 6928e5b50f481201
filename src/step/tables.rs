//! The tables of the keys that steps may have.
