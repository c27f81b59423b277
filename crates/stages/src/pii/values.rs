//! The search of one string: as a text, after the name of its member, or as JSON that it holds.

use super::{Hit, Scanner, nested};

/// Longer values are texts, and say themselves what is in them.
const VALUE_MAX: usize = 64;

/// How strings are searched.
#[derive(Clone, Copy)]
pub(super) struct Rest<'s> {
    pub(super) scanner: &'s Scanner,
    /// Whether they are what a tool is called with or returns: texts, and named values as well.
    pub(super) is_argument: bool,
}

/// Appends what is in a string that is the value of a member, or in a list of one; the key is empty where there is none.
/// `named` is memory.
pub(super) fn find(rest: Rest<'_>, key: &str, text: &str, named: &mut String, hits: &mut Vec<Hit>) {
    if let Some(strings) = nested::strings(text) {
        for string in strings {
            let before = hits.len();
            find(rest, &string.key(), &string.text(), named, hits);
            string.to_outer(&mut hits[before..]);
        }
        return;
    }
    let mut own = Vec::new();
    let is_named = !key.is_empty() && text.len() <= VALUE_MAX;
    if rest.is_argument || !is_named {
        rest.scanner.find(text, &mut own);
    }
    if is_named && own.is_empty() {
        find_named(rest.scanner, key, text, named, &mut own);
    }
    hits.append(&mut own);
}

/// Searches a short value after the name of its member, as it would stand in a text: `homePhone` says `phone`, too.
fn find_named(scanner: &Scanner, key: &str, text: &str, named: &mut String, hits: &mut Vec<Hit>) {
    named.clear();
    let mut is_lower = false;
    for c in key.chars() {
        if is_lower && c.is_ascii_uppercase() {
            named.push(' ');
        }
        is_lower = c.is_ascii_lowercase();
        named.push(c);
    }
    named.extend([" ", key, ": "]);
    let value = named.len();
    named.push_str(text);
    scanner.find(named, hits);
    hits.retain(|hit| hit.start >= value);
    hits.iter_mut().for_each(|hit| (hit.start, hit.end) = (hit.start - value, hit.end - value));
}
