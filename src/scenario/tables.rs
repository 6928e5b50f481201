//! The tables of the keys that scenario files may have.
