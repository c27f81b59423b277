//! Where an output may not go.

use std::fs;
use std::io;
use std::path::Path;

use bedload_scan::Inputs;

use crate::run::error::{EngineError, io_error};
use crate::run::paths::resolve;
use crate::write::partial::parent_of;

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

/// Refuses a file, named with `flag`, whose directory is not there: only `--out` of a build makes directories.
///
/// # Errors
/// Where the directory is missing, is none, or cannot be examined.
pub fn refuse_missing_directory(flag: &str, file: &Path) -> Result<(), EngineError> {
    let parent = parent_of(file);
    let (file, dir) = (file.display(), parent.display());
    let usage = |what: String| Err(EngineError::Usage(format!("{flag} {file}: {what}")));
    match fs::metadata(parent) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            usage(format!("the directory {dir} does not exist\nhint: create it first, or check the spelling"))
        }
        Ok(_) => usage(format!("{dir} is not a directory\nhint: check the spelling")),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            usage(format!("{dir} is not a directory\nhint: check the spelling"))
        }
        Err(error) => Err(io_error(parent, "examined")(error)),
    }
}
