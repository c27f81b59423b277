//! A built directory as an input: its manifest, its files by side, and how its records are read.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use bedload_bedrock::FORMATS;
use bedload_record::{Severities, Side};
use bedload_report::{PastFindings, read_findings};
use bedload_scan::ScanOptions;
use bedload_stages::Stages;
use bedload_stages::tokens::{Encoding, MARGIN_MAX};

use crate::report::manifest::{MANIFEST, Manifest, Read, read_manifest};
use crate::run::error::{EngineError, io_error};
use crate::run::settings::{Settings, ShardLimits};
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
    let (manifest, text) = read_sealed(dir)?;
    let Some(conversion) = &manifest.conversion else { return Ok((manifest, text)) };
    let shown = dir.display();
    let hint = match &conversion.out {
        Some(out) => format!("build {} with `--from-report {shown}`", out.name),
        None => "that conversion wrote no record".to_owned(),
    };
    Err(EngineError::Usage(format!(
        "{shown}: the report of a conversion, and not an output of `bedload build`\nhint: {hint}"
    )))
}

/// Reads the manifest of the report of a conversion.
///
/// # Errors
/// Those of [`read_output`], for such a report.
pub(crate) fn read_report(dir: &Path) -> Result<Manifest, EngineError> {
    let (manifest, _) = read_sealed(dir)?;
    match manifest.conversion {
        Some(_) => Ok(manifest),
        None => Err(EngineError::Usage(format!(
            "{}: not the report of a conversion\nhint: `bedload convert --report DIR` writes one",
            dir.display()
        ))),
    }
}

fn read_sealed(dir: &Path) -> Result<(Manifest, Vec<u8>), EngineError> {
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

/// The findings of an output that another run knows.
#[derive(Clone, Debug, Default)]
pub struct KnownFindings {
    /// One for each finding.
    pub fingerprints: Vec<u64>,
    /// Code and message of those about the data set.
    pub about_data_set: Vec<(String, String)>,
}

/// The findings of an output. While they are read, each takes 40 bytes.
///
/// # Errors
/// Those of [`read_output`], and where the findings are not as they were written, or without fingerprints.
pub fn known_findings(dir: &Path) -> Result<KnownFindings, EngineError> {
    read_output(dir)?;
    let path = dir.join("report/findings.parquet");
    let PastFindings { kinds, list, about_data_set, .. } = read_findings(&path)?;
    let list = list.ok_or_else(|| {
        EngineError::Usage(format!(
            "{}: written by a version of bedload without fingerprints\nhint: build the directory again",
            path.display()
        ))
    })?;
    let code_of = |kind: u32| kinds[kind as usize].0.clone();
    Ok(KnownFindings {
        fingerprints: list.into_iter().map(|finding| finding.fingerprint).collect(),
        about_data_set: about_data_set.into_iter().map(|(kind, text)| (code_of(kind), text)).collect(),
    })
}

/// By how many per cent the token counts of a target may differ from those of an output: as configured, or what the
/// target's profile says. A vocabulary that the user brought is taken for the target's own, as in the build.
pub fn token_margin(manifest: &Manifest, of_target: Option<u64>) -> u64 {
    let configured = manifest.config.pointer("/stages/tokens/margin").and_then(serde_json::Value::as_u64);
    let is_public = manifest.encoding.as_deref().unwrap_or_default().parse::<Encoding>().is_ok();
    // A forged manifest can have any number here.
    configured.or(of_target.filter(|_| is_public)).unwrap_or(0).min(MARGIN_MAX)
}

/// The files of a side that have records.
pub(crate) fn files_of_side(dir: &Path, manifest: &Manifest, side: Side) -> Vec<OsString> {
    let is_of_side = |path: &str| {
        path.strip_prefix(side.name()).is_some_and(|rest| rest == ".jsonl" || rest.starts_with('/'))
    };
    let files = manifest.files.iter().filter(|file| file.records > 0 && is_of_side(&file.path));
    files.map(|file| dir.join(&file.path).into_os_string()).collect()
}

/// How the records of an output are read.
///
/// # Errors
/// Where the manifest does not say how it was built.
pub(crate) fn settings_of(manifest: &Manifest) -> Result<Settings, EngineError> {
    let stages = manifest.config.get("stages").cloned().unwrap_or_default();
    let unknown = |error: serde_json::Error| {
        EngineError::Usage(format!("the manifest does not say how the output was built: {error}"))
    };
    let mut stages: Stages = serde_json::from_value(stages).map_err(unknown)?;
    // What groups the records of all sources is more than what groups those of the run.
    if let Some(group_by) = manifest.config.get("group_by") {
        stages.split.group_by = serde_json::from_value(group_by.clone()).map_err(unknown)?;
    }
    // They were checked and converted by the build, and have no say in what is on both sides.
    for stage in ["convert", "schema", "tokens", "balance"] {
        stages.skip(stage);
    }
    let format = manifest.format.as_deref();
    Ok(Settings {
        profile: None,
        format: format.and_then(|name| FORMATS.iter().find(|format| format.name == name)),
        tokenizer: None,
        stages,
        sources: Vec::new(),
        source_paths: Vec::new(),
        id: None,
        seed: manifest.seed,
        severities: Severities::default(),
        show_content: false,
        scan: ScanOptions::default(),
        temp_dir: None,
        facts: None,
        from_reports: Vec::new(),
        memory_limit: None,
        repair: None,
        evaluation: false,
        max_rejected: None,
        shards: ShardLimits::default(),
    })
}
