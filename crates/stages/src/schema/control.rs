//! Control tokens of other models: marks of turns and ends of text that a prompt template or an export left in a text.
//! To a model that has no such token they are words like any others, which it learns to write.

use bedload_bedrock::{Part, Profile};
use bedload_record::Code;
use memchr::memchr2;

/// Tokens by their text, those that are sure wherever they stand.
const TOKENS: &[&str] = &[
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<|end|>",
    "<|start|>",
    "<|message|>",
    "<|channel|>",
    "<|return|>",
    "<|python_tag|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
];

/// Those of the template that the prompts of Llama 3 models are written in, where the record has the whole prompt.
const LLAMA_3: &[&str] = &[
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
];

/// What may stand between `<|` and `|>`: names, and no operators of a programming language, which have blanks around them.
const NAME_MAX: usize = 32;

/// The search for tokens that a target does not write itself.
pub(super) struct ControlTokens {
    /// Those of the target's own template, and those that it reserves, which is said by another finding.
    own: Vec<String>,
}

/// Control tokens in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Where the first of them is.
    pub(super) at: usize,
    /// Its length.
    pub(super) len: usize,
    /// Whether there is nothing else in the text.
    is_all: bool,
}

impl Tokens {
    /// Which finding they are in a text of this part.
    pub(super) fn code(&self, part: Part) -> Code {
        if self.is_all && part == Part::Completion {
            Code::TextOnlyControlToken
        } else {
            Code::TextControlToken
        }
    }
}

impl ControlTokens {
    pub(super) fn new(profile: Option<&Profile>) -> Self {
        let mut own: Vec<String> = Vec::new();
        if let Some(profile) = profile {
            own.extend(profile.reserved_words.iter().flat_map(|group| group.words.iter().cloned()));
            let is_whole = profile.formats.iter().any(|format| format == "prompt-completion");
            if is_whole && profile.model.contains("Llama 3") {
                own.extend(LLAMA_3.iter().map(|&token| token.to_owned()));
            }
        }
        Self { own }
    }

    /// What there is of control tokens in a text. Nearly all texts have no byte that one begins with, and where there is
    /// one, the rest of the text is read only as long as there is nothing else in it.
    pub(super) fn find(&self, text: &str) -> Option<Tokens> {
        let (at, len) = self.tokens(text, 0).next()?;
        let bytes = text.as_bytes();
        let is_all = bytes[..at].trim_ascii().is_empty() && self.are_all(text, at + len);
        Some(Tokens { at, len, is_all })
    }

    /// What there is, in words. The name of a token that is not known is text of the record, which is not shown.
    pub(super) fn message(&self, text: &str, tokens: &Tokens, part: Part) -> String {
        let Tokens { at, len, .. } = *tokens;
        let token = &text[at..at + len];
        let what = match TOKENS.iter().chain(&["<s>", "</s>"]).find(|&&known| known == token) {
            Some(token) => format!("`{token}`, a control token of other models"),
            None => "a control token of other models".to_owned(),
        };
        match (tokens.code(part), self.tokens(text, at).count()) {
            (Code::TextOnlyControlToken, _) => format!("the answer is nothing but {what}"),
            (_, 1) => format!("the text contains {what}"),
            (_, count) => format!("the text contains {what}; {count} control tokens in all"),
        }
    }

    /// The control tokens from a place on: where each begins, and its length.
    #[inline]
    fn tokens(&self, text: &str, mut from: usize) -> impl Iterator<Item = (usize, usize)> {
        std::iter::from_fn(move || {
            loop {
                let at = from + memchr2(b'<', b'[', &text.as_bytes()[from..])?;
                if let Some(len) = self.token(text, at) {
                    from = at + len;
                    return Some((at, len));
                }
                from = at + 1;
            }
        })
    }

    /// Returns true if from a place on there are only tokens and white space.
    fn are_all(&self, text: &str, mut from: usize) -> bool {
        loop {
            let rest = text.as_bytes()[from..].trim_ascii_start();
            from = text.len() - rest.len();
            match self.token(text, from) {
                Some(len) => from += len,
                None => return rest.is_empty(),
            }
        }
    }

    /// The length of the token of another model that begins at a place.
    fn token(&self, text: &str, at: usize) -> Option<usize> {
        let len = token(text, at)?;
        (!self.own.iter().any(|own| *own == text[at..at + len])).then_some(len)
    }
}

/// The length of the token that begins at a place. Whether there may be one, two bytes tell: brackets are many in
/// formulas, markup and code.
#[inline]
fn token(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let of = |token: &str| rest.starts_with(token.as_bytes()).then_some(token.len());
    match rest.first_chunk()? {
        b"<|" => {
            let name = rest[2..]
                .iter()
                .take(NAME_MAX)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            let end = 2 + name.count();
            (end > 3 && rest[end..].starts_with(b"|>")).then_some(end + 2)
        }
        b"[I" => of("[INST]"),
        b"[/" => of("[/INST]"),
        b"<<" => of("<<SYS>>").or_else(|| of("<</SYS>>")),
        b"<e" => of("<end_of_turn>"),
        // `<s>` and `</s>` strike text out in HTML: they are tokens next to another, or where a text ends unopened.
        b"<s" => of("<start_of_turn>")
            .or_else(|| of("<s>").filter(|&len| rest[len..].trim_ascii_start().starts_with(b"[INST]"))),
        b"</" => of("</s>").filter(|&len| rest[len..].trim_ascii().is_empty() && is_unopened(text)),
        _ => None,
    }
}

/// Returns true if a `</s>` at the end of a text closes nothing that HTML could have opened.
fn is_unopened(text: &str) -> bool {
    !text.contains("<s>") || text.contains("[INST]")
}

#[cfg(test)]
mod tests;
