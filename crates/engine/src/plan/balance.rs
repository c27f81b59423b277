//! How many records have each value of the facets that are to be counted, before and after everything else was decided.

use bedload_record::plural;
use bedload_record::{Code, FactTable, Finding, Ordinal, Side, Verdict};
use bedload_stages::balance::Classes;
use bedload_stages::facets::{Facet, FacetCounts, Run, VALUES_MAX, ValueCounts, Values};
use rayon::prelude::*;

use crate::plan::sources::sources;
use crate::run::settings::Settings;
use crate::scan::augment::Variant;

/// The counts of one value: valid records, and lines of each side.
type Counts = [u64; 1 + Side::COUNT];

/// Counts the values of each facet; one with too many values, which a finding reports, is left out.
pub(super) fn balance(
    facts: &FactTable,
    (verdicts, variants): (&[Verdict], &[Variant]),
    classes: &Classes,
    settings: &Settings,
) -> Vec<FacetCounts> {
    let stages = &settings.stages;
    let facets = stages.counted();
    if facets.is_empty() {
        return Vec::new();
    }
    let (sources, fields) = (sources(facts, settings), stages.fields());
    let run = Run { facts, classes, sources: &sources, fields: &fields, is_counted: stages.tokens.enabled };
    let values = facets.iter().filter_map(|facet| Values::new(run, facet).ok());
    values.map(|values| count(facts, verdicts, variants, &values)).collect()
}

fn count(facts: &FactTable, verdicts: &[Verdict], variants: &[Variant], values: &Values<'_>) -> FacetCounts {
    let none = values.names().len();
    let begin = || vec![[0; 1 + Side::COUNT]; none + 1];
    let place = |line: Ordinal| values.of(line).unwrap_or(none);
    let add = |mut counts: Vec<Counts>, line: Ordinal| {
        if facts.accepted(line) {
            let of_value = &mut counts[place(line)];
            of_value[0] += 1;
            if let Verdict::Kept(side) = verdicts[line.index()] {
                of_value[1 + side as usize] += 1;
            }
        }
        counts
    };
    let join = |mut a: Vec<Counts>, b: Vec<Counts>| {
        a.iter_mut().flatten().zip(b.iter().flatten()).for_each(|(a, b)| *a += b);
        a
    };
    let lines = (0..facts.len()).into_par_iter().map(Ordinal);
    let mut counts = lines.fold(begin, add).reduce(begin, join);
    for variant in variants {
        counts[place(variant.parent)][1 + Side::Train as usize] += 1;
    }
    let named =
        |name: &str, [before, sides @ ..]: Counts| ValueCounts { name: name.to_owned(), before, sides };
    let without = counts.pop().map(|counts| named("", counts)).unwrap_or_default();
    let occurring = values.names().iter().zip(counts).filter(|(_, counts)| counts[0] > 0);
    FacetCounts {
        facet: values.facet().to_string(),
        values: occurring.map(|(name, counts)| named(name, counts)).collect(),
        without,
    }
}

/// The finding about a facet with too many values.
pub(crate) fn too_many_values(facet: &Facet) -> Finding {
    let most = plural::count(VALUES_MAX as u64);
    let message = format!("{facet} has more than {most} different values, so it is ignored");
    Finding::dataset(Code::BalanceTooManyValues, message)
}

/// The finding about a field where no record has a value.
pub(crate) fn missing_values(facet: &str) -> Finding {
    let message = format!("no record has a string, number or boolean at {facet}");
    Finding::dataset(Code::BalanceMissingValue, message)
}

/// What is uneven in them.
pub(crate) fn judge(balance: &[FacetCounts], settings: &Settings) -> Vec<Finding> {
    balance.iter().flat_map(|counts| counts.judge(&settings.stages.balance)).collect()
}
