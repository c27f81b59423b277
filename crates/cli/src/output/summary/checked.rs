//! What `check` says at the end.

use std::fmt::Write;
use std::time::Duration;

use bedload_engine::{Checked, Distinct};
use bedload_record::plural::{count, plural};
use bedload_record::{Severities, Severity};

use super::super::balance::balance;
use super::super::pairs::pairs;
use super::super::repairs::offered;
use super::super::{Paint, of_severity};
use super::{ClassNames, Listed, codes, rate, tokens};

/// What `check` says at the end; `input` is what a command is to be given to read the same.
pub(crate) fn checked_summary(
    (checked, input): (&Checked, &str),
    names: ClassNames,
    (severities, listed): (Severities, Listed<'_>),
    elapsed: Duration,
    paint: Paint,
) -> String {
    let mut out = String::new();
    let known = |severity| of_severity(listed.known.by_code, severities, severity);
    let of_which = |known: u64| if known > 0 { format!(" ({} known)", count(known)) } else { String::new() };
    let known_errors = known(Severity::Error);
    let verdict = match checked.errors {
        0 => paint.green("no errors"),
        n if n == known_errors => paint.green(&format!("no new errors{}", of_which(n))),
        n => paint.red(&format!("{}{}", plural(n, "error", "errors"), of_which(known_errors))),
    };
    let known_warnings = of_which(known(Severity::Warning));
    let warnings = format!("{}{known_warnings}", plural(checked.warnings, "warning", "warnings"));
    let _ = writeln!(out, "{verdict}, {warnings} in {}", plural(checked.files, "file", "files"));
    let format = match (checked.format, checked.format_detected) {
        (Some(format), true) => format!("; format {format} (detected)"),
        (Some(format), false) => format!("; format {format}"),
        (None, _) => String::new(),
    };
    let distinct = match checked.distinct {
        Some(Distinct { all, is_exact: true, .. }) if all < checked.valid => {
            format!(" ({} distinct)", count(all))
        }
        Some(Distinct { all, is_exact: false, .. }) => format!(" (at least {} distinct)", count(all)),
        _ => String::new(),
    };
    let (read, valid, rejected) = (count(checked.records), count(checked.valid), count(checked.rejected));
    let records = match checked.format {
        Some(_) => format!("{read} read, {valid} valid{distinct}, {rejected} rejected{format}"),
        None => format!("{read} read, {rejected} rejected; format unknown, so fields were not checked"),
    };
    let _ = writeln!(out, "  records     {records}");
    let has = (checked.texts, checked.is_conversation);
    tokens(&mut out, (&checked.tokens, &checked.token_bins), has, checked.encoding.as_deref());
    balance(&mut out, &checked.balance, names, false);
    pairs(&mut out, checked.pairs);
    codes(&mut out, &checked.by_code, severities, listed);
    out.push_str(&offered(&checked.by_code, input));
    let _ = writeln!(out, "  time        {}", rate(checked.bytes, checked.records, elapsed));
    out
}
