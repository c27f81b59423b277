//! Answers that are equal as far as the target reads them.

use bedload_bedrock::{Limit, Record};
use bedload_record::{At, Code, Findings, Locator};

use super::pair::Pair;
use crate::tokens::{Counter, Tokens};

/// Reports a pair of texts whose difference is beyond the tokens that the target accepts in a record: what a job that cuts
/// records reads of both is the same. Tokens were counted already; of nearly all records that tells enough.
pub fn check_cut(
    record: &Record<'_>,
    tokens: Tokens,
    limit: &Limit,
    counter: &mut Counter,
    findings: &mut Findings,
) {
    let Some(room) = limit.value.checked_sub(tokens.prompt).filter(|_| tokens.total() > limit.value) else {
        return;
    };
    let Some(Pair { sides: [chosen, rejected], .. }) = Pair::of(record) else { return };
    let (Some(chosen), Some(second)) = (chosen.text(), rejected.text()) else { return };
    if chosen == second {
        return;
    }
    let common = common_words(chosen, second);
    // Each token has a byte at least.
    if (common.len() as u64) < room || !counter.count(common).is_ok_and(|count| count >= room) {
        return;
    }
    rejected.with_place(&mut |at: &At<'_>| {
        findings.add(Code::PreferenceCutPair, || {
            let message = format!(
                "the prompt and what both answers begin with take all {} tokens that the target accepts; truncated there, the answers are equal",
                limit.value
            );
            at.detail(&mut Locator::new(record.raw), message).sourced(limit.cite())
        });
    });
}

/// What two texts begin with, up to the end of a word: it has the same tokens in both, whatever comes after it.
fn common_words<'t>(text: &'t str, other: &str) -> &'t str {
    let same = text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let bytes = &text.as_bytes()[..same];
    let ends = |&at: &usize| bytes[at] == b' ' && bytes[at - 1].is_ascii_alphanumeric();
    let end = (1..same).rev().find(ends).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use bedload_bedrock::{Citation, Format, TextBuffer};
    use bedload_record::Parser;
    use proptest::prelude::*;

    use super::*;
    use crate::tokens::{Encoding, count};

    #[test]
    fn common_text_ends_with_a_word() {
        for (text, other, common) in [
            ("", "", ""),
            ("one two", "one two", "one"),
            ("one two three", "one two four", "one two"),
            ("one two,  x", "one two,  y", "one"),
            ("é è x", "é è y", ""),
            ("abé x", "abè x", ""),
        ] {
            assert_eq!(common_words(text, other), common, "{text}");
        }
    }

    fn is_cut(prompt: &str, chosen: &str, rejected: &str, most: u64) -> bool {
        let line = format!(r#"{{"prompt":"{prompt}","chosen":"{chosen}","rejected":"{rejected}"}}"#);
        let format = Format::from_any_name("preference").expect("a format");
        let texts = TextBuffer::default();
        let source = Citation { place: "here".to_owned(), date: "2026-11".to_owned() };
        let limit = Limit { value: most, source, against: None, note: None };
        let mut findings = Findings::codes_only();
        Parser::default().parse(line.as_bytes(), |parsed| {
            let record = Record::new(format, line.as_bytes(), parsed.expect("valid").0, &texts);
            let mut counter = Counter::new(Encoding::O200kBase);
            let tokens = count(&record, &mut counter, 0).expect("counted");
            check_cut(&record, tokens, &limit, &mut counter, &mut findings);
        });
        findings.codes().contains(Code::PreferenceCutPair)
    }

    proptest! {
        /// Each word is a token: what is left of both answers are their first words.
        #[test]
        fn what_is_left_of_the_answers_is_compared(
            prompt in 1usize..5,
            common in 0usize..12,
            rest in 0usize..5,
            other in 0usize..5,
            most in 1u64..20,
        ) {
            let text = |common: usize, rest: usize, word: &str| {
                let words = std::iter::repeat_n(" cat", common).chain(std::iter::repeat_n(word, rest));
                words.collect::<String>().trim_start().to_owned()
            };
            let (chosen, rejected) = (text(common, rest + 1, " dog"), text(common, other + 1, " sun"));
            let room = most.checked_sub(prompt as u64);
            let expected = room.is_some_and(|room| room <= common as u64)
                && (prompt + 2 * common + rest + other + 2) as u64 > most;
            let asked = text(prompt, 0, "");
            prop_assert_eq!(is_cut(&asked, &chosen, &rejected, most), expected);
        }
    }
}
