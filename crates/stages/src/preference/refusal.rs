//! Answers that are nothing but a refusal, in English.

/// A longer answer says more than that it refuses.
const BYTES_MAX: usize = 300;

/// What may come first, each once.
const BEFORE: &[&str] = &[
    "i'm sorry",
    "i am sorry",
    "sorry",
    "i apologize",
    "my apologies",
    "unfortunately",
    "as an ai language model",
    "as a language model",
    "as an ai assistant",
    "as an ai",
];
/// Being unable.
const UNABLE: &[&str] = &[
    "i can't",
    "i cannot",
    "i can not",
    "i could not",
    "i couldn't",
    "i'm unable to",
    "i am unable to",
    "i'm not able to",
    "i am not able to",
    "i won't",
    "i will not",
    "i won't be able to",
    "i will not be able to",
    "i'm not comfortable",
    "i am not comfortable",
    "i must decline to",
    "i have to decline to",
];
/// What is refused.
const REFUSED: &[&str] = &[
    "help",
    "assist",
    "provide",
    "answer",
    "do that",
    "do this",
    "fulfill",
    "comply",
    "create",
    "generate",
    "write",
    "discuss",
    "support",
    "engage",
    "offer",
    "share",
    "give",
    "respond",
    "participate",
    "continue",
    "complete",
    "recommend",
    "advise",
    "assisting",
    "helping",
    "providing",
    "answering",
    "discussing",
    "writing",
    "sharing",
];

/// Returns true if a text is short, and begins as a refusal does. Linear in the phrases.
pub(super) fn is_refusal(text: &str) -> bool {
    let text = text.trim();
    if text.len() > BYTES_MAX {
        return false;
    }
    let mut folded = [0; BYTES_MAX];
    let mut rest = fold(text, &mut folded);
    while let Some(after) = BEFORE.iter().find_map(|phrase| rest.strip_prefix(phrase)) {
        rest = after.trim_start_matches([',', '.', '!', ';', ':', ' ', '-']);
        rest = rest.strip_prefix("but ").or(rest.strip_prefix("that ")).unwrap_or(rest);
    }
    let Some(rest) = UNABLE.iter().rev().find_map(|phrase| after_phrase(rest, phrase)) else { return false };
    let rest = rest.strip_prefix("to ").or(rest.strip_prefix("be able to ")).unwrap_or(rest);
    REFUSED.iter().any(|verb| after_phrase(rest, verb).is_some())
}

/// A text of at most `BYTES_MAX` bytes in lower case, with straight apostrophes, in memory that is there already.
fn fold<'f>(text: &str, folded: &'f mut [u8; BYTES_MAX]) -> &'f str {
    let mut len = 0;
    for character in text.chars() {
        let character = if character == '\u{2019}' { '\'' } else { character.to_ascii_lowercase() };
        len += character.encode_utf8(&mut folded[len..]).len();
    }
    str::from_utf8(&folded[..len]).unwrap_or_default()
}

/// What comes after a phrase, which ends where a word ends.
fn after_phrase<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(phrase)?;
    (!rest.starts_with(|c: char| c.is_alphanumeric())).then(|| rest.trim_start())
}
