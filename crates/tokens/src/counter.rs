//! The counter a worker thread owns.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use unicode_normalization::{IsNormalized, is_nfc_quick};
use unicode_normalization_alignments::UnicodeNormalization;

use crate::classes::Classes;
use crate::encoding::Encoding;
use crate::fast::{Fast, Tools};
use crate::split::simd::{Job, Level, Simd};
use crate::split::{Cl100k, Family, Gpt2, Llama3, O200k, Pattern, Qwen, Tekken};
use crate::tokenizer::steps::Steps;
use crate::tokenizer::{Added, Engine, FastPath, Kind, Splitting, Tokenizer};

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
        Self::with_level(tokenizer, Level::best())
    }

    pub(crate) fn with_level(tokenizer: &Tokenizer, level: Level) -> Self {
        let make = || Box::new(FastCounter { level, classes: Classes::get(), tools: Tools::default() });
        Self { tokenizer: tokenizer.clone(), fast: matches!(tokenizer.kind(), Kind::Fast(_)).then(make) }
    }

    /// The number of tokens of a text, whose special tokens are ordinary text. Linear in the text.
    ///
    /// # Errors
    /// [`Uncountable`] where a regex engine gives up, and where a vocabulary has no token for a character. The public
    /// encodings count every text.
    pub fn count(&mut self, text: &str) -> Result<u64, Uncountable> {
        let uncountable = Uncountable { bytes: text.len() as u64 };
        match (self.tokenizer.kind(), &mut self.fast) {
            (Kind::Fast(path), Some(fast)) => {
                count_between(path.added.as_ref(), text, |part, _| fast.count(path, part).ok_or(uncountable))
            }
            #[cfg(any(test, feature = "tiktoken"))]
            (Kind::Tiktoken(tiktoken), _) => tiktoken.count(text),
            (Kind::Characters(characters, added), _) => {
                let count = |part: &str, is_start| characters.count(part, is_start).map_err(|_| uncountable);
                count_between(added.as_ref(), text, count)
            }
            (Kind::Fast(_), None) => unreachable!("a fast counter is made with its tools"),
        }
    }
}

/// Says that the tokenizer gave up on a text; the counter remains usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tokenizer failed on {bytes} bytes of text")]
pub struct Uncountable {
    /// Length of the part of the text on which it failed, in bytes.
    pub bytes: u64,
}

/// Counts what stands between the texts that are a token wherever they are, and these. The closure is told whether a part
/// is the beginning of the text.
fn count_between<E>(
    added: Option<&Added>,
    text: &str,
    mut count: impl FnMut(&str, bool) -> Result<u64, E>,
) -> Result<u64, E> {
    let (mut tokens, mut at) = (0, 0);
    if let Some(added) = added {
        for found in added.automaton.find_iter(text) {
            if !added.is_special[found.pattern().as_usize()] {
                tokens += count(&text[at..found.start()], at == 0)? + 1;
                at = found.end();
            }
        }
    }
    Ok(tokens + count(&text[at..], at == 0)?)
}

impl FastCounter {
    /// The number of tokens of a text without added tokens; none where a regex engine gives up.
    fn count(&mut self, path: &FastPath, text: &str) -> Option<u64> {
        let text = if path.nfc && !text.is_ascii() && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            // By an older Unicode, as the library of these vocabularies has it, which knows fewer combining marks. What
            // is in NFC by the newer one is so by the older one.
            Cow::Owned(text.nfc().map(|(char, _)| char).collect())
        } else {
            Cow::Borrowed(text)
        };
        let pattern = match &path.splitting {
            Splitting::Family(pattern) => *pattern,
            Splitting::Steps(steps) => return self.count_steps(path, steps, &text),
        };
        Some(match pattern {
            Pattern::O200k => self.count_as::<O200k>(path, &text),
            Pattern::Cl100k => self.count_as::<Cl100k>(path, &text),
            Pattern::Gpt2 => self.count_as::<Gpt2>(path, &text),
            Pattern::Llama3 => self.count_as::<Llama3>(path, &text),
            Pattern::Qwen => self.count_as::<Qwen>(path, &text),
            Pattern::Tekken => self.count_as::<Tekken>(path, &text),
        })
    }

    fn count_steps(&mut self, path: &FastPath, steps: &Steps, text: &str) -> Option<u64> {
        let text = steps.prefixed(text).map_or(Cow::Borrowed(text), Cow::Owned);
        let pretokens = steps.split(&text).ok()?;
        let Self { level, classes, tools } = self;
        let fast = Fast { vocabulary: &path.vocabulary, classes: *classes, tools };
        Some(level.run(Pretokens { fast, text: &text, ranges: &pretokens }))
    }

    fn count_as<F: Family>(&mut self, path: &FastPath, text: &str) -> u64 {
        let Self { level, classes, tools } = self;
        let fast = Fast { vocabulary: &path.vocabulary, classes: *classes, tools };
        level.run(Count::<F> { fast, text, family: PhantomData })
    }
}

/// The counting of one text, for any instructions.
struct Count<'c, F> {
    fast: Fast<'c>,
    text: &'c str,
    family: PhantomData<F>,
}

impl<F: Family> Job for Count<'_, F> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> u64 {
        self.fast.count::<F, S>(simd, self.text)
    }
}

/// The counting of pretokens, for any instructions.
struct Pretokens<'c> {
    fast: Fast<'c>,
    text: &'c str,
    ranges: &'c [Range<usize>],
}

impl Job for Pretokens<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> u64 {
        self.fast.count_pretokens(simd, self.text, self.ranges)
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
