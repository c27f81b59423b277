//! `bedload explain DIR FILE:LINE`: a record by the report of a build, or of a conversion.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

use bedload_engine::{BuiltRecord, Cell, FoundRow, explain_built};
use serde_json::{Map, Value};

use crate::args::{ExplainArgs, OutputFormat};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::Out;

/// Columns of the table that a page has in other places, or not at all.
const ELSEWHERE: [&str; 13] = [
    "file",
    "line",
    "record",
    "verdict",
    "duplicate_of_file",
    "duplicate_of_line",
    "method",
    "similarity",
    "shard",
    "shard_line",
    "shard_lines",
    "origin_file",
    "origin_line",
];

pub(super) fn explain(dir: &Path, file: &OsStr, line: u64, args: &ExplainArgs) -> Result<Exit, Failure> {
    let file = file.to_string_lossy();
    let mut all = explain_built(dir, &file, line)?;
    if all.is_empty() {
        return Err(Failure::Usage(format!(
            "{file}:{line}: no such record in {}\nhint: name inputs as in the report's `file` column, or files that were written as in `shard`",
            dir.display()
        )));
    }
    let mut out = Out::new();
    for (nth, found) in all.iter_mut().enumerate() {
        // A label is a part of the record.
        found.record.retain(|(name, _)| name != "label" || args.data.show_content);
        match args.output.output_format {
            OutputFormat::Text => {
                out.write(if nth > 0 { b"\n" } else { b"" })?;
                out.write(page(found).as_bytes())?;
            }
            OutputFormat::Jsonl => {
                for finding in &found.findings {
                    out.write_object(&object("finding", finding))?;
                }
                out.write_object(&object("record", &found.record))?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn page(found: &BuiltRecord) -> String {
    let of = |name: &str| text_of(&found.record, name);
    let place = |row: &FoundRow, file: &str, line: &str| Some((text_of(row, file)?, text_of(row, line)?));
    let (file, line) = place(&found.record, "file", "line").unwrap_or_default();
    let mut out = format!("{}:{line}  record {}\n\n", escape(&file), of("record").unwrap_or_default());
    if let Some((file, line)) = place(&found.record, "origin_file", "origin_line") {
        let _ = writeln!(out, "  {:18} {}:{line}", "origin", escape(&file));
    }
    let mut verdict = of("verdict").unwrap_or_default();
    if let (Some(file), Some(line)) = (of("duplicate_of_file"), of("duplicate_of_line")) {
        let _ = write!(verdict, " of {file}:{line}");
    }
    if of("method").as_deref() == Some("near") {
        let _ = write!(verdict, " (near; similarity {})", of("similarity").unwrap_or_default());
    }
    if let Some(shard) = of("shard") {
        let _ = write!(verdict, ", in {shard}");
        if let Some(line) = of("shard_line") {
            let _ = write!(verdict, ":{line}");
        }
        if let Some(lines) = of("shard_lines").filter(|lines| lines != "1") {
            let _ = write!(verdict, " ({lines} lines)");
        }
    }
    let _ = writeln!(out, "  {:18} {}", "verdict", escape(&verdict));
    for (name, cell) in found.record.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())) {
        let _ = writeln!(out, "  {name:18} {}", escape(&text(cell)));
    }
    let _ = writeln!(out, "  {:18} {}", "findings", found.findings.len());
    for finding in &found.findings {
        let of = |name: &str| escape(&text_of(finding, name).unwrap_or_default()).into_owned();
        let _ = write!(out, "\n{}[{}]: {}\n", of("severity"), of("code"), of("message"));
        match place(finding, "origin_file", "origin_line") {
            Some((file, line)) => {
                let now = format!("line {}, column {} of {}", of("line"), of("column"), of("file"));
                let _ = writeln!(out, "  --> {}:{line}   {now}   {}", escape(&file), of("pointer"));
            }
            None => {
                let _ =
                    writeln!(out, "  --> {}:{}:{}   {}", of("file"), of("line"), of("column"), of("pointer"));
            }
        }
    }
    out
}

fn text_of(row: &FoundRow, name: &str) -> Option<String> {
    row.iter().find(|(column, _)| column == name).map(|(_, cell)| text(cell))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
    }
}

fn object(kind: &str, row: &FoundRow) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Integer(number) => Value::from(*number),
        Cell::Real(number) => Value::from(*number),
    };
    let kind = [("kind".to_owned(), Value::from(kind))];
    let columns = row.iter().map(|(name, cell)| (name.clone(), value(cell)));
    Value::Object(kind.into_iter().chain(columns).collect::<Map<_, _>>())
}
