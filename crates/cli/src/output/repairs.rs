//! What repairs change: as a diff for people, and an object a change for programs.

use std::fmt::Write;

use bedload_engine::{Repair, Repairs};
use bedload_record::Code;
use bedload_record::plural::count;
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
        // The line feed goes, too, which is not among the bytes.
        "line_removed": repair.code == Code::JsonBlankLine,
    });
    if let Some([before, after]) = &repair.content {
        object["before"] = before.as_str().into();
        object["after"] = after.as_str().into();
    }
    object
}

/// How many changes there are of each code, as part of a summary.
pub(crate) fn counted(repairs: &Repairs) -> String {
    let width = repairs.keys().map(|code| code.name().len()).max().unwrap_or(0);
    let mut out = String::new();
    for (code, &n) in repairs {
        let _ = writeln!(out, "    {:width$}  {:>9}", code.name(), count(n));
    }
    out
}
