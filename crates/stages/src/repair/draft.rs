//! A line under repair: edits of its present text, kept as patches of the line as it was.

use std::ops::Range;

use super::Rule;

/// A change of the present text: what stands instead of a span of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) span: Range<usize>,
    pub(super) with: &'static [u8],
    /// JSON Pointer of what the edit is about.
    pub(super) pointer: String,
}

/// A change of the line as it was.
#[derive(Clone, Debug)]
pub struct Patch {
    /// Why.
    pub rule: &'static Rule,
    /// First byte of the line that is replaced, from 0.
    pub begin: usize,
    /// One past the last.
    pub end: usize,
    /// What stands there instead.
    pub with: &'static [u8],
    /// JSON Pointer of what was mended, before the repair.
    pub pointer: String,
}

impl PartialEq for Patch {
    fn eq(&self, other: &Self) -> bool {
        let key = |patch: &Self| (patch.rule.code, patch.begin, patch.end, patch.with);
        key(self) == key(other)
    }
}

impl Eq for Patch {}

/// A line, and what has been changed of it so far.
pub(super) struct Draft<'l> {
    line: &'l [u8],
    text: Vec<u8>,
    /// In the order of the bytes; they do not overlap.
    patches: Vec<Patch>,
}

impl<'l> Draft<'l> {
    pub(super) fn new(line: &'l [u8]) -> Self {
        Self { line, text: line.to_vec(), patches: Vec::new() }
    }

    /// The line as it is by now.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The text with some edits made, and these in order and each once; none where they overlap or there are none.
    pub(super) fn attempt(&self, mut edits: Vec<Edit>) -> Option<(Vec<u8>, Vec<Edit>)> {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        edits.dedup_by(|a, b| a.span == b.span);
        if edits.is_empty() || edits.windows(2).any(|pair| pair[0].span.end > pair[1].span.start) {
            return None;
        }
        let mut text = self.text.clone();
        for edit in edits.iter().rev() {
            text.splice(edit.span.clone(), edit.with.iter().copied());
        }
        Some((text, edits))
    }

    /// Makes edits that were attempted.
    pub(super) fn accept(&mut self, rule: &'static Rule, text: Vec<u8>, edits: Vec<Edit>) {
        // From the back, so that the places of the others stay valid.
        for Edit { span, with, pointer } in edits.into_iter().rev() {
            let (begin, end) = self.in_line(&span);
            let at = self.patches.partition_point(|patch| patch.end <= begin);
            let covered = self.patches[at..].partition_point(|patch| patch.begin < end);
            self.patches.splice(at..at + covered, [Patch { rule, begin, end, with, pointer }]);
        }
        self.text = text;
        debug_assert_eq!(apply(self.line, &self.patches), self.text, "patches give the text");
    }

    /// The new line with its patches; none where nothing was changed.
    pub(super) fn finish(self) -> Option<(Vec<u8>, Vec<Patch>)> {
        (!self.patches.is_empty()).then_some((self.text, self.patches))
    }

    /// Where a span of the text as it was before an edit is in the line. What was removed at its ends is not in it.
    fn in_line(&self, span: &Range<usize>) -> (usize, usize) {
        let mut begin = span.start;
        let mut end = span.end;
        // How far the text lags behind the line, after the patches so far.
        for patch in &self.patches {
            let removed = patch.end - patch.begin;
            if begin >= patch.begin + patch.with.len() {
                begin = begin + removed - patch.with.len();
            }
            if end > patch.begin {
                end = end + removed - patch.with.len();
            }
        }
        (begin, end)
    }
}

/// The line with the patches made.
pub(super) fn apply(line: &[u8], patches: &[Patch]) -> Vec<u8> {
    let mut text = line.to_vec();
    for patch in patches.iter().rev() {
        text.splice(patch.begin..patch.end, patch.with.iter().copied());
    }
    text
}
