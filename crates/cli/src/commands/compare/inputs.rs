//! What is compared: an output, or an input that is built first, for the time of the comparison.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedload_engine::{Progress, build};
use clap::Parser as _;
use rayon::ThreadPool;
use tempfile::TempDir;

use super::super::find_inputs;
use crate::args::{Args, BuildArgs, Command, CompareArgs};
use crate::exit::Failure;
use crate::settings;

/// One side of a comparison.
pub(super) struct Operand {
    name: String,
    kind: Kind,
}

enum Kind {
    Output(PathBuf),
    Input { build: Box<BuildArgs>, dir: TempDir },
}

/// Where the output is, as long as this lives.
pub(super) enum Dir<'a> {
    Output(&'a Path),
    Built(PathBuf),
}

impl Dir<'_> {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Output(path) => path,
            Self::Built(path) => path,
        }
    }
}

impl Operand {
    pub(super) fn of(operand: &OsStr, args: &CompareArgs) -> Result<Self, Failure> {
        let path = Path::new(operand);
        let name = path.display().to_string();
        if path.join("manifest.json").is_file() {
            return Ok(Self { name, kind: Kind::Output(path.to_owned()) });
        }
        let made = match &args.inputs.temp_dir {
            Some(dir) => tempfile::Builder::new().prefix("bedload-compare-").tempdir_in(dir),
            None => tempfile::Builder::new().prefix("bedload-compare-").tempdir(),
        };
        let dir = made.map_err(|source| bedload_engine::EngineError::Io {
            path: args.inputs.temp_dir.clone().unwrap_or_else(std::env::temp_dir).display().to_string(),
            action: "used for temporary files",
            source,
        })?;
        let build = build_args(operand, &dir.path().join("built"), args)?;
        Ok(Self { name, kind: Kind::Input { build: Box::new(build), dir } })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The output, which is built where there is none.
    pub(super) fn built(&self, workers: &ThreadPool, progress: &Arc<Progress>) -> Result<Dir<'_>, Failure> {
        let (args, dir) = match &self.kind {
            Kind::Output(dir) => return Ok(Dir::Output(dir)),
            Kind::Input { build, dir } => (build, dir),
        };
        let run = settings::for_build(args)?;
        let inputs = find_inputs(workers, &args.inputs, &[], &run, None)?;
        let out = dir.path().join("built");
        workers.install(|| build(&inputs, &run.settings, &out, false, progress, |_| Ok(())))?;
        Ok(Dir::Built(out))
    }
}

/// The arguments of the build of an input.
fn build_args(input: &OsStr, out: &Path, args: &CompareArgs) -> Result<BuildArgs, Failure> {
    let of = &args.inputs;
    let mut line: Vec<OsString> = vec!["bedload".into(), "build".into(), "--out".into(), out.into()];
    let mut add = |flag: &str, value: Option<&OsStr>| {
        line.extend(value.into_iter().flat_map(|value| [OsString::from(flag), value.to_owned()]));
    };
    add("--profile", of.profile.as_deref().map(OsStr::new));
    add("--profile-file", of.profile_file.as_deref().map(Path::as_os_str));
    add("--format", of.format.as_deref().map(OsStr::new));
    add("--id", of.id.as_deref().map(OsStr::new));
    add("--label-field", of.label_field.as_deref().map(OsStr::new));
    add("--config", of.config.config.as_deref().map(Path::as_os_str));
    add("--temp-dir", of.temp_dir.as_deref().map(Path::as_os_str));
    of.skip.iter().for_each(|stage| add("--skip", Some(OsStr::new(stage))));
    let limit = of.memory_limit.map(|limit| limit.to_string());
    add("--memory-limit", limit.as_deref().map(OsStr::new));
    line.extend(of.config.no_config.then(|| "--no-config".into()));
    line.extend(["--".into(), input.to_owned()]);
    match Args::try_parse_from(line).map(|args| args.command) {
        Ok(Command::Build(build)) => Ok(*build),
        Ok(_) => Err(Failure::Usage(format!("{}: not an input", input.display()))),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}
