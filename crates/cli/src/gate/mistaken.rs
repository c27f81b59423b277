//! What a file is that was taken for a baseline, in words.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

/// Bytes at the beginning of a file that are looked at.
const HEAD_BYTES: u64 = 1 << 16;

/// The hint where nothing better is known.
pub(super) const WRITES: &str = "--write-baseline FILE writes a baseline";

/// What a file is instead of a baseline, and what to do; none where it is JSON that may have been meant as one.
pub(super) fn mistaken(path: &Path) -> Option<(&'static str, &'static str)> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    what(&head)
}

fn what(head: &[u8]) -> Option<(&'static str, &'static str)> {
    if head.is_empty() {
        return Some(("the file is empty", WRITES));
    }
    if head.starts_with(b"PAR1") {
        let hint = "name the directory that `bedload build` wrote, in place of a table in it";
        return Some(("the file is a Parquet table, not a baseline", hint));
    }
    let text = head.trim_ascii_start();
    if !text.starts_with(b"{") {
        return Some(("the file is not a baseline, which is a JSON object", WRITES));
    }
    // A baseline is one object over many lines.
    let first = text.split(|&byte| byte == b'\n').next()?;
    let Ok(Value::Object(object)) = serde_json::from_slice(first) else { return None };
    if object.get("kind").is_some_and(|kind| kind == "finding" || kind == "summary") {
        let hint = "write a baseline from the same data with --write-baseline FILE";
        return Some(("the file has findings in the form `jsonl`, and is not a baseline", hint));
    }
    if object.contains_key("format_version") || object.contains_key("findings") {
        return None;
    }
    Some(("the file has other JSON, such as records, and is not a baseline", WRITES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_told_from_baselines_with_mistakes() {
        for (head, expected) in [
            ("", "is empty"),
            ("PAR1\u{15}", "Parquet"),
            ("[1]", "a JSON object"),
            ("\u{1f}\u{8b}", "a JSON object"),
            (r#"{"kind":"finding","code":"file/crlf"}"#, "in the form `jsonl`"),
            ("{\"prompt\":\"p\"}\n{\"prompt\":\"q\"}\n", "such as records"),
        ] {
            let said = what(head.as_bytes()).map(|(what, _)| what);
            assert!(said.is_some_and(|what| what.contains(expected)), "{head}: {said:?}");
        }
        for head in ["{\n  \"tool\": \"bedload\",\n", r#"{"format_version":1,"findigs":[]}"#, "{\"a\": "] {
            assert_eq!(what(head.as_bytes()), None, "{head}");
        }
    }
}
