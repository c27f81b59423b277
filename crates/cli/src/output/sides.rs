//! What the sides of a split have in common, for people.

use std::fmt::Write;

use bedload_engine::{Between, Certificates, SimilarPairs};
use bedload_record::plural::plural;

use crate::escape::escape;

/// What the sides of a split have in common: a line for every two sides.
pub(crate) fn sides(of: &Certificates) -> String {
    let mut lines = String::new();
    for (nth, between) in of.between.iter().enumerate() {
        let head = if nth == 0 { "  leaks     " } else { "            " };
        let found = in_common(between, of.similar_pairs.as_ref(), |_| true);
        let _ =
            writeln!(lines, "{head}  {} and {} share {}", between.sides[0], between.sides[1], listed(&found));
    }
    if let Some(SimilarPairs { recall, .. }) = of.similar_pairs.as_ref().filter(|of| of.recall < 1.0) {
        let _ = writeln!(lines, "              {:.2} % of such pairs are found", recall * 100.0);
    }
    for field in &of.fields_not_in_files {
        let _ = writeln!(
            lines,
            "              keys at {} are not counted: no record of the files has a value there",
            escape(field)
        );
    }
    lines
}

/// What two sides share, each kind of it in words, where there is as much of it as is wanted.
pub(crate) fn in_common(
    between: &Between,
    similar: Option<&SimilarPairs>,
    is_wanted: impl Fn(u64) -> bool,
) -> Vec<String> {
    let kind = |(kind, n): (&String, &u64)| match kind.as_str() {
        "prompt" => plural(*n, "prompt", "prompts"),
        field => format!("{} at {}", plural(*n, "value", "values"), escape(field)),
    };
    let keys = between.shared.iter().filter(|(_, n)| is_wanted(**n)).map(kind);
    let pairs = between.similar_pairs.zip(similar).filter(|(pairs, _)| is_wanted(*pairs));
    let pairs = pairs.map(|(pairs, SimilarPairs { threshold, .. })| {
        format!("{} of records with a similarity of {threshold} or more", plural(pairs, "pair", "pairs"))
    });
    keys.chain(pairs).collect()
}

/// Some things in a sentence.
pub(crate) fn listed(things: &[String]) -> String {
    match things {
        [] => "nothing that was compared".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
