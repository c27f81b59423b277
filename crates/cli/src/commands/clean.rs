//! `bedload clean`

use bedload_engine::clean;
use serde_json::json;

use crate::args::{CleanArgs, OutputFormat};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &CleanArgs) -> Result<Exit, Failure> {
    let cleaned = clean(&args.dir)?;
    let exit = if cleaned.failed.is_empty() { Exit::Clean } else { Exit::Environment };
    let mut out = Out::new();
    let lines = cleaned
        .removed
        .iter()
        .map(|path| ("removed", path, None))
        .chain(cleaned.left.iter().map(|(path, why)| ("left", path, Some(why))))
        .chain(cleaned.failed.iter().map(|(path, why)| ("failed", path, Some(why))));
    for (kind, path, why) in lines {
        let path = path.display().to_string();
        match args.output.output_format {
            OutputFormat::Text => {
                let path = escape(&path);
                let why = why.map_or_else(String::new, |why| format!(": {}", escape(why)));
                let what = if kind == "failed" { "could not remove" } else { kind };
                out.write(format!("{what} {path}{why}\n").as_bytes())?;
            }
            OutputFormat::Jsonl => out.write_object(&json!({"kind": kind, "path": path, "reason": why}))?,
        }
    }
    if args.output.output_format == OutputFormat::Jsonl {
        let summary = json!({
            "kind": "summary",
            "removed": cleaned.removed.len(),
            "left": cleaned.left.len(),
            "failed": cleaned.failed.len(),
            "exit_code": exit.code(),
        });
        out.write_object(&summary)?;
    }
    out.flush()?;
    if !args.output.quiet {
        let (removed, stay) = (cleaned.removed.len(), cleaned.left.len() + cleaned.failed.len());
        say(&match (removed, stay) {
            (0, 0) => "no leftovers\n".to_owned(),
            (removed, 0) => format!("leftovers: {removed} removed\n"),
            (removed, stay) => format!("leftovers: {removed} removed, {stay} left\n"),
        });
    }
    Ok(exit)
}
