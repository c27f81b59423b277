//! Records of one prompt that contradict each other: pairs that are preferred both ways, and cycles of preferences.

use std::collections::VecDeque;

use bedload_record::Ordinal;
use rayon::prelude::*;

use super::Compared;

/// Preferences that no order of the answers agrees with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// All records that take part in it, in order.
    pub records: Vec<Ordinal>,
    /// Records that show it: the first one of each preference, in the order of the cycle, the smallest first.
    pub lines: Vec<Ordinal>,
}

/// All contradictions, each list in the order of first records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contradictions {
    /// Two answers, each of which is preferred to the other.
    pub flipped: Vec<Contradiction>,
    /// Among all other preferences, answers each of which is preferred to each of the others by way of more of them.
    pub cycles: Vec<Contradiction>,
}

/// A preference for one answer, as the record that states it.
type Stated = (u64, u64, Ordinal);

/// Finds the contradictions among records, given for each what it compares. Linear but for sorting, by prompt in parallel.
pub fn contradictions(lines: &[Ordinal], compared: &[Option<Compared>]) -> Contradictions {
    let stated = |(&line, compared): (&Ordinal, &Option<Compared>)| {
        let Compared { prompt, chosen, rejected } = (*compared)?;
        (chosen != rejected).then_some((prompt, (chosen, rejected, line)))
    };
    let mut all: Vec<(u64, Stated)> = lines.iter().zip(compared).filter_map(stated).collect();
    all.par_sort_unstable();
    let prompts: Vec<&[(u64, Stated)]> = all.chunk_by(|a, b| a.0 == b.0).filter(|of| of.len() > 1).collect();
    let join = |mut all: Contradictions, more: Contradictions| {
        all.flipped.extend(more.flipped);
        all.cycles.extend(more.cycles);
        all
    };
    let of_prompt =
        |of: &[(u64, Stated)]| of_prompt(&of.iter().map(|(_, stated)| *stated).collect::<Vec<_>>());
    let mut found = prompts.into_par_iter().map(of_prompt).reduce(Contradictions::default, join);
    found.flipped.par_sort_unstable_by_key(|found| found.lines[0]);
    found.cycles.par_sort_unstable_by_key(|found| found.lines[0]);
    found
}

/// What contradicts itself among the sorted preferences of a prompt.
fn of_prompt(stated: &[Stated]) -> Contradictions {
    let preferences: Vec<&[Stated]> = stated.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let mut found = Contradictions::default();
    let mut others = Vec::new();
    for &preference in &preferences {
        let (chosen, rejected, line) = preference[0];
        match preferences.binary_search_by_key(&(rejected, chosen), |other| (other[0].0, other[0].1)) {
            Ok(at) if chosen < rejected => {
                let mut lines = vec![line, preferences[at][0].2];
                lines.sort_unstable();
                let records = in_order(preference.iter().chain(preferences[at]));
                found.flipped.push(Contradiction { records, lines });
            }
            Ok(_) => {}
            Err(_) => others.push(preference),
        }
    }
    found.cycles = Graph::new(&others).cycles(&others);
    found
}

/// The records of some preferences, in order.
fn in_order<'s>(stated: impl Iterator<Item = &'s Stated>) -> Vec<Ordinal> {
    let mut lines: Vec<Ordinal> = stated.map(|&(.., line)| line).collect();
    lines.sort_unstable();
    lines
}

/// Answers, and which of them are preferred to which.
struct Graph {
    /// Where the preferences for each answer begin.
    starts: Vec<usize>,
    /// Of each preference the answer that is not preferred.
    targets: Vec<usize>,
}

const NONE: usize = usize::MAX;

impl Graph {
    fn new(preferences: &[&[Stated]]) -> Self {
        let mut answers: Vec<u64> = preferences.iter().flat_map(|of| [of[0].0, of[0].1]).collect();
        answers.sort_unstable();
        answers.dedup();
        let place = |answer: u64| answers.partition_point(|&other| other < answer);
        let begins = |&answer: &u64| preferences.partition_point(|of| of[0].0 < answer);
        let starts = answers.iter().map(begins).chain([preferences.len()]).collect();
        Self { starts, targets: preferences.iter().map(|of| place(of[0].1)).collect() }
    }

    fn answers(&self) -> usize {
        self.starts.len() - 1
    }

    /// The answer that a preference is for.
    fn source(&self, preference: usize) -> usize {
        self.starts.partition_point(|&start| start <= preference) - 1
    }

    fn cycles(&self, preferences: &[&[Stated]]) -> Vec<Contradiction> {
        let components = self.components();
        let mut inside: Vec<(usize, usize)> = (0..self.targets.len())
            .map(|preference| (components[self.source(preference)], preference))
            .filter(|&(component, preference)| components[self.targets[preference]] == component)
            .collect();
        inside.sort_unstable();
        let of_component = |inside: &[(usize, usize)]| {
            let records = in_order(inside.iter().flat_map(|&(_, preference)| preferences[preference]));
            let first = inside.iter().map(|&(_, preference)| preference);
            let first = first.min_by_key(|&preference| preferences[preference][0].2).expect("not empty");
            let way = self.shortest(self.targets[first], self.source(first), &components);
            let lines = [first].into_iter().chain(way).map(|preference| preferences[preference][0].2);
            Contradiction { records, lines: lines.collect() }
        };
        inside.chunk_by(|a, b| a.0 == b.0).map(of_component).collect()
    }

    /// The strongly connected component of each answer (Tarjan's algorithm, with a stack of its own).
    fn components(&self) -> Vec<usize> {
        let n = self.answers();
        let (mut components, mut order, mut low) = (vec![NONE; n], vec![NONE; n], vec![NONE; n]);
        let (mut open, mut calls) = (Vec::new(), Vec::new());
        let mut seen = 0;
        for root in 0..n {
            if order[root] == NONE {
                calls.push((root, self.starts[root]));
            }
            while let Some((node, next)) = calls.last_mut() {
                let node = *node;
                if order[node] == NONE {
                    (order[node], low[node]) = (seen, seen);
                    seen += 1;
                    open.push(node);
                }
                if *next < self.starts[node + 1] {
                    let target = self.targets[*next];
                    *next += 1;
                    if order[target] == NONE {
                        calls.push((target, self.starts[target]));
                    } else if components[target] == NONE {
                        low[node] = low[node].min(order[target]);
                    }
                    continue;
                }
                calls.pop();
                if let Some(&(parent, _)) = calls.last() {
                    low[parent] = low[parent].min(low[node]);
                }
                if low[node] == order[node] {
                    while let Some(member) = open.pop() {
                        components[member] = node;
                        if member == node {
                            break;
                        }
                    }
                }
            }
        }
        components
    }

    /// The preferences on a shortest way between two answers of a component.
    fn shortest(&self, from: usize, to: usize, components: &[usize]) -> Vec<usize> {
        let mut came_by = vec![NONE; self.answers()];
        let mut next = VecDeque::from([from]);
        while let Some(node) = next.pop_front().filter(|&node| node != to) {
            for preference in self.starts[node]..self.starts[node + 1] {
                let target = self.targets[preference];
                if target != from && components[target] == components[to] && came_by[target] == NONE {
                    came_by[target] = preference;
                    next.push_back(target);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while at != from {
            way.push(came_by[at]);
            at = self.source(came_by[at]);
        }
        way.reverse();
        way
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn found(pairs: &[(u64, u64, u64)]) -> Contradictions {
        let lines: Vec<Ordinal> = (0..pairs.len() as u64).map(Ordinal).collect();
        let compared = |&(prompt, chosen, rejected): &_| Some(Compared { prompt, chosen, rejected });
        contradictions(&lines, &pairs.iter().map(compared).collect::<Vec<_>>())
    }

    /// Numbers of records and lines that show it.
    fn shown(found: &[Contradiction]) -> Vec<(u64, Vec<u64>)> {
        found
            .iter()
            .map(|it| (it.records.len() as u64, it.lines.iter().map(|line| line.0).collect()))
            .collect()
    }

    #[test]
    fn pairs_and_cycles_of_one_prompt_are_found() {
        let both = found(&[(1, 5, 6), (1, 6, 7), (2, 6, 5), (1, 7, 6), (1, 7, 6)]);
        assert_eq!((shown(&both.flipped), shown(&both.cycles)), (vec![(3, vec![1, 3])], vec![]));
        let cycle = found(&[(1, 3, 9), (1, 9, 5), (1, 5, 3), (1, 3, 4), (1, 3, 9), (2, 3, 9), (3, 1, 1)]);
        assert_eq!((shown(&cycle.flipped), shown(&cycle.cycles)), (vec![], vec![(4, vec![0, 1, 2])]));
    }

    #[test]
    fn a_cycle_of_any_length_needs_no_deep_stack() {
        let n = 200_000;
        let pairs: Vec<(u64, u64, u64)> = (0..n).map(|at| (0, at, (at + 1) % n)).collect();
        let found = found(&pairs);
        assert_eq!((found.cycles.len(), found.cycles[0].records.len() as u64), (1, n));
        assert_eq!(found.cycles[0].lines, (0..n).map(Ordinal).collect::<Vec<_>>());
    }

    proptest! {
        /// Against all ways between all answers.
        #[test]
        fn contradictions_are_those_of_the_definition(
            pairs in prop::collection::vec((0u64..2, 0u64..6, 0u64..6), 0..24),
        ) {
            let stated: BTreeSet<_> = pairs.iter().copied().filter(|(_, a, b)| a != b).collect();
            let is_flipped = |&(p, a, b): &(u64, u64, u64)| stated.contains(&(p, b, a));
            let flipped = stated.iter().filter(|it| it.1 < it.2 && is_flipped(it)).count();
            let mut reached: BTreeSet<_> = stated.iter().copied().filter(|it| !is_flipped(it)).collect();
            for (by, p) in (0..6).flat_map(|by| [(by, 0), (by, 1)]) {
                for (a, b) in (0..6).flat_map(|a| (0..6).map(move |b| (a, b))) {
                    if reached.contains(&(p, a, by)) && reached.contains(&(p, by, b)) {
                        reached.insert((p, a, b));
                    }
                }
            }
            let mut cycles: BTreeMap<(u64, BTreeSet<u64>), u64> = BTreeMap::new();
            for it in pairs.iter().filter(|it| it.1 != it.2 && !is_flipped(it)) {
                let &(p, a, b) = it;
                if reached.contains(&(p, b, a)) {
                    let with = |&c: &u64| reached.contains(&(p, a, c)) && reached.contains(&(p, c, a));
                    *cycles.entry((p, (0..6).filter(with).collect())).or_default() += 1;
                }
            }
            let found = found(&pairs);
            prop_assert_eq!(found.flipped.len(), flipped);
            let mut sizes: Vec<u64> = found.cycles.iter().map(|cycle| cycle.records.len() as u64).collect();
            let mut expected: Vec<u64> = cycles.into_values().collect();
            sizes.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(sizes, expected);
            for Contradiction { lines, records } in found.flipped.iter().chain(&found.cycles) {
                prop_assert!(records.is_sorted_by(|a, b| a < b) && lines.iter().all(|line| records.contains(line)));
                prop_assert!(lines.iter().all(|line| *line >= lines[0]));
                for (nth, line) in lines.iter().enumerate() {
                    let (next, this) = (pairs[lines[(nth + 1) % lines.len()].index()], pairs[line.index()]);
                    prop_assert_eq!((this.0, this.2), (next.0, next.1), "a link of the cycle");
                }
            }
        }
    }
}
