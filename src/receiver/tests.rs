//! A receiver under use and abuse.
