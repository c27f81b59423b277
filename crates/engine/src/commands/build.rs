//! `build`: the whole pipeline, from inputs to a published directory.

mod against;
mod built;
mod report;

use std::path::Path;
use std::time::Instant;

use bedload_record::plural::plural;
use bedload_record::{FactTable, Finding, Ordinal, Severity};
use bedload_scan::{Fetch, Inputs};
use bedload_stages::balance::Class;

use crate::plan::evaluation::choose_prompts;
use crate::plan::pack::Packed;
use crate::plan::sources::refuse_unknown_sources;
use crate::plan::{Plan, plan};
use crate::report::config::config;
use crate::report::manifest::{FORMAT_VERSION, FileEntry, Manifest, SkippedFiles, TargetEntry};
use crate::report::numbers::{ClassCounts, Numbers, kept_tokens};
use crate::report::page;
use crate::report::provenance::Provenance;
use crate::report::repairs::Repairs;
use crate::report::summary::summarize;
use crate::report::tables;
use crate::run::error::EngineError;
use crate::run::paths::resolve;
use crate::run::phases::{Phases, lap, timed};
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::against::Known;
use crate::scan::augment::{Augmenter, variations};
use crate::scan::contamination::EvalSets;
use crate::scan::evaluation::{EvaluationWriter, refuse_without_prompts};
use crate::scan::facts::{Scanned, room, scan};
use crate::scan::ids::Ids;
use crate::scan::kept::{self, Kept};
use crate::scan::near::SetMaker;
use crate::scan::near_index::Indexing;
use crate::scan::rules::{Rules, refuse_unknown_format, unknown_format};
use crate::scan::several::{refuse_joined, refuse_several};
use crate::scan::ties::Ties;
use crate::write;
use crate::write::checksums::{hash_inputs, hash_others};
use crate::write::copy;
use crate::write::facts::keep;
use crate::write::paths::{refuse_missing_directory, refuse_output_inside_input};
use crate::write::space;
use crate::write::store::Store;
pub use built::Built;
use report::report;

/// Builds `out` from all inputs, and tells all findings in input order, those about files and the data set last.
/// On an error nothing is left under its name.
///
/// # Errors
/// Where inputs cannot be read or changed meanwhile, the output cannot be written, or settings contradict something.
pub fn build(
    inputs: &Inputs,
    settings: &Settings,
    out: &Path,
    overwrite: bool,
    progress: &Progress,
    mut emit: impl FnMut(&Finding) -> Result<(), EngineError> + Send,
) -> Result<Built, EngineError> {
    refuse_output_inside_input("--out", inputs, out)?;
    refuse_shards_where_one_file_is_taken(settings)?;
    refuse_unknown_sources(settings, inputs)?;
    refuse_several(settings)?;
    let index = settings.stages.near.index.as_deref().filter(|_| settings.stages.near.enabled).map(Path::new);
    for (flag, kept) in [("--facts", settings.facts.as_deref()), ("--index", index)] {
        let Some(kept) = kept else { continue };
        refuse_output_inside_input(flag, inputs, kept)?;
        if resolve(kept).starts_with(resolve(out)) {
            let (kept, out) = (kept.display(), out.display());
            return Err(EngineError::Usage(format!(
                "{flag} {kept}: it is inside the output {out}, which is replaced as a whole"
            )));
        }
        refuse_missing_directory(flag, kept)?;
    }
    let mut reports = settings.from_reports.iter();
    if let Some(report) = reports.find(|report| resolve(report).starts_with(resolve(out))) {
        let (report, out) = (report.display(), out.display());
        return Err(EngineError::Usage(format!(
            "--out {out}: this run reads the report {report}, which would be replaced\nhint: name another directory"
        )));
    }
    let mut indexing = index.map(Indexing::open).transpose()?;
    let store = Store::create("--out", out, overwrite, progress)?;
    let dir = store.path();
    let leftovers = store.leftovers().to_vec();
    let mut phases = Phases::default();
    let mut clock = Instant::now();

    let watch = &progress.watch;
    progress.enter(Phase::Spool);
    inputs.refuse_foreign()?;
    let temp_dir = settings.temp_dir.as_deref().unwrap_or(dir);
    inputs.spool_all(temp_dir, watch)?;
    lap(&mut clock, &mut phases.spool);

    progress.enter(Phase::Scan);
    let (mut rules, mut before) = Rules::new(settings, inputs)?;
    refuse_joined(&rules)?;
    before.extend(rules.read_eval_sets(settings, watch)?);
    let provenance = Provenance::read(settings, inputs, watch)?;
    rules.origins = provenance.origins;
    refuse_unknown_format(&before)?;
    if settings.evaluation {
        refuse_without_prompts(&rules)?;
    }
    let variations = variations(settings, &rules)?;
    let ties = Ties::read(settings, inputs)?;
    let mut notes = Vec::new();
    let scanned = match &settings.facts {
        None => scan(inputs, settings, &rules, temp_dir, progress)?,
        Some(kept) => scan_once(kept, inputs, settings, (&rules, temp_dir), progress, &mut notes)?,
    };
    let facts = &scanned.facts;
    inputs.check_unchanged()?;
    if rules.format.is_none() && facts.ordinals().any(|line| facts.accepted(line)) {
        refuse_unknown_format(&[unknown_format()])?;
    }
    lap(&mut clock, &mut phases.scan);

    progress.enter(Phase::Plan);
    let fetch = Fetch::new(inputs, &settings.scan);
    let augmenter = Augmenter { facts, rules: &rules, variations: &variations, fetch: &fetch };
    let limit = settings.memory_limit.map(|limit| (limit, room(temp_dir)));
    let sets = SetMaker { facts, rules: &rules, fetch: &fetch, watch, limit };
    let ids = Ids::find(facts, &rules, &fetch, watch, &mut before)?;
    let against = against::open(settings, &rules, facts.len(), temp_dir, progress, &mut notes)?;
    let maker = (&sets, indexing.as_mut());
    let mut plan = plan(&scanned, inputs, settings, &augmenter, maker, (&against, &ties), before)?;
    let evaluation =
        settings.evaluation.then(|| choose_evaluation(facts, &mut plan, settings, (&rules, &fetch)));
    let evaluation = evaluation.transpose()?;
    assert!(plan.counts.add_up(), "every record has exactly one verdict");
    progress.ledger.hold_plan(plan.duplicates.len(), plan.variants.len());
    let mut summary = summarize(facts, &plan, &rules, &settings.sources);
    lap(&mut clock, &mut phases.plan);

    progress.enter(Phase::Write);
    space::check([(dir, space::of_build(&plan.packed, facts.len()))])?;
    // Neither needs anything of the other. One waits for the disk, or for a file that one thread hashes, while the
    // other computes.
    let (written, reported) = rayon::join(
        || {
            let source = copy::WriteInput {
                facts,
                plan: &plan,
                variations: &variations,
                rules: &rules,
                fetch: &fetch,
            };
            timed(&mut phases.write, || {
                let written = copy::write(dir, &plan.packed, &source, copy::Checksums::Sha256, watch)?;
                let evaluation = evaluation
                    .as_ref()
                    .map(|(writer, prompts)| write::evaluation::write(dir, prompts, facts, &plan, writer));
                Ok::<_, EngineError>((written, evaluation.transpose()?))
            })
        },
        || {
            let max_record_bytes = settings.scan.max_record_bytes;
            let source = tables::TableInput {
                facts,
                plan: &plan,
                against: &against,
                rules: &rules,
                fetch: &fetch,
                watch,
                max_record_bytes,
                sources: &settings.sources,
                ids: &ids,
                has_sides: true,
            };
            timed(&mut phases.report, || {
                let tables = report(dir, &source, (settings, &variations), &mut summary, &mut emit)?;
                let inputs = hash_inputs(inputs, &fetch, facts, &settings.sources, watch)?;
                let hash = |known: &Known| {
                    let fetch = Fetch::new(&known.inputs, &settings.scan);
                    hash_inputs(&known.inputs, &fetch, &known.facts, &settings.sources, watch)
                };
                let against = against.known().iter().map(hash).collect::<Result<Vec<_>, _>>()?.concat();
                let hash = |(inputs, lines): &(Inputs, Vec<u64>)| {
                    hash_others(inputs, &Fetch::new(inputs, &settings.scan), lines, watch)
                };
                let eval_sets = rules.eval_sets.iter().flat_map(EvalSets::files);
                let eval_sets = eval_sets.map(hash).collect::<Result<Vec<_>, _>>()?.concat();
                Ok::<_, EngineError>((tables, inputs, against, eval_sets))
            })
        },
    );
    let (checksums, evaluation) = written?;
    let mut files = shard_entries(&plan.packed, checksums);
    files.extend(evaluation);
    let ((tables, repairs), input_entries, against_entries, eval_sets) = reported?;
    files.extend(tables);
    inputs.check_unchanged()?;
    against.check_unchanged()?;
    clock = Instant::now();
    progress.enter(Phase::Report);

    let reasons: Vec<String> = plan
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    let mut config = config(settings, &rules, inputs);
    // What was pinned is known again by its checksum.
    if !ties.tables.is_empty() {
        config["pinned"] = serde_json::json!(ties.tables);
    }
    provenance.told.add_to(&mut config);
    let mut manifest = Manifest {
        tool: "bedload".to_owned(),
        format_version: FORMAT_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ready: reasons.is_empty(),
        reasons,
        profile: settings.profile.as_ref().map(|profile| profile.name.clone()),
        target: settings.profile.as_deref().map(TargetEntry::of),
        format: rules.format.map(|format| format.name.to_owned()),
        encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
        seed: settings.seed,
        config,
        inputs: input_entries,
        against: against_entries,
        eval_sets,
        skipped: SkippedFiles {
            files: inputs.skipped().n_files,
            names: inputs.skipped().names().map(str::to_owned).collect(),
        },
        counts: summary.counts,
        tokens: summary.tokens,
        record_tokens: summary.record_tokens,
        findings: summary.by_code.iter().map(|(code, &n)| (code.name().to_owned(), n)).collect(),
        repairs: repairs.as_ref().map(Repairs::by_name),
        beyond_repair: repairs.map(|repairs| repairs.beyond),
        certificates: plan.certificates.clone(),
        conversion: None,
        files,
        seal: String::new(),
    };
    // Made of what was written, as `report` makes it later.
    let page = page::render(dir, &manifest.read_back(), false)?;
    manifest.files.push(write::page::write(dir, &page)?);
    let manifest = manifest.sealed();
    write::manifest::write(dir, &manifest)?;
    lap(&mut clock, &mut phases.report);
    notes.extend(store.publish()?);
    if let Some((indexing, path)) = indexing.as_mut().zip(index) {
        indexing.finish();
        notes.append(&mut indexing.notes);
        if let Some(made) = &indexing.made {
            let kept = write::near_index::write(path, made, progress);
            notes.extend(kept.map_err(|error| error.after_publishing(out))?);
        }
    }

    let of_class = |(n, class): (usize, &Class)| ClassCounts {
        name: class.name.clone(),
        read: class.records,
        sides: plan.by_spelling.each_ref().map(|side| side[n].iter().sum()),
    };
    let labels = plan.classes.list().iter().enumerate().map(of_class).collect();
    let tokens = kept_tokens(&summary.distributions);
    let (balance, severities) = (plan.balance, settings.severities);
    Ok(Built {
        numbers: Numbers { manifest, summary, tokens, labels, balance, severities },
        findings: plan.findings,
        leftovers,
        notes,
        format_detected: rules.detected,
        bytes: facts.files().iter().map(|file| file.bytes).sum(),
        phases,
    })
}

/// Chooses the prompts of an evaluation, and adds what there is to be said of them to the findings.
fn choose_evaluation<'a>(
    facts: &'a FactTable,
    plan: &mut Plan,
    settings: &Settings,
    (rules, fetch): (&'a Rules, &'a Fetch<'a>),
) -> Result<(EvaluationWriter<'a>, Vec<Ordinal>), EngineError> {
    let writer = EvaluationWriter::new(facts, rules, fetch)?;
    let (prompts, left_out) = choose_prompts(facts, plan, settings, &writer)?;
    plan.findings.extend(left_out);
    fetch.check()?;
    Ok((writer, prompts))
}

/// The facts that an earlier run kept, or those of a scan, which are kept.
fn scan_once(
    kept: &Path,
    inputs: &Inputs,
    settings: &Settings,
    (rules, temp_dir): (&Rules, &Path),
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Scanned, EngineError> {
    match kept::load(kept, inputs, settings, temp_dir, progress)? {
        Kept::Found(scanned) => {
            notes.push(format!(
                "{}: the facts of {} were read here",
                kept.display(),
                plural(scanned.facts.len(), "record", "records")
            ));
            return Ok(*scanned);
        }
        Kept::Stale(Some(why)) => {
            notes.push(format!("{}: {why}; all records were scanned again", kept.display()));
        }
        Kept::Stale(None) => {}
    }
    let scanned = scan(inputs, settings, rules, temp_dir, progress)?;
    // Facts of something else than what was stamped are not to be kept.
    inputs.check_unchanged()?;
    notes.extend(keep(kept, &scanned, inputs, settings, progress)?);
    Ok(scanned)
}

fn refuse_shards_where_one_file_is_taken(settings: &Settings) -> Result<(), EngineError> {
    let sharded = settings.shards.records.is_some() || settings.shards.bytes.is_some();
    match &settings.profile {
        Some(profile) if sharded && profile.training_files == bedload_bedrock::Training::One => {
            Err(EngineError::Usage(format!(
                "--shard-records and --shard-bytes cannot be used with --profile {}, which accepts only one training file",
                profile.name
            )))
        }
        _ => Ok(()),
    }
}

fn shard_entries(packed: &Packed, checksums: Vec<String>) -> Vec<FileEntry> {
    let entry = |(shard, sha256): (&crate::plan::pack::Shard, String)| FileEntry {
        path: shard.path.clone(),
        bytes: shard.bytes,
        sha256,
        records: shard.records,
        tokens: shard.side.map(|_| shard.tokens),
    };
    packed.shards.iter().zip(checksums).map(entry).collect()
}

#[cfg(test)]
mod tests;
