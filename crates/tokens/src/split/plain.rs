//! A pretoken at a time, any text: what the regular expressions say, written out.

use super::{Contractions, Family, Words};
use crate::classes::{CharClass, Classes};

/// The end of the pretoken that begins at `start`, which is a boundary inside the text.
pub(crate) fn next<F: Family>(classes: Classes, text: &str, start: usize) -> usize {
    let Some((class, second)) = classes.at(text, start) else { return start };
    if matches!(F::CONTRACTIONS, Contractions::AnyCase | Contractions::LowerCase)
        && let Some(end) = contraction::<F>(text, start)
    {
        return end;
    }
    if let Some(end) = word::<F>(classes, text, start, class, second) {
        return end;
    }
    let is_space = text.as_bytes()[start] == b' ';
    let after_space = if is_space { classes.at(text, second) } else { None };
    match (F::WORDS, class, after_space) {
        (_, CharClass::Number, _) => {
            return run(classes, text, start, F::DIGITS_MAX, |c| c == CharClass::Number);
        }
        (Words::Spaced, _, Some((CharClass::Number, _))) => {
            return run(classes, text, second, F::DIGITS_MAX, |c| c == CharClass::Number);
        }
        (_, class, _) if class.is_symbol() => return symbols::<F>(classes, text, start),
        (_, _, Some((class, _))) if class.is_symbol() => return symbols::<F>(classes, text, second),
        _ => {}
    }
    blanks::<F>(classes, text, start)
}

/// The end of a run of at most `most` characters of some classes.
fn run(classes: Classes, text: &str, start: usize, most: usize, is_in: impl Fn(CharClass) -> bool) -> usize {
    let mut at = start;
    for _ in 0..most {
        match classes.at(text, at) {
            Some((class, next)) if is_in(class) => at = next,
            _ => break,
        }
    }
    at
}

fn word<F: Family>(
    classes: Classes,
    text: &str,
    start: usize,
    class: CharClass,
    second: usize,
) -> Option<usize> {
    match F::WORDS {
        Words::Uncased => {
            let begin = if class.is_prefix() { second } else { start };
            let end = run(classes, text, begin, usize::MAX, CharClass::is_letter);
            (end > begin).then_some(end)
        }
        Words::Spaced => {
            let begin = if text.as_bytes()[start] == b' ' { second } else { start };
            let end = run(classes, text, begin, usize::MAX, CharClass::is_letter);
            (end > begin).then_some(end)
        }
        Words::Cased => {
            let after_prefix = class.is_prefix().then_some(second);
            // First the alternative that ends in lower case, with the prefix and without it; then the other one.
            let end = after_prefix
                .and_then(|begin| lower_word(classes, text, begin))
                .or_else(|| lower_word(classes, text, start))
                .or_else(|| after_prefix.and_then(|begin| upper_word(classes, text, begin)))
                .or_else(|| upper_word(classes, text, start))?;
            Some(match F::CONTRACTIONS {
                Contractions::Suffix => contraction::<F>(text, end).unwrap_or(end),
                _ => end,
            })
        }
    }
}

/// Upper case, then at least one lower-case character. What has no case, or is a mark, is both.
fn lower_word(classes: Classes, text: &str, begin: usize) -> Option<usize> {
    let is_both = |class| matches!(class, CharClass::Letter | CharClass::Mark);
    let mut at = begin;
    let mut after_last_both = None;
    while let Some((class, next)) = classes.at(text, at) {
        if is_both(class) {
            after_last_both = Some(next);
        } else if class != CharClass::Upper {
            break;
        }
        at = next;
    }
    match classes.at(text, at) {
        Some((CharClass::Lower, next)) => {
            Some(run(classes, text, next, usize::MAX, |class| is_both(class) || class == CharClass::Lower))
        }
        // The upper-case run gives back as little as it can: up to its last character that is lower case as well.
        _ => after_last_both,
    }
}

/// Upper-case letters alone, for where no lower-case word begins.
fn upper_word(classes: Classes, text: &str, begin: usize) -> Option<usize> {
    let end = run(classes, text, begin, usize::MAX, |class| class == CharClass::Upper);
    (end > begin).then_some(end)
}

/// The end of a contraction that begins at `start`.
fn contraction<F: Family>(text: &str, start: usize) -> Option<usize> {
    let rest = text.as_bytes().get(start..)?.strip_prefix(b"'")?;
    let fold =
        |byte: u8| if F::CONTRACTIONS == Contractions::LowerCase { byte } else { byte.to_ascii_lowercase() };
    match rest {
        [one, ..] if matches!(fold(*one), b's' | b'd' | b'm' | b't') => Some(start + 2),
        // The long s is the one other character that equals one of these regardless of case.
        [0xC5, 0xBF, ..] if F::CONTRACTIONS != Contractions::LowerCase => Some(start + 3),
        [one, two, ..] if matches!((fold(*one), fold(*two)), (b'r' | b'v', b'e') | (b'l', b'l')) => {
            Some(start + 3)
        }
        _ => None,
    }
}

/// Symbols from `start` on, and the line breaks that follow them.
fn symbols<F: Family>(classes: Classes, text: &str, start: usize) -> usize {
    let mut end = run(classes, text, start, usize::MAX, CharClass::is_symbol);
    if F::BREAKS {
        let follows = |byte: &u8| matches!(byte, b'\r' | b'\n') || F::SLASHES && *byte == b'/';
        while text.as_bytes().get(end).is_some_and(follows) {
            end += 1;
        }
    }
    end
}

/// White space from `start` on.
fn blanks<F: Family>(classes: Classes, text: &str, start: usize) -> usize {
    let mut at = start;
    let (mut last, mut after_break) = (start, None);
    while let Some((class, next)) = classes.at(text, at).filter(|(class, _)| class.is_space()) {
        last = at;
        at = next;
        if class == CharClass::Break {
            after_break = Some(next);
        }
    }
    let ends_text = at == text.len();
    match after_break {
        _ if ends_text && F::WHOLE_END => at,
        Some(after) if F::BREAKS => after,
        _ if ends_text || last == start => at,
        // The last one is left to what follows.
        _ => last,
    }
}
