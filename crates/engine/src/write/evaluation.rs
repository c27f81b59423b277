//! `evaluation.jsonl`: the prompts that were chosen, in order.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bedload_record::Ordinal;
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::report::manifest::{EVALUATION, FileEntry};
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::scan::evaluation::{EvaluationBuffers, EvaluationWriter};
use bedload_record::FactTable;

/// Writes the prompts of an evaluation below `dir`.
pub(crate) fn write(
    dir: &Path,
    prompts: &[Ordinal],
    facts: &FactTable,
    plan: &Plan,
    writer: &EvaluationWriter<'_>,
) -> Result<FileEntry, EngineError> {
    let path = dir.join(EVALUATION);
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = BufWriter::new(file.map_err(io_error(&path, "created"))?);
    let (mut sum, mut bytes) = (Sha256::new(), 0);
    let (mut buffers, mut out) = (EvaluationBuffers::default(), Vec::new());
    for &line in prompts {
        let category = plan.classes.of(facts, line).map(|class| plan.classes.list()[class].name.as_str());
        let fits = writer.write(line, category, &mut buffers, &mut out)?;
        // It did when it was chosen; a difference is a defect here or an input that changed.
        assert!(fits, "a prompt that was chosen is one");
        out.push(b'\n');
        sum.update(&out);
        bytes += out.len() as u64;
        file.write_all(&out).map_err(io_error(&path, "written"))?;
    }
    let written = file.into_inner().map_err(|error| io_error(&path, "written")(error.into_error()))?;
    written.sync_all().map_err(io_error(&path, "synced"))?;
    Ok(FileEntry {
        path: EVALUATION.to_owned(),
        bytes,
        sha256: hex(&sum.finalize()),
        records: prompts.len() as u64,
        tokens: None,
    })
}
