//! Arguments of repairs.

use std::path::PathBuf;

use bedload_record::Code;
use bedload_record::names::did_you_mean;
use bedload_stages::repair::RULES;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What to repair.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct FixArgs {
    /// Repair lines before anything else: all findings that have a safe repair, or those of some codes, e.g.
    /// --fix=json/bom,json/syntax. Without --to, records stay in their format.
    #[arg(
        help_heading = "Repairs",
        long,
        value_name = "CODE,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    pub(crate) fix: Option<Fixes>,
    /// Also make repairs that change what is learned: replace half surrogate pairs, remove blank or unanswered turns at
    /// the end. Needs --fix.
    #[arg(help_heading = "Repairs", long)]
    pub(crate) unsafe_fixes: bool,
}

/// What to repair, and how to see it.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    pub(crate) fixes: FixArgs,
    /// Print what --fix would change, and write nothing. Text of records is printed only with --show-content.
    #[arg(help_heading = "Repairs", long, conflicts_with_all = ["patches", "rejected"])]
    pub(crate) diff: bool,
    /// File to create with the changes that --fix makes: file, line, code, first byte, end, bytes after. It is a Parquet
    /// table where its name ends in .parquet, and JSON Lines otherwise.
    #[arg(help_heading = "Repairs", long, value_name = "FILE")]
    pub(crate) patches: Option<PathBuf>,
}

/// The codes to repair; all where there are none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixes(pub(crate) Vec<Code>);

impl Fixes {
    /// The names of all codes that have a repair.
    pub(crate) fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.code.name()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn of<'n>(codes: impl IntoIterator<Item = &'n str>) -> Result<Self, String> {
        let code = |name: &str| {
            let rule = RULES.iter().find(|rule| rule.code.name() == name);
            rule.map(|rule| rule.code).ok_or_else(|| {
                let names = Self::names();
                let near =
                    did_you_mean(name, names.iter().copied()).map(|near| near + " ").unwrap_or_default();
                format!("`{name}` has no repair\nhint: {near}these have one: {}", names.join(", "))
            })
        };
        codes.into_iter().map(code).collect::<Result<_, _>>().map(Self)
    }
}

impl std::str::FromStr for Fixes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::of(text.split(',').filter(|name| !name.is_empty()))
    }
}

/// As the configuration file has it: true for all, or a list of codes.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected true, false or a list of finding codes")]
enum Written {
    All(bool),
    Codes(Vec<String>),
}

/// Reads which codes are to be repaired; none for false.
pub(crate) fn read_fixes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fixes>, D::Error> {
    match Written::deserialize(from)? {
        Written::All(all) => Ok(all.then(Fixes::default)),
        Written::Codes(codes) if codes.is_empty() => Ok(None),
        Written::Codes(codes) => {
            Fixes::of(codes.iter().map(String::as_str)).map(Some).map_err(serde::de::Error::custom)
        }
    }
}

impl Serialize for Fixes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return serializer.serialize_bool(true);
        }
        serializer.collect_seq(self.0.iter().map(|code| code.name()))
    }
}
