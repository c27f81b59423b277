//! Files that are alike become one source, with a glob where only they match it; and what sources are called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bedload_record::file_name::without_compression;

use super::found::Source;

/// So many files are one source. Fewer are told apart, each by its name.
const MANY: usize = 4;

/// Makes one source of the many files of a directory that are alike; other sources stay as they are.
pub(super) fn together(sources: Vec<Source>) -> Vec<Source> {
    let dir = |source: &Source| Path::new(&source.paths[0]).parent().map(Path::to_owned);
    let is_file = |source: &Source| source.is_known && source.paths.len() == 1 && source.is_file();
    let are_alike = |left: &Source, right: &Source| left.is_like(right) && dir(left) == dir(right);
    let mut joined: Vec<Source> = Vec::new();
    let mut rest = sources;
    while !rest.is_empty() {
        let first = rest.remove(0);
        let is_same = |other: &Source| is_file(&first) && is_file(other) && are_alike(&first, other);
        if rest.iter().filter(|other| is_same(other)).count() + 1 < MANY {
            joined.push(first);
            continue;
        }
        let (same, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_same);
        rest = others;
        let mut one = first;
        same.into_iter().for_each(|other| one.absorb(other));
        joined.push(one);
    }
    joined
}

/// Paths as the globs that match them and no other file, where there are many.
pub(super) fn globs(paths: &[String]) -> Vec<String> {
    let mut by_ending: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for path in paths {
        let (dir, name) = path.rsplit_once('/').map_or(("", path.as_str()), |_| path.split_at(dir_len(path)));
        by_ending.entry((dir, ending(name))).or_default().push(name);
    }
    let of_ending = |((dir, ending), names): ((&str, &str), Vec<&str>)| {
        let prefix = common_prefix(&names);
        let glob = format!("{dir}{prefix}*{ending}");
        let is_plain = !format!("{dir}{prefix}{ending}").contains(['*', '?', '[', '{', '\\']);
        if names.len() >= MANY && is_plain && only_they_match(dir, prefix, ending, &names) {
            return vec![glob];
        }
        names.iter().map(|name| format!("{dir}{name}")).collect()
    };
    by_ending.into_iter().flat_map(of_ending).collect()
}

/// How long a path is up to its last slash, and with it.
fn dir_len(path: &str) -> usize {
    path.rfind('/').map_or(0, |at| at + 1)
}

/// What a name ends in, e.g. `.jsonl.gz`.
fn ending(name: &str) -> &str {
    let len = without_compression(name.as_bytes()).len();
    let stem = name.get(..len).and_then(|name| name.rfind('.')).unwrap_or(name.len());
    &name[stem..]
}

/// What all names begin with, up to a character that parts words.
fn common_prefix<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, others)) = names.split_first() else { return "" };
    let is_shared = |end: &usize| others.iter().all(|name| name.starts_with(&first[..*end]));
    let stem = &first[..first.len() - ending(first).len()];
    let mut ends =
        stem.char_indices().filter(|(_, c)| matches!(c, '-' | '_' | '.')).map(|(at, c)| at + c.len_utf8());
    ends.rfind(is_shared).map_or("", |end| &first[..end])
}

fn only_they_match(dir: &str, prefix: &str, ending: &str, names: &[&str]) -> bool {
    let names: BTreeSet<&str> = names.iter().copied().collect();
    let Ok(entries) = fs::read_dir(if dir.is_empty() { "." } else { dir }) else { return false };
    entries.flatten().all(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_match = !name.starts_with('.') && name.starts_with(prefix) && name.ends_with(ending);
        !is_match || names.contains(&*name)
    })
}

/// What each source is called, where that is not its path: by its file or directory, and its kind where others have that
/// name.
pub(super) fn names(sources: &[Source]) -> Vec<Option<String>> {
    let mut taken: BTreeSet<String> = sources.iter().map(|source| source.paths[0].clone()).collect();
    let one = |source: &Source| {
        let (short, kind) = (short_name(source)?, source.kind());
        let choices = [short.clone(), format!("{short} ({kind})")];
        choices.into_iter().find(|name| !name.is_empty() && taken.insert(name.clone()))
    };
    sources.iter().map(one).collect()
}

fn short_name(source: &Source) -> Option<String> {
    let path = &source.paths[0];
    let (dir, name) = path.split_at(dir_len(path));
    let stem = &name[..name.len() - ending(name).len()];
    let dir = dir.trim_end_matches('/').rsplit('/').next().filter(|dir| !matches!(*dir, "" | "." | ".."));
    if source.paths.len() == 1 && source.is_file() {
        return Some(stem.to_owned());
    }
    let prefix = match &source.paths[..] {
        [glob] if source.is_known => {
            glob[dir_len(glob)..].split_once('*')?.0.trim_end_matches(['-', '_', '.'])
        }
        [_] => return None,
        _ => "",
    };
    match dir {
        _ if !prefix.is_empty() => Some(prefix.to_owned()),
        Some(dir) => Some(dir.to_owned()),
        None => Some(source.kind().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_their_ending_and_at_words() {
        for (name, expected) in
            [("a.jsonl", ".jsonl"), ("a.b.jsonl.gz", ".jsonl.gz"), ("A.NDJSON.ZST", ".NDJSON.ZST"), ("é", "")]
        {
            assert_eq!(ending(name), expected, "{name}");
        }
        for (names, expected) in [
            (&["part-001.jsonl", "part-002.jsonl"][..], "part-"),
            (&["chat_a-1.jsonl", "chat_a-2.jsonl"], "chat_a-"),
            (&["cat.jsonl", "code.jsonl"], ""),
            (&["a-.jsonl", "b-.jsonl"], ""),
            (&["é-1.jsonl", "é-2.jsonl"], "é-"),
        ] {
            assert_eq!(common_prefix(names), expected, "{names:?}");
        }
    }
}
