//! The client against servers that behave, and against those that do not.

mod sending;
