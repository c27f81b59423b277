//! The evaluation data: words of its records, and tables of those in a row.

use std::collections::{HashMap, HashSet};

use super::grams::{Filter, Grams, grams, pairs, whole};
use super::{COVERAGE_WORDS, ContaminationConfig, WORDS_MIN};
use crate::near::words::words;

/// Some evaluation records, as they are read.
#[derive(Debug, Default)]
pub struct EvalChunk {
    /// The line of each, from 1.
    lines: Vec<u64>,
    words: Vec<u64>,
    ends: Vec<usize>,
}

impl EvalChunk {
    /// Adds the record in a line, with all of its texts.
    pub fn push<'t>(&mut self, line: u64, texts: impl Iterator<Item = &'t str>) {
        texts.for_each(|text| words(text, &mut self.words));
        self.lines.push(line);
        self.ends.push(self.words.len());
    }

    /// Appends the records that follow these after `lines` lines.
    pub fn append(&mut self, lines: u64, more: &Self) {
        let before = self.words.len();
        self.lines.extend(more.lines.iter().map(|line| lines + line));
        self.words.extend_from_slice(&more.words);
        self.ends.extend(more.ends.iter().map(|end| before + end));
    }

    fn get(&self, nth: usize) -> &[u64] {
        let begin = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[begin..self.ends[nth]]
    }
}

/// Where an evaluation record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvalRecord {
    /// Its file, by its place in the list.
    pub file: usize,
    /// Its line, from 1.
    pub line: u64,
}

/// All evaluation records, to be looked up in.
#[derive(Debug)]
pub struct Index {
    /// By file.
    chunks: Vec<EvalChunk>,
    /// The different ones that are compared.
    records: Vec<(EvalRecord, usize)>,
    pub(super) config: ContaminationConfig,
    /// Of the shorter of both lengths.
    pub(super) filter: Filter,
    pub(super) ngrams: Grams,
    pub(super) covering: Grams,
    /// The records that are compared as a whole, by the hash of all of their words.
    pub(super) wholes: HashMap<u64, u32>,
    /// The most words in one of them.
    pub(super) whole_words_max: usize,
    n_common: u64,
    n_short: u64,
    n_read: u64,
}

impl Index {
    /// Of the records of each file.
    pub fn new(chunks: Vec<EvalChunk>, config: &ContaminationConfig) -> Self {
        let mut known = HashSet::new();
        let (mut records, mut n_short, mut n_read) = (Vec::new(), 0, 0);
        for (file, chunk) in chunks.iter().enumerate() {
            for (nth, &line) in chunk.lines.iter().enumerate() {
                n_read += 1;
                if chunk.get(nth).len() < WORDS_MIN {
                    n_short += 1;
                } else if known.insert(whole(chunk.get(nth))) {
                    records.push((EvalRecord { file, line }, nth));
                }
            }
        }
        let words: Vec<&[u64]> = records.iter().map(|&(at, nth)| chunks[at.file].get(nth)).collect();
        let common = config.common.get() as usize;
        let n = config.ngram as usize;
        let (of_n, covering) = (pairs(n, &words), pairs(COVERAGE_WORDS, &words));
        let filter = Filter::of(if n < COVERAGE_WORDS { &of_n } else { &covering });
        let (ngrams, n_common) = Grams::of(&of_n, common);
        let (covering, _) = Grams::of(&covering, common);
        let mut wholes = HashMap::new();
        let mut whole_words_max = 0;
        for (&words, record) in words.iter().zip(0..) {
            if !has_any(&ngrams, words, n) && !has_any(&covering, words, COVERAGE_WORDS) {
                wholes.insert(whole(words), record);
                whole_words_max = whole_words_max.max(words.len());
            }
        }
        let config = config.clone();
        Self {
            chunks,
            records,
            config,
            filter,
            ngrams,
            covering,
            wholes,
            whole_words_max,
            n_common,
            n_short,
            n_read,
        }
    }

    /// Where a record is.
    pub fn record(&self, record: u32) -> EvalRecord {
        self.records[record as usize].0
    }

    pub(super) fn words(&self, record: u32) -> &[u64] {
        let (EvalRecord { file, .. }, nth) = self.records[record as usize];
        self.chunks[file].get(nth)
    }

    /// How many evaluation records were read.
    pub fn n_read(&self) -> u64 {
        self.n_read
    }

    /// How many have too few words to be compared.
    pub fn n_short(&self) -> u64 {
        self.n_short
    }

    /// How many different words in a row are in too many records to count.
    pub fn n_common(&self) -> u64 {
        self.n_common
    }
}

fn has_any(table: &Grams, words: &[u64], n: usize) -> bool {
    let mut found = false;
    grams(words, n, |_, hash| found |= !table.find(hash).is_empty());
    found
}
