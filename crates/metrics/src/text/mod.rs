//! Scores of generated text against a reference: exact match and token F1 by the rules of `SQuAD`'s evaluation script,
//! ROUGE-L by those of the Python package `rouge_score`, without stemming.

mod lcs;
mod rouge;
mod squad;
mod tokens;

use tokens::{Numbers, Tokens};

/// How well a prediction matches its reference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TextScores {
    /// The two are the same, byte for byte.
    pub exact: bool,
    /// The two are the same without case, punctuation, the articles `a`, `an` and `the`, and extra white space.
    pub exact_normalized: bool,
    /// F1 of the words that the two share, normalized the same way; 1 where neither has a word, 0 where one has none.
    pub token_f1: f64,
    /// F-measure of the longest common subsequence of their words, which are runs of `a` to `z` and `0` to `9` in lower
    /// case; 0 where either has none.
    pub rouge_l: f64,
}

impl TextScores {
    /// The names of the scores, in the order of [`TextScores::values`].
    pub const NAMES: [&'static str; 4] = ["exact_match", "exact_match_normalized", "token_f1", "rouge_l"];

    /// The scores in the order of [`TextScores::NAMES`].
    pub fn values(&self) -> [f64; 4] {
        let Self { exact, exact_normalized, token_f1, rouge_l } = *self;
        [f64::from(u8::from(exact)), f64::from(u8::from(exact_normalized)), token_f1, rouge_l]
    }
}

/// Scores pairs of texts, one at a time; make one per thread. Its buffers live from pair to pair.
#[derive(Debug, Default)]
pub struct Scorer {
    reference: Tokens,
    prediction: Tokens,
    numbers: Numbers,
    lcs: lcs::Lcs,
}

/// Buffers that grew beyond this for one large pair are given back after it.
const KEEP_BYTES: usize = 4 << 20;

impl Scorer {
    /// Scores a prediction. Memory is linear in the two texts; time too, but for the longest common subsequence, which
    /// takes a step for every 64 words of the reference in which a word of the prediction occurs.
    pub fn score(&mut self, reference: &str, prediction: &str) -> TextScores {
        let Self { reference: wanted, prediction: given, numbers, lcs } = self;
        squad::words(reference, wanted);
        squad::words(prediction, given);
        let exact_normalized = wanted.iter().eq(given.iter());
        let token_f1 = if wanted.is_empty() || given.is_empty() {
            f64::from(u8::from(exact_normalized))
        } else {
            numbers.number(wanted, given);
            f_measure(numbers.shared(), wanted.len(), given.len())
        };
        rouge::words(reference, wanted);
        rouge::words(prediction, given);
        let rouge_l = if wanted.is_empty() || given.is_empty() {
            0.0
        } else {
            numbers.number(wanted, given);
            f_measure(lcs.length(numbers), wanted.len(), given.len())
        };
        if reference.len() + prediction.len() > KEEP_BYTES {
            *self = Self::default();
        }
        TextScores { exact: reference == prediction, exact_normalized, token_f1, rouge_l }
    }
}

/// The harmonic mean of precision and recall, with the operations in the order in which both scripts have them.
fn f_measure(shared: usize, reference: usize, prediction: usize) -> f64 {
    if shared == 0 {
        return 0.0;
    }
    let precision = shared as f64 / prediction as f64;
    let recall = shared as f64 / reference as f64;
    2.0 * precision * recall / (precision + recall)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(reference: &str, prediction: &str, expect: Expect) {
        let TextScores { exact, exact_normalized, token_f1, rouge_l } =
            Scorer::default().score(reference, prediction);
        expect.assert_eq(&format!("{exact} {exact_normalized} {token_f1} {rouge_l}"));
    }

    #[test]
    fn texts_are_compared_as_the_scripts_compare_them() {
        check("Paris", "Paris", expect!["true true 1 1"]);
        check("The Paris!", " paris", expect!["false true 1 0.6666666666666666"]);
        check("a cat sat", "the cat ran", expect!["false false 0.5 0.3333333333333333"]);
        // Order counts for ROUGE-L only.
        check("one two three", "three two one", expect!["false false 1 0.3333333333333333"]);
        // Each word is matched once.
        check("x x y", "x z", expect!["false false 0.4 0.4"]);
    }

    #[test]
    fn texts_without_words_match_only_each_other() {
        check("", "", expect!["true true 1 0"]);
        check("the", "!", expect!["false true 1 0"]);
        check("word", "", expect!["false false 0 0"]);
        check("", "word", expect!["false false 0 0"]);
        // ROUGE-L knows no words but those of ASCII.
        check("東京", "東京", expect!["true true 1 0"]);
    }
}
