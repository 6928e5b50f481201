//! Exact places within values that were decoded without them: keys, and what stands inside of a literal.
//!
//! The text is read again, which costs nothing as long as there is nothing wrong with it.

use crate::source::{Entry, Node, Place, Span, Yaml, parse};
use crate::value::PathStep;

/// Where the key of a value stands; the value itself where that can't be told.
#[must_use]
pub fn key_of(value: &Place) -> Place {
    let found = parse(&value.source).0.and_then(|root| {
        find(&root, &|node| {
            let entries = node.as_map().unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.value.span == value.span);
            entry.map(|entry| entry.key.span)
        })
    });
    at(value, found)
}

/// Where the value of another key of the same map stands; `key` itself where there is none.
#[must_use]
pub fn beside(key: &Place, name: &str) -> Place {
    let found = parse(&key.source).0.and_then(|root| {
        find(&root, &|node| {
            let mut entries = node.as_map()?.iter();
            entries.find(|entry| entry.key.span == key.span)?;
            entry(node, name).map(|entry| entry.value.span)
        })
    });
    at(key, found)
}

/// Where the value at a path inside of another stands, or the nearest around it.
#[must_use]
pub fn inside(value: &Place, path: &[PathStep]) -> Place {
    let found = node_of(value).map(|node| walk(node, path).span);
    at(value, found)
}

/// Where a key of the object at a path inside of a value stands.
#[must_use]
pub fn key_inside(value: &Place, path: &[PathStep], key: &str) -> Place {
    let found = node_of(value).map(|node| {
        let node = walk(node, path);
        entry(&node, key).map_or(node.span, |entry| entry.key.span)
    });
    at(value, found)
}

/// Where a word stands within a request's path and query; the whole where that can't be told.
#[must_use]
pub fn word_in(target: &Place, word: &str) -> Place {
    let letter = |text: &str| text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let text = target.text();
    let found = text.match_indices(word).find(|(start, _)| {
        let before = text[..*start].chars().next_back();
        let ends = !letter(&text[start + word.len()..]);
        before.is_some_and(|before| "/?&=".contains(before)) && ends
    });
    let span = found.filter(|_| !word.is_empty()).map(|(start, _)| {
        let start = target.span.start as usize + start;
        Span::new(start, start + word.len())
    });
    at(target, span)
}

fn at(value: &Place, span: Option<Span>) -> Place {
    span.map_or_else(|| value.clone(), |span| Place::new(&value.source, span))
}

fn node_of(value: &Place) -> Option<Node> {
    let (root, _) = parse(&value.source);
    find(&root?, &|node| {
        (node.span == value.span).then(|| node.clone())
    })
}

fn walk(node: Node, path: &[PathStep]) -> Node {
    let mut node = node;
    for step in path {
        let next = match (step, &node.value) {
            (PathStep::Name(name), Yaml::Map(_)) => entry(&node, name).map(|entry| &entry.value),
            (PathStep::Index(index), Yaml::List(items)) => items.get(*index),
            _ => None,
        };
        match next {
            Some(next) => node = next.clone(),
            None => break,
        }
    }
    node
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    let mut entries = node.as_map()?.iter();
    entries.find(|entry| entry.key.text == key)
}

/// The first thing that is found at a node or below it, in written order.
fn find<T>(node: &Node, look: &dyn Fn(&Node) -> Option<T>) -> Option<T> {
    look(node).or_else(|| match &node.value {
        Yaml::Map(entries) => entries.iter().find_map(|entry| find(&entry.value, look)),
        Yaml::List(items) => items.iter().find_map(|item| find(item, look)),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => None,
    })
}
