//! The native functions: one table from which the evaluator, `probity list functions`, the docs and "did you mean" come.
