//! Which records the findings of the data set are about, where these are certain records: `codes` in `records.parquet`
//! names them beside what was found in each record alone.

use bedload_record::{Code, CodeSet, FactTable, Ordinal};
use rayon::prelude::*;

/// Ends the message of a finding whose records are marked.
pub(crate) const LISTED: &str = "; `codes` in report/records.parquet tells which";

/// The marked records. Takes one byte per line once a record is marked, and nothing before.
#[derive(Default)]
pub(crate) struct Marks {
    /// What the bits of a mark stand for.
    codes: Vec<Code>,
    /// The mark of each line; empty where there is none.
    of_lines: Vec<u8>,
}

impl Marks {
    /// Marks the lines that fulfil a condition. Linear, in parallel.
    pub(crate) fn mark(&mut self, facts: &FactTable, code: Code, is_it: impl Fn(Ordinal) -> bool + Sync) {
        let bit = self.bit(facts, code);
        self.of_lines.par_iter_mut().enumerate().for_each(|(line, mark)| {
            if is_it(Ordinal(line as u64)) {
                *mark |= bit;
            }
        });
    }

    /// Marks the lines of a list.
    pub(crate) fn mark_listed<'l>(
        &mut self,
        facts: &FactTable,
        code: Code,
        lines: impl IntoIterator<Item = &'l Ordinal>,
    ) {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_some() {
            let bit = self.bit(facts, code);
            lines.for_each(|line| self.of_lines[line.index()] |= bit);
        }
    }

    fn bit(&mut self, facts: &FactTable, code: Code) -> u8 {
        let nth = self.codes.iter().position(|&known| known == code).unwrap_or_else(|| {
            self.codes.push(code);
            self.codes.len() - 1
        });
        assert!(nth < 8, "a mark has a bit for each code");
        self.of_lines.resize(facts.len() as usize, 0);
        1 << nth
    }

    /// The mark of a line; 0 is none.
    #[inline]
    pub(crate) fn of(&self, line: Ordinal) -> u8 {
        self.of_lines.get(line.index()).copied().unwrap_or(0)
    }

    /// The marks that lines have, with their codes, by mark; none is always the first.
    pub(crate) fn sets(&self) -> Vec<(u8, CodeSet)> {
        let join = |mut a: [bool; 256], b: [bool; 256]| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a |= b);
            a
        };
        let add = |mut all: [bool; 256], mark: &u8| {
            all[usize::from(*mark)] = true;
            all
        };
        let occurs = self.of_lines.par_iter().fold(|| [false; 256], add).reduce(|| [false; 256], join);
        (0..=u8::MAX)
            .filter(|&mark| mark == 0 || occurs[usize::from(mark)])
            .map(|mark| {
                let mut codes = CodeSet::default();
                let of_mark = self.codes.iter().enumerate().filter(|(nth, _)| mark & (1 << nth) != 0);
                of_mark.for_each(|(_, &code)| codes.insert(code));
                (mark, codes)
            })
            .collect()
    }
}
