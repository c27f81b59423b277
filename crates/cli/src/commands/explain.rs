//! `bedload explain`: a record of an input. Finding codes are in `codes.rs`, records of a built directory in `built.rs`,
//! messages of the service in `message.rs`.

mod built;
mod codes;
mod message;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;

use bedload_engine::{Explained, explain};
use bedload_record::code::CODES;
use bedload_record::names::offer;
use bedload_record::{Code, InputId};
use serde_json::json;

use super::{find_inputs, new_progress, refuse_remote, start_workers};
use crate::args::{ExplainArgs, OutputFormat};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::gate::Judgement;
use crate::output::{About, Ending, Known, Output};
use crate::settings;

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    if let Some(text) = &args.message {
        return message::explain(text, args.output.output_format);
    }
    let Some(what) = &args.what else { return codes::list(args.output.output_format) };
    refuse_remote(&file_and_line(what).map_or_else(|| what.clone(), |(file, _)| file))?;
    if let Some(record) = &args.record {
        let place = file_and_line(record).ok_or_else(|| {
            let record = record.to_string_lossy();
            Failure::Usage(format!("{record}: not a record\nhint: name it by its input and line, FILE:LINE"))
        })?;
        return built::explain(Path::new(what), &place.0, place.1, args);
    }
    if let Some(code) = what.to_str().and_then(Code::from_name) {
        let severities = settings::severities_for_explain(args)?;
        return codes::explain(code.info(), severities, args.output.output_format);
    }
    match file_and_line(what) {
        Some((file, line)) => explain_record(&file, line, args),
        None if Path::new(what).is_dir() => {
            let what = what.to_string_lossy();
            Err(Failure::Usage(format!(
                "{what}: a directory\nhint: `bedload explain {what} FILE:LINE` explains a record of a built directory, or of a conversion by its report"
            )))
        }
        None if Path::new(what).exists() => {
            let what = what.to_string_lossy();
            Err(Failure::Usage(format!(
                "{what}: the line is missing\nhint: `bedload explain {what}:1` explains its first record"
            )))
        }
        None => {
            let what = what.to_string_lossy();
            let near = offer(&what, CODES.iter().map(|info| info.name));
            Err(Failure::Usage(format!(
                "{what}: neither a finding code nor FILE:LINE\nhint: {near}`bedload explain --list` shows all codes"
            )))
        }
    }
}

/// Splits `FILE:LINE`, also where a column follows.
fn file_and_line(what: &OsStr) -> Option<(OsString, u64)> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let split = |bytes: &[u8]| -> Option<(Vec<u8>, u64)> {
        let at = bytes.iter().rposition(|&b| b == b':')?;
        let number = std::str::from_utf8(&bytes[at + 1..]).ok()?.parse().ok()?;
        Some((bytes[..at].to_vec(), number))
    };
    let (file, last) = split(what.as_bytes())?;
    let name = |bytes: Vec<u8>| OsString::from_vec(bytes);
    match split(&file) {
        // FILE:LINE:COLUMN, as findings print it; unless a file is named so.
        Some((shorter, line)) if !Path::new(&name(file.clone())).exists() => Some((name(shorter), line)),
        _ => Some((name(file), last)),
    }
}

fn explain_record(file: &OsStr, line: u64, args: &ExplainArgs) -> Result<Exit, Failure> {
    let run = settings::for_explain(args)?;
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &[file.to_owned()], &[], &run, None)?;
    if inputs.len() != 1 {
        return Err(Failure::Usage(format!(
            "{}: {} files match; name one",
            file.to_string_lossy(),
            inputs.len()
        )));
    }
    let explained = workers.install(|| explain(&inputs, &run.settings, line, &progress.watch))?;
    let explained = explained.ok_or_else(|| {
        let noun = if inputs.get(InputId::new(0)).is_array() { "element" } else { "line" };
        Failure::Usage(format!("{}:{line}: no such {noun}", file.to_string_lossy()))
    })?;
    let profile = run.settings.profile.as_ref().map(|profile| profile.name.as_str());
    let mut told =
        Output::plain(&args.output, &About { profile: profile.map(str::to_owned), ..About::default() });
    if args.output.output_format == OutputFormat::Text {
        told.write(page(&file.to_string_lossy(), line, &explained, profile).as_bytes())?;
    }
    explained.findings.iter().try_for_each(|finding| told.tell_unfolded(finding))?;
    told.end(&Ending {
        numbers: &object(&file.to_string_lossy(), line, &explained),
        by_code: &BTreeMap::new(),
        known: Known::none(),
        severities: run.settings.severities,
        judgement: &Judgement::of_all(Exit::Clean, &BTreeMap::new()),
    })?;
    Ok(Exit::Clean)
}

fn page(file: &str, line: u64, explained: &Explained, profile: Option<&str>) -> String {
    let mut out = format!("{}:{line}  record {}\n\n", escape(file), line - 1);
    let verdict = if explained.accepted { "accepted" } else { "rejected" };
    let _ = writeln!(out, "  verdict    {verdict}");
    if let Some(origin) = &explained.origin {
        let _ = writeln!(out, "  origin     {}:{}", escape(&origin.file), origin.line);
    }
    if profile.is_none() {
        out.push_str("  profile    none, so no target's limits are applied\n");
    }
    let _ = writeln!(out, "  bytes      {} at offset {}", explained.bytes, explained.byte_offset);
    let converted = explained.converted_bytes.map(|bytes| format!(" (converted, {bytes} bytes)"));
    let repaired = explained.repaired_bytes.map(|bytes| format!(" (repaired, {bytes} bytes)"));
    let format = explained.format.unwrap_or("unknown");
    let _ = writeln!(out, "  format     {format}{}", converted.or(repaired).unwrap_or_default());
    if let Some(encoding) = explained.encoding.as_ref().filter(|_| !explained.tokens.is_empty()) {
        let total: u64 = explained.tokens.iter().map(|(_, n)| n).sum();
        let parts: Vec<String> = explained.tokens.iter().map(|(key, n)| format!("{key} {n}")).collect();
        let _ = writeln!(out, "  tokens     {total} {encoding} ({})", parts.join(", "));
    }
    if let Some(digest) = explained.digest {
        let _ = writeln!(out, "  digest     {digest:032x}");
    }
    if let Some(id) = &explained.id {
        let _ = writeln!(out, "  id         {}", escape(id));
    }
    if let Some(label) = &explained.label {
        let _ = writeln!(out, "  label      {}", escape(label));
    }
    let _ = writeln!(out, "  findings   {}\n", explained.findings.len());
    out
}

fn object(file: &str, line: u64, explained: &Explained) -> serde_json::Value {
    let mut object = numbers(file, line, explained);
    if let Some(origin) = &explained.origin {
        object["origin_file"] = origin.file.as_str().into();
        object["origin_line"] = origin.line.into();
    }
    object
}

fn numbers(file: &str, line: u64, explained: &Explained) -> serde_json::Value {
    let tokens: serde_json::Map<String, serde_json::Value> =
        explained.tokens.iter().map(|(key, n)| ((*key).to_owned(), (*n).into())).collect();
    json!({
        "kind": "record",
        "file": file,
        "line": line,
        "record": line - 1,
        "byte_offset": explained.byte_offset,
        "bytes": explained.bytes,
        "accepted": explained.accepted,
        "format": explained.format,
        "converted_bytes": explained.converted_bytes,
        "repaired_bytes": explained.repaired_bytes,
        "encoding": explained.encoding,
        "tokens": tokens,
        "digest": explained.digest.map(|digest| format!("{digest:032x}")),
        "id": explained.id,
        "label": explained.label,
        "findings": explained.findings.len(),
    })
}
