//! `build`: the whole pipeline, from inputs to a published directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use bedload_record::{Code, Counts, FactTable, Finding, Severity, Side, Tokens, Verdict};
use bedload_scan::{Fetch, Input, Inputs};
use bedload_stages::schema::{self, Tally};

use crate::plan::judge::files::{about_files, place_in_all};
use crate::plan::judge::quota::{self, Held};
use crate::plan::judge::unmapped;
use crate::plan::pack::{Packed, pack};
use crate::plan::variants::{Variant, make_variants, templates};
use crate::plan::{Plan, kept, plan};
use crate::report::manifest::{
    FORMAT_VERSION, FileEntry, MANIFEST, MANIFEST_BYTES_MAX, Manifest, SkippedFiles,
};
use crate::report::summary::{CountedTokens, summary_rows};
use crate::report::tables;
use crate::run::bytes::size;
use crate::run::error::{EngineError, io_error};
use crate::run::phases::{Phases, lap, timed};
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::facts::{Scanned, scan};
use crate::scan::rules::{Rules, any_at_least, refuse_unknown_format, unknown_format};
use crate::write::checksums::{Checksum, checksum_file, hash_inputs};
use crate::write::copy::{self, make_private};
use crate::write::paths::refuse_output_inside_input;
use crate::write::space;
use crate::write::store::Store;

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The manifest as it was written.
    pub manifest: Manifest,
    /// What is wrong with the data set as a whole.
    pub findings: Vec<Finding>,
    /// How many findings there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// Classes: spelling, records before, records in training and validation.
    pub labels: Vec<(String, u64, u64, u64)>,
    /// Tokens of the kept records by what they are for and by who speaks, and their characters.
    pub texts: Tokens,
    /// Whether the records are conversations.
    pub is_conversation: bool,
    /// True where the format was found in the data, and not named.
    pub format_detected: bool,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// How long it took.
    pub phases: Phases,
    /// Directories next to the output, of runs that were killed or are still running.
    pub leftovers: Vec<String>,
    /// Notes for the user about how the output was moved into place, a line each.
    pub notes: Vec<String>,
}

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
    let store = Store::create(out, overwrite, progress)?;
    let dir = store.path();
    let leftovers = store.leftovers().to_vec();
    let mut phases = Phases::default();
    let mut clock = Instant::now();

    let watch = &progress.watch;
    progress.enter(Phase::Spool);
    inputs.refuse_foreign()?;
    inputs.spool_all(settings.temp_dir.as_deref().unwrap_or(dir), watch)?;
    lap(&mut clock, &mut phases.spool);

    progress.enter(Phase::Scan);
    let (rules, mut about_data) = Rules::new(settings, inputs)?;
    refuse_unknown_format(&about_data)?;
    let templates = templates(settings, &rules)?;
    let Scanned { facts, crlf, unmapped } = scan(inputs, settings, &rules, progress)?;
    inputs.check_unchanged()?;
    if rules.format.is_none() && facts.ordinals().any(|line| facts.accepted(line)) {
        refuse_unknown_format(&[unknown_format(settings.strict)])?;
    }
    lap(&mut clock, &mut phases.scan);

    progress.enter(Phase::Plan);
    let mut plan = plan(&facts, settings);
    let fetch = Fetch::new(inputs, &settings.scan);
    let variants = make_variants(&facts, &mut plan, settings, &rules, &templates, &fetch)?;
    progress.ledger.hold_plan(plan.duplicates.len(), variants.len());
    let by_spelling = spelling_counts(&facts, &plan, &variants);
    let by_side = by_spelling.each_ref().map(|side| sums(side));
    let packed = pack(&facts, &plan, &variants, settings.shards, settings.scan.max_record_bytes);
    let held = held(&plan, &packed);
    plan.findings.extend(quota::judge_life(settings.profile.as_deref(), settings.strict));
    plan.findings.extend(schema::judge(&tally(&facts, &plan), settings.profile.as_deref(), settings.strict));
    plan.findings.extend(quota::judge(settings.profile.as_deref(), held, settings.strict));
    plan.findings.extend(bedload_stages::balance::judge(
        &plan.classes,
        &by_side[0],
        &settings.stages.balance,
        settings.strict,
    ));
    let per_file: Vec<(u64, u64)> =
        facts.files().iter().zip(&crlf).map(|(file, &n)| (file.lines, n)).collect();
    let valid = facts.ordinals().filter(|&line| facts.accepted(line)).count() as u64;
    let place = |line| place_in_all(inputs, &per_file, line);
    plan.findings.extend(unmapped::judge(&unmapped, valid, &rules, settings, inputs, place));
    let about_plan = std::mem::take(&mut plan.findings);
    lap(&mut clock, &mut phases.plan);

    about_data.extend(about_files(inputs, &per_file, settings.strict));
    about_data.extend(about_plan);
    let counted = CountedTokens::of(&facts, &plan, &packed, rules.is_conversation());
    progress.enter(Phase::Write);
    space::check([(dir, space::of_build(&packed, facts.len()))])?;
    // Neither needs anything of the other. One waits for the disk, or for a file that one thread hashes, while the
    // other computes.
    let (written, reported) = rayon::join(
        || {
            let source = copy::WriteInput {
                facts: &facts,
                plan: &plan,
                variants: &variants,
                templates: &templates,
                rules: &rules,
                fetch: &fetch,
            };
            timed(&mut phases.write, || copy::write(dir, &packed, &source, copy::Checksums::Sha256, watch))
        },
        || {
            let source = tables::TableInput {
                facts: &facts,
                plan: &plan,
                variants: &variants,
                packed: &packed,
                rules: &rules,
                fetch: &fetch,
                watch,
                max_record_bytes: settings.scan.max_record_bytes,
            };
            timed(&mut phases.report, || {
                let reported =
                    report(dir, &source, settings, &about_data, &by_spelling, &counted, &mut emit)?;
                Ok::<_, EngineError>((reported, hash_inputs(inputs, &facts, watch)?))
            })
        },
    );
    let mut files = shard_entries(&packed, written?);
    let ((by_code, tables), input_entries) = reported?;
    files.extend(tables);
    inputs.check_unchanged()?;
    clock = Instant::now();
    progress.enter(Phase::Report);

    let reasons: Vec<String> = about_data
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    assert!(plan.counts.add_up(), "every record has exactly one verdict");
    let manifest = Manifest {
        tool: "bedload".to_owned(),
        format_version: FORMAT_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ready: !any_at_least(&about_data, Severity::Error),
        reasons,
        profile: settings.profile.as_ref().map(|profile| profile.name.clone()),
        format: rules.format.map(|format| format.name.to_owned()),
        encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
        seed: settings.seed,
        config: config(settings, inputs),
        inputs: input_entries,
        skipped: SkippedFiles {
            files: inputs.skipped().n_files,
            names: inputs.skipped().names().map(str::to_owned).collect(),
        },
        counts: plan.counts,
        tokens: counted.sides,
        record_tokens: counted.record,
        findings: by_code.iter().map(|(code, &n)| (code.name().to_owned(), n)).collect(),
        files,
        seal: String::new(),
    }
    .sealed();
    write_manifest(dir, &manifest)?;
    lap(&mut clock, &mut phases.report);
    let notes = store.publish()?;

    let labels = plan.classes.list().iter().enumerate();
    let labels = labels.map(|(n, class)| (class.name.clone(), class.records, by_side[0][n], by_side[1][n]));
    Ok(Built {
        labels: labels.collect(),
        findings: about_data,
        by_code,
        leftovers,
        notes,
        texts: counted.texts,
        is_conversation: counted.is_conversation,
        format_detected: rules.detected,
        bytes: facts.files().iter().map(|file| file.bytes).sum(),
        phases,
        manifest,
    })
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

/// The features of the records that are kept.
fn tally(facts: &FactTable, plan: &Plan) -> Tally {
    let mut tally = Tally::default();
    kept(&plan.verdicts).into_iter().for_each(|line| tally.add(facts.features(line)));
    tally
}

/// How many output lines of each spelling of each class there are on each side.
fn spelling_counts(facts: &FactTable, plan: &Plan, variants: &[Variant]) -> [Vec<Vec<u64>>; 2] {
    Side::ALL.map(|side| {
        let kept = facts.ordinals().filter(|line| plan.verdicts[line.index()] == Verdict::Kept(side));
        let made = variants.iter().filter(|_| side == Side::Train).map(|variant| variant.parent);
        plan.classes.count_spellings(facts, kept.chain(made))
    })
}

/// How many there are of each class.
fn sums(by_spelling: &[Vec<u64>]) -> Vec<u64> {
    by_spelling.iter().map(|spellings| spellings.iter().sum()).collect()
}

/// What the target is given: records and bytes of each side.
fn held(plan: &Plan, packed: &Packed) -> [Held; 2] {
    let bytes = |side| packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.bytes).sum();
    let Counts { train, validation, variants, .. } = plan.counts;
    [
        Held { records: train + variants, bytes: bytes(Side::Train) },
        Held { records: validation, bytes: bytes(Side::Validation) },
    ]
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

/// Writes all tables, and returns how many findings there are of each code.
fn report(
    dir: &Path,
    source: &tables::TableInput<'_>,
    settings: &Settings,
    about_data: &[Finding],
    by_spelling: &[Vec<Vec<u64>>; 2],
    counted: &CountedTokens,
    emit: &mut impl FnMut(&Finding) -> Result<(), EngineError>,
) -> Result<(BTreeMap<Code, u64>, Vec<FileEntry>), EngineError> {
    let report = dir.join("report");
    make_private(&report)?;
    let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
    let mut written = vec![
        tables::records(dir, source)?,
        tables::findings(dir, source, about_data, |finding| {
            *by_code.entry(finding.code).or_default() += 1;
            emit(finding)
        })?,
        tables::duplicates(dir, source)?,
        tables::labels(dir, source, by_spelling)?,
        tables::summary(dir, &summary_rows(source.plan.counts, counted, &by_code))?,
    ];
    if !source.variants.is_empty() {
        let templates = &settings.stages.augment.templates;
        written.push(tables::variants(dir, source, templates, settings.seed)?);
    }
    let mut files = Vec::new();
    for table in written {
        let path = dir.join(&table.path);
        let mut file = fs::File::open(&path).map_err(io_error(&path, "opened"))?;
        let Checksum { bytes, sha256, .. } = checksum_file(&mut file, &path, source.watch)?;
        files.push(FileEntry { path: table.path, bytes, sha256, records: table.rows, tokens: None });
    }
    Ok((by_code, files))
}

/// Everything configured that can change a byte of the output.
fn config(settings: &Settings, inputs: &Inputs) -> serde_json::Value {
    serde_json::json!({
        "array": inputs.iter().any(Input::is_array),
        "stages": settings.stages,
        "strict": settings.strict,
        "max_rejected": settings.max_rejected.map(|limit| limit.to_string()),
        "max_record_bytes": settings.scan.max_record_bytes,
        "shard_records": settings.shards.records,
        "shard_bytes": settings.shards.bytes,
    })
}

fn write_manifest(dir: &Path, manifest: &Manifest) -> Result<(), EngineError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = dir.join(MANIFEST);
    let text = manifest.text();
    if text.len() as u64 > MANIFEST_BYTES_MAX {
        let most = size(MANIFEST_BYTES_MAX);
        return Err(EngineError::Usage(format!(
            "the manifest would be larger than {most}\nhint: fewer inputs or larger shards make it smaller"
        )));
    }
    let file = fs::File::options().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(io_error(&path, "created"))?;
    file.write_all(text.as_bytes()).map_err(io_error(&path, "written"))?;
    file.sync_all().map_err(io_error(&path, "synced"))
}
