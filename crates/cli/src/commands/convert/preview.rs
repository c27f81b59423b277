//! `bedload convert --fix --diff`: what would change.

use std::sync::Arc;

use bedload_engine::{Repair, preview};

use super::super::{find_inputs, new_progress, start_workers};
use crate::args::{ConvertArgs, OutputFormat};
use crate::exit::{Exit, Failure};
use crate::output::{Out, Paint, by_name, repairs, say};
use crate::progress::Display;
use crate::settings::Run;

pub(super) fn run(args: &ConvertArgs, run: &Run) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], run, Some(&args.account))?;
    let output = args.output.plain();
    let format = output.output_format;
    let (mut out, mut last) = (Out::new(), None);
    let paint = Paint::for_stdout(output.color);
    let found = {
        let _display = Display::start(&progress, inputs.size_bytes(), &output);
        let progress = Arc::clone(&progress);
        let tell = |repair: &Repair| match format {
            OutputFormat::Jsonl => out.write_object(&repairs::object(repair)),
            OutputFormat::Text => {
                let place = Some((repair.file.clone(), repair.line));
                let is_first = last != place;
                last = place;
                out.write(repairs::diff(repair, is_first, paint).as_bytes())
            }
        };
        workers.install(|| preview(&inputs, &run.settings, &progress, tell))?
    };
    if format == OutputFormat::Jsonl {
        out.write_object(&serde_json::json!({
            "kind": "summary",
            "repairs": by_name(&found.by_code),
            "beyond_repair": found.beyond,
            "exit_code": Exit::Clean.code(),
        }))?;
    }
    out.flush()?;
    if !output.quiet {
        let changes = repairs::counted(repairs::by_code(&found));
        if !changes.is_empty() {
            say(&format!("would repair (nothing was written)\n{changes}"));
        } else if found.beyond == 0 {
            say("nothing to repair\n");
        }
        if found.beyond > 0 {
            say(&format!("{}\n", repairs::left(found.beyond)));
        }
    }
    Ok(Exit::Clean)
}
