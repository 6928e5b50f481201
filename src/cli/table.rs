//! Lists as a person reads them: columns where they fit, else each row as a head with the rest below it.

use unicode_width::UnicodeWidthStr;

use crate::diagnostic::wrap;

/// Between two columns.
const GAP: &str = "  ";
/// What stands below the head of a row.
const INDENT: &str = "    ";
/// A last column that is narrower is not worth breaking its text for.
const NARROW: usize = 30;

/// Rows in at most `width` columns, as far as words allow: side by side, with the text of the last column broken where it
/// has to be; or, where the others leave no room for that, one below the other.
pub(super) fn table(rows: &[&[String]], width: usize) -> String {
    let columns = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let Some((last, before)) = widths.split_last() else {
        return String::new();
    };
    let before: usize = before.iter().map(|width| width + GAP.len()).sum();
    let room = width.saturating_sub(before);
    let layout = |row: &&[String]| {
        if room >= NARROW.min(*last) {
            side_by_side(row, &widths, before, room)
        } else {
            one_below_the_other(row, width)
        }
    };
    rows.iter().map(layout).collect()
}

fn side_by_side(row: &[String], widths: &[usize], before: usize, room: usize) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        if column + 1 < widths.len() {
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            line += &format!("{cell}{padding}{GAP}");
            continue;
        }
        for part in wrap(cell, room) {
            text += (line + &part).trim_end();
            text.push('\n');
            line = " ".repeat(before);
        }
        return text;
    }
    text + line.trim_end() + "\n"
}

fn one_below_the_other(row: &[String], width: usize) -> String {
    let mut cells = row.iter();
    let mut text = cells.next().cloned().unwrap_or_default() + "\n";
    for cell in cells.filter(|cell| !cell.is_empty()) {
        for line in wrap(cell, width.saturating_sub(INDENT.len())) {
            text += &format!("{INDENT}{line}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rows: &[&[&str]], width: usize) -> String {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        let rows: Vec<&[String]> = rows.iter().map(Vec::as_slice).collect();
        table(&rows, width)
    }

    #[test]
    fn what_fits_stands_in_columns() {
        let rows: &[&[&str]] = &[&["a", "bcd", "some words"], &["abc", "b", ""]];
        assert_eq!(shown(rows, 80), "a    bcd  some words\nabc  b\n");
        assert_eq!(shown(&[], 80), "");
    }

    #[test]
    fn a_long_last_column_is_broken() {
        let rows: &[&[&str]] = &[&["name", "one two three four five six seven eight nine"]];
        let expected = "name  one two three four five six\n      seven eight nine\n";
        assert_eq!(shown(rows, 36), expected);
    }

    #[test]
    fn without_room_cells_stand_below_each_other() {
        let rows: &[&[&str]] = &[
            &[
                "a_rather_long_name",
                "{many, inputs}",
                "What it does in words",
            ],
            &["short", "{}", ""],
        ];
        let expected = "a_rather_long_name\n    {many, inputs}\n    What it does in\n    words\nshort\n    {}\n";
        assert_eq!(shown(rows, 20), expected);
    }
}
