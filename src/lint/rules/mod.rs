//! The rules: one file each, one line each in the table.

pub(super) mod concurrent_name;
mod duplicate_id;
mod empty_expect;
mod empty_loop;
mod forbidden_input;
mod forbidden_value;
mod invalid_input;
mod invalid_pack;
mod invalid_setting;
mod list_path;
mod literal_credential;
mod missing_column;
mod missing_field;
mod missing_input;
mod missing_parameter;
pub(super) mod misspelt_name;
pub(super) mod name_not_set_yet;
mod never_equal;
mod no_pack;
mod no_webhooks;
mod recursive_action;
mod refused_host;
pub(super) mod undefined_name;
mod undocumented_body;
mod undocumented_field;
mod undocumented_header;
mod undocumented_operation;
mod undocumented_query;
pub(super) mod unknown_action;
mod unknown_input;
mod unknown_pack;
mod unused_action;
mod unused_capture;
mod unused_headers;
mod unused_input;
mod unused_variable;

use super::Rule;

/// Every rule, errors first, in the order of the docs.
pub const RULES: &[Rule] = &[
    undefined_name::RULE,
    name_not_set_yet::RULE,
    concurrent_name::RULE,
    duplicate_id::RULE,
    unknown_pack::RULE,
    invalid_pack::RULE,
    no_pack::RULE,
    no_webhooks::RULE,
    invalid_setting::RULE,
    refused_host::RULE,
    unknown_action::RULE,
    recursive_action::RULE,
    unknown_input::RULE,
    missing_input::RULE,
    invalid_input::RULE,
    missing_column::RULE,
    undocumented_operation::RULE,
    undocumented_header::RULE,
    undocumented_query::RULE,
    undocumented_body::RULE,
    undocumented_field::RULE,
    forbidden_value::RULE,
    forbidden_input::RULE,
    missing_parameter::RULE,
    missing_field::RULE,
    misspelt_name::RULE,
    unused_variable::RULE,
    unused_capture::RULE,
    unused_headers::RULE,
    unused_input::RULE,
    unused_action::RULE,
    empty_expect::RULE,
    empty_loop::RULE,
    list_path::RULE,
    never_equal::RULE,
    literal_credential::RULE,
];
