//! Arguments of repairs.

use std::path::PathBuf;

use bedload_record::Code;
use bedload_record::names::did_you_mean;
use bedload_stages::repair::{RULES, Selection};

/// What to repair, and how to see it.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct RepairArgs {
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
    /// the end.
    #[arg(help_heading = "Repairs", long, requires = "fix")]
    pub(crate) unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing. Text of records is printed only with --show-content.
    #[arg(help_heading = "Repairs", long, requires = "fix", conflicts_with_all = ["patches", "rejected"])]
    pub(crate) diff: bool,
    /// File to create with the changes, as JSON Lines: file, line, code, first byte, end, bytes after.
    #[arg(help_heading = "Repairs", long, value_name = "FILE", requires = "fix")]
    pub(crate) patches: Option<PathBuf>,
}

/// The codes to repair; all where there are none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixes(Vec<Code>);

impl RepairArgs {
    /// The repairs that are asked for, if any are.
    pub(crate) fn selection(&self) -> Option<Selection> {
        let Fixes(codes) = self.fix.clone()?;
        Some(Selection { codes, unsafe_fixes: self.unsafe_fixes })
    }
}

impl std::str::FromStr for Fixes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let code = |name: &str| {
            let rule = RULES.iter().find(|rule| rule.code.name() == name);
            rule.map(|rule| rule.code).ok_or_else(|| {
                let mut names: Vec<&str> = RULES.iter().map(|rule| rule.code.name()).collect();
                names.sort_unstable();
                names.dedup();
                let near =
                    did_you_mean(name, names.iter().copied()).map(|near| near + " ").unwrap_or_default();
                format!("`{name}` has no repair\nhint: {near}these have one: {}", names.join(", "))
            })
        };
        text.split(',').filter(|name| !name.is_empty()).map(code).collect::<Result<_, _>>().map(Self)
    }
}
