//! `bedload job check`

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bedload_aws::{Model, Operation, Problem, judge};
use bedload_engine::EngineError;
use bedload_record::plural::plural;
use serde_json::json;

use crate::args::{JobCheckArgs, OutputFormat};
use crate::commands::refuse_remote;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, Paint, say};

/// A larger file is no request; a service takes 25 MB at most.
const REQUEST_BYTES_MAX: u64 = 64 << 20;

pub(crate) fn run(args: &JobCheckArgs) -> Result<Exit, Failure> {
    let usage = |error: bedload_aws::OperationError| Failure::Usage(error.to_string());
    let named = args.operation.as_deref().map(Operation::named).transpose().map_err(usage)?;
    let (file, text) = read(&args.request)?;
    let judged = judge(&text, named).map_err(|error| Failure::Usage(format!("{file}: {error}")))?;
    let exit = if judged.problems.is_empty() { Exit::Clean } else { Exit::Findings };
    let mut out = Out::new();
    match args.output.output_format {
        OutputFormat::Text => {
            let paint = Paint::for_stdout(args.output.color);
            for problem in &judged.problems {
                out.write(render(paint, &file, problem).as_bytes())?;
            }
        }
        OutputFormat::Jsonl => {
            for problem in &judged.problems {
                out.write_object(&object(&file, problem))?;
            }
            out.write_object(&json!({
                "kind": "summary",
                "file": file,
                "operation": judged.operation.map(|operation| operation.name()),
                "operation_recognized": named.is_none() && judged.operation.is_some(),
                "problems": judged.problems.len(),
                "service_model": Model::built_in().cite(),
                "exit_code": exit.code(),
            }))?;
        }
    }
    out.flush()?;
    if !args.output.quiet {
        let operation = match (judged.operation, named) {
            (Some(operation), None) => format!("{} (recognized from its members): ", operation.name()),
            (Some(operation), Some(_)) => format!("{}: ", operation.name()),
            (None, _) => String::new(),
        };
        let found = match judged.problems.len() {
            0 => format!("no problems by the service model of {}", Model::built_in().cite()),
            n => plural(n as u64, "problem", "problems"),
        };
        say(&format!("{}: {operation}{found}\n", escape(&file)));
    }
    Ok(exit)
}

/// The name of the file and its bytes.
pub(super) fn read(request: &OsStr) -> Result<(String, Vec<u8>), Failure> {
    let is_stdin = request == "-";
    let name = if is_stdin { "standard input".to_owned() } else { Path::new(request).display().to_string() };
    refuse_remote(request)?;
    let failed = |action| {
        let path = name.clone();
        move |source| Failure::Engine(EngineError::Io { path, action, source })
    };
    let mut text = Vec::new();
    let mut reader: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(request).map_err(failed("opened"))?)
    };
    reader.by_ref().take(REQUEST_BYTES_MAX + 1).read_to_end(&mut text).map_err(failed("read"))?;
    if text.len() as u64 > REQUEST_BYTES_MAX {
        let limit = REQUEST_BYTES_MAX >> 20;
        return Err(Failure::Usage(format!("{name}: larger than {limit} MiB, so it is no request")));
    }
    Ok((name, text))
}

/// The object for one problem.
pub(super) fn object(file: &str, problem: &Problem) -> serde_json::Value {
    json!({
        "kind": "problem",
        "file": file,
        "line": problem.line,
        "column": problem.column,
        "member": problem.member.to_string(),
        "rule": problem.rule.name(),
        "message": problem.message,
        "hint": problem.hint,
    })
}

/// The block of lines for one problem.
pub(super) fn render(paint: Paint, file: &str, problem: &Problem) -> String {
    let member = problem.member.to_string();
    let lead = if member.is_empty() { String::new() } else { format!("{member}: ") };
    let message = paint.bold(&escape(&format!("{lead}{}", problem.message)));
    let mut out = format!("{}: {message}\n", paint.red(&format!("error[{}]", problem.rule.name())));
    if let (Some(line), Some(column)) = (problem.line, problem.column) {
        let _ = writeln!(out, "  {} {}:{line}:{column}", paint.blue("-->"), escape(file));
    }
    if let Some(hint) = &problem.hint {
        let _ = writeln!(out, "   = help: {}", escape(hint));
    }
    out.push('\n');
    out
}
