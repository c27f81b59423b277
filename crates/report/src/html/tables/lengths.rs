//! How long records are: the table `distributions`.

use std::path::Path;

use bedload_record::{Bin, Measure, Side};

use crate::error::ReportError;

use super::columns::Columns;

/// How many kept records have a value of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) measure: Measure,
    /// The lowest and the highest value of each bin, and how many records of each side are in it; the bins that are
    /// not empty, and those between them.
    pub(crate) bins: Vec<(u64, u64, [u64; Side::COUNT])>,
}

impl Lengths {
    /// How many records there are of all sides.
    pub(crate) fn records(&self) -> u64 {
        self.bins.iter().flat_map(|(_, _, sides)| sides).sum()
    }

    /// A value that at least so many per cent of the records do not exceed: the highest of its bin.
    pub(crate) fn at_most(&self, percent: u64) -> u64 {
        let rank = (u128::from(self.records()) * u128::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        let is_reached = |(_, _, sides): &&(u64, u64, [u64; Side::COUNT])| {
            seen += u128::from(sides.iter().sum::<u64>());
            seen >= rank
        };
        self.bins.iter().find(is_reached).map_or(0, |(_, high, _)| *high)
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<Lengths>, ReportError> {
    let table = Columns::open(path)?;
    let mut all: Vec<Lengths> = Vec::new();
    for group in 0..table.groups() {
        let [measures, splits] = ["measure", "split"].map(|column| table.words(group, column));
        let (measures, splits) = (measures?, splits?);
        let (lows, counts) = (table.integers(group, "low")?, table.integers(group, "records")?);
        for (row, (low, n)) in lows.into_iter().zip(counts).enumerate() {
            let measure = measures.text(row).and_then(Measure::from_name);
            let side = Side::ALL.into_iter().find(|side| splits.text(row) == Some(side.name()));
            let (Some(measure), Some(side), Some(low), Some(n)) = (measure, side, low, n) else { continue };
            if all.last().is_none_or(|last| last.measure != measure) {
                all.push(Lengths { measure, bins: Vec::new() });
            }
            let Some(of) = all.last_mut() else { continue };
            let bin = Bin::of(low);
            let at = of.bins.partition_point(|(other, ..)| *other < bin.low());
            if of.bins.get(at).is_none_or(|(other, ..)| *other != bin.low()) {
                of.bins.insert(at, (bin.low(), bin.high(), [0; Side::COUNT]));
            }
            of.bins[at].2[side as usize] += n;
        }
    }
    all.iter_mut().for_each(|of| of.bins = gapless(&of.bins));
    Ok(all)
}

/// The same with the empty bins between those that are not.
fn gapless(bins: &[(u64, u64, [u64; Side::COUNT])]) -> Vec<(u64, u64, [u64; Side::COUNT])> {
    let mut all: Vec<(u64, u64, [u64; Side::COUNT])> = Vec::new();
    for bin in bins {
        while let Some((_, high, _)) = all.last()
            && let Some(next) = high.checked_add(1)
            && next < bin.0
        {
            let next = Bin::of(next);
            all.push((next.low(), next.high(), [0; Side::COUNT]));
        }
        all.push(*bin);
    }
    all
}
