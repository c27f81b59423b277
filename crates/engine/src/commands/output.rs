//! The manifest of a built directory, for commands that plan from its numbers.

use std::io;
use std::path::Path;

use bedload_bedrock::{Bound, Profile};
use bedload_stages::tokens::{Encoding, MARGIN_MAX};

use crate::report::manifest::{MANIFEST, Manifest, Read, read_manifest};
use crate::run::error::{EngineError, io_error};
use crate::run::tree;

/// Reads the manifest of an output, as it was written. The files beside it are for `verify` to check.
///
/// # Errors
/// Where there is no finished output, where a newer version of bedload wrote it, and where the manifest changed after
/// the build.
pub fn read_output(dir: &Path) -> Result<Manifest, EngineError> {
    read_output_text(dir).map(|(manifest, _)| manifest)
}

/// The same with the text of the manifest.
///
/// # Errors
/// Those of [`read_output`].
pub fn read_output_text(dir: &Path) -> Result<(Manifest, Vec<u8>), EngineError> {
    let shown = dir.display();
    let opened = tree::open_dir(dir).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => EngineError::Usage(format!("{shown}: no such directory")),
        io::ErrorKind::NotADirectory => EngineError::Usage(format!("{shown}: not a directory")),
        _ => io_error(dir, "opened")(error),
    })?;
    let path = dir.join(MANIFEST);
    let wrong = |what: String| EngineError::Usage(format!("{}: {what}", path.display()));
    match read_manifest(&opened).map_err(io_error(&path, "read"))? {
        Read::Sound((manifest, text)) if manifest.is_sealed(&text) => Ok((manifest, text)),
        Read::Sound(_) => Err(wrong(format!(
            "changed after the build; the seal does not match\nhint: `bedload verify {shown}` shows what else changed"
        ))),
        Read::Missing => Err(wrong(
            "missing, so the directory is not a finished output\nhint: `bedload build` writes one".to_owned(),
        )),
        Read::Unsound(why) => Err(wrong(why.to_string())),
    }
}

/// The margin of the token counts of an output for a target, in per cent: the configured one, or the target's. A
/// vocabulary that the user brought is taken for the target's own, as in the build.
pub fn token_margin(manifest: &Manifest, profile: &Profile) -> u64 {
    let configured = manifest.config.pointer("/stages/tokens/margin").and_then(serde_json::Value::as_u64);
    let is_public = || {
        let encoding = manifest.encoding.as_deref().unwrap_or_default();
        encoding.parse::<Encoding>().is_ok()
    };
    let of_target = || profile.limit(Bound::TokensMargin).filter(|_| is_public()).map(|limit| limit.value);
    // A forged manifest can have any number here.
    configured.or_else(of_target).unwrap_or(0).min(MARGIN_MAX)
}
