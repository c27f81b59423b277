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
        let text = replaced(&self.text, edits.iter().map(|edit| (edit.span.clone(), edit.with)));
        Some((text, edits))
    }

    /// Makes edits that were attempted.
    pub(super) fn accept(&mut self, rule: &'static Rule, text: Vec<u8>, edits: Vec<Edit>) {
        let earlier = std::mem::take(&mut self.patches);
        let (mut begins, mut ends) = (Lag::default(), Lag::default());
        // So many of the earlier patches are taken over or covered.
        let mut past = 0;
        for Edit { span, with, pointer } in edits {
            let begin =
                begins.in_line(&earlier, span.start, |at, patch| at >= patch.begin + patch.with.len());
            let end = ends.in_line(&earlier, span.end, |at, patch| at > patch.begin);
            let before = earlier[past..].partition_point(|patch| patch.end <= begin);
            self.patches.extend_from_slice(&earlier[past..past + before]);
            past += before;
            past += earlier[past..].partition_point(|patch| patch.begin < end);
            self.patches.push(Patch { rule, begin, end, with, pointer });
        }
        self.patches.extend_from_slice(&earlier[past..]);
        self.text = text;
        debug_assert_eq!(apply(self.line, &self.patches), self.text, "patches give the text");
    }

    /// The new line with its patches; none where nothing was changed.
    pub(super) fn finish(self) -> Option<(Vec<u8>, Vec<Patch>)> {
        (!self.patches.is_empty()).then_some((self.text, self.patches))
    }
}

/// How far the text lags behind the line at places that only grow.
#[derive(Default)]
struct Lag {
    /// So many patches are behind the place.
    patches: usize,
    bytes: usize,
}

impl Lag {
    /// Where a place of the text is in the line. What was removed at the ends of a span is not in it.
    fn in_line(&mut self, patches: &[Patch], at: usize, is_behind: impl Fn(usize, &Patch) -> bool) -> usize {
        while let Some(patch) = patches.get(self.patches)
            && is_behind(at + self.bytes, patch)
        {
            // A repair never makes a line longer.
            self.bytes += patch.end - patch.begin - patch.with.len();
            self.patches += 1;
        }
        at + self.bytes
    }
}

/// The line with the patches made.
pub(super) fn apply(line: &[u8], patches: &[Patch]) -> Vec<u8> {
    replaced(line, patches.iter().map(|patch| (patch.begin..patch.end, patch.with)))
}

/// A text with other bytes instead of some spans, which are in order.
fn replaced<'e>(text: &[u8], spans: impl Iterator<Item = (Range<usize>, &'e [u8])>) -> Vec<u8> {
    let mut made = Vec::with_capacity(text.len());
    let mut at = 0;
    for (span, with) in spans {
        made.extend_from_slice(&text[at..span.start]);
        made.extend_from_slice(with);
        at = span.end;
    }
    made.extend_from_slice(&text[at..]);
    made
}
