//! `convert`: records of other formats as one file of the target's. The same scan as `build`, with the plainest of plans:
//! what can be converted is written, in order, and so while later records are read. Only who wants to know more reads
//! the inputs again.

mod pass;
mod report;

use std::collections::BTreeMap;
use std::path::Path;

use bedload_record::{Code, Finding, Side};
use bedload_scan::{Fetch, Inputs};

use crate::plan::plan_as_it_is;
use crate::report::findings::findings_in_order;
use crate::report::losses::FileLosses;
use crate::report::provenance::Provenance;
use crate::report::repairs::{Change, Repairs, repairs_in_order};
use crate::run::error::EngineError;
use crate::run::paths::resolve;
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::conversion::Conversion;
use crate::scan::pairing::pair_lines;
use crate::scan::rules::{Rules, refuse_unknown_format};
use crate::scan::several::refuse_without_target;
use crate::write::atomic_file::AtomicFile;
use crate::write::copy::{self, Checksums};
use crate::write::paths::refuse_output_inside_input;
use crate::write::space;
use pass::{Pass, Passed};
use report::{About, Report};

/// Where to write.
#[derive(Clone, Copy, Debug)]
pub struct Outputs<'a> {
    /// The file of the converted records.
    pub out: &'a Path,
    /// What the user calls that file, which may be sent elsewhere.
    pub name: &'a Path,
    /// The file of the rejected lines, where they are wanted.
    pub rejected: Option<&'a Path>,
    /// The directory of the report, where one is wanted.
    pub report: Option<&'a Path>,
    /// Whether existing files are replaced.
    pub overwrite: bool,
}

/// What the file is called until it has its name.
const OUT: &str = "train.jsonl";

/// What was converted.
#[derive(Clone, Debug)]
pub struct Converted {
    /// Inputs read.
    pub files: u64,
    /// Lines read.
    pub records: u64,
    /// Lines that were converted: whose record, or records, are in the output.
    pub converted: u64,
    /// Records written: more than lines converted where several were made of one.
    pub written: u64,
    /// Blank lines that were removed.
    pub removed: u64,
    /// Lines rejected: none of them is in the output.
    pub rejected: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Bytes written.
    pub bytes_written: u64,
    /// How many changes repairs have made; none where nothing was to be repaired.
    pub repairs: Option<Repairs>,
    /// The formats that were converted from; none where the records stay in their format.
    pub from: Vec<&'static str>,
    /// The format that was converted to, or that the records have.
    pub to: &'static str,
    /// How many findings there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// What each file lost, and why, in the order of the inputs.
    pub losses: Vec<FileLosses>,
    /// Directories next to the output, of runs that were killed or are still running.
    pub leftovers: Vec<String>,
    /// Notes for the user about how the output was moved into place, a line each.
    pub notes: Vec<String>,
}

/// Converts all inputs to one file and tells findings in input order, those about files and the target last. With
/// `per_code`, no more than so many findings about records need be told of each code. All are counted.
/// The file appears whole or not at all, and not at all where no record was converted.
///
/// # Errors
/// Where inputs cannot be read or changed meanwhile, the output cannot be written, or settings contradict something.
pub fn convert(
    inputs: &Inputs,
    settings: &Settings,
    outputs: Outputs<'_>,
    progress: &Progress,
    per_code: Option<u64>,
    mut emit: impl FnMut(&Finding) -> Result<(), EngineError>,
    each_repair: impl FnMut(&Change) -> Result<(), EngineError>,
) -> Result<Converted, EngineError> {
    refuse_without_target(settings)?;
    if settings.stages.convert.target().is_none() && settings.repair.is_none() {
        let taken = settings.profile.as_ref().map_or_else(String::new, |profile| {
            format!(", e.g. --to {} for {}", profile.formats[0], profile.name)
        });
        return Err(EngineError::Usage(format!(
            "no target format was given\nhint: name one with --to{taken}, or repair the records as they are with --fix"
        )));
    }
    let Outputs { out, rejected, overwrite, .. } = outputs;
    refuse_output_inside_input("--out", inputs, out)?;
    if let Some(rejected) = rejected {
        refuse_output_inside_input("--rejected", inputs, rejected)?;
        if resolve(rejected) == resolve(out) {
            let shown = rejected.display();
            return Err(EngineError::Usage(format!("--rejected {shown}: the same file as --out")));
        }
    }
    let report = Report::begin(outputs, inputs, progress)?;
    let single = AtomicFile::create("--out", out, overwrite, progress)?;
    let trace =
        rejected.map(|file| AtomicFile::create("--rejected", file, overwrite, progress)).transpose()?;
    let watch = &progress.watch;
    inputs.refuse_foreign()?;
    let temp_dir = settings.temp_dir.as_deref().unwrap_or(single.dir());
    let per_code = per_code.filter(|_| report.is_none());
    let are_read_again =
        per_code.is_none() || report.is_some() || rejected.is_some() || settings.repair.is_some();
    if are_read_again {
        progress.enter(Phase::Spool);
        inputs.spool_all(temp_dir, watch)?;
    }

    progress.enter(Phase::Scan);
    let (mut rules, before) = Rules::new(settings, inputs)?;
    if let Some(conversion) = &mut rules.conversion {
        // What a later build would read is lost with this output.
        conversion.set_fields(Vec::new());
    }
    let provenance = Provenance::read(settings, inputs, watch)?;
    rules.origins = provenance.origins;
    refuse_unknown_format(&before)?;
    if !are_read_again && rules.conversion.as_ref().is_some_and(Conversion::joins_any) {
        inputs.spool_all(temp_dir, watch)?;
    }
    pair_lines(inputs, settings, &mut rules, progress)?;
    let pass =
        Pass { inputs, settings, rules: &rules, temp_dir, progress, identifies: report.is_some(), per_code };
    let Passed { scanned, losses, findings, by_code: mut counted, bytes } = pass.run(single.dir(), OUT)?;
    let facts = &scanned.facts;
    inputs.check_unchanged()?;
    if let Some(pairing) = rules.conversion.as_ref().and_then(|conversion| conversion.pairing.as_ref()) {
        pairing.check()?;
    }

    progress.enter(Phase::Write);
    let mut plan = plan_as_it_is(&scanned, inputs, settings, &rules, before);
    let packed_rejected = plan.packed.take(None);
    let packed = plan.packed.take(Some(Side::Train));
    let fetch = Fetch::new(inputs, &settings.scan);
    assert_eq!(bytes, packed.shards[0].bytes, "the file has the bytes that its facts tell");
    if let Some(trace) = &trace {
        let source = copy::WriteInput { facts, plan: &plan, variations: &[], rules: &rules, fetch: &fetch };
        let bytes = packed_rejected.shards.iter().map(|shard| shard.bytes).collect();
        space::check([(trace.dir(), bytes)])?;
        copy::write(trace.dir(), &packed_rejected, &source, Checksums::Without, watch)?;
    }
    inputs.check_unchanged()?;

    progress.enter(Phase::Report);
    findings.iter().try_for_each(&mut emit)?;
    let mut count = |finding: &Finding| {
        *counted.entry(finding.code).or_default() += 1;
        emit(finding)
    };
    if per_code.is_none() && report.is_none() {
        let max_record_bytes = settings.scan.max_record_bytes;
        findings_in_order(facts, &rules, &fetch, watch, (max_record_bytes, None), |found| {
            found.iter().try_for_each(&mut count)
        })?;
    }
    let (repairs, table) = match report.as_ref().filter(|_| rules.repair.is_some()) {
        Some(report) => {
            let (table, repairs) = report.write_repairs((facts, &rules, &fetch, watch), each_repair)?;
            (repairs, Some(table))
        }
        None => (repairs_in_order(facts, &rules, &fetch, watch, each_repair)?, None),
    };
    if plan.counts.train == 0 {
        let kept = if out.exists() { "was left as it is" } else { "was not written" };
        let done = if rules.conversion.is_some() { "converted" } else { "valid" };
        let message = format!("no record was {done}, so {} {kept}", out.display());
        plan.findings.push(Finding::dataset(Code::DatasetNoRecords, message).in_run(settings.severities));
    }
    if let Some(report) = &report {
        plan.packed = report.shards(&packed, &packed_rejected);
        let about =
            About { inputs, settings, plan: &plan, rules: &rules, facts, told: &provenance.told, watch };
        let mut tables = report.write_tables(about, |found| found.iter().try_for_each(&mut count))?;
        let written = (plan.counts.train > 0).then(|| single.dir().join(OUT));
        let traced = trace.as_ref().map(|trace| trace.dir().join(&packed_rejected.shards[0].path));
        let repairs = table.is_some().then_some(&repairs);
        tables.extend(table);
        report.seal(about, tables, [written, traced], (&counted, repairs))?;
    } else {
        plan.findings.iter().try_for_each(&mut count)?;
    }
    inputs.check_unchanged()?;
    let mut leftovers = single.leftovers().to_vec();
    let mut notes = Vec::new();
    let mut placed = None;
    // In the order opposite to that in which they were begun, as `Progress` has them.
    if let Some(trace) = trace {
        leftovers.extend_from_slice(trace.leftovers());
        notes.extend(trace.publish(&packed_rejected.shards[0].path)?);
        placed = rejected;
    }
    if plan.counts.train > 0 {
        let published = single.publish(OUT);
        notes.extend(published.map_err(|error| match placed {
            Some(placed) => error.with_in_place(placed),
            None => error,
        })?);
    }
    if let Some(report) = report {
        leftovers.extend_from_slice(report.leftovers());
        let in_place = [placed, Some(out).filter(|_| plan.counts.train > 0)];
        let published = report
            .publish()
            .map_err(|error| in_place.into_iter().flatten().fold(error, EngineError::with_in_place));
        notes.extend(published?);
    }
    Ok(Converted {
        files: inputs.len() as u64,
        records: plan.counts.read,
        converted: plan.counts.train,
        written: packed.shards[0].records,
        removed: plan.counts.unselected,
        rejected: plan.counts.rejected,
        bytes: facts.files().iter().map(|file| file.bytes).sum(),
        bytes_written: bytes,
        repairs: rules.repair.is_some().then_some(repairs),
        from: rules.conversion.as_ref().map(Conversion::from).unwrap_or_default(),
        to: rules.format.map(|format| format.name).unwrap_or_default(),
        by_code: counted,
        losses,
        leftovers,
        notes,
    })
}
