//! What is wrong with the data set as a whole: one judge for every command. Pure.
//!
//! A command hands over what it knows. What it does not judge by, such as counts where the records are yet to be
//! selected, it leaves out.

pub(crate) mod files;
mod leaks;
mod names;
mod quota;
mod unmapped;

use bedload_bedrock::Unmapped;
use bedload_record::{Finding, InputId, Side};
use bedload_scan::FileKind;
use bedload_stages::balance::{self, Classes};
use bedload_stages::facets::FacetCounts;
use bedload_stages::preference;
use bedload_stages::schema::{self, Tally};

use crate::run::settings::Settings;
use crate::scan::advice::Sample;
use crate::scan::by_source;
use crate::scan::distinct::Distinct;
use crate::scan::held_out::Leaks;
use crate::scan::rules::Rules;
use files::Files;
pub(crate) use quota::{SideTotals, judge_rejected};

/// A data set, as a command knows it.
pub(crate) struct DataSet<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) rules: &'a Rules,
    pub(crate) files: Files<'a>,
    /// The inputs that were not read, because they are something else than JSONL.
    pub(crate) set_aside: &'a [(InputId, FileKind)],
    /// Whether a job would be given these very files; what is built has names of its own.
    pub(crate) is_in_place: bool,
    /// What was found before the records were read.
    pub(crate) before: Vec<Finding>,
    /// What was found in deciding about them.
    pub(crate) decided: Vec<Finding>,
    /// Its records; none where they are not judged together.
    pub(crate) records: Option<Records<'a>>,
}

/// The records of a data set.
pub(crate) struct Records<'a> {
    /// How many were accepted.
    pub(crate) valid: u64,
    /// What the target is given: by side.
    pub(crate) held: [SideTotals; Side::COUNT],
    pub(crate) tally: &'a Tally,
    pub(crate) unmapped: &'a Unmapped,
    /// The first records, to try on what would help; needed where some have content without a field.
    pub(crate) sample: Option<&'a Sample>,
    /// The classes, and how many training records each has.
    pub(crate) classes: Option<(&'a Classes, &'a [u64])>,
    /// The values of the facets that are counted.
    pub(crate) balance: &'a [FacetCounts],
    pub(crate) distinct: Option<Distinct>,
    pub(crate) leaks: Option<&'a Leaks>,
}

/// Everything that is wrong with a data set, with the severity that it has in this run.
pub(crate) fn judge(data: DataSet<'_>) -> Vec<Finding> {
    let DataSet { settings, rules, files, set_aside, is_in_place, before, decided, records } = data;
    let profile = settings.profile.as_deref();
    let mut findings = before;
    findings.extend(files::judge(files, set_aside));
    findings.extend(decided);
    findings.extend(quota::judge_life(profile));
    if is_in_place {
        findings.extend(names::judge(files.inputs, profile));
    }
    if let Some(Records {
        valid,
        held,
        tally,
        unmapped,
        sample,
        classes,
        balance: counted,
        distinct,
        leaks,
    }) = records
    {
        findings.extend(schema::judge(tally, profile));
        findings.extend(preference::judge_lengths(tally.lengths()));
        findings.extend(quota::judge(profile, held));
        if let Some((classes, train)) = classes {
            findings.extend(balance::judge(classes, train, &by_source::balance(settings)));
        }
        findings.extend(crate::plan::balance::judge(counted, settings));
        let place = |line| files.place(line);
        findings.extend(unmapped::judge_misspelt(unmapped, valid, rules, place));
        findings.extend(unmapped::judge(unmapped, valid, rules, settings, sample, place));
        if let Some(distinct) = distinct {
            findings.extend(quota::judge_distinct(profile, held, distinct));
        }
        if let Some(leaks) = leaks {
            findings.extend(leaks::judge(leaks, held[1].records, rules.by_source.ways().all(), place));
        }
    }
    findings.into_iter().map(|finding| finding.in_run(settings.severities)).collect()
}
