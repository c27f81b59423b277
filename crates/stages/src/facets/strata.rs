//! Strata: what a split and a selection keep the mix of.

use std::collections::HashSet;

use bedload_record::{Column, FactTable, NoRoom, Ordinal};
use rayon::prelude::*;

use super::Values;
use crate::balance::Classes;

/// The most strata that are told apart.
pub const STRATA_MAX: usize = 65_536;

/// The stratum of each accepted record.
#[derive(Debug, Default)]
pub struct Strata {
    /// By line; none where a stratum is a class, and those without a class are the last one.
    of_line: Option<Column<u32>>,
    names: Vec<String>,
    /// The value of each stratum of the first facet; nothing where a stratum is a class.
    first: Vec<usize>,
}

/// Lines that a thread numbers together.
const LINES: usize = 1 << 16;

impl Strata {
    /// The classes alone. Keeps nothing for each line.
    pub fn of_classes(classes: &Classes) -> Self {
        let unlabelled = std::iter::once(NO_VALUE_NAME.to_owned());
        let names = classes.list().iter().map(|class| class.name.clone()).chain(unlabelled);
        Self { of_line: None, names: names.collect(), first: Vec::new() }
    }

    /// What records are in by all facets together; none where those are more than [`STRATA_MAX`]. Linear in the records,
    /// in parallel; 4 bytes a line, in the same memory as the facts.
    ///
    /// # Errors
    /// Where neither memory nor disk has room for them.
    pub fn new(facts: &FactTable, facets: &[Values<'_>]) -> Result<Option<Self>, NoRoom> {
        // A number for each combination, in the order of the values: the first facet counts most.
        let combination = |line: Ordinal| {
            facets.iter().fold(0u128, |number, values| {
                let none = values.names().len();
                number * (none as u128 + 1) + values.of(line).unwrap_or(none) as u128
            })
        };
        let add = |mut found: HashSet<u128>, line: Ordinal| {
            if found.len() <= STRATA_MAX {
                found.insert(combination(line));
            }
            found
        };
        let join = |mut a: HashSet<u128>, b: HashSet<u128>| {
            a.extend(b);
            a
        };
        let accepted = (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
        let found = accepted.fold(HashSet::new, add).reduce(HashSet::new, join);
        if found.len() > STRATA_MAX {
            return Ok(None);
        }
        let mut found: Vec<u128> = found.into_iter().collect();
        found.par_sort_unstable();
        let mut of_line = facts.scratch(facts.len() as usize, 0u32)?;
        of_line.values_mut().par_chunks_mut(LINES).enumerate().for_each(|(nth, strata)| {
            for (index, stratum) in (nth * LINES..).zip(strata) {
                let line = Ordinal(index as u64);
                if facts.accepted(line) {
                    *stratum = found.partition_point(|&other| other < combination(line)) as u32;
                }
            }
        });
        let others = facets.iter().skip(1).map(|values| values.names().len() as u128 + 1).product::<u128>();
        let first = found.iter().map(|&number| (number / others) as usize).collect();
        let names = found.iter().map(|&number| name(number, facets)).collect();
        Ok(Some(Self { of_line: Some(of_line), names, first }))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns true if there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Their names, in order: the values, each after a comma.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value of each stratum of the first facet, as an index into the names of that, or one more for those without a
    /// value; nothing where a stratum is a class.
    pub fn first_values(&self) -> &[usize] {
        &self.first
    }

    /// The stratum of an accepted record, as an index into the names.
    #[inline]
    pub fn of(&self, facts: &FactTable, classes: &Classes, line: Ordinal) -> usize {
        match &self.of_line {
            Some(strata) => strata.get(line.index()) as usize,
            None => classes.of(facts, line).unwrap_or(classes.list().len()),
        }
    }
}

/// What records without a value are called.
const NO_VALUE_NAME: &str = "(none)";

/// The values of a combination.
fn name(mut number: u128, facets: &[Values<'_>]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for values in facets.iter().rev() {
        let base = values.names().len() as u128 + 1;
        words.push(values.names().get((number % base) as usize).map_or(NO_VALUE_NAME, |name| name));
        number /= base;
    }
    words.reverse();
    words.join(", ")
}
