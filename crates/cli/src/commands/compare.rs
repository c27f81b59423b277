//! `bedload compare`

mod inputs;
mod jsonl;
mod page;
mod policy;
mod target;

use bedload_engine::{Snapshot, compare};

use super::{new_progress, refuse_remote, start_workers};
use crate::args::{CompareArgs, CompareFormat};
use crate::exit::{Exit, Failure};
use crate::output::{Out, Paint};

pub(crate) fn run(args: &CompareArgs) -> Result<Exit, Failure> {
    [&args.old, &args.new].into_iter().try_for_each(|operand| refuse_remote(operand))?;
    let progress = new_progress()?;
    let workers = start_workers(None)?;
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
    let mut out = Out::new();
    match args.output_format {
        CompareFormat::Text => {
            let page = page::Page::of(&compared, &failures, args.show_content);
            out.write(page.text(Paint::for_stdout(args.color)).as_bytes())?;
        }
        CompareFormat::Markdown => {
            let page = page::Page::of(&compared, &failures, args.show_content);
            out.write(page.markdown().as_bytes())?;
        }
        CompareFormat::Jsonl => jsonl::write(&mut out, &compared, &failures, args.show_content, exit)?,
    }
    out.flush()?;
    Ok(exit)
}
