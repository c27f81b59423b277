//! The one door through which bytes from data or file names reach a terminal.

use std::borrow::Cow;
use std::fmt::Write;

use bedload_record::hostile::{is_hostile, shown};

/// How the old form of a command to the runner of GitHub's workflows begins, anywhere in a line of a log.
const COMMAND: &str = "##[";

/// The text with control, direction and invisible characters as `\u{…}`, and no command to the runner of a workflow
/// inside a line.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    match shown(text) {
        text if text.contains(COMMAND) => Cow::Owned(text.replace(COMMAND, "#\\u{23}[")),
        text => text,
    }
}

/// Text for a log in which no line is a command to the runner of GitHub's workflows, which takes lines that begin with
/// `::`, blanks aside, for such.
pub(crate) fn tame(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("::") || !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let tamed =
        |line: &str| if is_command(line) { line.replacen(':', "\\u{3a}", 1) } else { line.to_owned() };
    Cow::Owned(text.split_inclusive('\n').map(tamed).collect())
}

/// The text as one word of a shell, escaped, for commands that are suggested.
#[cfg(feature = "s3")]
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/:._-+=@%,".contains(c);
    match escape(text) {
        text if text.chars().all(is_plain) => text,
        text => Cow::Owned(format!("'{}'", text.replace('\'', r"'\''"))),
    }
}

/// A line of JSON with the same characters as escapes; they can only stand inside strings.
pub(crate) fn escape_json(line: String) -> String {
    if !line.contains(is_hostile) {
        return if line.contains(COMMAND) { line.replace(COMMAND, "#\\u0023[") } else { line };
    }
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        if is_hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.replace(COMMAND, "#\\u0023[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "s3")]
    #[test]
    fn a_word_of_a_shell_is_quoted_where_it_must_be() {
        assert_eq!(word("s3://bucket/OUT"), "s3://bucket/OUT");
        assert_eq!(word("it's here"), r"'it'\''s here'");
        assert_eq!(word("a\nb"), r"'a\u{a}b'");
    }

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        assert_eq!(escape("a##[error]b"), "a#\\u{23}[error]b");
        assert_eq!(escape("\u{1}##[group]"), "\\u{1}#\\u{23}[group]");
        assert_eq!(escape_json("\"##[x]\"".to_owned()), "\"#\\u0023[x]\"");
        assert_eq!(tame("a ::b\nc"), "a ::b\nc");
        assert_eq!(tame("a\n \t::error::b\n::c"), "a\n \t\\u{3a}:error::b\n\\u{3a}:c");
    }

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(escape("a é 漢 😀"), "a é 漢 😀");
        assert_eq!(escape("\x1b[31m\u{9b}"), "\\u{1b}[31m\\u{9b}");
        assert_eq!(escape_json("\"a\u{202e}\u{e0001}é\"".to_owned()), "\"a\\u202e\\udb40\\udc01é\"");
        assert_eq!(escape("a\u{202e}b\u{200b}\r\n"), "a\\u{202e}b\\u{200b}\\u{d}\\u{a}");
    }
}
