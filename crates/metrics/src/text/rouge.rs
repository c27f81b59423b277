//! Words by the rules of the Python package `rouge_score` 0.1.2, without stemming: runs of `a` to `z` and `0` to `9` in
//! the lower-cased text.

use super::tokens::Tokens;

/// Finds the words of a text.
pub(super) fn words(text: &str, words: &mut Tokens) {
    words.clear();
    words.text.reserve(text.len());
    let mut start = 0;
    let mut finish = |words: &mut Tokens| {
        let end = words.text.len();
        if end > start {
            words.push(start, end);
        }
        start = end;
    };
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => words.text.push(c),
            'A'..='Z' => words.text.push(c.to_ascii_lowercase()),
            // The two characters beyond ASCII whose lower case begins with a letter of ASCII.
            '\u{212A}' => words.text.push('k'),
            '\u{130}' => {
                words.text.push('i');
                finish(words);
            }
            _ => finish(words),
        }
    }
    finish(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_ascii_letters_and_digits() {
        let check = |text: &str, expected: &[&str]| {
            let mut found = Tokens::default();
            words(text, &mut found);
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text:?}");
        };
        check("It's 3.5_KM, caf\u{e9}s", &["it", "s", "3", "5", "km", "caf", "s"]);
        check("\u{212A}elvin \u{130}x", &["kelvin", "i", "x"]);
        check("", &[]);
    }

    #[test]
    fn no_other_character_has_a_lower_case_with_ascii() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !matches!(c, '\u{130}' | '\u{212A}')) {
            assert!(c.to_lowercase().all(|c| !c.is_ascii()), "{c:?}");
        }
    }
}
