//! What an upload shows.

use std::path::Path;

use bedload_engine::Manifest;
use bedload_record::plural::{count, plural};
use bedload_store::{Action, Location, Sent, SentFile};
use serde_json::json;

use super::send::say_notes;
use crate::args::{OutputArgs, OutputFormat};
use crate::escape::{escape, word};
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(super) fn aborted(output: &OutputArgs, n: u64) -> Result<(), Failure> {
    let mut out = Out::new();
    if output.output_format == OutputFormat::Jsonl {
        out.write_object(&json!({"kind": "summary", "aborted": n, "exit_code": Exit::Clean.code()}))?;
    }
    out.flush()?;
    if !output.quiet {
        say(&match n {
            0 => "nothing is half sent\n".to_owned(),
            n => format!("removed what was sent of {}\n", plural(n, "file", "files")),
        });
    }
    Ok(())
}

/// Shows why an output is not uploaded.
pub(super) fn refused(output: &OutputArgs, dir: &Path, problems: &[String]) -> Result<Exit, Failure> {
    let exit = Exit::Findings;
    if output.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        for problem in problems {
            out.write_object(&json!({"kind": "problem", "message": problem}))?;
        }
        out.write_object(&json!({"kind": "summary", "problems": problems.len(), "exit_code": exit.code()}))?;
        out.flush()?;
        return Ok(exit);
    }
    problems.iter().for_each(|problem| say(&format!("error: {}\n", escape(problem))));
    say(&format!("{}: nothing was sent\n", escape(&dir.display().to_string())));
    Ok(exit)
}

pub(super) fn done(
    output: &OutputArgs,
    dir: &Path,
    target: &Location,
    sent: &Sent,
    manifest: &Manifest,
    is_dry_run: bool,
) -> Result<(), Failure> {
    let mut out = Out::new();
    match output.output_format {
        OutputFormat::Text => {
            // What was kept is counted; a plan names all.
            let shown = |file: &&SentFile| is_dry_run || file.action != Action::Kept;
            for file in sent.files.iter().filter(shown) {
                let (action, bytes) = (action(file.action, is_dry_run), count(file.bytes));
                out.write(
                    format!("{action:<7} {bytes:>15}  {}\n", escape(&file.url.to_string())).as_bytes(),
                )?;
            }
        }
        OutputFormat::Jsonl => {
            for file in &sent.files {
                out.write_object(&json!({
                    "kind": "file", "path": file.path, "key": file.url.key(), "url": file.url.to_string(),
                    "bytes": file.bytes, "sha256": file.sha256, "action": action(file.action, is_dry_run),
                }))?;
            }
            for note in &sent.notes {
                out.write_object(&json!({"kind": "note", "message": note}))?;
            }
            out.write_object(&summary(target, sent, manifest, is_dry_run))?;
        }
    }
    out.flush()?;
    if !output.quiet {
        say_notes(sent);
        say(&prose(dir, target, sent, manifest, is_dry_run));
    }
    Ok(())
}

/// What was done, or would be done.
fn action(action: Action, is_dry_run: bool) -> &'static str {
    match action {
        action if !is_dry_run => action.name(),
        Action::Sent => "send",
        Action::Kept => "keep",
        Action::Deleted => "delete",
    }
}

fn summary(target: &Location, sent: &Sent, manifest: &Manifest, is_dry_run: bool) -> serde_json::Value {
    let of = |action| sent.count(action);
    json!({
        "kind": "summary",
        "url": target.to_string(),
        "files": sent.files.iter().filter(|file| file.action != Action::Deleted).count(),
        "sent": of(Action::Sent).0,
        "sent_bytes": of(Action::Sent).1 - sent.resumed_bytes,
        "resumed_bytes": sent.resumed_bytes,
        "kept": of(Action::Kept).0,
        "kept_bytes": of(Action::Kept).1,
        "deleted": of(Action::Deleted).0,
        "others": sent.others,
        "read_back": sent.was_read_back,
        "dry_run": is_dry_run,
        "ready": manifest.ready,
        "exit_code": Exit::Clean.code(),
    })
}

fn prose(dir: &Path, target: &Location, sent: &Sent, manifest: &Manifest, is_dry_run: bool) -> String {
    let (local, target) = (dir.display().to_string(), target.to_string());
    let (dir, target) = (escape(&local), escape(&target));
    let part = |action: Action, word: &str| {
        let (n, bytes) = sent.count(action);
        format!("{} {word} ({} bytes)", plural(n, "file", "files"), count(bytes))
    };
    let words = if is_dry_run { ["to send", "to keep", "to delete"] } else { ["sent", "kept", "deleted"] };
    let mut out = format!("{dir} -> {target}: {}", part(Action::Sent, words[0]));
    out += &format!(", {}", part(Action::Kept, words[1]));
    if sent.count(Action::Deleted).0 > 0 {
        out += &format!(", {}", part(Action::Deleted, words[2]));
    }
    if sent.resumed_bytes > 0 {
        out += &format!("; {} bytes had been sent before", count(sent.resumed_bytes));
    }
    if sent.others > 0 {
        out += &format!("; {} of others left alone", plural(sent.others, "object", "objects"));
    }
    if sent.was_read_back {
        out += "; read back and compared";
    }
    out.push('\n');
    if is_dry_run {
        out += "nothing was sent or deleted (`--dry-run`)\n";
    } else if manifest.ready {
        let command = if cfg!(feature = "bedrock") { "create" } else { "plan" };
        out += &format!(
            "next: bedload job {command} {} --data {target} --model ID --role ARN --output s3://BUCKET/PREFIX\n",
            word(&local)
        );
    }
    out
}
