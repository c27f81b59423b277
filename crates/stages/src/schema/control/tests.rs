//! What is a control token, and what only looks like one; a search that is short stands beside the one that is fast.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Option<(usize, Option<&str>, usize, bool)> {
    let control = ControlTokens::new(None);
    let tokens = control.find(text)?;
    let first = &text[tokens.at..tokens.at + tokens.len];
    let first = (TOKENS.contains(&first) || matches!(first, "<s>" | "</s>")).then_some(first);
    Some((tokens.at, first, control.tokens(text, 0).count(), tokens.is_all))
}

/// The same, one place after the other.
fn naive(text: &str) -> Option<(usize, Option<&str>, usize, bool)> {
    let is_name = |name: &str| {
        let chars = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (2..=NAME_MAX).contains(&name.len()) && name.chars().all(chars)
    };
    let token = |at: usize| {
        let rest = &text[at..];
        let name = rest.strip_prefix("<|").and_then(|rest| rest.split_once("|>")).map(|(name, _)| name);
        if let Some(name) = name.filter(|name| is_name(name)) {
            return Some(&rest[..name.len() + 4]);
        }
        if rest.starts_with("<s>") && rest[3..].trim_ascii_start().starts_with("[INST]") {
            return Some("<s>");
        }
        if rest.trim_ascii_end() == "</s>" && (!text.contains("<s>") || text.contains("[INST]")) {
            return Some("</s>");
        }
        TOKENS.iter().copied().find(|token| rest.starts_with(token))
    };
    let (mut at, mut others, mut all) = (0, String::new(), Vec::new());
    while let Some(char) = text[at..].chars().next() {
        if let Some(token) = token(at) {
            all.push((at, token));
            at += token.len();
        } else {
            others.push(char);
            at += char.len_utf8();
        }
    }
    let &(at, first) = all.first()?;
    let is_known = TOKENS.contains(&first) || matches!(first, "<s>" | "</s>");
    Some((at, is_known.then_some(first), all.len(), others.trim_ascii().is_empty()))
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
        "[|name|>",
        "vec![INST; 3]",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}

#[test]
fn a_name_that_is_not_known_is_not_shown() {
    let control = ControlTokens::new(None);
    let of = |text| control.find(text).map(|tokens| control.message(text, &tokens, Part::Completion));
    assert_eq!(of("x<|secret_name|>").as_deref(), Some("the text contains a control token of other models"));
    assert_eq!(
        of("<|eot_id|>").as_deref(),
        Some("the answer is nothing but `<|eot_id|>`, a control token of other models")
    );
    assert_eq!(
        of("<|a_b|> x [INST]").as_deref(),
        Some("the text contains a control token of other models; 2 control tokens in all")
    );
}

#[test]
fn every_token_is_found_by_its_first_two_bytes() {
    for known in TOKENS {
        assert_eq!(found(known), Some((0, Some(*known), 1, true)), "{known}");
    }
}

proptest! {
    #[test]
    fn the_short_search_finds_the_same(parts in prop::collection::vec(
        prop_oneof![
            prop::sample::select(TOKENS).prop_map(str::to_owned),
            prop::sample::select(&["<s>", "</s>", " ", "\n", "<", "[", "<|", "|>", "é", "[INST", "<|x|>", "<|xy|>", "a"][..])
                .prop_map(str::to_owned),
            "[<>|\\[\\]/sSI_a ]{0,5}",
        ],
        0..6,
    )) {
        let text = parts.concat();
        prop_assert_eq!(found(&text), naive(&text));
    }
}
