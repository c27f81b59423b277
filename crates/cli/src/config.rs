//! `bedload.toml`: found upwards from the working directory, or named. Unknown keys are errors. Whether a message may
//! quote the file is for `quoting.rs` to say.

mod source;

use std::ffi::OsStr;
use std::num::{NonZeroU16, NonZeroU64};
use std::path::{Path, PathBuf};

use bedload_bedrock::Catalogue;
use bedload_stages::{Stages, pointer};
use serde::{Deserialize, Deserializer};

use crate::args::{ConfigArgs, FailOn, FormFile, bytes, record_bytes};
use crate::exit::Failure;
use crate::quoting::Quoting;

pub(crate) use source::{InputTable, sources};

/// The file as written; flags override it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// The file that was read; none where there is none, or it is to be ignored.
    #[serde(skip)]
    pub(crate) file: Option<PathBuf>,
    pub(crate) profile: Option<String>,
    /// Relative to the directory of the configuration file, once it is loaded to the working directory.
    pub(crate) profile_file: Option<PathBuf>,
    pub(crate) format: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) strict: bool,
    pub(crate) fail_on: Option<FailOn>,
    pub(crate) threads: Option<NonZeroU16>,
    pub(crate) no_mmap: bool,
    #[serde(deserialize_with = "size")]
    pub(crate) memory_limit: Option<u64>,
    #[serde(deserialize_with = "record_size")]
    pub(crate) max_record_bytes: Option<u64>,
    pub(crate) array: bool,
    #[serde(deserialize_with = "size")]
    pub(crate) max_decompressed: Option<u64>,
    /// Relative to the directory of the configuration file, once it is loaded to the working directory.
    pub(crate) temp_dir: Option<PathBuf>,
    pub(crate) max_rejected: Option<Written>,
    pub(crate) shard_records: Option<NonZeroU64>,
    #[serde(deserialize_with = "size")]
    pub(crate) shard_bytes: Option<u64>,
    /// Files of findings, each as `FORMAT=FILE`.
    pub(crate) output: Vec<String>,
    pub(crate) stages: Stages,
    /// JSON Pointer to what names a record in its source.
    #[serde(deserialize_with = "pointer_of")]
    pub(crate) id: Option<String>,
    /// What is different for some inputs; these, where the command line names none.
    pub(crate) input: Vec<InputTable>,
}

/// A number, or a text such as `1%`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Number(u64),
    Decimal(f64),
    Text(String),
}

impl Written {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            // The shortest decimal that reads back as the same double: what was written.
            Self::Decimal(number) => format!("{number:?}"),
            Self::Text(text) => text.clone(),
        }
    }
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let written = Written::deserialize(deserializer)?;
    bytes(&written.text()).map(Some).map_err(serde::de::Error::custom)
}

fn record_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let written = Written::deserialize(deserializer)?;
    record_bytes(&written.text()).map(Some).map_err(serde::de::Error::custom)
}

fn pointer_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let written = String::deserialize(deserializer)?;
    pointer::check(&written).map(Some).map_err(serde::de::Error::custom)
}

const NAME: &str = "bedload.toml";

impl Config {
    /// Reads the named file, or the nearest `bedload.toml`, or nothing.
    pub(crate) fn load(args: &ConfigArgs) -> Result<Self, Failure> {
        if args.no_config {
            return Ok(Self::default());
        }
        let path = match &args.config {
            Some(path) => path.clone(),
            None => match nearest() {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let quoting = Quoting::of(&path, None);
        let mut config: Self =
            toml::from_str(&text).map_err(|error| wrong(quoting.message(error.to_string().trim_end())))?;
        if let Some(dir) = path.parent() {
            let pins = &mut config.stages.split.pin;
            for path in [&mut config.profile_file, &mut config.temp_dir].into_iter().flatten().chain(pins) {
                *path = dir.join(&*path);
            }
            if let Some(index) = &mut config.stages.near.index {
                let joined = dir.join(&*index);
                let name = joined
                    .to_str()
                    .ok_or_else(|| wrong("the name of its directory is not UTF-8".to_owned()))?;
                name.clone_into(index);
            }
            config.stages.contamination.sets.iter_mut().for_each(|set| set.set_in(dir));
        }
        config.file = Some(path);
        Ok(config)
    }

    /// The files of findings, relative to the directory of the configuration file.
    pub(crate) fn outputs(&self) -> Result<Vec<FormFile>, Failure> {
        let dir = self.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let read = |text: &String| {
            let read = FormFile::parse(OsStr::new(text));
            let FormFile { form, file } =
                read.map_err(|message| Failure::Usage(format!("output = [\"{text}\"]: {message}")))?;
            Ok(FormFile { form, file: dir.join(file) })
        };
        self.output.iter().map(read).collect()
    }

    /// The built-in profiles, and those of the file that the flag names, or this configuration.
    pub(crate) fn catalogue(&self, flag: Option<&Path>) -> Result<Catalogue, Failure> {
        let (path, quoting) = match (flag, &self.profile_file) {
            (Some(path), _) => (path, Quoting::of(path, None)),
            (None, Some(path)) => {
                (path.as_path(), Quoting::of(path, self.file.as_deref().and_then(Path::parent)))
            }
            (None, None) => return Ok(Catalogue::built_in()),
        };
        let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Catalogue::built_in().with(&text).map_err(|error| wrong(quoting.message(&error.to_string())))
    }
}

/// The nearest file upwards, by its name alone where it is in the working directory.
fn nearest() -> Option<PathBuf> {
    if Path::new(NAME).is_file() {
        return Some(PathBuf::from(NAME));
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().skip(1).map(|dir| dir.join(NAME)).find(|path| path.is_file())
}
