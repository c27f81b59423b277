//! What became of records: matched by content, and what is left by id, or by its place between lines that stayed.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use bedload_record::{Side, Verdict};
use bedload_report::PastLine;
use rayon::prelude::*;

/// A line of one of the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its input, as an index into the list of its output.
    pub file: u32,
    /// Its physical line, from 1.
    pub line: u64,
    /// Where its record was kept; none where it was not.
    pub side: Option<Side>,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It was in no input of the earlier output.
    Added,
    /// It was in the earlier inputs, but not kept.
    AddedFromInputs,
    /// It is in no input of the later output.
    Removed,
    /// It is still in the inputs, as a duplicate of another.
    NowDuplicate,
    /// It is still in the inputs, and was not chosen.
    NowUnselected,
    /// Its line is now rejected.
    NowRejected,
    /// Another content has its id, or its place.
    Changed,
    /// It is the same, but for its label.
    Relabelled,
    /// It is kept on another side.
    Moved,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Added,
        Self::AddedFromInputs,
        Self::Removed,
        Self::NowDuplicate,
        Self::NowUnselected,
        Self::NowRejected,
        Self::Changed,
        Self::Relabelled,
        Self::Moved,
    ];

    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::AddedFromInputs => "added-from-inputs",
            Self::Removed => "removed",
            Self::NowDuplicate => "removed-duplicate",
            Self::NowUnselected => "removed-unselected",
            Self::NowRejected => "removed-rejected",
            Self::Changed => "changed",
            Self::Relabelled => "relabelled",
            Self::Moved => "moved",
        }
    }
}

/// One record that is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// Where it was.
    pub old: Option<Place>,
    /// Where it is.
    pub new: Option<Place>,
}

/// What became of the records that were or are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Records that are kept on the side that they were on.
    pub same: u64,
    /// All others, by what became of them, then by place.
    pub list: Vec<Change>,
    /// How many of the changed ones were recognized by their ids; the others by their place.
    pub by_id: u64,
}

impl Changes {
    /// How many records became something.
    pub fn count(&self, kind: Kind) -> u64 {
        self.list.iter().filter(|change| change.kind == kind).count() as u64
    }

    /// How many moved from one side to another.
    pub fn moved(&self, from: Side, to: Side) -> u64 {
        let side = |place: Option<Place>| place.and_then(|place| place.side);
        let is_it = |change: &&Change| {
            change.kind == Kind::Moved && side(change.old) == Some(from) && side(change.new) == Some(to)
        };
        self.list.iter().filter(is_it).count() as u64
    }
}

/// The lines of an output, with the names of its inputs.
type Lines<'a> = (&'a [String], &'a [PastLine]);

fn place(line: &PastLine) -> Place {
    Place { file: line.file, line: line.line, side: line.verdict.side() }
}

/// Takes out of both lists what has the same key, as often as both have it; what is left stays in order.
fn matched<K: Ord>(
    (was, is): (&mut Vec<u32>, &mut Vec<u32>),
    (key_of_old, key_of_new): (impl Fn(u32) -> K, impl Fn(u32) -> K),
    mut take: impl FnMut(u32, u32),
) {
    was.sort_by_key(|&at| key_of_old(at));
    is.sort_by_key(|&at| key_of_new(at));
    let (mut olds, mut news) = (was.drain(..).peekable(), is.drain(..).peekable());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while let (Some(&old), Some(&new)) = (olds.peek(), news.peek()) {
        match key_of_old(old).cmp(&key_of_new(new)) {
            Ordering::Less => left.extend(olds.next()),
            Ordering::Greater => right.extend(news.next()),
            Ordering::Equal => {
                take(old, new);
                olds.next();
                news.next();
            }
        }
    }
    left.extend(olds);
    right.extend(news);
    left.sort_unstable();
    right.sort_unstable();
    (*was, *is) = (left, right);
}

/// A record that was not chosen, or else one that was a duplicate.
fn unkept<'l>(entries: &[Entry], lines: &'l [PastLine]) -> Option<&'l PastLine> {
    let of =
        |verdict| entries.iter().map(|entry| &lines[entry.at as usize]).find(|line| line.verdict == verdict);
    of(Verdict::Unselected).or_else(|| of(Verdict::Duplicate))
}

/// A line of either output that has content.
#[derive(Clone, Copy)]
struct Entry {
    digest: u128,
    at: u32,
    is_new: bool,
}

/// What becomes of the records of two outputs.
///
/// Records are the same where their content is, as often as both have it. What only one has is matched by id; and
/// where it has none, by place: in inputs of the same name, as many lines in a row that only the earlier output has as
/// only the later one has, between lines that both have.
pub(super) fn changes(old: Lines<'_>, new: Lines<'_>) -> Changes {
    let mut entries: Vec<Entry> = [(old.1, false), (new.1, true)]
        .into_par_iter()
        .flat_map_iter(|(lines, is_new)| {
            let with_content = lines.iter().zip(0u32..).filter_map(|(line, at)| Some((line.digest?, at)));
            with_content.map(move |(digest, at)| Entry { digest, at, is_new })
        })
        .collect();
    entries.par_sort_unstable_by_key(|entry| (entry.digest, entry.is_new, entry.at));
    let mut found = Changes::default();
    // Lines of which the other output has the content: they tell where others are between.
    let mut known = [vec![false; old.1.len()], vec![false; new.1.len()]];
    let mut alone: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
    for group in entries.chunk_by(|a, b| a.digest == b.digest) {
        let (olds, news) = group.split_at(group.partition_point(|entry| !entry.is_new));
        if !olds.is_empty() && !news.is_empty() {
            olds.iter().for_each(|entry| known[0][entry.at as usize] = true);
            news.iter().for_each(|entry| known[1][entry.at as usize] = true);
        }
        let kept = |entries: &[Entry], lines: &[PastLine]| -> Vec<u32> {
            let kept = entries.iter().filter(|entry| lines[entry.at as usize].verdict.side().is_some());
            kept.map(|entry| entry.at).collect()
        };
        let (mut was, mut is) = (kept(olds, old.1), kept(news, new.1));
        // As they were, then on the side that they were on, then on another one.
        let line =
            |at: u32, lines: &[PastLine]| (lines[at as usize].verdict.side(), lines[at as usize].label);
        matched((&mut was, &mut is), (|at| line(at, old.1), |at| line(at, new.1)), |_, _| found.same += 1);
        let side = |at: u32, lines: &[PastLine]| lines[at as usize].verdict.side();
        matched((&mut was, &mut is), (|at| side(at, old.1), |at| side(at, new.1)), |at, other| {
            found.list.push(Change {
                kind: Kind::Relabelled,
                old: Some(place(&old.1[at as usize])),
                new: Some(place(&new.1[other as usize])),
            });
        });
        let (left_of_old, left_of_new) = (unkept(olds, old.1), unkept(news, new.1));
        let mut now = is.into_iter();
        for at in was {
            let old_place = place(&old.1[at as usize]);
            if let Some(other) = now.next() {
                let new_place = Some(place(&new.1[other as usize]));
                found.list.push(Change { kind: Kind::Moved, old: Some(old_place), new: new_place });
                continue;
            }
            let kind = match left_of_new {
                Some(left) if left.verdict == Verdict::Unselected => Kind::NowUnselected,
                Some(_) => Kind::NowDuplicate,
                None if news.is_empty() => {
                    alone[0].push(at);
                    continue;
                }
                // One of several copies.
                None => Kind::Removed,
            };
            let left = left_of_new.map(place);
            found.list.push(Change { kind, old: Some(old_place), new: left });
        }
        for at in now {
            let was = left_of_old.map(place);
            if olds.is_empty() {
                alone[1].push(at);
                continue;
            }
            let kind = if was.is_some() { Kind::AddedFromInputs } else { Kind::Added };
            found.list.push(Change { kind, old: was, new: Some(place(&new.1[at as usize])) });
        }
    }
    alone.iter_mut().for_each(|ats| ats.sort_unstable());
    match_alone(old, new, &known, alone, &mut found);
    found.list.sort_unstable_by_key(|change| (change.kind, change.old, change.new));
    found
}

/// Matches records of which only one output has the content.
fn match_alone(
    old: Lines<'_>,
    new: Lines<'_>,
    known: &[Vec<bool>; 2],
    alone: [Vec<u32>; 2],
    found: &mut Changes,
) {
    // A line that is rejected has no content to go by, but perhaps an id, and a place.
    let rejected = |lines: &[PastLine]| -> Vec<u32> {
        (0u32..).zip(lines).filter(|(_, line)| line.verdict == Verdict::Rejected).map(|(at, _)| at).collect()
    };
    let [was, is] = alone;
    let mut partner: HashMap<u32, u32> = HashMap::new();
    let named = |alone: &[u32], lines: &[PastLine]| {
        let mut by_id: HashMap<u64, Option<u32>> = HashMap::new();
        for at in alone.iter().copied().chain(rejected(lines)) {
            if let Some(id) = lines[at as usize].id {
                // An id of several records names none of them.
                by_id.entry(id).and_modify(|several| *several = None).or_insert(Some(at));
            }
        }
        by_id
    };
    let (olds, news) = (named(&was, old.1), named(&is, new.1));
    for &at in &was {
        let id = old.1[at as usize].id.filter(|id| olds.get(id) == Some(&Some(at)));
        if let Some(other) = id.and_then(|id| news.get(&id).copied().flatten()) {
            partner.insert(at, other);
        }
    }
    found.by_id = partner.values().filter(|&&at| new.1[at as usize].verdict.side().is_some()).count() as u64;
    for (at, other) in by_place(old, new, known) {
        let is_free = was.binary_search(&at).is_ok()
            && old.1[at as usize].id.is_none()
            && new.1[other as usize].id.is_none()
            && (new.1[other as usize].verdict == Verdict::Rejected || is.binary_search(&other).is_ok());
        if is_free {
            partner.entry(at).or_insert(other);
        }
    }
    let mut taken: Vec<u32> = partner.values().copied().collect();
    taken.sort_unstable();
    for at in was {
        let other = partner.get(&at).map(|&other| &new.1[other as usize]);
        let kind = match other.map(|line| line.verdict) {
            None => Kind::Removed,
            Some(Verdict::Rejected) => Kind::NowRejected,
            Some(_) => Kind::Changed,
        };
        let old = Some(place(&old.1[at as usize]));
        found.list.push(Change { kind, old, new: other.map(place) });
    }
    for at in is.into_iter().filter(|at| taken.binary_search(at).is_err()) {
        found.list.push(Change { kind: Kind::Added, old: None, new: Some(place(&new.1[at as usize])) });
    }
}

/// Lines at the same places of inputs of the same name: as many in a row without known content in both outputs,
/// between the same known lines.
fn by_place(old: Lines<'_>, new: Lines<'_>, known: &[Vec<bool>; 2]) -> Vec<(u32, u32)> {
    let [names_of_old, names_of_new] = same_names(old.0, new.0);
    let (old, new) = ((names_of_old.as_slice(), old.1), (names_of_new.as_slice(), new.1));
    let runs_of_new: HashMap<Bounds<'_>, Option<(u32, u32)>> = runs(new, &known[1]).into_iter().fold(
        HashMap::new(),
        |mut all: HashMap<Bounds<'_>, Option<(u32, u32)>>, (bounds, run)| {
            all.entry(bounds).and_modify(|several| *several = None).or_insert(Some(run));
            all
        },
    );
    let mut pairs = Vec::new();
    for (bounds, (first, len)) in runs(old, &known[0]) {
        if let Some(&Some((other, same))) = runs_of_new.get(&bounds)
            && same == len
        {
            pairs.extend((0..len).map(|nth| (first + nth, other + nth)));
        }
    }
    pairs
}

/// What inputs are called so that those that go together have the same name: where both outputs have one, they do;
/// otherwise those whose path is the same, or else the name of the file.
fn same_names<'a>(old: &'a [String], new: &'a [String]) -> [Vec<&'a str>; 2] {
    if old.len() == 1 && new.len() == 1 {
        return [vec![""], vec![""]];
    }
    let in_both: HashSet<&str> = {
        let old: HashSet<&str> = old.iter().map(String::as_str).collect();
        new.iter().map(String::as_str).filter(|name| old.contains(name)).collect()
    };
    let name = |path: &'a String| match path.rsplit_once('/') {
        Some((_, name)) if !in_both.contains(path.as_str()) => name,
        _ => path,
    };
    [old.iter().map(name).collect(), new.iter().map(name).collect()]
}

/// What a run of lines is between: its input, and the contents before and after it, none at the ends of the input.
type Bounds<'a> = (&'a str, Option<u128>, Option<u128>);

/// The runs of lines without known content, each with its first line and length. A run that is a whole input is none:
/// nothing tells that its lines have to do with those of another.
fn runs<'a>((files, lines): (&[&'a str], &[PastLine]), known: &[bool]) -> Vec<(Bounds<'a>, (u32, u32))> {
    let mut runs = Vec::new();
    let mut at = 0;
    for of_file in lines.chunk_by(|a, b| a.file == b.file) {
        let end = at + of_file.len();
        let mut before = None;
        while at < end {
            if known[at] {
                before = lines[at].digest;
                at += 1;
                continue;
            }
            let first = at;
            while at < end && !known[at] {
                at += 1;
            }
            let after = if at < end { lines[at].digest } else { None };
            if before.is_some() || after.is_some() {
                let name = files[lines[first].file as usize];
                runs.push(((name, before, after), (first as u32, (at - first) as u32)));
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests;
