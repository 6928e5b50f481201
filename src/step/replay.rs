//! Reading `replay`.

use super::tables::{CHANGED, REPLAY};
use super::{Changed, Replay};
use crate::check::Expect;
use crate::diagnostic::Diagnostic;
use crate::document::Decoder;
use crate::source::{Entry, Node};

impl Replay {
    pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let fields = decoder.fields(node, &REPLAY);
        if node.as_map().is_some_and(<[Entry]>::is_empty) {
            let problem = Diagnostic::error("empty", "`replay` sends nothing again")
                .at(decoder.place(node))
                .label("nothing in it")
                .help("write `replay: {same: 1}`");
            decoder.problem(problem);
            return None;
        }
        let count = |key: &str, least: u64, decoder: &mut Decoder| {
            let node = fields.get(key)?;
            decoder.count_setting(node, least, &format!("`{key}`"))
        };
        Some(Self {
            place: decoder.place(node),
            concurrent: count("concurrent", 2, decoder),
            same: count("same", 1, decoder),
            changed: fields
                .get("changed")
                .and_then(|node| Changed::decode(node, decoder)),
        })
    }
}

impl Changed {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let fields = decoder.fields(node, &CHANGED);
        let json = fields.get("json").map(|node| decoder.template(node));
        let expect = fields.get("expect");
        let expect = expect.map(|node| Expect::decode(node, decoder));
        Some(Self {
            place: decoder.place(node),
            json: json?,
            expect: expect?,
        })
    }
}
