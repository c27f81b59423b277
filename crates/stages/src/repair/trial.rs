//! Which of the edits that a rule proposes are made: those after which less is found and nothing new.
//!
//! All are tried together. Where that breaks something, what is then found says where, so that all edits in other places
//! can be tried together next, however many there are of either.

use std::collections::{BTreeMap, BTreeSet};

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

/// Edits that are made together or not at all, about one place.
type Proposal = Vec<Edit>;

/// Tries proposals of a rule, each of which may be made without the others.
pub(super) fn run(
    rule: &Rule,
    proposals: Vec<Proposal>,
    draft: &Draft<'_>,
    found: &[RecordFinding],
    mut examine: impl FnMut(&[u8]) -> Vec<RecordFinding>,
) -> Option<Trial> {
    let proposals = proposals.into_iter().filter(|edits| !edits.is_empty()).collect();
    let (apart, others) = divide(proposals);
    // Those that overlap are proposed again, for the text as it is then.
    search(rule, &apart, draft, found, &mut examine)
        .or_else(|| search(rule, &others, draft, found, &mut examine))
}

/// The proposals that can be made together, the first ones first, and those that overlap one of them.
fn divide(proposals: Vec<Proposal>) -> (Vec<Proposal>, Vec<Proposal>) {
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

/// Makes all proposals together; where that mends nothing, first those that broke nothing, and then the others in halves.
fn search(
    rule: &Rule,
    proposals: &[Proposal],
    draft: &Draft<'_>,
    found: &[RecordFinding],
    examine: &mut impl FnMut(&[u8]) -> Vec<RecordFinding>,
) -> Option<Trial> {
    let mut made: Option<Trial> = None;
    let mut sets: Vec<Vec<&Proposal>> = vec![proposals.iter().collect()];
    for _ in 0..ATTEMPTS_MAX {
        let Some(set) = sets.pop() else { break };
        let earlier = made.iter().flat_map(|made| &made.edits);
        let edits: Vec<Edit> = earlier.chain(set.iter().copied().flatten()).cloned().collect();
        let Some((text, edits)) = draft.attempt(edits) else {
            sets.extend(halves([set]));
            continue;
        };
        let after = examine(&text);
        let change = Change::new(rule, made.as_ref().map_or(found, |made| &made.found), &after);
        let is_mended = change.is_mended();
        let (useful, useless): (Vec<&Proposal>, Vec<&Proposal>) =
            set.into_iter().partition(|edits| change.mends(place(edits)));
        if is_mended && (useless.is_empty() || useful.is_empty()) {
            made = Some(Trial { edits, text, found: after });
        } else if is_mended {
            sets.push(useful);
        } else {
            let (innocent, suspects) = change.suspects(useful);
            sets.extend(halves(suspects));
            sets.extend(Some(innocent).filter(|innocent| !innocent.is_empty()));
        }
    }
    made
}

/// What a proposal is about.
fn place(edits: &Proposal) -> &str {
    named(&edits[0].pointer)
}

/// The part of a JSON Pointer that has names: a key without one is told by its number, which is another one where a key
/// before it goes.
fn named(pointer: &str) -> &str {
    pointer.find("/?").map_or(pointer, |at| &pointer[..at + "/?".len()])
}

/// The second halves of all groups of more than one, and the first ones.
fn halves<'p>(groups: impl IntoIterator<Item = Vec<&'p Proposal>>) -> Vec<Vec<&'p Proposal>> {
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for group in groups.into_iter().filter(|group| group.len() > 1) {
        let (first, second) = group.split_at(group.len() / 2);
        firsts.extend_from_slice(first);
        seconds.extend_from_slice(second);
    }
    [seconds, firsts].into_iter().filter(|half| !half.is_empty()).collect()
}

type Counts<'f> = BTreeMap<(Code, &'f str), usize>;

/// How what is found differs once edits are made.
struct Change<'f> {
    rule: &'f Rule,
    before: Counts<'f>,
    after: Counts<'f>,
}

impl<'f> Change<'f> {
    fn new(rule: &'f Rule, before: &'f [RecordFinding], after: &'f [RecordFinding]) -> Self {
        Self { rule, before: count(before), after: count(after) }
    }

    /// Returns true if something is mended and nothing broken.
    fn is_mended(&self) -> bool {
        let (before, after) = (by_code(&self.before), by_code(&self.after));
        let number = |counts: &BTreeMap<Code, usize>, code| counts.get(&code).copied().unwrap_or_default();
        number(&after, self.rule.code) < number(&before, self.rule.code)
            && after.iter().all(|(code, n)| !self.matters(*code) || *n <= number(&before, *code))
    }

    /// Whether more findings of a code are a reason not to make an edit.
    fn matters(&self, code: Code) -> bool {
        match self.rule.code {
            Code::JsonBom => false,
            // The check stops at such a flaw: what is behind it was not known before.
            Code::JsonSyntax => code == Code::JsonBlankLine,
            Code::JsonLoneSurrogate => code == Code::JsonDuplicateKey,
            _ => true,
        }
    }

    /// Returns true if less is found in a place.
    fn mends(&self, place: &str) -> bool {
        let key = (self.rule.code, place);
        self.after.get(&key).is_none_or(|n| self.before.get(&key).is_some_and(|before| n < before))
    }

    /// Those of some proposals that broke nothing, and the others in groups, each of which broke something: those that
    /// are nearest to what is found now and was not before.
    fn suspects<'p>(&self, set: Vec<&'p Proposal>) -> (Vec<&'p Proposal>, Vec<Vec<&'p Proposal>>) {
        let held: BTreeSet<&str> = set.iter().flat_map(|edits| ancestors(place(edits))).collect();
        let is_new =
            |key: &(Code, &str), n: usize| self.matters(key.0) && self.before.get(key).is_none_or(|m| n > *m);
        let broken = self.after.iter().filter(|(key, n)| is_new(key, **n)).map(|((_, place), _)| *place);
        let broken: BTreeSet<&str> =
            broken.filter_map(|place| ancestors(place).find(|place| held.contains(place))).collect();
        if broken.is_empty() {
            return (Vec::new(), vec![set]);
        }
        let (mut innocent, mut groups) = (Vec::new(), BTreeMap::<&str, Vec<&Proposal>>::new());
        for edits in set {
            match ancestors(place(edits)).find(|place| broken.contains(place)) {
                Some(place) => groups.entry(place).or_default().push(edits),
                None => innocent.push(edits),
            }
        }
        (innocent, groups.into_values().collect())
    }
}

fn count(found: &[RecordFinding]) -> Counts<'_> {
    let mut counts = Counts::new();
    for finding in found {
        *counts.entry((finding.code, named(&finding.pointer))).or_default() += 1;
    }
    counts
}

fn by_code(counts: &Counts<'_>) -> BTreeMap<Code, usize> {
    let mut sums = BTreeMap::new();
    for ((code, _), n) in counts {
        *sums.entry(*code).or_default() += n;
    }
    sums
}

/// A place and all that it is in, up to the record.
fn ancestors(place: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(place), |place| place.rfind('/').map(|at| &place[..at]))
}
