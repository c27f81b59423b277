//! Values counted as records go by, for a run that keeps no facts.

use bedload_record::{Interner, NO_VALUE, Side, Tokens};
use bedload_stages::balance::{self, Classes, LABELS_MAX};
use bedload_stages::facets::{Facet, FacetCounts, VALUES_MAX, ValueCounts, length, length_name};

use crate::run::settings::Settings;
use crate::scan::examine::Names;
use crate::scan::rules::Rules;

/// Records by value, for each facet that is to be counted. Of ids the first count is that of records without a value.
#[derive(Debug)]
pub(crate) struct ValueTally {
    facets: Vec<Facet>,
    labels: Interner<String>,
    /// For each field whose values are kept.
    values: Vec<Interner<String>>,
    /// By facet, value and side.
    counts: Vec<Vec<[u64; Side::COUNT]>>,
}

impl ValueTally {
    /// Nothing counted yet; none where nothing is to be counted. Labels are counted also where they are needed for
    /// something else.
    pub(crate) fn new(settings: &Settings, rules: &Rules, need_labels: bool) -> Option<Self> {
        let mut facets = settings.stages.counted();
        if need_labels && !facets.contains(&Facet::Label) {
            facets.push(Facet::Label);
        }
        (!facets.is_empty()).then(|| Self {
            labels: Interner::new(LABELS_MAX),
            values: vec![Interner::new(VALUES_MAX); rules.fields.len()],
            counts: vec![Vec::new(); facets.len()],
            facets,
        })
    }

    /// What gives ids to the label and the values of the next record.
    pub(crate) fn names(&mut self) -> Names<'_> {
        Names { labels: &mut self.labels, values: &mut self.values }
    }

    /// The labels, by id.
    pub(crate) fn labels(&self) -> &[String] {
        self.labels.keys()
    }

    /// Counts a valid record, given its ids.
    pub(crate) fn add(
        &mut self,
        rules: &Rules,
        (side, source): (Side, usize),
        (label, values): (Option<u32>, &[u32]),
        (tokens, bytes): (Tokens, u64),
    ) {
        for (facet, counts) in self.facets.iter().zip(&mut self.counts) {
            let place = match facet {
                Facet::Label => label.map_or(0, |id| id as usize + 1),
                Facet::Source => source,
                Facet::Length => length(if rules.tokenizer.is_some() { tokens.total() } else { bytes }),
                Facet::Field(field) => {
                    let nth = rules.fields.iter().position(|other| other == field);
                    let id = nth.and_then(|nth| values.get(nth).copied()).filter(|&id| id != NO_VALUE);
                    id.map_or(0, |id| id as usize + 1)
                }
            };
            add_to(counts, place, side, 1);
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn absorb(&mut self, rules: &Rules, other: &Self) {
        let labels = self.labels.absorb(&other.labels);
        let values: Vec<_> =
            self.values.iter_mut().zip(&other.values).map(|(own, more)| own.absorb(more)).collect();
        for ((facet, counts), more) in self.facets.iter().zip(&mut self.counts).zip(&other.counts) {
            let ids = match facet {
                Facet::Label => Some(&labels),
                Facet::Field(field) => {
                    rules.fields.iter().position(|other| other == field).map(|nth| &values[nth])
                }
                Facet::Source | Facet::Length => None,
            };
            for (place, by_side) in more.iter().enumerate() {
                let own = match ids {
                    Some(ids) if place > 0 => ids[place - 1].map_or(0, |id| id as usize + 1),
                    _ => place,
                };
                for (side, &n) in Side::ALL.iter().zip(by_side) {
                    add_to(counts, own, *side, n);
                }
            }
        }
    }

    /// How much memory it takes.
    pub(crate) fn held_bytes(&self) -> usize {
        let names = self.values.iter().chain([&self.labels]).flat_map(Interner::keys);
        names.map(|name| name.len() + 64).sum::<usize>()
            + self.counts.iter().map(|counts| counts.len() * size_of::<[u64; Side::COUNT]>()).sum::<usize>()
    }

    /// The classes, and the counts of all facets but those with too many values; `sources` are the names of sources.
    pub(crate) fn finish(
        self,
        settings: &Settings,
        rules: &Rules,
        sources: &[String],
        valid: u64,
    ) -> (Classes, Vec<FacetCounts>, Vec<Facet>) {
        let mut classes = Classes::default();
        let (mut all, mut too_many) = (Vec::new(), Vec::new());
        for (facet, counts) in self.facets.iter().zip(self.counts) {
            let found = match facet {
                Facet::Label => {
                    let labels = self.labels.keys();
                    let of_label = |id: usize| counts.get(id + 1).copied().unwrap_or_default();
                    let by_label: Vec<u64> = (0..labels.len()).map(|id| of_label(id).iter().sum()).collect();
                    let is_known = !self.labels.overflowed();
                    classes = balance::among(labels, &by_label, valid, is_known, &settings.stages.balance);
                    let mut of_classes = vec![[0; Side::COUNT]; classes.list().len()];
                    for id in 0..labels.len() {
                        if let Some(class) = classes.of_label(id) {
                            add_all(&mut of_classes[class], &of_label(id));
                        }
                    }
                    let names = classes.list().iter().map(|class| class.name.clone());
                    let named: Vec<_> = names.zip(of_classes).collect();
                    let mut without = sum(&counts);
                    named.iter().for_each(|(_, sides)| {
                        without.iter_mut().zip(sides).for_each(|(all, some)| *all -= some);
                    });
                    (named, without)
                }
                Facet::Source => {
                    let named = sources.iter().cloned().zip(counts.iter().copied());
                    (named.collect(), [0; Side::COUNT])
                }
                Facet::Length => {
                    let named = counts.iter().enumerate().map(|(nth, &sides)| (length_name(nth), sides));
                    (named.collect(), [0; Side::COUNT])
                }
                Facet::Field(field) => {
                    let nth = rules.fields.iter().position(|other| other == field).unwrap_or_default();
                    if self.values[nth].overflowed() {
                        too_many.push(facet.clone());
                        continue;
                    }
                    let without = counts.first().copied().unwrap_or_default();
                    let sides = |id: usize| counts.get(id + 1).copied().unwrap_or_default();
                    let keys = self.values[nth].keys().iter().enumerate();
                    let mut named: Vec<_> = keys.map(|(id, name)| (name.clone(), sides(id))).collect();
                    named.sort();
                    (named, without)
                }
            };
            if settings.stages.counted().contains(facet) {
                all.push(counts_of(facet, found));
            }
        }
        (classes, all, too_many)
    }
}

/// Values with their counts, and the counts of those without one.
type Found = (Vec<(String, [u64; Side::COUNT])>, [u64; Side::COUNT]);

fn counts_of(facet: &Facet, (named, without): Found) -> FacetCounts {
    let value =
        |name: String, sides: [u64; Side::COUNT]| ValueCounts { name, before: sides.iter().sum(), sides };
    let named = named.into_iter().map(|(name, sides)| value(name, sides));
    FacetCounts {
        facet: facet.to_string(),
        values: named.filter(|value| value.before > 0).collect(),
        without: value(String::new(), without),
    }
}

fn sum(counts: &[[u64; Side::COUNT]]) -> [u64; Side::COUNT] {
    counts.iter().fold([0; Side::COUNT], |mut all, more| {
        add_all(&mut all, more);
        all
    })
}

fn add_all(counts: &mut [u64; Side::COUNT], more: &[u64; Side::COUNT]) {
    counts.iter_mut().zip(more).for_each(|(n, more)| *n += more);
}

fn add_to(counts: &mut Vec<[u64; Side::COUNT]>, place: usize, side: Side, n: u64) {
    if counts.len() <= place {
        counts.resize(place + 1, [0; Side::COUNT]);
    }
    counts[place][side as usize] += n;
}
