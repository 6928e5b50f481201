//! Anchors and what aliases make of them: copies, within limits.

use std::collections::HashMap;

use super::{Entry, Node, Span, Yaml};

/// How deep lists and maps may stand in each other, aliases written out.
pub(super) const MAX_DEPTH: usize = 64;
/// How much memory the copies that aliases make may take, in bytes.
const MAX_COPIED: usize = 32 << 20;
/// How many aliases of a part that has something wrong in it are told.
const MAX_MENTIONS: usize = 1000;

/// The anchors of a file.
#[derive(Default)]
pub(super) struct Anchors {
    known: HashMap<usize, Anchor>,
    /// What has been copied so far, in bytes.
    copied: usize,
    /// Every alias, and what it stands for.
    aliases: Vec<(Span, Span)>,
}

struct Anchor {
    node: Node,
    /// How many levels of lists and maps it is high.
    height: usize,
    /// What a copy takes, in bytes.
    weight: usize,
    /// The anchor of a scalar that no alias has named yet.
    unused: Option<Mention>,
}

/// Where an anchor is written.
#[derive(Clone, Copy)]
pub(super) struct Mention {
    pub(super) span: Span,
    /// Whether that is in a flow map or list.
    pub(super) flow: bool,
}

/// Why an alias or anchor is not followed.
pub(super) enum Refused {
    /// The alias stands within what it names.
    Itself,
    TooDeep,
    TooMany,
}

impl Anchors {
    /// Remembers an anchored node. `mention` says where the anchor of a scalar stands.
    pub(super) fn define(
        &mut self,
        id: usize,
        node: &Node,
        mention: Option<Mention>,
    ) -> Result<(), Refused> {
        let (height, weight) = measure(node);
        self.count(weight)?;
        let anchor = Anchor {
            node: node.clone(),
            height,
            weight,
            unused: mention,
        };
        self.known.insert(id, anchor);
        Ok(())
    }

    /// What the alias at `span` stands for; `depth` is how deep it stands itself.
    pub(super) fn resolve(&mut self, id: usize, span: Span, depth: usize) -> Result<Yaml, Refused> {
        let anchor = self.known.get_mut(&id).ok_or(Refused::Itself)?;
        anchor.unused = None;
        if depth + anchor.height > MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        let weight = anchor.weight;
        self.count(weight)?;
        let node = &self.known[&id].node;
        self.aliases.push((span, node.span));
        Ok(node.value.clone())
    }

    /// The aliases by which what stands at `span` stands elsewhere too, those that stand for another alias included;
    /// `None` where they are too many.
    pub(super) fn aliases_of(&self, span: Span) -> Option<Vec<Span>> {
        let mut found = vec![span];
        let mut next = 0;
        while let Some(&inner) = found.get(next) {
            let holds = |outer: Span| outer.start <= inner.start && inner.end <= outer.end;
            for &(alias, anchored) in &self.aliases {
                if holds(anchored) && !found.contains(&alias) {
                    found.push(alias);
                }
                if found.len() > MAX_MENTIONS {
                    return None;
                }
            }
            next += 1;
        }
        Some(found.split_off(1))
    }

    fn count(&mut self, weight: usize) -> Result<(), Refused> {
        self.copied = self.copied.saturating_add(weight);
        if self.copied > MAX_COPIED {
            Err(Refused::TooMany)
        } else {
            Ok(())
        }
    }

    /// Where anchors of scalars stand that no alias names, in written order.
    pub(super) fn unused(&self) -> Vec<Mention> {
        let mut unused: Vec<_> = self
            .known
            .values()
            .filter_map(|anchor| anchor.unused)
            .collect();
        unused.sort_by_key(|mention| mention.span.start);
        unused
    }
}

/// How many levels of lists and maps a node is high, and what a copy of it takes in bytes, roughly.
///
/// Calls itself, but a tree is at most as deep as the composer lets it be.
fn measure(node: &Node) -> (usize, usize) {
    let own = size_of::<Node>();
    let inner = |children: &mut dyn Iterator<Item = (usize, usize)>| {
        children.fold(
            (1, own),
            |(height, weight), (child_height, child_weight)| {
                (height.max(child_height + 1), weight + child_weight)
            },
        )
    };
    match &node.value {
        Yaml::Null | Yaml::Bool(_) => (0, own),
        Yaml::Number(text) => (0, own + text.len()),
        Yaml::String(text) => (0, own + text.value.len()),
        Yaml::List(items) => inner(&mut items.iter().map(measure)),
        Yaml::Map(entries) => inner(&mut entries.iter().map(|entry| {
            let (height, weight) = measure(&entry.value);
            (height, weight + size_of::<Entry>() + entry.key.text.len())
        })),
    }
}
