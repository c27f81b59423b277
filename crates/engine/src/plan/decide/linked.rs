//! What makes a group large: the keys that its records share.

use bedload_record::plural::plural;
use bedload_record::{FactTable, Ordinal};
use bedload_stages::group::{GroupBy, Groups};
use rayon::prelude::*;

use crate::run::settings::Settings;
use crate::scan::by_source::ways;

/// The largest group of some lines, and how many of them it has. Of several, one that the order of lines does not change.
pub(super) fn largest(
    facts: &FactTable,
    groups: &Groups,
    lines: impl ParallelIterator<Item = Ordinal>,
) -> Option<(u64, u64)> {
    let mut names: Vec<u64> = lines.map(|line| groups.of(facts, line)).collect();
    names.par_sort_unstable();
    let sizes = names.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64));
    sizes.max_by_key(|&(_, size)| size)
}

/// How many keys of each kind several records of a group have, and how many records have the most frequent one.
pub(super) fn shared_keys(facts: &FactTable, groups: &Groups, settings: &Settings, group: u64) -> String {
    let is_in = |line: &Ordinal| facts.accepted(*line) && groups.of(facts, *line) == group;
    let lines: Vec<Ordinal> = (0..facts.len()).into_par_iter().map(Ordinal).filter(is_in).collect();
    let ways = ways(settings, facts);
    let of_kind = |(kind, by): (usize, &GroupBy)| {
        let mut keys: Vec<u64> = lines.par_iter().filter_map(|&line| facts.key(line, kind)).collect();
        keys.par_sort_unstable();
        let shared =
            keys.chunk_by(|a, b| a == b).map(|same| same.len() as u64).filter(|&records| records > 1);
        let (n, most) = shared.fold((0, 0), |(n, most): (u64, u64), records| (n + 1, most.max(records)));
        let what = match by {
            GroupBy::Prompt | GroupBy::Record => plural(n, "prompt", "prompts"),
            GroupBy::Field { pointer, .. } => format!("{} at {pointer}", plural(n, "value", "values")),
        };
        let up_to = if n > 1 { "up to " } else { "" };
        (n > 0).then(|| format!("{what} ({up_to}{})", plural(most, "record", "records")))
    };
    let kinds: Vec<String> = ways.all().each().iter().enumerate().filter_map(of_kind).collect();
    match &kinds[..] {
        [] => "are similar".to_owned(),
        [one] => format!("share {one}"),
        [others @ .., last] => format!("share {} and {last}", others.join(", ")),
    }
}
