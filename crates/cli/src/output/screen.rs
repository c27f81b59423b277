//! How wide the place is that text is shown in, and text folded to it.

use std::io::{self, IsTerminal};

use unicode_width::UnicodeWidthStr;

/// Without a terminal, and where nothing else is said.
const USUAL: usize = 100;

/// Less cannot be read anyway.
const LEAST: usize = 40;

/// The columns that text is folded to.
pub(crate) fn columns() -> usize {
    known_columns().unwrap_or(USUAL)
}

/// The columns of standard output, where they are known: what `COLUMNS` says, or the width of the terminal.
pub(crate) fn known_columns() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let measured = || {
        let size = io::stdout().is_terminal().then(|| terminal_size::terminal_size_of(io::stdout()));
        size.flatten().map(|(width, _)| usize::from(width.0))
    };
    said.or_else(measured).filter(|&width| width > 0).map(|width| width.max(LEAST))
}

/// Lines of at most `width` columns, the first of which begins after `first` columns that are there already, and the
/// others with `indent` blanks. A word that is longer stands alone; none that could be taken for a command to the
/// runner of a workflow begins a line.
pub(crate) fn fold(text: &str, width: usize, first: usize, indent: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = first;
    for word in text.split(' ') {
        let columns = word.width();
        let Some(line) = lines.last_mut() else { break };
        let begins = line.trim_start().is_empty() && used <= first.max(indent);
        if begins {
            line.push_str(word);
            used += columns;
        } else if used + 1 + columns <= width || word.starts_with("::") {
            line.push(' ');
            line.push_str(word);
            used += 1 + columns;
        } else {
            lines.push(format!("{:indent$}{word}", ""));
            used = indent + columns;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn text_is_folded_at_blanks() {
        let check = |text: &str, width: usize, first: usize, indent: usize, expected: Expect| {
            expected.assert_eq(&fold(text, width, first, indent).join("\n"));
        };
        check("one two three four", 10, 0, 2, expect!["one two\n  three\n  four"]);
        check("one two", 10, 6, 0, expect!["one\ntwo"]);
        check("漢字 漢字 漢字", 10, 0, 0, expect!["漢字 漢字\n漢字"]);
        check("a verylongwordindeed b", 8, 0, 1, expect!["a\n verylongwordindeed\n b"]);
        check("a ::error::b c", 4, 0, 0, expect!["a ::error::b\nc"]);
        check("", 10, 0, 0, expect![""]);
    }
}
