//! What a record has in common with evaluation records.

use super::grams::{grams, whole};
use super::{COVERAGE_WORDS, Index};
use crate::near::words::words;

/// How a match was found: the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// So many words in a row.
    Ngram,
    /// Most of the words of the evaluation record.
    Coverage,
    /// All of them, which are few.
    Whole,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ngram, Self::Coverage, Self::Whole];

    /// The word for it in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ngram => "ngram",
            Self::Coverage => "coverage",
            Self::Whole => "whole",
        }
    }
}

/// What a record has in common with one evaluation record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// By its number in the index.
    pub record: u32,
    /// How it was found.
    pub by: By,
    /// The text with the first word of the longest run of words that both have, by its place among those of the record.
    pub text: usize,
    /// That word's place in the text.
    pub word: usize,
    /// How many words the run has; it may end in a later text.
    pub words: usize,
    /// How many words of the evaluation record are covered.
    pub covered: u32,
    /// Of how many that count.
    pub counted: u32,
}

impl Match {
    /// The covered part of the evaluation record, from 0 to 1.
    pub fn coverage(&self) -> f64 {
        if self.counted == 0 { 0.0 } else { f64::from(self.covered) / f64::from(self.counted) }
    }
}

/// Some words in a row of the record that an evaluation record has too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    record: u32,
    from: usize,
    to: usize,
    is_ngram: bool,
    hash: u64,
}

/// Looks for one record after the other.
pub struct Matcher<'i> {
    index: &'i Index,
    words: Vec<u64>,
    /// Where the words of each text end.
    ends: Vec<usize>,
    runs: Vec<Run>,
    matches: Vec<Match>,
}

impl<'i> Matcher<'i> {
    /// Looks in this index.
    pub fn new(index: &'i Index) -> Self {
        Self { index, words: Vec::new(), ends: Vec::new(), runs: Vec::new(), matches: Vec::new() }
    }

    /// What a record of these texts has in common with evaluation records, in the order of these. Linear in the texts
    /// where that is nothing.
    pub fn find<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> &[Match] {
        let Self { index, words: all, ends, runs, matches } = self;
        all.clear();
        ends.clear();
        runs.clear();
        matches.clear();
        for text in texts {
            words(text, all);
            ends.push(all.len());
        }
        index.find_wholes(all, ends, matches);
        let base = (index.config.ngram as usize).min(COVERAGE_WORDS);
        let mut is_close = false;
        grams(all, base, |_, hash| is_close |= index.filter.may_have(hash));
        if is_close {
            index.find_runs(all, runs);
            index.judge(runs, ends, matches);
            matches.sort_unstable_by_key(|found| (found.record, found.by));
            matches.dedup_by_key(|found| found.record);
        }
        matches
    }
}

impl Index {
    /// The evaluation records that are a whole text, or the whole record.
    fn find_wholes(&self, words: &[u64], ends: &[usize], matches: &mut Vec<Match>) {
        if self.wholes.is_empty() {
            return;
        }
        let begins = [0].into_iter().chain(ends.iter().copied());
        for range in begins.zip(ends.iter().copied()).chain([(0, words.len())]).map(|(from, to)| from..to) {
            if range.is_empty() || range.len() > self.whole_words_max {
                continue;
            }
            let Some(&record) = self.wholes.get(&whole(&words[range.clone()])) else { continue };
            if matches.iter().all(|found| found.record != record) {
                let (text, word) = place(ends, range.start);
                let (words, all) = (range.len(), range.len() as u32);
                matches.push(Match { record, by: By::Whole, text, word, words, covered: all, counted: all });
            }
        }
        matches.sort_unstable_by_key(|found| found.record);
    }

    /// All words in a row that an evaluation record has too, in the order of evaluation records.
    fn find_runs(&self, words: &[u64], runs: &mut Vec<Run>) {
        let n = self.config.ngram as usize;
        for (table, n, is_ngram) in [(&self.ngrams, n, true), (&self.covering, COVERAGE_WORDS, false)] {
            grams(words, n, |from, hash| {
                let found = table.find(hash).iter();
                runs.extend(found.map(|&record| Run { record, from, to: from + n, is_ngram, hash }));
            });
        }
        runs.sort_unstable();
    }

    fn judge(&self, runs: &[Run], ends: &[usize], matches: &mut Vec<Match>) {
        for runs in runs.chunk_by(|a, b| a.record == b.record) {
            let record = runs[0].record;
            let (covered, counted) = self.coverage(record, runs);
            let is_covered = counted > 0 && self.config.coverage.is_reached(covered, counted);
            let by = match runs.iter().any(|run| run.is_ngram) {
                true => By::Ngram,
                false if is_covered => By::Coverage,
                false => continue,
            };
            let (from, words) = longest(runs);
            let (text, word) = place(ends, from);
            matches.push(Match { record, by, text, word, words, covered, counted });
        }
    }

    /// How many words of an evaluation record are in words in a row that the record has, and how many in any that count.
    fn coverage(&self, record: u32, runs: &[Run]) -> (u32, u32) {
        let covering = runs.iter().filter(|run| !run.is_ngram);
        let mut have: Vec<u64> = covering.map(|run| run.hash).collect();
        have.sort_unstable();
        let words = self.words(record);
        let (mut covered, mut counted) = (0, 0);
        let (mut covered_to, mut counted_to) = (0, 0);
        grams(words, COVERAGE_WORDS, |from, hash| {
            let to = from + COVERAGE_WORDS;
            if self.covering.find(hash).is_empty() {
                return;
            }
            counted += to - from.max(counted_to);
            counted_to = to;
            if have.binary_search(&hash).is_ok() {
                covered += to - from.max(covered_to);
                covered_to = to;
            }
        });
        (covered as u32, counted as u32)
    }
}

/// The longest run of words: of two as long, the first.
fn longest(runs: &[Run]) -> (usize, usize) {
    let mut longest = (0, 0);
    let mut under_way = (0, 0);
    for run in runs {
        if run.from > under_way.1 {
            under_way = (run.from, run.to);
        } else {
            under_way.1 = under_way.1.max(run.to);
        }
        if under_way.1 - under_way.0 > longest.1 {
            longest = (under_way.0, under_way.1 - under_way.0);
        }
    }
    longest
}

/// The text that a word is in, and its place there.
fn place(ends: &[usize], word: usize) -> (usize, usize) {
    let text = ends.partition_point(|&end| end <= word);
    (text, word - text.checked_sub(1).map_or(0, |before| ends[before]))
}
