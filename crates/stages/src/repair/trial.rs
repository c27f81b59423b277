//! Which of the edits that a rule proposes are made: those after which less is found and nothing new.

use std::collections::BTreeMap;

use bedload_record::{Code, RecordFinding};

use super::Rule;
use super::draft::{Draft, Edit};

/// So many sets of edits of a rule are tried at a time: each attempt reads the line again. With it, 64 proposals can be
/// tried one by one, whatever it takes to find out that they do not go together.
const ATTEMPTS_MAX: usize = 128;

/// Edits that mend something.
pub(super) struct Trial {
    pub(super) edits: Vec<Edit>,
    /// With these edits made.
    pub(super) text: Vec<u8>,
    /// What is found in that text.
    pub(super) found: Vec<RecordFinding>,
}

/// Tries proposals of a rule, each of which may be made without the others.
pub(super) fn run(
    rule: &Rule,
    proposals: Vec<Vec<Edit>>,
    draft: &Draft<'_>,
    found: &[RecordFinding],
    mut examine: impl FnMut(&[u8]) -> Vec<RecordFinding>,
) -> Option<Trial> {
    let (apart, others) = divide(proposals);
    // Those that overlap are proposed again, for the text as it is then.
    halve(rule, &apart, draft, found, &mut examine)
        .or_else(|| halve(rule, &others, draft, found, &mut examine))
}

/// The proposals that can be made together, the first ones first, and those that overlap one of them.
fn divide(proposals: Vec<Vec<Edit>>) -> (Vec<Vec<Edit>>, Vec<Vec<Edit>>) {
    let mut taken = BTreeMap::new();
    proposals.into_iter().partition(|edits| {
        let is_free = edits.iter().all(|Edit { span, .. }| {
            let before = taken.range(..span.end).next_back();
            before.is_none_or(|(_, end)| *end <= span.start)
        });
        if is_free {
            taken.extend(edits.iter().map(|edit| (edit.span.start, edit.span.end)));
        }
        is_free
    })
}

/// Makes all proposals together; where that mends nothing, first one half of them and then the other.
fn halve(
    rule: &Rule,
    proposals: &[Vec<Edit>],
    draft: &Draft<'_>,
    found: &[RecordFinding],
    examine: &mut impl FnMut(&[u8]) -> Vec<RecordFinding>,
) -> Option<Trial> {
    let mut made: Option<Trial> = None;
    let mut sets = vec![proposals];
    for _ in 0..ATTEMPTS_MAX {
        let Some(set) = sets.pop() else { break };
        let earlier = made.iter().flat_map(|made| &made.edits);
        let edits: Vec<Edit> = earlier.chain(set.iter().flatten()).cloned().collect();
        if let Some((text, edits)) = draft.attempt(edits) {
            let after = examine(&text);
            if is_mended(rule, made.as_ref().map_or(found, |made| &made.found), &after) {
                made = Some(Trial { edits, text, found: after });
                continue;
            }
        }
        if set.len() > 1 {
            let (first, second) = set.split_at(set.len() / 2);
            sets.extend([second, first]);
        }
    }
    made
}

/// Returns true if edits by a rule have mended something and broken nothing.
fn is_mended(rule: &Rule, before: &[RecordFinding], after: &[RecordFinding]) -> bool {
    let (before, after) = (count(before), count(after));
    let number = |counts: &BTreeMap<Code, usize>, code| counts.get(&code).copied().unwrap_or_default();
    let grew = |code| number(&after, code) > number(&before, code);
    number(&after, rule.code) < number(&before, rule.code)
        && match rule.code {
            Code::JsonBom => true,
            // The check stops at such a flaw: what is behind it was not known before.
            Code::JsonSyntax => !grew(Code::JsonBlankLine),
            Code::JsonLoneSurrogate => !grew(Code::JsonDuplicateKey),
            _ => !after.keys().any(|code| grew(*code)),
        }
}

fn count(found: &[RecordFinding]) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for finding in found {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}
