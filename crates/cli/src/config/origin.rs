//! Where in the file settings are.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// The line, from 1 on, of every key of a file that is valid TOML, by its path: `stages.near.threshold`, and
/// `input.0.name` for the first source.
pub(crate) fn lines_of(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        visit(table.get_ref(), "", text, &mut lines);
    }
    lines
}

fn visit(table: &DeTable<'_>, path: &str, text: &str, lines: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let name = key.get_ref();
        let below = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        let before = text.get(..key.span().start).unwrap_or_default();
        lines.insert(below.clone(), 1 + before.bytes().filter(|&byte| byte == b'\n').count());
        match value.get_ref() {
            DeValue::Table(table) => visit(table, &below, text, lines),
            DeValue::Array(values) => {
                for (n, value) in values.iter().enumerate() {
                    if let DeValue::Table(table) = value.get_ref() {
                        visit(table, &format!("{below}.{n}"), text, lines);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_lines_however_tables_are_written() {
        let lines = lines_of(
            "seed = 1\n\n[stages.near]\n# why\nthreshold = 0.8\n[[input]]\npath = \"a\"\n[[input]]\npath = \"b\"\n\
             [stages]\nsplit.validation = 0.1\ntokens = { margin = 3 }\n",
        );
        for (path, line) in [
            ("seed", 1),
            ("stages.near.threshold", 5),
            ("input.0.path", 7),
            ("input.1.path", 9),
            ("stages.split.validation", 11),
            ("stages.tokens.margin", 12),
        ] {
            assert_eq!(lines.get(path), Some(&line), "{path}");
        }
        assert!(lines_of("seed = ").is_empty());
    }
}
