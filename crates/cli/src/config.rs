//! `bedload.toml`: found upwards from the working directory, or named. Unknown keys are errors.

use std::num::{NonZeroU16, NonZeroU64};
use std::path::{Path, PathBuf};

use bedload_stages::Stages;
use serde::{Deserialize, Deserializer};

use crate::args::{FailOn, bytes, record_bytes};
use crate::exit::Failure;

/// The file as it is written; flags go over it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
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
    pub(crate) stages: Stages,
}

/// A number, or a text such as `1%`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Number(u64),
    Text(String),
}

impl Written {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
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

const NAME: &str = "bedload.toml";

impl Config {
    /// Reads the named file, or the nearest `bedload.toml`, or nothing.
    pub(crate) fn load(named: Option<&Path>) -> Result<Self, Failure> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => match nearest() {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let mut config: Self =
            toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        if let Some(dir) = path.parent() {
            for path in [&mut config.profile_file, &mut config.temp_dir].into_iter().flatten() {
                *path = dir.join(&*path);
            }
        }
        Ok(config)
    }
}

fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|dir| dir.join(NAME)).find(|path| path.is_file())
}
