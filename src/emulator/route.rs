//! Which route answers a request, and why none does.

use std::sync::Arc;

use crate::diagnostic::did_you_mean;
use crate::http::decode_segment;
use crate::pack::emulator::{Pattern, Route, Segment};
use crate::value::{Map, Value};

/// The segments of a request's path, percent-decoded.
pub(super) fn segments(path: &str) -> Vec<String> {
    path.trim_start_matches('/')
        .split('/')
        .map(decode_segment)
        .collect()
}

/// The first route that matches.
pub(super) fn find(routes: &[Route], method: &str, segments: &[String]) -> Option<usize> {
    routes
        .iter()
        .position(|route| route.method == method && matches(&route.path.segments, segments))
}

/// What the `{names}` of a path stand for in a request's.
pub(super) fn names(path: &Pattern, segments: Vec<String>) -> Arc<Value> {
    let pairs = path.segments.iter().zip(segments);
    let named = pairs.filter_map(|(segment, text)| match segment {
        Segment::Name(name) => Some((name.to_string(), Value::String(text))),
        Segment::Literal(_) => None,
    });
    Arc::new(Value::Object(named.collect::<Map<_, _>>()))
}

fn matches(pattern: &[Segment], segments: &[String]) -> bool {
    pattern.len() == segments.len() && pattern.iter().zip(segments).all(|(p, s)| fits(p, s))
}

fn fits(pattern: &Segment, segment: &str) -> bool {
    match pattern {
        Segment::Literal(text) => text == segment,
        Segment::Name(_) => !segment.is_empty(),
    }
}

/// The route that a request comes nearest to, and why it missed.
#[derive(Debug)]
pub(super) struct NearMiss<'a> {
    pub route: &'a Route,
    pub why: String,
}

pub(super) fn nearest<'a>(
    routes: &'a [Route],
    method: &str,
    segments: &[String],
) -> Option<NearMiss<'a>> {
    let distance = |route: &Route| {
        let pattern = &route.path.segments;
        let unlike = pattern.iter().zip(segments).filter(|(p, s)| !fits(p, s));
        let unlike: usize = unlike
            .map(|(p, s)| match p {
                // A segment that is only misspelt is nearer than one that is another word.
                Segment::Literal(text) if did_you_mean(s, [text.as_str()]).is_some() => 1,
                _ => 3,
            })
            .sum();
        let longer = pattern.len().abs_diff(segments.len());
        (unlike + 2 * longer, route.method != method)
    };
    let route = routes.iter().min_by_key(|route| distance(route))?;
    Some(NearMiss {
        route,
        why: why(route, method, segments),
    })
}

fn why(route: &Route, method: &str, segments: &[String]) -> String {
    let pattern = &route.path.segments;
    if matches(pattern, segments) {
        return format!("the method is {}, not {method}", route.method);
    }
    let differs = pattern.iter().zip(segments).find(|(p, s)| !fits(p, s));
    match differs {
        Some((Segment::Literal(wanted), found)) => {
            format!("the path has `{found}` where the route has `{wanted}`")
        }
        Some((Segment::Name(name), _)) => format!("`{{{name}}}` is empty"),
        None if pattern.len() > segments.len() => "the path is shorter".to_owned(),
        None => "the path is longer".to_owned(),
    }
}
