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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Where the first of them is.
    pub(super) at: usize,
    /// What it is; none for one that is not known by its name, which is text of the record.
    pub(super) first: Option<&'static str>,
    pub(super) count: usize,
    /// Whether there is nothing else in the text.
    pub(super) is_all: bool,
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

    /// What there is, in words.
    pub(super) fn message(&self, part: Part) -> String {
        let what = match self.first {
            Some(token) => format!("`{token}`, a control token of other models"),
            None => "a control token of other models".to_owned(),
        };
        match (self.code(part), self.count) {
            (Code::TextOnlyControlToken, _) => format!("the answer is nothing but {what}"),
            (_, 1) => format!("the text contains {what}"),
            (_, count) => format!("the text contains {what}; {count} control tokens in all"),
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

    /// The control tokens in a text. Linear; nearly all texts have no byte that one begins with.
    pub(super) fn find(&self, text: &str) -> Option<Tokens> {
        let bytes = text.as_bytes();
        let mut found: Option<Tokens> = None;
        let (mut from, mut others) = (0, 0);
        while let Some(at) = memchr2(b'<', b'[', &bytes[from..]).map(|at| from + at) {
            let Some((len, name)) = token(text, at).filter(|&(len, _)| !self.has(&text[at..at + len])) else {
                others += usize::from(!bytes[from..=at].trim_ascii().is_empty());
                from = at + 1;
                continue;
            };
            others += usize::from(!bytes[from..at].trim_ascii().is_empty());
            from = at + len;
            let tokens = found.get_or_insert(Tokens { at, first: name, count: 0, is_all: false });
            tokens.count += 1;
        }
        let mut tokens = found?;
        others += usize::from(!bytes[from..].trim_ascii().is_empty());
        tokens.is_all = others == 0;
        Some(tokens)
    }

    fn has(&self, token: &str) -> bool {
        self.own.iter().any(|own| own == token)
    }
}

/// The token that begins at a place: its length, and its name where that is known.
#[inline]
fn token(text: &str, at: usize) -> Option<(usize, Option<&'static str>)> {
    let rest = &text.as_bytes()[at..];
    match rest.get(1)? {
        b'|' => {
            let name = rest[2..]
                .iter()
                .take(NAME_MAX)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            let end = 2 + name.count();
            (end > 3 && rest[end..].starts_with(b"|>")).then(|| (end + 2, known(&text[at..at + end + 2])))
        }
        b'I' | b'/' | b'<' | b's' | b'e' => {
            let known = TOKENS.iter().find(|token| rest.starts_with(token.as_bytes())).copied();
            // `<s>` and `</s>` strike text out in HTML: they are tokens next to another, or where a text ends unopened.
            let lone = || match rest {
                _ if rest.starts_with(b"<s>") && rest[3..].trim_ascii_start().starts_with(b"[INST]") => {
                    Some("<s>")
                }
                _ if rest.starts_with(b"</s>") && rest[4..].trim_ascii().is_empty() && is_unopened(text) => {
                    Some("</s>")
                }
                _ => None,
            };
            known.or_else(lone).map(|token| (token.len(), Some(token)))
        }
        _ => None,
    }
}

fn known(token: &str) -> Option<&'static str> {
    TOKENS.iter().find(|known| **known == token).copied()
}

/// Returns true if a `</s>` at the end of a text closes nothing that HTML could have opened.
fn is_unopened(text: &str) -> bool {
    !text.contains("<s>") || text.contains("[INST]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(usize, Option<&'static str>, usize, bool)> {
        let tokens = ControlTokens::new(None).find(text)?;
        Some((tokens.at, tokens.first, tokens.count, tokens.is_all))
    }

    #[test]
    fn tokens_are_found_and_markup_is_not() {
        let some = |at, first, count, is_all| Some((at, Some(first), count, is_all));
        assert_eq!(found("Paris<|endoftext|>"), some(5, "<|endoftext|>", 1, false));
        assert_eq!(found(" <|endoftext|>\n"), some(1, "<|endoftext|>", 1, true));
        assert_eq!(found("<|im_start|>user\nx<|im_end|>"), some(0, "<|im_start|>", 2, false));
        assert_eq!(found("<s>[INST] <<SYS>>be kind<</SYS>> x [/INST] y </s>"), some(0, "<s>", 6, false));
        assert_eq!(found("the answer</s>"), some(10, "</s>", 1, false));
        assert_eq!(found("<start_of_turn>model\nx<end_of_turn>"), some(0, "<start_of_turn>", 2, false));
        assert_eq!(found("a <|new_token_7|> b"), Some((2, None, 1, false)));
        for text in [
            "",
            "<",
            "[",
            "<|",
            "<||>",
            "x <| f |> g",
            "<| a |>",
            "[1] and [INSTALL]",
            "<b>bold</b> <span>",
            "if a < b && c > d",
            "was <s>20</s> 10 dollars",
            "<s>old</s>",
            "[Institute]",
            "a<<b>>c",
            "<style>s</style>",
            "#[inline]",
            "[/i]",
            "<|a b|>",
            "vec![INST; 3]",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_that_is_not_known_is_not_shown() {
        let of = |text| ControlTokens::new(None).find(text).map(|tokens| tokens.message(Part::Completion));
        assert_eq!(
            of("x<|secret_name|>").as_deref(),
            Some("the text contains a control token of other models")
        );
        assert_eq!(
            of("<|eot_id|>").as_deref(),
            Some("the answer is nothing but `<|eot_id|>`, a control token of other models")
        );
    }
}
