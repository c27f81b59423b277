//! What the sides of a split have in common in spite of it.

use bedload_record::plural::plural;
use bedload_record::{Code, Finding};

use crate::plan::certify::{Between, Certificates};

/// A finding for every two sides that share something, as where pins or sources keep records apart that belong together.
pub(super) fn judge_leaks(certificates: &Certificates) -> impl Iterator<Item = Finding> + use<'_> {
    certificates.between.iter().filter_map(|between| {
        let Between { sides: [first, second], shared, similar_pairs } = between;
        let key = |(kind, &n): (&String, &u64)| match kind.as_str() {
            "prompt" => plural(n, "prompt", "prompts"),
            field => format!("{} at {field}", plural(n, "value", "values")),
        };
        let keys = shared.iter().filter(|(_, n)| **n > 0).map(key);
        let pairs = similar_pairs.filter(|&n| n > 0);
        let pairs = pairs.map(|n| plural(n, "pair of similar records", "pairs of similar records"));
        let all: Vec<String> = keys.chain(pairs).collect();
        let message = format!("{first} and {second} share {}", all.join(", "));
        (!all.is_empty()).then(|| Finding::dataset(Code::SplitLeaks, message))
    })
}
