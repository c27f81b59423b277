//! What repairs change: as a diff for people, and an object a change for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use bedload_engine::{Repair, Repairs};
use bedload_record::Code;
use bedload_record::plural::{agree, count, plural};
use bedload_stages::repair::{Safety, rules_of};
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

/// How many findings a repair may mend, and the command that shows what it would change; empty where none may.
pub(crate) fn offered(by_code: &BTreeMap<Code, u64>, input: &str) -> String {
    let (mut safe, mut changing) = (0, 0);
    for (&code, n) in by_code {
        if rules_of(code).any(|rule| rule.safety == Safety::Safe) {
            safe += n;
        } else if rules_of(code).next().is_some() {
            changing += n;
        }
    }
    let findings = |n| plural(n, "finding", "findings");
    let (what, options) = match (safe, changing) {
        (0, 0) => return String::new(),
        (0, _) => (format!("{} may have an unsafe repair", findings(changing)), " --unsafe-fixes"),
        (_, 0) => (format!("{} may have a safe repair", findings(safe)), ""),
        _ => (format!("{} may have a safe repair, {} an unsafe one", findings(safe), count(changing)), ""),
    };
    format!("  repairs     {what}:\n              bedload convert {input} --fix{options} --diff\n")
}

/// The changes by the names of the codes.
pub(crate) fn by_code(repairs: &Repairs) -> impl Iterator<Item = (&'static str, u64)> + Clone {
    repairs.by_code.iter().map(|(code, &n)| (code.name(), n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_with_a_repair_lead_to_it() {
        let said = |counts: &[(Code, u64)]| offered(&counts.iter().copied().collect(), "a.jsonl");
        assert_eq!(said(&[(Code::SchemaMissingField, 4), (Code::DatasetNoRecords, 1)]), "");
        assert_eq!(
            said(&[(Code::JsonBom, 1), (Code::SchemaEmptyContent, 16), (Code::SchemaTurnOrder, 3)]),
            "  repairs     17 findings may have a safe repair, 3 an unsafe one:\n              \
             bedload convert a.jsonl --fix --diff\n"
        );
        assert_eq!(
            said(&[(Code::JsonLoneSurrogate, 1)]),
            "  repairs     1 finding may have an unsafe repair:\n              \
             bedload convert a.jsonl --fix --unsafe-fixes --diff\n"
        );
    }
}
