//! `explain`: everything known about one record, from its input, or from the report of a build.

use std::io;
use std::path::Path;

use bedload_bedrock::{Record, Speaker, TextBuffer};
use bedload_record::json::Raw;
use bedload_record::{Finding, InputId, Interner, Parser, Severity};
use bedload_report::{Cell, FoundRow, find_rows};
use bedload_scan::{Inputs, KeptChunk, Watch, visit};
use bedload_stages::balance;

use crate::report::manifest::MANIFEST;
use crate::run::error::{EngineError, io_error};
use crate::run::settings::Settings;
use crate::scan::examine::place::place;
use crate::scan::examine::{Examiner, Names, Physical};
use crate::scan::ids::text_of;
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

/// Looks up the line of an input, as the report names it, in a directory that `build` wrote.
///
/// # Errors
/// Where the directory is none of those, or a table cannot be read.
pub fn explain_built(dir: &Path, file: &str, line: u64) -> Result<Option<BuiltRecord>, EngineError> {
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
            "{problem}\nhint: name a directory written by `bedload build`"
        )));
    }
    let find = |table: &str| find_rows(&dir.join(format!("report/{table}.parquet")), file, line);
    let Some(mut record) = find("records")?.into_iter().next() else { return Ok(None) };
    let of_duplicate = |(name, _): &(String, Cell)| ["method", "similarity"].contains(&name.as_str());
    record.extend(find("duplicates")?.into_iter().flatten().filter(of_duplicate));
    Ok(Some(BuiltRecord { record, findings: find("findings")? }))
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
    if let (Some(bytes), Some(format)) = (record, rules.format) {
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
    Explained {
        byte_offset: line.start,
        bytes: line.len,
        format: rules.format.map(|format| format.name),
        converted_bytes: row.written,
        accepted: row.accepted,
        tokens: counts,
        encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
        digest: (row.accepted && rules.format.is_some()).then_some(row.digest),
        id: line.bytes.filter(|_| rules.show_content && is_valid).and_then(|bytes| {
            let steps = line.input.and_then(|input| rules.by_source.id(input))?;
            text_of(Raw::of_line(bytes).at(steps)?)
        }),
        label: labels.keys().first().filter(|_| is_label_shown).cloned(),
        findings: place(found, rules, name, number, line),
    }
}
