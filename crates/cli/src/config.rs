//! `bedload.toml`: found upwards from the working directory, or named. Unknown keys are errors. Whether a message may
//! quote the file is for `quoting.rs` to say.

mod flags;
#[cfg(test)]
mod guide;
mod origin;
mod read;
mod schema;
mod source;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::num::{NonZeroU16, NonZeroU64};
use std::path::{Path, PathBuf};

use bedload_bedrock::Catalogue;
use bedload_stages::Stages;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::args::{ConfigArgs, FailOn, Fixes, FormFile, THREADS_MAX, read_fixes};
use crate::exit::Failure;
use crate::gate::{Level, Limit, Selector};
use crate::quoting::Quoting;

pub(crate) use flags::flags_of;
pub(crate) use origin::lines_of;
pub(crate) use schema::{INPUT, Setting, published_schema, settings};
pub(crate) use source::{InputTable, sources};
pub(crate) use value::inline;

/// The file as written; flags override it. What is said of a setting here is what its schema says.
#[derive(Debug, Default, Deserialize, JsonSchema, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "bedload.toml", description = "Configuration of bedload.")]
pub(crate) struct Config {
    /// The file that was read; none where there is none, or it is to be ignored.
    #[serde(skip)]
    pub(crate) file: Option<PathBuf>,
    /// Target (model and task); `bedload profiles` lists them. Example: `profile = "nova-lite-sft"`.
    #[schemars(schema_with = "schema::profile")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones. Relative paths in this file start from its
    /// directory. Example: `profile-file = "profiles.toml"`.
    pub(crate) profile_file: Option<PathBuf>,
    /// Record format, or `auto`: the profile's format, or the detected one. Example: `format = "converse"`.
    #[serde(deserialize_with = "read::format")]
    #[schemars(schema_with = "schema::format", extend("default" = "auto"))]
    pub(crate) format: Option<String>,
    /// Seed for the split and the selection. Example: `seed = 7`.
    #[schemars(extend("default" = 0))]
    pub(crate) seed: Option<u64>,
    /// Treat warnings as errors. Example: `strict = true`.
    pub(crate) strict: bool,
    /// Lowest severity that leads to exit code 1. Example: `fail-on = "warning"`.
    #[schemars(extend("default" = "error"))]
    pub(crate) fail_on: Option<FailOn>,
    /// Severity of finding codes, or of all codes of an area: `error`, `warning` or `note`. Example:
    /// `severity = { "schema/empty-content" = "warning", "text/*" = "error" }`.
    #[schemars(schema_with = "schema::severities")]
    pub(crate) severity: BTreeMap<Selector, Level>,
    /// Worker threads; all cores when not set. Example: `threads = 4`.
    #[serde(deserialize_with = "read::threads")]
    #[schemars(range(min = 1, max = THREADS_MAX))]
    pub(crate) threads: Option<NonZeroU16>,
    /// Read files instead of memory-mapping them. Example: `no-mmap = true`.
    pub(crate) no_mmap: bool,
    /// Memory limit; a run that reaches it ends with exit code 3. When not set, it is the lowest of the limits of the
    /// control group, `ulimit` and the machine. Example: `memory-limit = "4GiB"`.
    #[serde(deserialize_with = "read::size", serialize_with = "as_size")]
    #[schemars(schema_with = "schema::size")]
    pub(crate) memory_limit: Option<u64>,
    /// Maximum size of a record, at most 4GiB. Example: `max-record-bytes = "1MiB"`.
    #[serde(deserialize_with = "read::record_size", serialize_with = "as_size")]
    #[schemars(schema_with = "schema::size", extend("default" = "16MiB"))]
    pub(crate) max_record_bytes: Option<u64>,
    /// Read inputs that are JSON arrays, or .json objects with one array of records, as one record per element; line
    /// numbers then count elements. Example: `array = true`.
    pub(crate) array: bool,
    /// Where the records are in inputs that are one JSON object; implies `array`. Example: `records = "/data"`.
    #[serde(deserialize_with = "read::pointer")]
    #[schemars(schema_with = "schema::pointer")]
    pub(crate) records: Option<String>,
    /// Maximum size of a compressed input after decompression; when not set, 1GB, or 1000 times the compressed size where
    /// that is more. Example: `max-decompressed = "50GB"`.
    #[serde(deserialize_with = "read::size", serialize_with = "as_size")]
    #[schemars(schema_with = "schema::size")]
    pub(crate) max_decompressed: Option<u64>,
    /// Directory for temporary copies of standard input, compressed inputs and arrays; when not set, next to the output,
    /// and for `check` the system's. Example: `temp-dir = "/scratch"`.
    pub(crate) temp_dir: Option<PathBuf>,
    /// Maximum number of rejected records allowed, as a number or a share; no limit when not set. Example:
    /// `max-rejected = "1%"`.
    #[serde(deserialize_with = "read::max_rejected")]
    #[schemars(schema_with = "schema::limit")]
    pub(crate) max_rejected: Option<Written>,
    /// Maximum number of findings of a code or area, or their share of the records. Example:
    /// `max-findings = { "schema/empty-content" = 10, "text/*" = "1%" }`.
    #[schemars(schema_with = "schema::limits")]
    pub(crate) max_findings: BTreeMap<Selector, Limit>,
    /// Findings that are known, and do not fail a run: a file that `--write-baseline` wrote, or a directory that `build`
    /// wrote. Example: `baseline = "known.json"`.
    pub(crate) baseline: Option<PathBuf>,
    /// Repair lines before anything else, in `build` and `convert`: `true` for all findings that have a safe repair, or a
    /// list of finding codes. Example: `fix = ["json/bom", "json/syntax"]`.
    #[serde(deserialize_with = "read_fixes")]
    #[schemars(schema_with = "schema::fixes", extend("default" = false))]
    pub(crate) fix: Option<Fixes>,
    /// Also make repairs that change what is learned; needs `fix`. Example: `unsafe-fixes = true`.
    pub(crate) unsafe_fixes: bool,
    /// Maximum number of records in a shard. Example: `shard-records = 100000`.
    pub(crate) shard_records: Option<NonZeroU64>,
    /// Maximum size of a shard. Example: `shard-bytes = "512MiB"`.
    #[serde(deserialize_with = "read::size", serialize_with = "as_size")]
    #[schemars(schema_with = "schema::size")]
    pub(crate) shard_bytes: Option<u64>,
    /// Files that findings are written to, each as `FORMAT=FILE`. Example: `output = ["jsonl=findings.jsonl"]`.
    #[schemars(schema_with = "schema::outputs")]
    #[serde(deserialize_with = "read::outputs")]
    pub(crate) output: Vec<String>,
    /// JSON Pointer to what names a record in its source: a column of the report, also where a conversion leaves it
    /// behind. Example: `id = "/id"`.
    #[serde(deserialize_with = "read::pointer")]
    #[schemars(schema_with = "schema::pointer")]
    pub(crate) id: Option<String>,
    /// Settings of stages, a table each.
    pub(crate) stages: Stages,
    /// Sources that differ in format, label, groups or ids, a table each; they are the inputs where the command line
    /// names none.
    pub(crate) input: Vec<InputTable>,
}

/// A number, or a text such as `1%`.
#[derive(Debug, Deserialize, Serialize)]
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

/// A size as people would write it: in the largest unit that leaves no rest.
#[allow(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn as_size<S: Serializer>(size: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(bytes) = *size else { return serializer.serialize_none() };
    let units =
        [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("GB", 1_000_000_000), ("MB", 1_000_000)];
    match units.iter().find(|(_, unit)| bytes.is_multiple_of(*unit)) {
        Some((name, unit)) => serializer.collect_str(&format_args!("{}{name}", bytes / unit)),
        None => serializer.serialize_u64(bytes),
    }
}

pub(crate) const NAME: &str = "bedload.toml";

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
            for path in [&mut config.profile_file, &mut config.temp_dir, &mut config.baseline]
                .into_iter()
                .flatten()
                .chain(pins)
            {
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
