//! `bedload verify`

use std::collections::BTreeMap;
use std::path::Path;

use bedload_engine::{Between, Certificates, leaks, read_output, resolve, verify};
use bedload_record::plural::plural;
use bedload_record::{Code, Finding, Severities, Severity};
use serde_json::json;

use super::{new_progress, refuse_remote, start_workers};
use crate::args::{FormFile, VerifyArgs};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::gate::Judgement;
use crate::output::{About, Ending, Known, Output, Wanted, in_common, listed, say, sides};
use crate::reads::Reads;

pub(crate) fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    let progress = new_progress()?;
    refuse_inside(args)?;
    let about = About {
        command: "verify",
        is_verification: true,
        files: vec![args.dir.join("manifest.json").display().to_string()],
        n_files: 1,
        ..About::default()
    };
    let wanted =
        Wanted { args: &args.output, configured: &[], inputs: None, reads: &Reads::default(), others: &[] };
    let mut told = Output::open(&wanted, &about, &progress)?;
    told.remove_earlier()?;
    let workers = start_workers(None)?;
    let mut verified = workers.install(|| verify(&args.dir, &progress.watch))?;
    // Files that are not as they were built say nothing of the build.
    let certificates = if args.leaks && verified.problems.is_empty() {
        let manifest = read_output(&args.dir)?;
        let found = workers.install(|| leaks(&args.dir, &manifest, args.near, &progress))?;
        verified.problems.extend(found.iter().flat_map(problems));
        found
    } else {
        None
    };
    let is_refused = args.require_ready && !verified.ready;
    let exit = if verified.problems.is_empty() && !is_refused { Exit::Clean } else { Exit::Findings };
    // Why a directory is not ready is not what is wrong with it, but fails the run as well where that is asked for.
    let reasons = if is_refused { &verified.reasons[..] } else { &[] };
    let findings: Vec<Finding> = verified
        .problems
        .iter()
        .map(|problem| of_problem(&args.dir, problem))
        .chain(reasons.iter().map(|reason| of_reason(&args.dir, reason)))
        .collect();
    let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
    for finding in &findings {
        *by_code.entry(finding.code).or_default() += 1;
        told.tell(finding)?;
    }
    let numbers = json!({
        "kind": "summary",
        "files": verified.files,
        "bytes": verified.bytes,
        "problems": verified.problems.len(),
        "ready": verified.ready,
        "reasons": verified.reasons,
        "counts": verified.counts,
        "certificates": certificates,
        "exit_code": exit.code(),
    });
    // What fails a verification is an error, whatever the code is in a run that checks data.
    let severities = findings
        .iter()
        .fold(Severities::default(), |severities, found| severities.with(found.code, found.severity));
    let judgement = Judgement::of_all(exit, &by_code);
    told.end(&Ending {
        numbers: &numbers,
        by_code: &by_code,
        known: Known::none(),
        severities,
        judgement: &judgement,
    })?;
    if !args.output.quiet {
        let dir = args.dir.display().to_string();
        let ready = if verified.ready { "ready" } else { "not ready" };
        say(&match verified.problems.len() {
            0 => format!(
                "{}: verified {} against manifest.json ({})\n{}",
                escape(&dir),
                plural(verified.files, "file", "files"),
                match verified.conversion.as_deref() {
                    None => ready.to_owned(),
                    Some("") => "the report of a conversion that wrote nothing".to_owned(),
                    Some(out) => format!("the report of a conversion; {} is not a part of it", escape(out)),
                },
                certificates.as_ref().map(sides).unwrap_or_default()
            ),
            n => format!("{}: {}\n", escape(&dir), plural(n as u64, "problem", "problems")),
        });
        if is_refused {
            say(&format!("{}: not ready (`--require-ready`)\n", escape(&dir)));
            verified.reasons.iter().for_each(|reason| say(&format!("  {}\n", escape(reason))));
        }
    }
    Ok(exit)
}

/// Refuses a file of findings that the next verification would find.
fn refuse_inside(args: &VerifyArgs) -> Result<(), Failure> {
    let dir = resolve(&args.dir);
    match args.output.output.iter().find(|FormFile { file, .. }| resolve(file).starts_with(&dir)) {
        Some(FormFile { file, .. }) => {
            let (file, dir) = (file.display(), args.dir.display());
            Err(Failure::Usage(format!("--output {file}: it is inside {dir}, which is verified")))
        }
        None => Ok(()),
    }
}

/// A problem begins with the file of the directory that it is about; leaks are between files.
fn of_problem(dir: &Path, problem: &str) -> Finding {
    let finding = match problem.split_once(": ") {
        Some(("leak", _)) | None => Finding::dataset(Code::SplitLeaks, problem.to_owned()),
        Some((name, _)) => {
            let file = dir.join(name).display().to_string();
            Finding::file(&file, Code::OutputNotAsBuilt, problem.to_owned())
        }
    };
    Finding { severity: Severity::Error, ..finding }
}

/// A reason begins with the code of the finding that it was.
fn of_reason(dir: &Path, reason: &str) -> Finding {
    let (code, message) = reason.split_once(": ").unwrap_or(("", reason));
    let code = Code::from_name(code).unwrap_or(Code::OutputNotAsBuilt);
    let file = dir.join("manifest.json").display().to_string();
    let finding = Finding::file(&file, code, format!("not ready: {message}"));
    Finding { severity: Severity::Error, ..finding }
}

/// Everything that the sides have in common.
fn problems(certificates: &Certificates) -> Vec<String> {
    let problem = |between: &Between| {
        let found = in_common(between, certificates.similar_pairs.as_ref(), |n| n > 0);
        let [first, second] = &between.sides;
        (!found.is_empty()).then(|| format!("leak: {first} and {second} share {}", listed(&found)))
    };
    certificates.between.iter().filter_map(problem).collect()
}
