//! Where the records of a group go that is pinned to several sides: each where those are that it shares a key with.

use bedload_record::{Ordinal, Side};

use super::choose::Member;
use super::division::{Division, Tie};

impl Division<'_> {
    /// The sides of the kept records of such a group. Those that are tied stay where they are. A record that shares a key
    /// with them, or is linked to one, goes where these are; then those that share one with it, and so on. Where that
    /// would be on several sides, the last of them in the order of sides, which training is the first of. So a record
    /// that belongs with training records alone is not held out because others in its group are. What nothing leads to
    /// goes to `otherwise`.
    ///
    /// Linear but for sorting. No order of records matters.
    pub(super) fn apart(&self, members: &[Member], otherwise: Side) -> Vec<(Ordinal, Side)> {
        let facts = self.facts;
        let mut lines: Vec<Ordinal> = members.iter().map(|member| member.1).collect();
        lines.sort_unstable();
        let keys_of = |line: Ordinal| {
            (0..facts.key_kinds()).filter_map(move |kind| Some((kind, facts.key(line, kind)?)))
        };
        let mut by_key: Vec<((usize, u64), usize)> = lines
            .iter()
            .enumerate()
            .flat_map(|(at, &line)| keys_of(line).map(move |key| (key, at)))
            .collect();
        by_key.sort_unstable();
        let with_key = |key: (usize, u64)| {
            let first = by_key.partition_point(|of| of.0 < key);
            by_key[first..].iter().take_while(move |of| of.0 == key).map(|of| of.1)
        };
        let linked = |line: Ordinal| {
            let first = self.links.partition_point(|link| link.0 < line);
            let links = self.links[first..].iter().take_while(move |link| link.0 == line);
            links.filter_map(|link| lines.binary_search(&link.1).ok())
        };
        let tied = |&line: &Ordinal| self.tie.and_then(|tie| tie(line)).map(Tie::side);
        let mut sides: Vec<Option<Side>> = lines.iter().map(tied).collect();
        let mut reached: Vec<(usize, Side)> =
            sides.iter().enumerate().filter_map(|(at, side)| Some((at, (*side)?))).collect();
        while !reached.is_empty() {
            // Each key once a side, however many records have it.
            let mut keys: Vec<((usize, u64), Side)> = reached
                .iter()
                .flat_map(|&(at, side)| keys_of(lines[at]).map(move |key| (key, side)))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            let by_keys = keys.iter().flat_map(|&(key, side)| with_key(key).map(move |at| (at, side)));
            let by_links =
                reached.iter().flat_map(|&(at, side)| linked(lines[at]).map(move |other| (other, side)));
            let mut next: Vec<(usize, Side)> =
                by_keys.chain(by_links).filter(|&(at, _)| sides[at].is_none()).collect();
            next.sort_unstable();
            // Of each record the last side.
            next.reverse();
            next.dedup_by_key(|(at, _)| *at);
            for &(at, side) in &next {
                sides[at] = Some(side);
            }
            reached = next;
        }
        let sided = lines.into_iter().zip(sides).filter(|&(line, _)| (self.is_kept)(line));
        sided.map(|(line, side)| (line, side.unwrap_or(otherwise))).collect()
    }
}
