//! `bedload report`

use bedload_engine::{Rendering, report};
use serde_json::json;

use super::{new_progress, refuse_remote, refuse_remote_output, start_workers};
use crate::args::{OutputFormat, ReportArgs};
use crate::escape::escape;
use crate::exit::{Exit, Failure, complain};
use crate::output::{Out, say};

pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    if let Some(out) = &args.out {
        refuse_remote_output("--out", out, false)?;
    }
    let progress = new_progress()?;
    let workers = start_workers(None)?;
    let rendering =
        Rendering { out: args.out.as_deref(), overwrite: args.overwrite, show_content: args.show_content };
    let rendered = workers.install(|| report(&args.dir, rendering, &progress))?;
    rendered.notes.iter().for_each(|note| complain(note));
    let path = rendered.path.display().to_string();
    if args.output.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        let summary = json!({
            "kind": "summary",
            "path": path,
            "bytes": rendered.bytes,
            "as_built": rendered.is_as_built,
            "unchanged": rendered.is_unchanged,
            "exit_code": Exit::Clean.code(),
        });
        let written = out.write_object(&summary).and_then(|()| out.flush());
        written.map_err(|error| error.after_publishing(&rendered.path))?;
    }
    if !args.output.quiet {
        let path = escape(&path);
        say(&match (rendered.is_unchanged, rendered.is_as_built) {
            (true, _) => format!("{path}: unchanged, as the build wrote it\n"),
            (false, true) => format!("wrote {path}, with the same bytes as the build\n"),
            (false, false) => format!("wrote {path}\n"),
        });
    }
    Ok(Exit::Clean)
}
