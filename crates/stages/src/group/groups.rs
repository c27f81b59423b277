//! Groups: records united by the keys that they share.

use bedload_record::{Column, FactTable, NoRoom, Ordinal};
use rayon::prelude::*;

use crate::buckets::Buckets;
use crate::dedupe::Duplicate;

/// Which group each record is in.
#[derive(Debug, Default)]
pub struct Groups(Option<Column<u64>>);

/// Not the name of a group yet.
const UNNAMED: u64 = u64::MAX;

impl Groups {
    /// The groups of the accepted records, those of each link united; in parallel but for the uniting itself. Nothing is
    /// kept where each record has one key at most, which is then its group; otherwise 8 bytes a line, and 16 while it is
    /// made, in the same memory as the facts.
    ///
    /// # Errors
    /// Where neither memory nor disk has room for them.
    pub fn new(
        facts: &FactTable,
        duplicates: &[Duplicate],
        links: &[(Ordinal, Ordinal)],
    ) -> Result<Self, NoRoom> {
        // One of other data has no group here.
        let is_own = |duplicate: &Duplicate| duplicate.survivor.0 < facts.len();
        let differ = |duplicate: &Duplicate| {
            is_own(duplicate)
                && (0..facts.key_kinds())
                    .any(|kind| facts.key(duplicate.dropped, kind) != facts.key(duplicate.survivor, kind))
        };
        if facts.key_kinds() < 2 && links.is_empty() && !duplicates.par_iter().any(differ) {
            return Ok(Self(None));
        }
        let mut united = Forest::new(facts)?;
        for Duplicate { dropped, survivor, .. } in duplicates.iter().filter(|duplicate| is_own(duplicate)) {
            united.unite(*dropped, *survivor);
        }
        for &(a, b) in links {
            united.unite(a, b);
        }
        for kind in 0..facts.key_kinds() {
            unite_by(facts, kind, &mut united)?;
        }
        united.names(facts).map(Some).map(Self)
    }

    /// The group of an accepted record.
    #[inline]
    pub fn of(&self, facts: &FactTable, line: Ordinal) -> u64 {
        match &self.0 {
            Some(names) => names.get(line.index()),
            None => facts.keys(line).next().unwrap_or(facts.digest(line) as u64),
        }
    }
}

/// Unites the records that have the same key of a kind.
fn unite_by(facts: &FactTable, kind: usize, united: &mut Forest) -> Result<(), NoRoom> {
    let key = |line: Ordinal| facts.key(line, kind).filter(|_| facts.accepted(line));
    let buckets = Buckets::new(facts, key)?;
    let links = |bucket: usize| {
        let mut lines: Vec<(u64, Ordinal)> =
            buckets.lines(bucket).filter_map(|line| Some((key(line)?, line))).collect();
        lines.sort_unstable();
        let alike = lines.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        alike.map(|pair| (pair[0].1, pair[1].1)).collect::<Vec<_>>()
    };
    let at_once = rayon::current_num_threads() * 4;
    for first in (0..buckets.len()).step_by(at_once) {
        let some = (first..(first + at_once).min(buckets.len())).into_par_iter();
        for (a, b) in some.map(links).collect::<Vec<_>>().into_iter().flatten() {
            united.unite(a, b);
        }
    }
    Ok(())
}

/// Trees of lines, each with its first line at the root: a line never stands above an earlier one.
struct Forest(Column<u64>);

impl Forest {
    fn new(facts: &FactTable) -> Result<Self, NoRoom> {
        let mut parents = facts.scratch(facts.len() as usize, 0u64)?;
        parents.values_mut().iter_mut().zip(0..).for_each(|(parent, line)| *parent = line);
        Ok(Self(parents))
    }

    fn unite(&mut self, a: Ordinal, b: Ordinal) {
        let (a, b) = (self.root(a), self.root(b));
        self.0.values_mut()[a.max(b) as usize] = a.min(b);
    }

    /// The root of a line's tree. The way to it is halved, so that the next one is shorter.
    fn root(&mut self, line: Ordinal) -> u64 {
        let parents = self.0.values_mut();
        let mut line = line.0;
        loop {
            let parent = parents[line as usize];
            if parent == line {
                return line;
            }
            let above = parents[parent as usize];
            parents[line as usize] = above;
            line = above;
        }
    }

    /// The name of each line's tree.
    fn names(mut self, facts: &FactTable) -> Result<Column<u64>, NoRoom> {
        let mut names = facts.scratch(facts.len() as usize, UNNAMED)?;
        let named = names.values_mut();
        for line in facts.ordinals().filter(|&line| facts.accepted(line)) {
            // A parent comes before its children, so that its own is already the root.
            let parents = self.0.values_mut();
            let root = parents[parents[line.index()] as usize] as usize;
            parents[line.index()] = root as u64;
            named[root] = facts.keys(line).fold(named[root], u64::min);
        }
        let parents = self.0.values();
        for line in facts.ordinals().filter(|&line| facts.accepted(line)) {
            let root = parents[line.index()] as usize;
            // No record of it has a key: it is one record and its duplicates.
            if named[root] == UNNAMED {
                named[root] = facts.digest(line) as u64;
            }
            named[line.index()] = named[root];
        }
        Ok(names)
    }
}
