//! The client against servers that behave, and against those that do not.

mod faults;
mod proxies;
mod redirects;
mod secure;
mod sending;
mod sharing;
