//! `explain`: everything known about one record, from its input, or from the report of a build.

use std::io;
use std::path::Path;

use bedload_bedrock::{Record, Speaker, TextBuffer};
use bedload_record::{Finding, InputId, Interner, Origin, Parser, Severity, Verdict};
use bedload_report::{By, Cell, FoundRow, find_rows};
use bedload_scan::{Inputs, KeptChunk, Watch, visit};
use bedload_stages::balance;

use crate::report::manifest::MANIFEST;
use crate::report::provenance::Provenance;
use crate::run::error::{EngineError, io_error};
use crate::run::settings::Settings;
use crate::scan::examine::place::place;
use crate::scan::examine::{Examiner, Names, Physical};
use crate::scan::ids::{record_of, text_of};
use crate::scan::rules::{Rules, unknown_format};

/// Everything known about one record.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Byte offset of the line in its input.
    pub byte_offset: u64,
    /// Length in bytes, without the line end.
    pub bytes: u64,
    /// The format that it was checked against.
    pub format: Option<&'static str>,
    /// Its length in bytes once it is converted to that format; none where it is not converted.
    pub converted_bytes: Option<u64>,
    /// Its length in bytes once it is repaired; none where it stays as it is, or is converted then.
    pub repaired_bytes: Option<u64>,
    /// Whether nothing rejects it.
    pub accepted: bool,
    /// Tokens by field or speaker, and what messages take besides their texts: name and count.
    pub tokens: Vec<(&'static str, u64)>,
    /// How tokens were counted.
    pub encoding: Option<String>,
    /// Identity of the content.
    pub digest: Option<u128>,
    /// What names it in its source, where an id was asked for and content may be shown.
    pub id: Option<String>,
    /// Where it was first, where the report of a conversion tells.
    pub origin: Option<Origin>,
    /// The label, where there is one and content may be shown.
    pub label: Option<String>,
    /// Everything found, in full.
    pub findings: Vec<Finding>,
}

/// Explains line `number` (from 1) of the only input; none where the input has fewer lines.
///
/// # Errors
/// Where the input cannot be read.
pub fn explain(
    inputs: &Inputs,
    settings: &Settings,
    number: u64,
    watch: &Watch,
) -> Result<Option<Explained>, EngineError> {
    inputs.refuse_foreign()?;
    let (mut rules, mut about_data) = Rules::new(settings, inputs)?;
    rules.read_eval_sets(settings, watch)?;
    rules.origins = Provenance::read(settings, inputs, watch)?.origins;
    // Which chunk the line is in is known only when the ones before it are counted, so each chunk keeps its text
    // until then: at most two waves of chunks.
    let mut before = 0;
    let mut explained: Option<Explained> = None;
    visit(
        inputs,
        &settings.scan,
        watch,
        || (),
        |(), chunk| (chunk.lines().count() as u64, chunk.keep()),
        |_, (count, kept): (u64, KeptChunk)| {
            if (before + 1..=before + count).contains(&number)
                && let Some(line) = kept.chunk().lines().nth((number - before - 1) as usize)
            {
                let line = Physical::of(InputId::new(0), &line);
                explained = Some(one(&rules, inputs.get(InputId::new(0)).name(), number, &line));
            }
            before += count;
            Ok::<(), EngineError>(())
        },
    )?;
    // As `check` does: a record that only seems valid because nothing was compared with it is not accepted.
    if rules.format.is_none() && about_data.is_empty() {
        about_data.push(unknown_format());
    }
    Ok(explained.map(|mut explained| {
        // What is wrong with the file as a whole is wrong with each of its records.
        let about_data = about_data.into_iter().map(|finding| finding.in_run(settings.severities));
        explained.findings.extend(about_data);
        explained.accepted &= explained.findings.iter().all(|finding| finding.severity < Severity::Error);
        explained
    }))
}

/// What the report of a built directory says about one record.
#[derive(Clone, Debug)]
pub struct BuiltRecord {
    /// Its row of `records.parquet`; of a duplicate, also how it was found and how alike it is, from
    /// `duplicates.parquet`.
    pub record: FoundRow,
    /// Its rows of `findings.parquet`.
    pub findings: Vec<FoundRow>,
}

/// Looks up a line in a directory that `build` wrote, or in the report of a conversion: the line of an input, as the report
/// names it; or else one that was written; or else one of a first source, before the input was converted. Several records
/// may be of one of these.
///
/// # Errors
/// Where the directory is none of those, or a table cannot be read.
pub fn explain_built(dir: &Path, file: &str, line: u64) -> Result<Vec<BuiltRecord>, EngineError> {
    let manifest = dir.join(MANIFEST);
    let problem = match manifest.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => None,
        Ok(_) => Some(format!("{}: not a regular file", manifest.display())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Some(format!("{}: there is no {MANIFEST}", dir.display()))
        }
        Err(error) => return Err(io_error(&manifest, "read")(error)),
    };
    if let Some(problem) = problem {
        return Err(EngineError::Usage(format!(
            "{problem}\nhint: name a directory written by `bedload build`, or the report of a conversion"
        )));
    }
    // The tables of a conversion are the report, and those of a build are in it.
    let own = dir.join("records.parquet");
    let tables = if own.symlink_metadata().is_ok() { dir.to_owned() } else { dir.join("report") };
    let find = |table: &str, by, file: &str, line| {
        find_rows(&tables.join(format!("{table}.parquet")), by, file, line)
    };
    let below = Path::new(file).strip_prefix(dir).ok().and_then(Path::to_str);
    let names =
        [(By::Input, Some(file)), (By::Output, Some(file)), (By::Output, below), (By::Origin, Some(file))];
    let mut records = Vec::new();
    for (by, name) in names {
        if let Some(name) = name.filter(|_| records.is_empty()) {
            records = find("records", by, name, line)?;
        }
    }
    records.into_iter().map(|record| with_findings(record, &find)).collect()
}

/// A record with what other tables have of its line.
fn with_findings<E>(
    mut record: FoundRow,
    find: &impl Fn(&str, By, &str, u64) -> Result<Vec<FoundRow>, E>,
) -> Result<BuiltRecord, EngineError>
where
    EngineError: From<E>,
{
    let cell = |wanted: &str| record.iter().find(|(name, _)| name == wanted).map(|(_, cell)| cell.clone());
    let (Some(Cell::Text(file)), Some(Cell::Integer(line))) = (cell("file"), cell("line")) else {
        return Ok(BuiltRecord { record, findings: Vec::new() });
    };
    let line = line.cast_unsigned();
    let is_duplicate = cell("verdict") == Some(Cell::Text(Verdict::Duplicate.name().to_owned()));
    if is_duplicate {
        let of_duplicate = |(name, _): &(String, Cell)| ["method", "similarity"].contains(&name.as_str());
        let found = find("duplicates", By::Input, &file, line)?;
        record.extend(found.into_iter().flatten().filter(of_duplicate));
    }
    Ok(BuiltRecord { record, findings: find("findings", By::Input, &file, line)? })
}

fn one(rules: &Rules, name: &str, number: u64, line: &Physical<'_>) -> Explained {
    let mut examiner = Examiner::new(rules);
    let found = examiner.findings(line);
    let mut labels = Interner::new(1);
    let row = examiner.facts(line, Names { labels: &mut labels, values: &mut [] });
    let mut counts: Vec<(&'static str, u64)> = Vec::new();
    let mut converted = Vec::new();
    let record = match (row.written, line.input) {
        // What is refused has no other form; the findings say why.
        (None, _) if rules.conversion.is_some() => None,
        (Some(_), Some(input)) if row.accepted => {
            line.bytes.map(|bytes| rules.written(input, bytes, &mut converted))
        }
        (Some(_), _) => None,
        (None, _) => line.bytes,
    };
    let is_several = row.records > 1;
    let is_only_repaired = rules.repair.is_some() && rules.conversion.is_none();
    let records = record.into_iter().flat_map(|bytes| bytes.split(move |&byte| is_several && byte == b'\n'));
    for (bytes, format) in records.filter_map(|bytes| Some((bytes, rules.format?))) {
        Parser::default().parse(bytes, |parsed| {
            let Ok((json, _)) = parsed else { return };
            let texts = TextBuffer::default();
            let record = Record::new(format, bytes, json, &texts);
            if let Some(tokenizer) = &rules.tokenizer {
                let mut counter = tokenizer.counter();
                for text in &record.texts().list {
                    let Ok(count) = counter.count(text.text) else { continue };
                    let own_name = format.name_of(text);
                    match counts.iter_mut().find(|(name, _)| *name == own_name) {
                        Some((_, sum)) => *sum += count,
                        None => counts.push((own_name, count)),
                    }
                }
                let turns: u64 = Speaker::ALL.iter().map(|&speaker| record.texts().turns(speaker)).sum();
                if turns * rules.turn_tokens > 0 {
                    counts.push(("turns", turns * rules.turn_tokens));
                }
            }
        });
    }
    let is_valid = !found.iter().any(|finding| finding.code.name().starts_with("json/"));
    let is_label_shown =
        rules.show_content && matches!(rules.by_source.labels(line.input), balance::LabelSource::Field(_));
    let mut found = place(found, rules, name, number, line);
    let input = line.input.unwrap_or(InputId::new(0));
    found.iter_mut().for_each(|finding| rules.origins.put(input, finding));
    Explained {
        byte_offset: line.start,
        bytes: line.len,
        format: rules.format.map(|format| format.name),
        converted_bytes: row.written.filter(|_| !is_only_repaired),
        repaired_bytes: row.written.filter(|_| is_only_repaired && row.accepted),
        accepted: row.accepted,
        tokens: counts,
        encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
        digest: (row.accepted && rules.format.is_some()).then_some(row.digest),
        id: line.bytes.filter(|_| rules.show_content && is_valid).and_then(|bytes| {
            let steps = line.input.and_then(|input| rules.by_source.id(input))?;
            text_of(record_of(bytes).at(steps)?)
        }),
        label: labels.keys().first().filter(|_| is_label_shown).cloned(),
        origin: rules.origins.origin(input, number),
        findings: found,
    }
}
