//! Drift: how far a distribution has moved from one output to another.

use std::collections::BTreeMap;

use bedload_record::Bin;

use bedload_metrics::drift::{by_chance, total_variation};

use super::tables::{Distributions, Value};

/// Values whose shares moved most that are told.
const MOVED: usize = 5;

/// A value, and the share of the records that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The value; none where records have none.
    pub value: Option<String>,
    /// Records with it, before and after.
    pub records: [u64; 2],
    /// Their share, before and after.
    pub shares: [f64; 2],
}

/// How far one distribution has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// What is distributed: `label`, `source`, a facet, or a measure.
    pub what: String,
    /// Whether values are numbers, so that there are medians.
    pub is_number: bool,
    /// Records with a value, before and after.
    pub records: [u64; 2],
    /// The share of the records that would have to have another value, so that both outputs were alike: from 0 to 1.
    pub size: f64,
    /// What the size would be on average if both outputs were samples of the same data.
    pub by_chance: f64,
    /// The bin of the median before and after, as its lowest and highest value; none where values are no numbers, or
    /// there are none.
    pub medians: Option<[[u64; 2]; 2]>,
    /// The values whose shares moved most; none for numbers.
    pub moved: Vec<Moved>,
}

/// How far each distribution that one of the outputs has has moved.
pub(super) fn drifts(old: &Distributions, new: &Distributions) -> Vec<Drift> {
    let mut names: Vec<&str> = old.0.iter().map(|distribution| distribution.what.as_str()).collect();
    for distribution in &new.0 {
        if !names.contains(&distribution.what.as_str()) {
            names.push(&distribution.what);
        }
    }
    let empty = BTreeMap::new();
    names
        .into_iter()
        .map(|what| drift(what, [old, new].map(|all| all.get(what).map_or(&empty, |found| &found.counts))))
        .collect()
}

fn drift(what: &str, counts: [&BTreeMap<Value, u64>; 2]) -> Drift {
    let mut both: BTreeMap<&Value, [u64; 2]> = BTreeMap::new();
    for (nth, counts) in counts.into_iter().enumerate() {
        counts.iter().for_each(|(value, n)| both.entry(value).or_default()[nth] += n);
    }
    let pairs: Vec<[u64; 2]> = both.values().copied().collect();
    let records = [0, 1].map(|nth| pairs.iter().map(|pair| pair[nth]).sum::<u64>());
    let is_number = both.keys().any(|value| matches!(value, Value::Number(_)));
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let mut moved: Vec<Moved> = both
        .iter()
        .filter_map(|(value, &pair)| {
            let value = match value {
                Value::Number(_) => return None,
                Value::Name(name) => Some(name.clone()),
                Value::None => None,
            };
            let shares = [share(pair[0], records[0]), share(pair[1], records[1])];
            Some(Moved { value, records: pair, shares })
        })
        .filter(|moved| moved.records[0] != moved.records[1] || records[0] != records[1])
        .collect();
    let distance = |moved: &Moved| (moved.shares[0] - moved.shares[1]).abs();
    moved.sort_by(|a, b| distance(b).total_cmp(&distance(a)).then_with(|| a.value.cmp(&b.value)));
    moved.truncate(MOVED);
    let medians = records.iter().all(|&n| n > 0) && is_number;
    Drift {
        what: what.to_owned(),
        is_number,
        records,
        size: total_variation(&pairs),
        by_chance: by_chance(&pairs),
        medians: medians.then(|| [0, 1].map(|nth| median(&both, nth, records[nth]))),
        moved,
    }
}

/// The bin that has the median.
fn median(both: &BTreeMap<&Value, [u64; 2]>, nth: usize, records: u64) -> [u64; 2] {
    let mut seen = 0;
    let found = both.iter().find(|(_, pair)| {
        seen += pair[nth];
        seen * 2 >= records
    });
    match found {
        Some((Value::Number(low), _)) => [*low, Bin::of(*low).high()],
        _ => [0, 0],
    }
}
