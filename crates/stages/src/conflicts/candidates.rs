//! The records whose prompts and answers are worth a second look.

use bedload_record::{FactTable, NoRoom, Ordinal};
use rayon::prelude::*;

use crate::buckets::Buckets;

/// The accepted records that share the key of their prompt, which is of this kind, with one of another label or content;
/// without such keys all of them. In order. Linear, in parallel, with 4 bytes of memory for each line.
///
/// # Errors
/// Where neither memory nor disk has room for where they are.
pub fn candidates(facts: &FactTable, prompts: Option<usize>) -> Result<Vec<Ordinal>, NoRoom> {
    let Some(kind) = prompts else {
        return Ok(facts.ordinals().filter(|&line| facts.accepted(line)).collect());
    };
    let key = |line: Ordinal| facts.key(line, kind).filter(|_| facts.accepted(line));
    let buckets = Buckets::new(facts, key)?;
    let of_bucket = |bucket: usize| {
        let mut lines: Vec<(u64, Ordinal)> =
            buckets.lines(bucket).filter_map(|line| Some((key(line)?, line))).collect();
        lines.sort_unstable();
        let about = |line: Ordinal| (facts.digest(line), facts.label(line));
        let differ = |of_key: &&[(u64, Ordinal)]| of_key.iter().any(|it| about(it.1) != about(of_key[0].1));
        let families = lines.chunk_by(|a, b| a.0 == b.0).filter(differ);
        families.flatten().map(|&(_, line)| line).collect::<Vec<Ordinal>>()
    };
    let mut lines: Vec<Ordinal> = (0..buckets.len()).into_par_iter().flat_map_iter(of_bucket).collect();
    lines.par_sort_unstable();
    Ok(lines)
}
