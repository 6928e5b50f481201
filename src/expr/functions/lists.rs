//! Filters on lists and maps.

use std::cmp::Ordering;

use super::{Arguments, Failure, FunctionSpec, Run, Usage, optional, required, too_long};
use crate::expr::text::{MAX_TEXT, to_text, weight};
use crate::value::{Decimal, Map, Value, a_type, compare, equal};

pub(super) const LENGTH: FunctionSpec = FunctionSpec {
    name: "length",
    usage: Usage::Filter,
    parameters: &[required("value")],
    doc: "How many items a list, entries a map, or characters a text has.",
    example: ("[1, 2, 3] | length", "3"),
    run: Run::Native(length),
};

pub(super) const JOIN: FunctionSpec = FunctionSpec {
    name: "join",
    usage: Usage::Filter,
    parameters: &[required("list"), optional("separator", "''")],
    doc: "The items as text, with `separator` between them.",
    example: ("['a', 'b', 1.50] | join(', ')", "a, b, 1.50"),
    run: Run::Native(join),
};

pub(super) const FIRST: FunctionSpec = FunctionSpec {
    name: "first",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The first item of a list that is not empty.",
    example: ("['a', 'b'] | first", "a"),
    run: Run::Native(|arguments| one(arguments, "first", <[Value]>::first)),
};

pub(super) const LAST: FunctionSpec = FunctionSpec {
    name: "last",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The last item of a list that is not empty.",
    example: ("['a', 'b'] | last", "b"),
    run: Run::Native(|arguments| one(arguments, "last", <[Value]>::last)),
};

pub(super) const SORT: FunctionSpec = FunctionSpec {
    name: "sort",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The list in ascending order; its items are all numbers or all strings.",
    example: ("[10, 9.5, 9] | sort", "[9,9.5,10]"),
    run: Run::Native(sort),
};

pub(super) const UNIQUE: FunctionSpec = FunctionSpec {
    name: "unique",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The list without the items that are equal to an earlier one.",
    example: ("[1, 2, 1.0] | unique", "[1,2]"),
    run: Run::Native(unique),
};

pub(super) const REVERSE: FunctionSpec = FunctionSpec {
    name: "reverse",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The list from its end to its start.",
    example: ("[1, 2, 3] | reverse", "[3,2,1]"),
    run: Run::Native(|arguments| {
        arguments.list(0)?;
        let mut items = arguments.take(0);
        if let Value::Array(items) = &mut items {
            items.reverse();
        }
        Ok(items)
    }),
};

pub(super) const MAP: FunctionSpec = FunctionSpec {
    name: "map",
    usage: Usage::Filter,
    parameters: &[required("list"), required("key"), optional("default", "")],
    doc: "What each item of a list of maps has under `key`, or `default` where it has nothing there.",
    example: ("[{'id': 1}, {}] | map('id', 0)", "[1,0]"),
    run: Run::Native(map),
};

pub(super) const KEYS: FunctionSpec = FunctionSpec {
    name: "keys",
    usage: Usage::Filter,
    parameters: &[required("map")],
    doc: "The keys of a map, in its order.",
    example: ("{'a': 1, 'b': 2} | keys", "[\"a\",\"b\"]"),
    run: Run::Native(|arguments| {
        let keys = arguments.map(0)?.keys();
        Ok(keys.map(|key| Value::from(key.as_str())).collect())
    }),
};

pub(super) const VALUES: FunctionSpec = FunctionSpec {
    name: "values",
    usage: Usage::Filter,
    parameters: &[required("map")],
    doc: "The values of a map, in its order.",
    example: ("{'a': 1, 'b': 2} | values", "[1,2]"),
    run: Run::Native(|arguments| Ok(arguments.map(0)?.values().cloned().collect())),
};

pub(super) const ITEMS: FunctionSpec = FunctionSpec {
    name: "items",
    usage: Usage::Filter,
    parameters: &[required("map")],
    doc: "The entries of a map as a list of maps with `key` and `value`.",
    example: ("{'a': 1} | items", "[{\"key\":\"a\",\"value\":1}]"),
    run: Run::Native(items),
};

pub(super) const SUM: FunctionSpec = FunctionSpec {
    name: "sum",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The exact sum of a list of numbers.",
    example: ("[0.1, 0.2] | sum", "0.3"),
    run: Run::Native(sum),
};

pub(super) const MIN: FunctionSpec = FunctionSpec {
    name: "min",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The least of a list of numbers, or of strings.",
    example: ("[10, 9.5] | min", "9.5"),
    run: Run::Native(|arguments| extreme(arguments, Ordering::Less)),
};

pub(super) const MAX: FunctionSpec = FunctionSpec {
    name: "max",
    usage: Usage::Filter,
    parameters: &[required("list")],
    doc: "The greatest of a list of numbers, or of strings.",
    example: ("[10, 9.5] | max", "10"),
    run: Run::Native(|arguments| extreme(arguments, Ordering::Greater)),
};

fn length(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let length = match arguments.value(0) {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => return Err(arguments.wrong_type(0, "a list, a map or a string")),
    };
    Ok(length.into())
}

fn join(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let separator = arguments.text_or(1, "")?;
    let mut text = String::new();
    for (index, item) in arguments.list(0)?.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(&to_text(item));
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
    }
    Ok(Value::String(text))
}

fn one(
    arguments: &Arguments<'_>,
    which: &str,
    pick: fn(&[Value]) -> Option<&Value>,
) -> Result<Value, Failure> {
    let picked = pick(arguments.list(0)?).cloned();
    picked.ok_or_else(|| {
        let index = if which == "first" { "0" } else { "-1" };
        Failure::new(format!("an empty list has no {which} item"))
            .argument(0)
            .help(format!("to allow it, write `list[{index}] | default(…)`"))
    })
}

/// Order between two items, or that there is none.
fn order(left: &Value, right: &Value) -> Result<Ordering, Failure> {
    compare(left, right).ok_or_else(|| {
        let message = format!(
            "there is no order between {} and {}",
            a_type(left),
            a_type(right)
        );
        Failure::new(message).argument(0)
    })
}

fn sort(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let count = arguments.list(0)?.len();
    arguments.spend(count.saturating_mul(20))?;
    let mut items = arguments.list(0)?.to_vec();
    if let Some(first) = items.first() {
        for item in &items {
            order(first, item)?;
        }
    }
    items.sort_by(|left, right| compare(left, right).unwrap_or(Ordering::Equal));
    Ok(Value::Array(items))
}

fn unique(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let Value::Array(items) = arguments.take(0) else {
        return Err(arguments.wrong_type(0, "a list"));
    };
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let each = usize::try_from(weight(&item)).unwrap_or(usize::MAX);
        arguments.spend(each.saturating_mul(kept.len()))?;
        if !kept.iter().any(|other| equal(other, &item)) {
            kept.push(item);
        }
    }
    Ok(Value::Array(kept))
}

fn map(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    // The default may be copied for every item.
    let copied = usize::try_from(weight(arguments.value(2))).unwrap_or(usize::MAX);
    let length = arguments.list(0)?.len();
    arguments.spend(copied.saturating_mul(length))?;
    let key = arguments.text(1)?;
    let default = arguments.given(2);
    let values = arguments.list(0)?.iter().enumerate().map(|(index, item)| {
        let Value::Object(map) = item else {
            let message = format!("item {index} is {}, not a map", a_type(item));
            return Err(Failure::new(message).argument(0));
        };
        map.get(key)
            .or(default)
            .cloned()
            .ok_or_else(|| Failure::new(format!("item {index} has no `{key}`")).argument(0))
    });
    values.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn items(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let entries = arguments.map(0)?.iter().map(|(key, value)| {
        let mut entry = Map::new();
        entry.insert("key".to_owned(), Value::from(key.as_str()));
        entry.insert("value".to_owned(), value.clone());
        Value::Object(entry)
    });
    Ok(entries.collect())
}

fn sum(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let mut total = Decimal::from(0_i64);
    for (index, item) in arguments.list(0)?.iter().enumerate() {
        let Value::Number(number) = item else {
            let message = format!("item {index} is {}, not a number", a_type(item));
            return Err(Failure::new(message).argument(0));
        };
        total = total
            .add(&Decimal::from_number(number))
            .map_err(|problem| Failure::new(problem.to_string()).argument(0))?;
    }
    Ok(Value::Number(total.to_number()))
}

fn extreme(arguments: &mut Arguments<'_>, wanted: Ordering) -> Result<Value, Failure> {
    let items = arguments.list(0)?;
    let Some(mut best) = items.first() else {
        return Err(Failure::new("an empty list has no least or greatest item").argument(0));
    };
    for item in items {
        if order(item, best)? == wanted {
            best = item;
        }
    }
    Ok(best.clone())
}
