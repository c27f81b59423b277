//! Edits of a prompt that keep what it asks for: words before or after it, another case, another end.

/// Words that begin an instruction, to be put after a prefix in lower case.
const VERBS: &[&str] = &[
    "add",
    "analyse",
    "analyze",
    "answer",
    "arrange",
    "assess",
    "assign",
    "brainstorm",
    "calculate",
    "categorize",
    "choose",
    "classify",
    "come",
    "compare",
    "complete",
    "compose",
    "compute",
    "construct",
    "convert",
    "correct",
    "count",
    "create",
    "define",
    "describe",
    "design",
    "detect",
    "determine",
    "develop",
    "discuss",
    "draft",
    "edit",
    "estimate",
    "evaluate",
    "explain",
    "extract",
    "fill",
    "find",
    "fix",
    "format",
    "formulate",
    "generate",
    "give",
    "help",
    "identify",
    "implement",
    "invent",
    "label",
    "list",
    "make",
    "match",
    "name",
    "organize",
    "outline",
    "paraphrase",
    "pick",
    "plan",
    "predict",
    "prepare",
    "produce",
    "propose",
    "provide",
    "rank",
    "rate",
    "read",
    "recommend",
    "remove",
    "rephrase",
    "replace",
    "reverse",
    "review",
    "rewrite",
    "reword",
    "select",
    "show",
    "simplify",
    "solve",
    "sort",
    "state",
    "suggest",
    "summarise",
    "summarize",
    "tell",
    "transform",
    "translate",
    "turn",
    "use",
    "write",
];

/// Words that begin a question.
const QUESTIONS: &[&str] = &[
    "are", "can", "could", "did", "do", "does", "how", "is", "should", "was", "were", "what", "when",
    "where", "which", "who", "why", "will", "would",
];

/// Bytes that code, markup and addresses have, and prose does not.
const UNLIKE_PROSE: &[u8] = b"{}<>[]=;_|`\t\\";

/// A way to say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Escaped text before an instruction.
    Prefix(Vec<u8>),
    /// Escaped text after an instruction that ends like a sentence.
    Suffix(Vec<u8>),
    /// The first letter in the other case.
    FirstLetter,
    /// All letters of ASCII in lower case.
    LowerCase,
    /// Without the mark at the end.
    NoEnd,
    /// With a mark at the end.
    End,
}

impl Edit {
    /// Appends the changed prompt, which is the text between the quotes of a JSON string; false, and nothing, where the
    /// edit does not suit the prompt.
    pub(super) fn apply(&self, prompt: &[u8], out: &mut Vec<u8>) -> bool {
        let Some((&first, rest)) = prompt.split_first() else { return false };
        let ends = matches!(prompt.last(), Some(b'.' | b'?' | b'!'));
        match self {
            Self::Prefix(words) if begins_with(prompt, VERBS) => {
                out.extend_from_slice(words);
                out.push(first.to_ascii_lowercase());
                out.extend_from_slice(rest);
            }
            Self::Suffix(words) if begins_with(prompt, VERBS) && is_prose(prompt) && ends => {
                out.extend_from_slice(prompt);
                out.extend_from_slice(words);
            }
            Self::FirstLetter if begins_with(prompt, VERBS) || begins_with(prompt, QUESTIONS) => {
                let other = if first.is_ascii_uppercase() {
                    first.to_ascii_lowercase()
                } else {
                    first.to_ascii_uppercase()
                };
                out.push(other);
                out.extend_from_slice(rest);
            }
            Self::LowerCase if is_prose(prompt) && prompt.iter().any(u8::is_ascii_uppercase) => {
                out.extend(prompt.iter().map(u8::to_ascii_lowercase));
            }
            Self::NoEnd if is_prose(prompt) && ends => out.extend_from_slice(&prompt[..prompt.len() - 1]),
            Self::End if is_prose(prompt) && prompt.last().is_some_and(u8::is_ascii_alphanumeric) => {
                out.extend_from_slice(prompt);
                out.push(if begins_with(prompt, QUESTIONS) { b'?' } else { b'.' });
            }
            _ => return false,
        }
        true
    }
}

/// Whether the first word is one of these, with or without a capital, and not the only one.
fn begins_with(prompt: &[u8], words: &[&str]) -> bool {
    let Some(end) = prompt.iter().position(|&byte| byte == b' ') else { return false };
    let (first, rest) = (&prompt[..end.min(1)], &prompt[end.min(1)..end]);
    words.iter().any(|word| {
        let (initial, others) = word.as_bytes().split_at(1);
        others == rest && initial.eq_ignore_ascii_case(first)
    })
}

/// Whether a prompt is a sentence or two and nothing else: words from its first byte on, on one line, and nothing of
/// what code, markup and addresses consist of.
fn is_prose(prompt: &[u8]) -> bool {
    let begins = prompt.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    begins
        && prompt.contains(&b' ')
        && !prompt.iter().any(|byte| UNLIKE_PROSE.contains(byte))
        && !prompt.windows(3).any(|some| some == b"://")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(edit: &Edit, prompt: &str, expected: Expect) {
        let mut out = Vec::new();
        let changed = edit.apply(prompt.as_bytes(), &mut out);
        assert_eq!(changed, !out.is_empty());
        expected.assert_eq(&String::from_utf8(out).expect("UTF-8"));
    }

    #[test]
    fn instructions_are_asked_for_politely() {
        let prefix = Edit::Prefix(b"Could you ".to_vec());
        check(&prefix, r#"Summarize this: {"a": 1}"#, expect![[r#"Could you summarize this: {"a": 1}"#]]);
        check(&prefix, "list three colors", expect!["Could you list three colors"]);
        for unsuitable in
            ["What is it?", "The weather is fine", "Summarize", "LIST all", "{\\\"a\\\": 1}", "", " Write x"]
        {
            check(&prefix, unsuitable, expect![""]);
        }
        let suffix = Edit::Suffix(b" Thank you.".to_vec());
        check(&suffix, "Write a poem.", expect!["Write a poem. Thank you."]);
        check(&suffix, "I loved every minute of it!", expect![""]);
        check(&suffix, "Run `ls`.", expect![""]);
    }

    #[test]
    fn case_and_end_change_in_prose_alone() {
        check(&Edit::FirstLetter, "What is it?", expect!["what is it?"]);
        check(&Edit::FirstLetter, "write it", expect!["Write it"]);
        check(&Edit::FirstLetter, "Paris is nice", expect![""]);
        check(&Edit::LowerCase, "Is Ärger German?", expect!["is Ärger german?"]);
        check(&Edit::LowerCase, r"Two\nLines here", expect![""]);
        check(&Edit::LowerCase, "all lower already", expect![""]);
        check(&Edit::NoEnd, "Is it so?", expect!["Is it so"]);
        check(&Edit::NoEnd, "return x;", expect![""]);
        check(&Edit::End, "what is it", expect!["what is it?"]);
        check(&Edit::End, "Name a river", expect!["Name a river."]);
        check(&Edit::End, "see https://example.com/A", expect![""]);
    }
}
