//! What repairs change: as a diff for people, and an object a change for programs.

use std::fmt::Write;

use bedload_engine::{Repair, Repairs};
use bedload_record::plural::{agree, count, plural};
use serde_json::{Value, json};

use super::Paint;
use crate::escape::escape;

/// A change as part of a diff. `is_first` where it begins a line of the input.
pub(crate) fn diff(repair: &Repair, is_first: bool, paint: Paint) -> String {
    let mut out = String::new();
    let place = format!("{}:{}", escape(&repair.file), repair.line);
    if is_first {
        let _ = writeln!(out, "{}", paint.bold(&format!("--- {place}\n+++ {place} (repaired)")));
    }
    let bytes = repair.end - repair.begin;
    // Nothing in the line changes where the line itself goes.
    let is_whole = bytes == 0 && repair.bytes_after == 0;
    let span = if is_whole {
        "the line".to_owned()
    } else {
        format!("bytes {}-{} ({bytes} to {})", repair.begin, repair.end, repair.bytes_after)
    };
    let _ = writeln!(
        out,
        "@@ {span} @@ {}: {}{}",
        repair.code.name(),
        repair.title,
        if repair.safety == "safe" { "" } else { " (unsafe)" }
    );
    if let Some([before, after]) = repair.content.as_ref().filter(|_| !is_whole) {
        let _ = writeln!(out, "{}", paint.red(&format!("-{}", escape(before))));
        let _ = writeln!(out, "{}", paint.green(&format!("+{}", escape(after))));
    }
    out
}

/// A change as an object.
pub(crate) fn object(repair: &Repair) -> Value {
    let mut object = json!({
        "kind": "repair",
        "file": repair.file,
        "line": repair.line,
        "code": repair.code.name(),
        "safety": repair.safety,
        "title": repair.title,
        "pointer": repair.pointer,
        "begin": repair.begin,
        "end": repair.end,
        "bytes_after": repair.bytes_after,
        "line_removed": repair.removes_line(),
    });
    if let Some([before, after]) = &repair.content {
        object["before"] = before.as_str().into();
        object["after"] = after.as_str().into();
    }
    object
}

/// How many changes there are of each code, as part of a summary.
pub(crate) fn counted<'n>(repairs: impl Iterator<Item = (&'n str, u64)> + Clone) -> String {
    let width = repairs.clone().map(|(code, _)| code.len()).max().unwrap_or(0);
    repairs.fold(String::new(), |mut out, (code, n)| {
        let _ = writeln!(out, "    {code:width$}  {:>9}", count(n));
        out
    })
}

/// The same of all that repairs did, with the lines for which they do not suffice.
pub(crate) fn said<'n>(repairs: impl Iterator<Item = (&'n str, u64)> + Clone, beyond: u64) -> String {
    let changes = counted(repairs);
    let mut out = match (changes.is_empty(), beyond) {
        (true, 0) => "  repairs     nothing to repair\n".to_owned(),
        (true, _) => "  repairs     none made\n".to_owned(),
        (false, _) => format!("  repairs\n{changes}"),
    };
    if beyond > 0 {
        let _ = writeln!(out, "              {}", left(beyond));
    }
    out
}

/// Says why some lines are not repaired.
pub(crate) fn left(lines: u64) -> String {
    format!(
        "{} could be repaired in part, but {} an error all the same: left as {}",
        plural(lines, "line", "lines"),
        agree(lines, "has", "have"),
        agree(lines, "it is", "they are")
    )
}

/// The changes by the names of the codes.
pub(crate) fn by_code(repairs: &Repairs) -> impl Iterator<Item = (&'static str, u64)> + Clone {
    repairs.by_code.iter().map(|(code, &n)| (code.name(), n))
}
