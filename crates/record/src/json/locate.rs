//! From a JSON Pointer to the bytes of its value: for showing a finding, and for splicing new text into a line.

use super::raw::{Parts, Raw, skip, space};

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
    let start = steps.iter().try_fold(space(line, 0), |at, step| Walk::new(line, at).take(line, *step))?;
    Some(Location { start, end: skip(line, start)? })
}

/// A walk through the parts of a value, which goes on from the part that was looked for last.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'l> {
    /// Where the value begins.
    value: usize,
    /// The parts that come next.
    rest: Parts<'l>,
    /// The part looked at last, with its position.
    last: Option<(usize, Part<'l>)>,
}

type Part<'l> = (Option<Raw<'l>>, Raw<'l>);

impl<'l> Walk<'l> {
    /// Through the value that begins at `at`.
    pub(crate) fn new(line: &'l [u8], at: usize) -> Self {
        Self { value: at, rest: Raw::open(line, at).parts(), last: None }
    }

    /// Returns true if it is a walk through the value that begins at `at`.
    pub(crate) fn is_of(&self, at: usize) -> bool {
        self.value == at
    }

    /// Takes one step from the value, and returns where the next one begins. It begins anew for what can be before
    /// the part that was found last.
    pub(crate) fn take(&mut self, line: &'l [u8], step: Step<'_>) -> Option<usize> {
        if let Some(found) = self.found(step) {
            return Some(found.offset_in(line));
        }
        let is_ahead = match (step, &self.last) {
            (Step::Index(wanted) | Step::Member(wanted), Some((position, _))) => wanted > *position,
            (Step::Key(_), Some(_)) => false,
            (_, None) => true,
        };
        if !is_ahead {
            *self = Self::new(line, self.value);
        }
        loop {
            let position = self.last.as_ref().map_or(0, |(position, _)| position + 1);
            self.last = Some((position, self.rest.next()?));
            if let Some(found) = self.found(step) {
                return Some(found.offset_in(line));
            }
        }
    }

    /// Where a step leads to, if it leads to the part looked at last.
    fn found(&self, step: Step<'_>) -> Option<Raw<'l>> {
        let (position, (key, value)) = self.last.as_ref()?;
        match (step, key) {
            (Step::Key(wanted), Some(key)) => key.text().is_some_and(|key| key == wanted).then_some(*value),
            (Step::Member(wanted), Some(key)) => (wanted == *position).then_some(*key),
            (Step::Index(wanted), None) => (wanted == *position).then_some(*value),
            _ => None,
        }
    }
}
