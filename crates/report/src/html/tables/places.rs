//! Lines of all inputs as one sequence, so that a place is a number.

use std::collections::HashMap;

/// The inputs with their numbers of lines: first those that were read, then those that they were compared with.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    names: Vec<String>,
    /// The number of the first line of each, and last, of what would be next.
    firsts: Vec<u64>,
    by_name: HashMap<String, usize>,
    own: u64,
}

impl Lines {
    /// Numbers the lines of inputs, given by name and number of lines.
    pub fn new(
        own: impl Iterator<Item = (String, u64)>,
        others: impl Iterator<Item = (String, u64)>,
    ) -> Self {
        let mut lines = Self { firsts: vec![0], ..Self::default() };
        own.for_each(|(name, n)| lines.add(&name, n));
        lines.own = lines.end();
        others.for_each(|(name, n)| lines.add(&name, n));
        lines
    }

    fn end(&self) -> u64 {
        self.firsts.last().copied().unwrap_or(0)
    }

    fn add(&mut self, name: &str, lines: u64) {
        self.by_name.entry(name.to_owned()).or_insert(self.names.len());
        self.names.push(name.to_owned());
        self.firsts.push(self.end().saturating_add(lines));
    }

    /// How many lines the inputs that were read have.
    pub(crate) fn own(&self) -> u64 {
        self.own
    }

    /// The number of the line before the first one of a file; none where there is no such file.
    pub(crate) fn before(&self, file: &str) -> Option<u64> {
        self.by_name.get(file).map(|&nth| self.firsts[nth])
    }

    /// The file and the line of a number.
    pub(crate) fn place(&self, number: u64) -> Option<(&str, u64)> {
        let nth = self.firsts.partition_point(|first| *first <= number).checked_sub(1)?;
        Some((self.names.get(nth)?, number - self.firsts[nth] + 1))
    }
}
