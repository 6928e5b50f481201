//! Reading `receive` and what goes with it.

use std::time::Duration;

use super::tables::RESPOND;
use super::{PackName, Receive, Respond};
use crate::check::{Check, Expect};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::expr::Setting;
use crate::source::Node;
use crate::value::Path;

/// How long a `receive` waits unless it says otherwise.
const WITHIN: Duration = Duration::from_secs(5);

pub(super) fn decode(node: &Node, fields: &Fields<'_>, decoder: &mut Decoder) -> Option<Receive> {
    let pack = decode_pack(node, decoder);
    let condition = fields.get("where").map(|node| {
        let condition = Expect::decode(node, decoder);
        condition.refuse_unfit_for_webhooks(decoder);
        condition
    });
    let count = fields
        .entry("count")
        .map(|entry| Check::count(entry, decoder));
    let within = fields
        .get("within")
        .and_then(|node| decoder.duration_setting(node))
        .unwrap_or(Setting::Fixed(WITHIN));
    let unique = fields
        .get("unique")
        .and_then(|node| decode_unique(node, decoder));
    let respond = fields
        .get("respond")
        .and_then(|node| decode_respond(node, decoder));
    Some(Receive {
        pack: pack?,
        condition,
        count,
        within,
        unique,
        respond,
    })
}

/// The pack whose webhooks are meant; not the name of an event, which has a full stop in it.
fn decode_pack(node: &Node, decoder: &mut Decoder) -> Option<PackName> {
    let Some(event) = node.as_str().filter(|text| text.contains('.')) else {
        return PackName::decode(node, decoder);
    };
    let message = format!("`receive` names a pack, and `{event}` looks like an event");
    let problem = Diagnostic::error("bad-name", message)
        .at(decoder.place(node))
        .label("expected the name of a pack")
        .help(format!(
            "write `receive: pack`, and beside it which of its webhooks is meant: `where: {{ $.type: {event} }}`"
        ));
    decoder.problem(problem);
    None
}

fn decode_unique(node: &Node, decoder: &mut Decoder) -> Option<Path> {
    let text = decoder.plain(node, "a JSONPath")?;
    match Path::parse(&text) {
        Ok(path) if path.is_singular() => return Some(path),
        Ok(_) => {
            let message = "this path may find several values";
            let problem = Diagnostic::error("bad-jsonpath", message)
                .at(decoder.place(node))
                .help("name the one value that tells webhooks apart, such as `$.id`");
            decoder.problem(problem);
        }
        Err(error) => decoder.bad_jsonpath(node, &text, error),
    }
    None
}

/// `{status: 500, times: 2}`.
fn decode_respond(node: &Node, decoder: &mut Decoder) -> Option<Respond> {
    let fields = decoder.fields(node, &RESPOND);
    let status_node = fields.get("status")?;
    let status = decoder.count(status_node, 200, "`status`")?;
    let times = match fields.get("times") {
        Some(node) => decoder.count(node, 1, "`times`")?,
        None => 1,
    };
    let Some(status) = u16::try_from(status).ok().filter(|status| *status < 600) else {
        let problem = Diagnostic::error("bad-status", "a status is a number from 200 to 599")
            .at(decoder.place(status_node));
        decoder.problem(problem);
        return None;
    };
    Some(Respond {
        status,
        times: usize::try_from(times).unwrap_or(usize::MAX),
    })
}
