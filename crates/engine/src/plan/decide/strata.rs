//! What the split and the selection keep the mix of.

use bedload_record::plural::count;
use bedload_record::{Code, FactTable, Finding, NoRoom};
use bedload_stages::balance::Classes;
use bedload_stages::facets::{Facet, Run, STRATA_MAX, Sources, Strata, Values};
use rayon::prelude::*;

use crate::plan::balance::{missing_values, too_many_values};
use crate::run::settings::Settings;

/// The strata of a run: classes, by the facets that are to be kept in the mix. Adds what is wrong with the facets.
///
/// # Errors
/// Where neither memory nor disk has room for them.
pub(super) fn stratify(
    facts: &FactTable,
    classes: &Classes,
    sources: &Sources,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<Strata, NoRoom> {
    let stages = &settings.stages;
    if stages.facets().next().is_none() && stages.split.mix.is_empty() {
        return Ok(Strata::of_classes(classes));
    }
    let fields = stages.fields();
    let run = Run { facts, classes, sources, fields: &fields, is_counted: stages.tokens.enabled };
    findings.extend(fields.iter().filter_map(|field| judge(run, &Facet::Field(field.clone()))));
    let label = Some(Facet::Label).filter(|_| !classes.list().is_empty());
    // The mix divides by sources before anything else does.
    let mix = Some(Facet::Source).filter(|_| !stages.split.mix.is_empty());
    let mut facets: Vec<Facet> = Vec::new();
    for facet in mix.into_iter().chain(label).chain(stages.split.stratify.iter().cloned()) {
        let is_nothing = facet == Facet::Label && classes.list().is_empty();
        if !is_nothing && !facets.contains(&facet) {
            facets.push(facet);
        }
    }
    let mut values: Vec<Values<'_>> =
        facets.iter().filter_map(|facet| Values::new(run, facet).ok()).collect();
    while values.len() > 1 || values.first().is_some_and(|values| values.facet() != &Facet::Label) {
        if let Some(strata) = Strata::new(facts, &values)? {
            return Ok(strata);
        }
        let ignored = values.pop().map_or_else(String::new, |values| values.facet().to_string());
        let message = format!(
            "the facets of --stratify have more than {} combinations of values, so `{ignored}` is ignored",
            count(STRATA_MAX as u64)
        );
        findings.push(Finding::dataset(Code::SplitTooManyStrata, message));
    }
    Ok(Strata::of_classes(classes))
}

/// What is wrong with a facet.
fn judge(run: Run<'_>, facet: &Facet) -> Option<Finding> {
    let Ok(values) = Values::new(run, facet) else {
        return Some(too_many_values(facet));
    };
    let has_value = |&line: &_| run.facts.accepted(line) && values.of(line).is_some();
    let lines = (0..run.facts.len()).into_par_iter().map(bedload_record::Ordinal);
    lines.find_any(has_value).is_none().then(|| missing_values(facet.as_str()))
}
