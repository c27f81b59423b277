//! What the sides of a split have in common, for people.

use std::fmt::Write;

use bedload_engine::{Between, Certificates, SimilarPairs};
use bedload_record::plural::plural;

use crate::escape::escape;

/// What the sides of a split have in common: a line for every two sides, or one for all of them where that is nothing.
pub(crate) fn sides(of: &Certificates) -> String {
    let mut lines = String::new();
    let similar = of.similar_pairs.as_ref();
    let is_clean = of.between.iter().all(|between| in_common(between, similar, |n| n > 0).is_empty());
    let mut pairs: Vec<(String, &Between)> = of
        .between
        .iter()
        .map(|between| (format!("{} and {}", between.sides[0], between.sides[1]), between))
        .collect();
    if is_clean && pairs.len() > 1 {
        pairs.truncate(1);
        let mut names: Vec<String> = Vec::new();
        for name in of.between.iter().flat_map(|between| &between.sides) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        pairs[0].0 = format!("any two of {}", listed(&names));
    }
    for (nth, (named, between)) in pairs.iter().enumerate() {
        let head = if nth == 0 { "  leaks     " } else { "            " };
        let _ = writeln!(lines, "{head}  {named} share {}", listed(&in_common(between, similar, |_| true)));
    }
    if let Some(SimilarPairs { recall, .. }) = similar.filter(|of| of.recall < 1.0) {
        let _ = writeln!(lines, "              {:.2} % of such pairs are found", recall * 100.0);
    }
    if !of.fields_not_in_files.is_empty() {
        let fields: Vec<String> = of.fields_not_in_files.iter().map(|field| escape(field).into()).collect();
        let _ = writeln!(
            lines,
            "              values at {} are not counted: no record of the files has one",
            listed(&fields)
        );
    }
    lines
}

/// What two sides share, each kind of it in words, where there is as much of it as is wanted. Fields of which they share
/// no value are named together.
pub(crate) fn in_common(
    between: &Between,
    similar: Option<&SimilarPairs>,
    is_wanted: impl Fn(u64) -> bool,
) -> Vec<String> {
    let wanted = between.shared.iter().filter(|(_, n)| is_wanted(**n));
    let (prompts, fields): (Vec<_>, Vec<_>) = wanted.partition(|(kind, _)| *kind == "prompt");
    let (apart, shared): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, n)| **n == 0);
    let prompts = prompts.into_iter().map(|(_, n)| plural(*n, "prompt", "prompts"));
    let shared = shared
        .into_iter()
        .map(|(field, n)| format!("{} at {}", plural(*n, "value", "values"), escape(field)));
    let apart: Vec<String> = apart.into_iter().map(|(field, _)| escape(field).into()).collect();
    let apart = (!apart.is_empty()).then(|| format!("0 values at {}", joined(&apart, "or")));
    let pairs = between.similar_pairs.zip(similar).filter(|(pairs, _)| is_wanted(*pairs));
    let pairs = pairs.map(|(pairs, SimilarPairs { threshold, .. })| {
        format!("{} of records with a similarity of {threshold} or more", plural(pairs, "pair", "pairs"))
    });
    prompts.chain(shared).chain(apart).chain(pairs).collect()
}

/// Some things in a sentence.
pub(crate) fn listed(things: &[String]) -> String {
    joined(things, "and")
}

fn joined(things: &[String], word: &str) -> String {
    match things {
        [] => "nothing that was compared".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
