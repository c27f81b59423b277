//! `bedload explain`

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;

use bedload_engine::{Explained, explain};
use bedload_record::code::CODES;
use bedload_record::{Code, CodeInfo};
use serde_json::json;

use super::{find_inputs, new_progress, start_workers};
use crate::args::{ExplainArgs, OutputFormat};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::render::{Out, Paint, TextFindings, finding_object, print_line};
use crate::settings;

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    if let Some(code) = args.what.to_str().and_then(Code::from_name) {
        return explain_code(code.info(), args);
    }
    match file_and_line(&args.what) {
        Some((file, line)) => explain_record(&file, line, args),
        None if Path::new(&args.what).exists() => {
            let what = args.what.to_string_lossy();
            Err(Failure::Usage(format!(
                "{what}: which line?\nhint: `bedload explain {what}:1` explains its first record"
            )))
        }
        None => Err(Failure::Usage(format!(
            "{}: neither a finding code nor FILE:LINE\nhint: the codes are {}",
            args.what.to_string_lossy(),
            CODES.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
        ))),
    }
}

fn explain_code(info: &CodeInfo, args: &ExplainArgs) -> Result<Exit, Failure> {
    let mut out = Out::new();
    match args.data.output.output_format {
        OutputFormat::Text => {
            let page = format!(
                "{} ({})\n\n{}\n\n  why   {}\n  help  {}\n  rule  {}\n",
                info.name,
                info.severity.name(),
                info.title,
                info.why,
                info.mend,
                info.source
            );
            out.write(page.as_bytes())?;
        }
        OutputFormat::Jsonl => {
            let object = json!({
                "kind": "code",
                "code": info.name,
                "severity": info.severity.name(),
                "title": info.title,
                "why": info.why,
                "help": info.mend,
                "source": info.source,
            });
            print_line(&mut out, &object)?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
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
    let run = settings::for_check(&args.data)?;
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &[file.to_owned()], &[], &run)?;
    if inputs.len() != 1 {
        return Err(Failure::Usage(format!("{}: {} files; name one", file.to_string_lossy(), inputs.len())));
    }
    let explained = workers.install(|| explain(&inputs, &run.settings, line, &progress.watch))?;
    let explained = explained
        .ok_or_else(|| Failure::Usage(format!("{}:{line}: there is no such line", file.to_string_lossy())))?;
    let mut out = Out::new();
    let profile = run.settings.profile.as_ref().map(|profile| profile.name.as_str());
    match args.data.output.output_format {
        OutputFormat::Text => {
            out.write(page(&file.to_string_lossy(), line, &explained, profile).as_bytes())?;
            let mut text = TextFindings::new(Paint::for_stdout(args.data.output.color));
            for finding in &explained.findings {
                out.write(text.render(finding).as_bytes())?;
            }
        }
        OutputFormat::Jsonl => {
            for finding in &explained.findings {
                print_line(&mut out, &finding_object(finding, profile))?;
            }
            print_line(&mut out, &object(&file.to_string_lossy(), line, &explained))?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn page(file: &str, line: u64, explained: &Explained, profile: Option<&str>) -> String {
    let mut out = format!("{}:{line}  record {}\n\n", escape(file), line - 1);
    let verdict = if explained.accepted { "accepted" } else { "rejected" };
    let _ = writeln!(out, "  verdict    {verdict}");
    if profile.is_none() {
        out.push_str("  profile    none, so no target's limits are applied\n");
    }
    let _ = writeln!(out, "  bytes      {} at offset {}", explained.bytes, explained.byte_offset);
    let _ = writeln!(out, "  format     {}", explained.format.unwrap_or("unknown"));
    if let Some(encoding) = explained.encoding.as_ref().filter(|_| !explained.tokens.is_empty()) {
        let total: u64 = explained.tokens.iter().map(|(_, n)| n).sum();
        let parts: Vec<String> = explained.tokens.iter().map(|(key, n)| format!("{key} {n}")).collect();
        let _ = writeln!(out, "  tokens     {total} {encoding} ({})", parts.join(", "));
    }
    if let Some(digest) = explained.digest {
        let _ = writeln!(out, "  digest     {digest:032x}");
    }
    if let Some(label) = &explained.label {
        let _ = writeln!(out, "  label      {}", escape(label));
    }
    let _ = writeln!(out, "  findings   {}\n", explained.findings.len());
    out
}

fn object(file: &str, line: u64, explained: &Explained) -> serde_json::Value {
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
        "encoding": explained.encoding,
        "tokens": tokens,
        "digest": explained.digest.map(|digest| format!("{digest:032x}")),
        "label": explained.label,
        "findings": explained.findings.len(),
    })
}
