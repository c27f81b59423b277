//! Where the records of converted inputs were first: in which file and line, as reports of their conversions tell.

use bedload_record::{Finding, InputId, Origin};

/// The origins of all lines of some inputs: 8 bytes a line.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    files: Vec<String>,
    /// By input; none for one that no report covers.
    of_inputs: Vec<Option<Lines>>,
}

/// For each line of an input, its origin.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<u64>);

/// A file as its number in the list of all, and a line in it, from 1.
pub(crate) type Place = (usize, u64);

const LINE_BITS: u32 = 40;
/// No line is numbered so.
const UNKNOWN: u64 = 0;

impl Lines {
    /// Those of so many lines, unknown as yet.
    pub(crate) fn unknown(lines: usize) -> Self {
        Self(vec![UNKNOWN; lines])
    }

    /// Says where the records of some lines, counted from 0, were first. What is known already stays; none is returned
    /// where there are no such lines.
    pub(crate) fn put(&mut self, lines: std::ops::Range<usize>, (file, line): Place) -> Option<()> {
        let is_held = line > 0 && line >> LINE_BITS == 0 && file >> (u64::BITS - LINE_BITS) == 0;
        let packed = is_held.then_some((file as u64) << LINE_BITS | line)?;
        let places = self.0.get_mut(lines)?;
        places.iter_mut().filter(|place| **place == UNKNOWN).for_each(|place| *place = packed);
        Some(())
    }

    /// Returns true if the origin of every line is known.
    pub(crate) fn are_known(&self) -> bool {
        !self.0.contains(&UNKNOWN)
    }

    fn get(&self, line: u64) -> Option<Place> {
        let place = *self.0.get(usize::try_from(line).ok()?)?;
        (place != UNKNOWN).then_some(((place >> LINE_BITS) as usize, place & ((1 << LINE_BITS) - 1)))
    }
}

impl Origins {
    /// The origins of each input, in files that have these names.
    pub(crate) fn new(files: Vec<String>, of_inputs: Vec<Option<Lines>>) -> Self {
        Self { files, of_inputs }
    }

    /// The names of all files that records were in first.
    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// Where the record of a line, counted from 0, was first.
    pub(crate) fn place(&self, input: InputId, line: u64) -> Option<Place> {
        self.of_inputs.get(input.index())?.as_ref()?.get(line)
    }

    /// The same by name, for a line counted from 1.
    pub(crate) fn origin(&self, input: InputId, line: u64) -> Option<Origin> {
        let (file, line) = self.place(input, line.checked_sub(1)?)?;
        Some(Origin { file: self.files[file].clone(), line })
    }

    /// Says of a finding about a line of an input where its record was first.
    pub(crate) fn put(&self, input: InputId, finding: &mut Finding) {
        finding.origin = finding.line.and_then(|line| self.origin(input, line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_the_first_origin_that_they_are_given() {
        let mut lines = Lines::unknown(4);
        assert_eq!(lines.put(1..3, (0, 7)), Some(()));
        assert!(!lines.are_known());
        assert_eq!(lines.put(2..4, (1, (1 << LINE_BITS) - 1)), Some(()));
        assert_eq!(lines.put(3..5, (1, 1)), None, "there is no fifth line");
        assert_eq!(lines.put(0..1, (0, 1 << LINE_BITS)), None);
        assert_eq!(lines.put(0..1, (0, 0)), None);
        lines.put(0..1, ((1 << 24) - 1, 1));
        assert!(lines.are_known());
        let places: Vec<_> = (0..5).map(|line| lines.get(line)).collect();
        let last = (1, (1 << LINE_BITS) - 1);
        assert_eq!(places, [Some(((1 << 24) - 1, 1)), Some((0, 7)), Some((0, 7)), Some(last), None]);
    }
}
