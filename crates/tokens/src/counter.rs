//! The counter a worker thread owns.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use aho_corasick::Match;
use tokenizers::{NormalizedString, Normalizer, normalizers::NFC};
use unicode_normalization::{IsNormalized, is_nfc_quick};

use crate::classes::Classes;
use crate::encoding::Encoding;
use crate::fast::{Fast, Tools};
use crate::split::simd::{Job, Level, Simd};
use crate::split::{Cl100k, Family, Gpt2, Llama3, O200k, Pattern, Qwen, Tekken};
use crate::tiktoken::{Uncountable, guard};
use crate::tokenizer::{Engine, Kind, Plan, Tokenizer};

/// Counts the tokens of texts.
///
/// Each worker thread owns one, with a cache of 7.75 MiB that does not grow. The vocabulary is read once per
/// process, in some 10 ms.
///
/// ```
/// use bedload_tokens::{Counter, Encoding};
///
/// let mut counter = Counter::new(Encoding::O200kBase);
/// assert_eq!(counter.count("hello world"), Ok(2));
/// assert!(counter.count(&"^".repeat(1_000_000)).is_ok());
/// ```
pub struct Counter {
    tokenizer: Tokenizer,
    /// For the fast counter.
    fast: Option<Box<FastCounter>>,
}

struct FastCounter {
    level: Level,
    classes: Classes,
    tools: Tools,
}

impl Counter {
    /// A counter for an encoding, with the best instructions that the processor has.
    pub fn new(encoding: Encoding) -> Self {
        Self::of(&Tokenizer::of(encoding, Engine::Fast))
    }

    /// A counter for a tokenizer, with the best instructions that the processor has.
    pub fn of(tokenizer: &Tokenizer) -> Self {
        Self::with_level(tokenizer, Level::all()[0])
    }

    pub(crate) fn with_level(tokenizer: &Tokenizer, level: Level) -> Self {
        let make = || Box::new(FastCounter { level, classes: Classes::get(), tools: Tools::default() });
        Self { tokenizer: tokenizer.clone(), fast: (!tokenizer.is_slow()).then(make) }
    }

    /// The number of tokens of a text, whose special tokens are ordinary text. Linear in the text.
    ///
    /// # Errors
    /// [`Uncountable`] where the tokenizer of another crate fails; the fast counter counts every text.
    pub fn count(&mut self, text: &str) -> Result<u64, Uncountable> {
        match (self.tokenizer.kind(), &mut self.fast) {
            (Kind::Fast(plan), Some(fast)) => Ok(fast.count_added(plan, text)),
            (Kind::Tiktoken(tiktoken), _) => tiktoken.count(text),
            (Kind::Ranks(ranks), _) => guard(text, || ranks.count_ordinary(text) as u64),
            (Kind::HuggingFace(tokenizer), _) => {
                let encoded = tokenizer.encode_fast(text, false);
                encoded
                    .map(|encoded| encoded.len() as u64)
                    .map_err(|_| Uncountable { bytes: text.len() as u64 })
            }
            (Kind::Fast(_), None) => unreachable!("a fast counter is made with its tools"),
        }
    }
}

impl FastCounter {
    /// Counts what stands between the texts that are a token wherever they are, and these.
    fn count_added(&mut self, plan: &Plan, text: &str) -> u64 {
        let Some(added) = &plan.added else { return self.count_normalized(plan, text) };
        let (mut tokens, mut at) = (0, 0);
        let is_token = |found: &Match| !added.is_special[found.pattern().as_usize()];
        for found in added.automaton.find_iter(text).filter(is_token) {
            tokens += self.count_normalized(plan, &text[at..found.start()]) + 1;
            at = found.end();
        }
        tokens + self.count_normalized(plan, &text[at..])
    }

    fn count_normalized(&mut self, plan: &Plan, text: &str) -> u64 {
        let text = if plan.nfc && !text.is_ascii() && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            Cow::Owned(nfc(text))
        } else {
            Cow::Borrowed(text)
        };
        match plan.pattern {
            Pattern::O200k => self.count_as::<O200k>(plan, &text),
            Pattern::Cl100k => self.count_as::<Cl100k>(plan, &text),
            Pattern::Gpt2 => self.count_as::<Gpt2>(plan, &text),
            Pattern::Llama3 => self.count_as::<Llama3>(plan, &text),
            Pattern::Qwen => self.count_as::<Qwen>(plan, &text),
            Pattern::Tekken => self.count_as::<Tekken>(plan, &text),
        }
    }

    fn count_as<F: Family>(&mut self, plan: &Plan, text: &str) -> u64 {
        let Self { level, classes, tools } = self;
        let fast = Fast { vocabulary: &plan.vocabulary, classes: *classes, tools };
        level.run(Count::<F> { fast, text, family: PhantomData })
    }
}

/// A text in NFC as the library of these vocabularies has it: by an older Unicode, which has fewer combining marks. What
/// is in NFC by the newer one is so by the older one.
fn nfc(text: &str) -> String {
    let mut normalized = NormalizedString::from(text);
    match NFC.normalize(&mut normalized) {
        Ok(()) => normalized.get().to_owned(),
        Err(error) => unreachable!("NFC takes every text: {error}"),
    }
}

/// The counting of one text, for any instructions.
struct Count<'c, F> {
    fast: Fast<'c>,
    text: &'c str,
    family: PhantomData<F>,
}

impl<F: Family> Job for Count<'_, F> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> u64 {
        self.fast.count::<F, S>(simd, self.text)
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = self.fast.as_ref().map(|fast| fast.level);
        f.debug_struct("Counter")
            .field("tokenizer", &self.tokenizer)
            .field("level", &level)
            .finish_non_exhaustive()
    }
}
