//! Words by the rules of `SQuAD`'s evaluation script: lower case, no ASCII punctuation, no articles, split at white
//! space.

use super::tokens::Tokens;

/// Finds the words of a text.
pub(super) fn words(text: &str, words: &mut Tokens) {
    words.clear();
    let Tokens { text: out, .. } = words;
    if text.is_ascii() {
        out.extend(text.chars().filter(|c| !c.is_ascii_punctuation()).map(|c| c.to_ascii_lowercase()));
    } else {
        // The case of a character may depend on those around it, so lower case comes first.
        out.extend(text.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()));
    }
    let (mut start, mut at) = (None, 0);
    let len = words.text.len();
    while at < len {
        let rest = &words.text[at..];
        let run = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if run > 0 && matches!(&rest[..run], "a" | "an" | "the") {
            // An article is replaced by a space, so it ends the word that it stands in.
            finish(words, &mut start, at);
            at += run;
            continue;
        }
        if run > 0 {
            start = start.or(Some(at));
            at += run;
            continue;
        }
        let c = rest.chars().next().unwrap_or(' ');
        if is_space(c) {
            finish(words, &mut start, at);
        } else {
            start = start.or(Some(at));
        }
        at += c.len_utf8();
    }
    finish(words, &mut start, len);
}

fn finish(words: &mut Tokens, start: &mut Option<usize>, end: usize) {
    if let Some(start) = start.take() {
        words.push(start, end);
    }
}

/// White space as Python's `str.split` knows it.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `normalize_answer(text).split()` gives.
    #[test]
    fn words_are_those_of_the_script() {
        let check = |text: &str, expected: &[&str]| {
            let mut found = Tokens::default();
            words(text, &mut found);
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text:?}");
        };
        check("The U.S. isn't  an\u{a0}island.", &["us", "isnt", "island"]);
        check("theory of a-the", &["theory", "of", "athe"]);
        check("x—a—y", &["x—", "—y"]);
        check("ÉCOLE the", &["école"]);
        check("ΟΔΟΣ", &["οδος"]);
        check("a\x1cb _a_", &["b"]);
        check(" ", &[]);
    }
}
