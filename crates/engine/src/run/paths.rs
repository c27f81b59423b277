//! Paths that are compared.

use std::path::{Path, PathBuf};

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
