//! `bedload compare`

mod inputs;
mod jsonl;
mod page;
mod policy;
mod target;

use std::path::{Path, PathBuf};

use bedload_engine::{FileBeside, Progress, Snapshot, compare, render_difference, resolve};

use super::{new_progress, refuse_remote, refuse_remote_output, start_workers};
use crate::args::{ColorWhen, CompareArgs, CompareFormat};
use crate::exit::{Exit, Failure, complain};
use crate::output::{Out, Paint};

pub(crate) fn run(args: &CompareArgs) -> Result<Exit, Failure> {
    [&args.old, &args.new].into_iter().try_for_each(|operand| refuse_remote(operand))?;
    let progress = new_progress()?;
    let workers = start_workers(None)?;
    let files = begin(args, &progress)?;
    let old = inputs::Operand::of(&args.old, args)?;
    let new = inputs::Operand::of(&args.new, args)?;
    let read = |operand: &inputs::Operand| -> Result<Snapshot, Failure> {
        let dir = operand.built(&workers, &progress)?;
        Ok(workers.install(|| Snapshot::read(operand.name(), dir.path()))?)
    };
    let compared = {
        let (old, new) = (read(&old)?, read(&new)?);
        workers.install(|| compare(old, new))
    };
    let failures = policy::failures(&args.policy, &compared)?;
    let exit = if failures.is_empty() { Exit::Clean } else { Exit::Findings };
    let page = page::Page::of(&compared, &failures, args.show_content);
    let made = |form: CompareFormat, paint: Paint| match form {
        CompareFormat::Text => page.text(paint),
        CompareFormat::Markdown => page.markdown(),
        CompareFormat::Html => render_difference(&page.difference()),
        CompareFormat::Jsonl => jsonl::text(&compared, &failures, args.show_content, exit),
    };
    for ((form, _), mut file) in args.output.iter().zip(files).rev() {
        file.write(made(*form, Paint::for_stdout(ColorWhen::Never)).as_bytes())?;
        file.publish()?.iter().for_each(|note| complain(note));
    }
    if args.quiet {
        return Ok(exit);
    }
    let mut out = Out::new();
    out.write(made(args.output_format, Paint::for_stdout(args.color)).as_bytes())?;
    out.flush()?;
    Ok(exit)
}

/// Begins the files beside standard output, so that what is in the way is said before the work.
fn begin<'p>(args: &CompareArgs, progress: &'p Progress) -> Result<Vec<FileBeside<'p>>, Failure> {
    let mut taken: Vec<PathBuf> = [&args.old, &args.new].map(|operand| resolve(Path::new(operand))).into();
    let mut files = Vec::new();
    for (_, file) in &args.output {
        refuse_remote_output("--output", file, false)?;
        let path = resolve(file);
        if taken.iter().any(|other| path.starts_with(other)) {
            let file = file.display();
            return Err(Failure::Usage(format!(
                "--output {file}: it is what is compared, or another output\nhint: choose another name"
            )));
        }
        taken.push(path);
        files.push(FileBeside::create("--output", file, None, progress)?);
    }
    files.iter().try_for_each(FileBeside::remove_earlier)?;
    Ok(files)
}
