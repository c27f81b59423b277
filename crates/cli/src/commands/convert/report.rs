//! Where the report of a conversion may go: a directory that is replaced as a whole.

use std::path::Path;

use bedload_engine::resolve;

use crate::args::ConvertArgs;
use crate::commands::{refuse_inside_input_directory, refuse_remote_output};
use crate::escape::escape;
use crate::exit::Failure;
use crate::output::Paint;
use crate::settings::Run;

const FLAG: &str = "--report";

/// Refuses a place in a directory that is read, or one that another output of the run is in.
pub(super) fn refuse_place(
    args: &ConvertArgs,
    run: &Run,
    outputs: &[(&str, Option<&Path>)],
) -> Result<(), Failure> {
    let Some(dir) = &args.report else { return Ok(()) };
    refuse_remote_output(FLAG, dir, true)?;
    refuse_inside_input_directory(FLAG, dir, &args.inputs, run)?;
    let place = resolve(dir);
    let meets = |path: &Path| {
        let path = resolve(path);
        path.starts_with(&place) || place.starts_with(&path)
    };
    let others = outputs.iter().filter(|(flag, _)| *flag != FLAG);
    match others.filter_map(|(flag, path)| Some((flag, (*path)?))).find(|(_, path)| meets(path)) {
        Some((flag, path)) => {
            let (dir, path) = (dir.display(), path.display());
            Err(Failure::Usage(format!(
                "{FLAG} {dir}: {flag} {path} is the same place, or inside it\nhint: a report is a directory of its own"
            )))
        }
        None => Ok(()),
    }
}

/// The line about it that people are shown; empty where there is none.
pub(super) fn said(args: &ConvertArgs, paint: Paint) -> String {
    let Some(dir) = &args.report else { return String::new() };
    let shown = paint.bold(&escape(&dir.display().to_string()));
    format!("wrote {shown}  (where every line went, and the findings)\n")
}
