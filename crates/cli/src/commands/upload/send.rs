//! What is checked before an upload, and the upload itself.

use std::path::Path;
use std::sync::Arc;

use bedload_aws::check_place;
use bedload_engine::{Manifest, Phase, Progress, read_output_text, verify};
use bedload_record::plural::plural;
use bedload_store::{Account, AccountOptions, Location, Sent, Source, SourceFile, UploadOptions};

use super::page;
use crate::args::{OutputArgs, UploadArgs};
use crate::commands::{new_progress, refuse_remote, start_workers};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::memory;
use crate::output::say;
use crate::progress::Display;

/// What a request takes, and how many there are at a time by default.
const REQUEST_BYTES: u64 = 8 << 20;
const CONCURRENCY: u64 = 8;

pub(super) fn run(args: &UploadArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    let target = place(&args.target)?;
    let progress = new_progress()?;
    let account = AccountOptions::from(&args.account);
    if args.abort {
        let account = Account::open(&account)?;
        let n = bedload_store::abort(&account, &args.dir, &target, &progress.watch)?;
        page::aborted(&args.output, n)?;
        return Ok(Exit::Clean);
    }
    let verified = start_workers(None)?.install(|| verify(&args.dir, &progress.watch))?;
    let mut problems: Vec<String> = verified
        .problems
        .iter()
        .map(|problem| format!("the output is not as it was built: {problem}"))
        .collect();
    if problems.is_empty() && !verified.ready && !args.allow_unready {
        problems.extend(verified.reasons.iter().map(|reason| format!("the output is not ready: {reason}")));
        problems.push(
            "the output is not ready for its target; `--allow-unready` uploads it nevertheless".to_owned(),
        );
    }
    if !problems.is_empty() {
        return page::refused(&args.output, &args.dir, &problems);
    }
    let options = UploadOptions {
        dry_run: args.dry_run,
        keep_others: args.keep_others,
        read_back: args.read_back,
        concurrency: args.concurrency.map_or_else(concurrency, usize::from),
    };
    let (sent, manifest) = send(&args.dir, &target, &options, &account, &args.output, &progress)?;
    let target = target.folder();
    page::done(&args.output, &args.dir, &target, &sent, &manifest, args.dry_run)?;
    Ok(Exit::Clean)
}

/// The place that a job could read.
pub(crate) fn place(target: &str) -> Result<Location, Failure> {
    let location = Location::of(target)?;
    match check_place(&location.to_string()).into_iter().next() {
        None => Ok(location),
        Some(problem) => {
            let hint = problem.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            Err(Failure::Usage(format!(
                "{target}: Amazon Bedrock would not take it: {}{hint}",
                problem.message
            )))
        }
    }
}

/// Uploads a directory that was verified.
pub(crate) fn send(
    dir: &Path,
    target: &Location,
    options: &UploadOptions,
    account: &AccountOptions,
    output: &OutputArgs,
    progress: &Arc<Progress>,
) -> Result<(Sent, Manifest), Failure> {
    let (manifest, text) = read_output_text(dir)?;
    let target = target.folder();
    let names = manifest.files.iter().map(|file| target.child(&file.path).to_string());
    let refused: Vec<String> = names.filter(|uri| !check_place(uri).is_empty()).collect();
    if let Some(first) = refused.first() {
        let n = plural(refused.len() as u64, "name that it does not take", "names that it does not take");
        return Err(Failure::Usage(format!("{first}: Amazon Bedrock could not read it ({n})")));
    }
    let file = |file: &bedload_engine::FileEntry| SourceFile {
        path: file.path.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    let source =
        Source { dir: dir.to_owned(), files: manifest.files.iter().map(file).collect(), manifest: text };
    let account = Account::open(account)?;
    progress.enter(Phase::Upload);
    let size_bytes = source.files.iter().map(|file| file.bytes).sum();
    let _display = Display::start(progress, Some(size_bytes), output);
    let sent = bedload_store::upload(&account, &source, &target, options, &progress.watch)?;
    Ok((sent, manifest))
}

/// Requests at a time, as many as a quarter of the memory has room for.
pub(crate) fn concurrency() -> usize {
    let room = memory::limit_bytes().unwrap_or(u64::MAX) / 4 / REQUEST_BYTES;
    room.clamp(1, CONCURRENCY) as usize
}

/// Says what else there is to know.
pub(crate) fn say_notes(sent: &Sent) {
    sent.notes.iter().for_each(|note| say(&format!("note: {}\n", escape(note))));
}
