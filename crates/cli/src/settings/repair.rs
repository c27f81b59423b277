//! Settings of repairs.

use bedload_record::Code;
use bedload_stages::repair::Selection;

use super::Run;
use crate::args::{FixArgs, Fixes};
use crate::config::Config;
use crate::exit::Failure;

impl Run {
    /// Sets what is repaired, so that lines are read which can be read only then.
    pub(super) fn set_repair(&mut self, repair: Option<Selection>) {
        let mends = |of: &Selection| of.codes.is_empty() || of.codes.contains(&Code::JsonSyntax);
        self.discover.commas = repair.as_ref().is_some_and(mends);
        self.settings.repair = repair;
    }
}

/// Puts flags over the configured repairs.
pub(super) fn put_fixes(args: &FixArgs, config: &mut Config) {
    if args.fix.is_some() {
        config.fix.clone_from(&args.fix);
    }
    config.unsafe_fixes |= args.unsafe_fixes;
}

/// The repairs that are asked for, if any are; `others` are options that are of use with them only.
pub(super) fn repairs(config: &Config, others: &[(bool, &str)]) -> Result<Option<Selection>, Failure> {
    if let Some(Fixes(codes)) = config.fix.clone() {
        return Ok(Some(Selection { codes, unsafe_fixes: config.unsafe_fixes }));
    }
    let given = [(config.unsafe_fixes, "--unsafe-fixes")];
    match given.iter().chain(others).find(|(is_given, _)| *is_given) {
        Some((_, flag)) => {
            Err(Failure::Usage(format!("{flag} needs --fix, or `fix = true` in bedload.toml")))
        }
        None => Ok(None),
    }
}
