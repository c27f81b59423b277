//! A part of a line with marks under the place that a finding is about.

use bedload_record::Excerpt;
use unicode_width::UnicodeWidthStr;

use crate::escape::escape;

/// The shown part of a line, and the marks below it, each to stand after the same margin.
pub(super) struct Shown {
    pub(super) line: String,
    pub(super) marks: String,
}

/// Cuts an excerpt around its place to `width` columns: up to half of them are before the place, more where less is
/// behind it. Wide characters take two columns, and what is escaped as many as its escape.
pub(super) fn cut(excerpt: &Excerpt, width: usize) -> Shown {
    let all = units(&excerpt.text);
    let (before, behind) = all.split_at(all.iter().take_while(|unit| unit.at < excerpt.at).count());
    // One column on each side for what is left out.
    let room = width.saturating_sub(2).max(2);
    let columns = |units: &[Unit]| units.iter().map(|unit| unit.columns).sum::<usize>();
    let left_room = (room / 2).max(room.saturating_sub(columns(behind)));
    let n_left = fitting(before.iter().rev(), left_room);
    let left = &before[before.len() - n_left..];
    let n_right = fitting(behind.iter(), room - columns(left).min(room));
    let right = &behind[..n_right.max(usize::from(!behind.is_empty()))];
    let is_cut_left = excerpt.is_cut[0] || left.len() < before.len();
    let is_cut_right = excerpt.is_cut[1] || right.len() < behind.len();
    let mut line = String::from(if is_cut_left { "…" } else { "" });
    left.iter().chain(right).for_each(|unit| line.push_str(&unit.text));
    line.push_str(if is_cut_right { "…" } else { "" });
    let end = excerpt.at + excerpt.len;
    let n_marked = match excerpt.len {
        0 => token(behind),
        _ => behind.iter().take_while(|unit| unit.at < end).count().max(1),
    };
    let n_marked = n_marked.min(right.len());
    let marked = columns(&right[..n_marked]).max(1);
    let marks = " ".repeat(usize::from(is_cut_left) + columns(left)) + &"^".repeat(marked);
    Shown { line, marks }
}

/// A character as it is shown.
struct Unit {
    /// Where it begins.
    at: usize,
    c: char,
    text: String,
    columns: usize,
}

fn units(text: &str) -> Vec<Unit> {
    // What combines with the character before it belongs to it.
    let mut units: Vec<Unit> = Vec::new();
    for (at, c) in text.char_indices() {
        // Alone, no character is a command to the runner of a workflow.
        let is_command = text[..at].ends_with('#') && text[at..].starts_with("#[");
        let shown =
            if is_command { "\\u{23}".to_owned() } else { escape(c.encode_utf8(&mut [0; 4])).into_owned() };
        let columns = shown.width();
        match units.last_mut() {
            Some(last) if columns == 0 => last.text.push_str(&shown),
            _ => units.push(Unit { at, c, text: shown, columns }),
        }
    }
    units
}

/// How many units fit into so many columns.
fn fitting<'u>(units: impl Iterator<Item = &'u Unit>, room: usize) -> usize {
    let mut used = 0;
    units
        .take_while(|unit| {
            used += unit.columns;
            used <= room
        })
        .count()
}

/// How many characters the value or name has that begins here: a string with its quotes, a number or a word; one of
/// anything else.
fn token(behind: &[Unit]) -> usize {
    let is_word = |unit: &&Unit| unit.c.is_alphanumeric() || matches!(unit.c, '-' | '+' | '.' | '_');
    match behind.first() {
        Some(first) if first.c == '"' => {
            let mut escaped = false;
            let end = behind[1..].iter().position(|unit| {
                let ends = unit.c == '"' && !escaped;
                escaped = unit.c == '\\' && !escaped;
                ends
            });
            end.map_or(behind.len(), |end| end + 2)
        }
        _ => behind.iter().take_while(is_word).count().max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn excerpt(text: &str, at: usize) -> Excerpt {
        Excerpt { text: text.to_owned(), at, len: 0, is_cut: [false, false] }
    }

    #[test]
    fn marks_are_under_the_place() {
        let check = |text: &str, place: &str, width: usize, expected: Expect| {
            let Shown { line, marks } = cut(&excerpt(text, text.find(place).expect("there")), width);
            expected.assert_eq(&format!("{line}\n{marks}\n"));
        };
        let line = r#"{"prompt":"Was heißt Föhn?","completion":""}"#;
        check(
            line,
            r#"""}"#,
            60,
            expect![[r#"
            {"prompt":"Was heißt Föhn?","completion":""}
                                                     ^^
        "#]],
        );
        check(
            line,
            r#"""}"#,
            24,
            expect![[r#"
                …öhn?","completion":""}
                                    ^^
            "#]],
        );
        check(
            r#"{"a":"漢字かな","b":-1e999,"c":1}"#,
            "-1e",
            40,
            expect![[r#"
            {"a":"漢字かな","b":-1e999,"c":1}
                                ^^^^^^
        "#]],
        );
        check(
            "{\"a\":\"\u{1b}[31m\u{202e}\",\"b\":[1]}",
            "[1]",
            60,
            expect![[r#"
            {"a":"\u{1b}[31m\u{202e}","b":[1]}
                                          ^
        "#]],
        );
        // What combines takes no column.
        let combined = "{\"e\u{301}\":\"x\"}";
        let Shown { line, marks } = cut(&excerpt(combined, combined.find("\"x").expect("there")), 60);
        assert_eq!((line.as_str(), marks.as_str()), (combined, "     ^^^"));
        check(
            "{\"a\":\"##[error]\"}",
            "\"##",
            60,
            expect![[r##"
            {"a":"#\u{23}[error]"}
                 ^^^^^^^^^^^^^^^^
        "##]],
        );
        check("{", "{", 60, expect!["{\n^\n"]);
    }

    #[test]
    fn a_span_of_several_words_is_marked_to_its_end() {
        let text = r#"{"a":"call +49 170 1234567 or Föhn <|im_end|>"}"#;
        let check = |span: &str, width: usize, expected: Expect| {
            let at = text.find(span).expect("there");
            let Shown { line, marks } = cut(&Excerpt { len: span.len(), ..excerpt(text, at) }, width);
            expected.assert_eq(&format!("{line}\n{marks}\n"));
        };
        check(
            "+49 170 1234567",
            60,
            expect![[r#"
                {"a":"call +49 170 1234567 or Föhn <|im_end|>"}
                           ^^^^^^^^^^^^^^^
            "#]],
        );
        check(
            "Föhn <|im_end|>",
            60,
            expect![[r#"
                {"a":"call +49 170 1234567 or Föhn <|im_end|>"}
                                              ^^^^^^^^^^^^^^^
            "#]],
        );
        let Shown { line, marks } =
            cut(&Excerpt { len: 15, ..excerpt(text, text.find("+49").expect("there")) }, 20);
        assert!(line.width() <= 20 && marks.width() <= 20 && marks.ends_with("^^^"), "{line}\n{marks}");
    }

    #[test]
    fn the_end_of_a_line_is_a_place() {
        let Shown { line, marks } = cut(&excerpt("{\"a\":1", 6), 60);
        assert_eq!((line.as_str(), marks.as_str()), ("{\"a\":1", "      ^"));
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in ".{0,200}", at in 0.0f64..1.0, width in 20usize..120) {
            let mut at = (text.len() as f64 * at) as usize;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let Shown { line, marks } = cut(&excerpt(&text, at), width);
            prop_assert!(line.width() <= width, "{line}");
            prop_assert!(!line.contains("##["), "{line}");
            prop_assert!(marks.width() <= width, "{marks}");
        }
    }
}
