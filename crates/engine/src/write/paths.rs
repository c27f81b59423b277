//! Where an output may not go.

use std::path::{Path, PathBuf};

use bedload_scan::Inputs;

use crate::run::error::EngineError;

/// Refuses an output that would replace an input or a directory above one.
pub(crate) fn refuse_output_inside_input(flag: &str, inputs: &Inputs, out: &Path) -> Result<(), EngineError> {
    let resolved = resolve(out);
    for input in inputs {
        let Some(path) = input.path().map(resolve).filter(|path| path.starts_with(&resolved)) else {
            continue;
        };
        let (out, name) = (out.display(), input.name());
        return Err(EngineError::Usage(if path == resolved {
            format!("{flag} {out}: it is the input {name}")
        } else {
            format!("{flag} {out}: the input {name} is inside it")
        }));
    }
    Ok(())
}

/// A path without links and dots, also where its last parts do not exist.
pub fn resolve(path: &Path) -> PathBuf {
    if let Ok(resolved) = path.canonicalize() {
        return resolved;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => resolve(parent).join(name),
        (Some(_), Some(name)) => resolve(Path::new(".")).join(name),
        _ => path.to_owned(),
    }
}
