//! # Near-duplicates
//!
//! ## What it does
//! Drops records that are nearly the same as one that stays; each names it, and how alike they are.
//!
//! ## Why
//! Copies with a changed word weigh as much in training as copies, and leak as much into validation data.
//!
//! ## How
//! The similarity of two records is the Jaccard index of their sets of shingles: of five words in a row, unless told
//! otherwise. Words are lower-cased runs of letters and digits (Unicode: Alphabetic or a number); each character of a
//! script without spaces and each pictograph is a word of its own ([`WHOLE`](words) lists the blocks). The words of all
//! texts of a record follow each other, without those of system prompts; a record of fewer words is one shingle, and
//! one without words is like no other.
//!
//! A record is dropped if it is at least as alike as the threshold to one that stays and comes before it in the order of
//! survivors; so chains do not carry: a survivor stands for its own likes only. Pairs that may be alike are found by what
//! they must have in common. Two sets that are alike have the same members in some of many parts of all hashes, and below
//! a similarity of 0.65 they share some of their rarest members, so that all pairs are found (Arasu, Ganti and Kaushik,
//! VLDB 2006; Bayardo, Ma and Srikant, WWW 2007); or banded `MinHash` finds 999 of 1,000. Either way each pair is compared
//! exactly, in integers. Records that stay and are alike by a lower threshold, directly or through others, are of one group in
//! the split. Hashes have 64 bits: at 10^9 different shingles a pair of them is taken for one with a chance of 3 %.
//!
//! A list of all pairs serves as well as the sets. An index keeps it for a later run, with what each set must share with
//! any that is like it in an order that stays, so that only new records are compared.
//!
//! ## Findings
//! None: a near-duplicate is a verdict, and a row of `report/duplicates.parquet`.

mod candidates;
mod compare;
mod counts;
mod edges;
mod index;
mod join;
mod listed;
mod lookup;
mod lsh;
mod parts;
mod saved;
mod seen;
mod sets;
mod shingles;
mod similar;
mod similarity;
mod sketch;
mod stars;
pub(crate) mod words;

use bedload_bedrock::Part;
use bedload_record::{FactTable, NoRoom, Ordinal, Side};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dedupe::Survivor;
use candidates::Candidates;
use join::Join;

pub use edges::{Edge, Edges};
pub use listed::PairList;
pub use lookup::Lookup;
pub use lsh::Bands;
pub use saved::{
    MAGIC as INDEX_MAGIC, Member, NewIndex, Run, SavedIndex, SavedPair, Unusable, all_pairs, pairs_max, stamp,
};
pub use sets::{NewSets, SetChunk, Sets};
pub use shingles::{NotShingle, Shingle, Shingler};
pub use similar::Similar;
pub use similarity::{NotThreshold, Similarity, Threshold};

/// `[stages.near]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NearConfig {
    /// Whether the stage runs; it does nothing without a threshold.
    pub enabled: bool,
    /// Drop records whose similarity to one that stays is at least this, above 0 and up to 1. Example: `threshold = 0.8`.
    pub threshold: Option<Threshold>,
    /// Keep records of at least this similarity on the same side of the split, also those linked by others; 0.1 below
    /// `threshold` when not set. Example: `group = 0.6`.
    pub group: Option<Threshold>,
    /// List pairs of at least this similarity in `report/edges.parquet`; when not set, none are listed. Example:
    /// `edges = 0.5`.
    pub edges: Option<Threshold>,
    /// What is compared: `word:N` or `char:N`, N words or characters in a row, 1 to 64. Example: `shingle = "char:12"`.
    pub shingle: Shingle,
    /// How pairs are found: `auto`, `exact` or `lsh`. Example: `engine = "lsh"`.
    pub engine: Engine,
    /// Which texts are compared: `all`, `prompt` or `completion`. Example: `fields = "prompt"`.
    pub fields: Fields,
    /// File in which similar pairs are kept from run to run, so that only new records are compared. Example:
    /// `index = "near.index"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

impl Default for NearConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            threshold: None,
            group: None,
            edges: None,
            shingle: Shingle::default(),
            engine: Engine::default(),
            fields: Fields::default(),
            index: None,
        }
    }
}

/// How much less alike records may be that stay together than those that are dropped: a tenth.
const GROUP_BELOW: &str = "0.1";

impl NearConfig {
    /// The threshold for records that are dropped, where the stage runs.
    pub fn dropping(&self) -> Option<Threshold> {
        self.threshold.filter(|_| self.enabled)
    }

    /// The threshold for records that stay together, where the stage runs.
    pub fn grouping(&self) -> Option<Threshold> {
        let below = GROUP_BELOW.parse().expect("a threshold");
        self.group.or(self.threshold.map(|threshold| threshold.less(below))).filter(|_| self.enabled)
    }

    /// The threshold for pairs that are listed, where the stage runs.
    pub fn listing(&self) -> Option<Threshold> {
        self.edges.filter(|_| self.enabled)
    }
}

/// How pairs that may be alike are found. Both engines compare them exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Exact.
    #[default]
    Auto,
    /// All pairs.
    Exact,
    /// By banded `MinHash`: at least 999 of 1,000 pairs.
    Lsh,
}

impl Engine {
    /// The least part of the pairs at a threshold that is found.
    pub fn recall(self, threshold: Threshold) -> f64 {
        match self {
            Self::Auto | Self::Exact => 1.0,
            Self::Lsh => Bands::new(threshold).recall(threshold.value()),
        }
    }
}

/// Which texts of a record are compared. System prompts never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fields {
    /// All.
    #[default]
    All,
    /// What is given to the model.
    Prompt,
    /// What the model learns.
    Completion,
}

impl Fields {
    /// Whether texts of this part are compared.
    pub fn has(self, part: Part) -> bool {
        match self {
            Self::All => true,
            Self::Prompt => part == Part::Prompt,
            Self::Completion => part == Part::Completion,
        }
    }
}

/// A record that goes, the one that stays for it, and how alike they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearDuplicate {
    /// The record that goes.
    pub dropped: Ordinal,
    /// The record that stays.
    pub survivor: Ordinal,
    /// Of both.
    pub similarity: Similarity,
}

/// The sets that may have one like them.
fn candidates(sets: &Sets, threshold: Threshold, engine: Engine) -> Result<Candidates, NoRoom> {
    match engine {
        Engine::Auto | Engine::Exact if threshold.value() >= parts::THRESHOLD_MIN => {
            parts::candidates(sets, threshold)
        }
        Engine::Auto | Engine::Exact => Candidates::among(sets, threshold),
        Engine::Lsh => lsh::candidates(sets, threshold),
    }
}

/// All pairs of records that are alike, to be asked about.
pub struct Pairs<'a>(Found<'a>);

/// Where pairs are found.
enum Found<'a> {
    In { sets: &'a Sets, join: Box<Join<'a>> },
    Listed { list: &'a PairList, threshold: Threshold },
}

impl<'a> Pairs<'a> {
    /// Prepares the sets. Linear in their members, in parallel.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn new(sets: &'a Sets, threshold: Threshold, engine: Engine) -> Result<Self, NoRoom> {
        let join = Join::new(sets, candidates(sets, threshold, engine)?, threshold);
        Ok(Self(Found::In { sets, join: Box::new(join) }))
    }

    /// Those of a list that are at least so alike.
    pub(crate) fn listed(list: &'a PairList, threshold: Threshold) -> Self {
        Self(Found::Listed { list, threshold })
    }

    /// Pairs that unite all records that are alike, directly or through others, among those that are in.
    ///
    /// # Errors
    /// That of `go_on`, which is asked now and then.
    pub fn links<E>(
        &self,
        is_in: impl Fn(Ordinal) -> bool + Sync,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<Vec<(Ordinal, Ordinal)>, E> {
        match &self.0 {
            Found::In { sets, join } => {
                let line = |set: u32| sets.line(set as usize);
                let pairs = join::unite(join, |set| is_in(line(set)), go_on)?;
                Ok(pairs.into_iter().map(|(a, b)| (line(a), line(b))).collect())
            }
            Found::Listed { list, threshold } => Ok(list.links(*threshold, is_in)),
        }
    }

    /// Counts the pairs that are on different sides; records without a side are in none of them.
    ///
    /// # Errors
    /// That of `go_on`, which is asked now and then.
    pub fn crossing<E>(
        &self,
        side: impl Fn(Ordinal) -> Option<Side> + Sync,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<u64, E> {
        Ok(self.crossing_pairs(0, side, go_on)?.0)
    }

    /// The same with the first `named` of them, each with its validation record first.
    ///
    /// # Errors
    /// That of `go_on`, which is asked now and then.
    pub fn crossing_pairs<E>(
        &self,
        named: usize,
        side: impl Fn(Ordinal) -> Option<Side> + Sync,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<(u64, Vec<(Ordinal, Ordinal)>), E> {
        match &self.0 {
            Found::In { sets, join } => {
                let line = |set: u32| sets.line(set as usize);
                let is_validation = |set: u32| side(line(set)).map(|side| side == Side::Validation);
                let found = join::crossing(join, named, is_validation, go_on)?;
                Ok((found.pairs, found.first.into_iter().map(|(a, b)| (line(a), line(b))).collect()))
            }
            Found::Listed { list, threshold } => Ok(list.crossing(*threshold, named, side)),
        }
    }
}

/// Which of several records stays.
pub struct Order<'a> {
    /// How many records there are to decide about. Those with higher numbers are others that these are compared with: all
    /// of them stay.
    pub records: u64,
    /// The facts of the records to decide about.
    pub facts: &'a FactTable,
    /// By what they are ordered.
    pub survivor: &'a Survivor,
}

impl Order<'_> {
    /// The numbers of some lines, which are in input order, in the order of survivors, and how many of the first stay
    /// anyway. Those of one rank are ordered by their content, so that the order of files says nothing.
    fn of(&self, lines: impl Iterator<Item = Ordinal>) -> (Vec<u32>, usize) {
        let (mut own, mut order) = (Vec::new(), Vec::new());
        for (line, number) in lines.zip(0u32..) {
            if line.0 < self.records { own.push((line, number)) } else { order.push(number) }
        }
        let fixed = order.len();
        if self.survivor.ranks() {
            own.par_sort_by_cached_key(|&(line, _)| (self.facts.rank(line), self.facts.digest(line)));
        } else if *self.survivor == Survivor::Last {
            own.reverse();
        }
        order.extend(own.into_iter().map(|(_, number)| number));
        (order, fixed)
    }
}

/// Finds the records that go, in input order. In the order of survivors, every record that is like none before it that
/// stays, stays.
///
/// # Errors
/// That of `go_on`, which is asked now and then, or where there is no room.
pub fn near_duplicates<E: From<NoRoom>>(
    sets: &Sets,
    threshold: Threshold,
    engine: Engine,
    order: &Order<'_>,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Vec<NearDuplicate>, E> {
    let candidates = candidates(sets, threshold, engine)?;
    let (order, fixed) = order.of(candidates.sets.iter().map(|&set| sets.line(set as usize)));
    let stars = stars::stars(sets, &candidates, (&order, fixed), threshold, go_on)?;
    let near = stars.into_par_iter().map(|star| NearDuplicate {
        dropped: sets.line(star.dropped as usize),
        survivor: sets.line(star.survivor as usize),
        similarity: star.similarity,
    });
    Ok(near.collect())
}

#[cfg(test)]
mod tests;
