//! What `check` says at the end.

use std::fmt::Write;
use std::time::Duration;

use bedload_engine::{Checked, Distinct};
use bedload_record::Severities;
use bedload_record::plural::{count, plural};

use super::super::Paint;
use super::super::balance::balance;
use super::super::pairs::pairs;
use super::{ClassNames, Listed, codes, rate, tokens};

/// What `check` says at the end.
pub(crate) fn checked_summary(
    checked: &Checked,
    names: ClassNames,
    severities: Severities,
    shown: Option<u64>,
    elapsed: Duration,
    paint: Paint,
) -> String {
    let mut out = String::new();
    let verdict = if checked.errors > 0 {
        paint.red(&plural(checked.errors, "error", "errors"))
    } else {
        paint.green("no errors")
    };
    let warnings = plural(checked.warnings, "warning", "warnings");
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
    codes(&mut out, &checked.by_code, severities, shown.map_or(Listed::All, Listed::FirstFolded));
    let _ = writeln!(out, "  time        {}", rate(checked.bytes, checked.records, elapsed));
    out
}
