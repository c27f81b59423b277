//! From a JSON Pointer to the bytes of its value: for showing a finding, and for splicing new text into a line.

use super::raw::{Raw, skip, space};

/// Where a member is in its line, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// First byte of the value; for a string, its opening quote.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One step from a value to one inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'k> {
    /// The value of a member, by its decoded key.
    Key(&'k str),
    /// An element of an array, from 0.
    Index(usize),
    /// The key of a member, by its position from 0.
    Member(usize),
}

/// Finds the value at a path in a line of valid JSON. Linear in the line.
pub fn locate(line: &[u8], steps: &[Step<'_>]) -> Option<Location> {
    let start = steps.iter().try_fold(space(line, 0), |at, step| locate_step(line, at, *step))?;
    Some(Location { start, end: skip(line, start)? })
}

/// Takes one step from the value that begins at `at`, and returns where the next begins.
pub(crate) fn locate_step(line: &[u8], at: usize, step: Step<'_>) -> Option<usize> {
    let mut parts = Raw::open(line, at).parts().enumerate();
    let (_, (key, value)) = parts.find(|(position, (key, _))| match (step, key) {
        (Step::Key(wanted), Some(key)) => key.text().is_some_and(|key| key == wanted),
        (Step::Member(wanted), Some(_)) | (Step::Index(wanted), None) => wanted == *position,
        _ => false,
    })?;
    let found = if matches!(step, Step::Member(_)) { key? } else { value };
    Some(found.offset_in(line))
}
