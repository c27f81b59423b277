//! The counter a worker thread owns.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use crate::cache::Cache;
use crate::classes::Classes;
use crate::encoding::Encoding;
use crate::fast::Fast;
use crate::merge::Scratch;
use crate::split::simd::{Job, Level, Simd};
use crate::split::{Cl100k, Family, Gpt2, Llama3, O200k, Pattern, Qwen, Tekken};
use crate::tiktoken::{Tiktoken, Uncountable};
use crate::vocabulary::Vocabulary;

/// Counts the tokens of texts under one encoding.
///
/// Each worker thread owns one, with a cache of about 5 MiB that does not grow. The vocabulary is read once per
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
    encoding: Encoding,
    way: Way,
}

/// What counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The counter of this crate.
    #[default]
    Fast,
    /// tiktoken-rs: the same counts, at a hundredth of the speed.
    Tiktoken,
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fast" => Ok(Self::Fast),
            "tiktoken" => Ok(Self::Tiktoken),
            _ => Err(format!("unknown token engine `{name}`, expected fast or tiktoken")),
        }
    }
}

enum Way {
    Fast(Box<Tools>),
    Tiktoken(Tiktoken),
}

struct Tools {
    vocabulary: &'static Vocabulary,
    pattern: Pattern,
    level: Level,
    classes: Classes,
    cache: Cache,
    scratch: Scratch,
}

impl Counter {
    /// A counter for an encoding, with the best instructions that the processor has.
    pub fn new(encoding: Encoding) -> Self {
        Self::with_level(encoding, Level::all()[0])
    }

    /// A counter that counts with an engine of one's choice.
    pub fn with_engine(encoding: Encoding, engine: Engine) -> Self {
        match engine {
            Engine::Fast => Self::new(encoding),
            Engine::Tiktoken => Self { encoding, way: Way::Tiktoken(Tiktoken::new(encoding)) },
        }
    }

    pub(crate) fn with_level(encoding: Encoding, level: Level) -> Self {
        let tools = Tools {
            vocabulary: encoding.vocabulary(),
            pattern: encoding.pattern(),
            level,
            classes: Classes::get(),
            cache: Cache::new(),
            scratch: Scratch::default(),
        };
        Self { encoding, way: Way::Fast(Box::new(tools)) }
    }

    /// The encoding that it counts by.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The number of tokens of a text, whose special tokens are ordinary text. Linear in the text, but for the
    /// logarithm of its longest pretoken.
    ///
    /// # Errors
    /// [`Uncountable`] where tiktoken-rs fails; the fast engine counts every text.
    pub fn count(&mut self, text: &str) -> Result<u64, Uncountable> {
        match &mut self.way {
            Way::Fast(tools) => Ok(tools.count(text)),
            Way::Tiktoken(tiktoken) => tiktoken.count(text),
        }
    }
}

impl Tools {
    fn count(&mut self, text: &str) -> u64 {
        match self.pattern {
            Pattern::O200k => self.count_as::<O200k>(text),
            Pattern::Cl100k => self.count_as::<Cl100k>(text),
            Pattern::Gpt2 => self.count_as::<Gpt2>(text),
            Pattern::Llama3 => self.count_as::<Llama3>(text),
            Pattern::Qwen => self.count_as::<Qwen>(text),
            Pattern::Tekken => self.count_as::<Tekken>(text),
        }
    }

    fn count_as<F: Family>(&mut self, text: &str) -> u64 {
        let Self { vocabulary, level, classes, cache, scratch, .. } = self;
        level.run(Count::<F> {
            fast: Fast { vocabulary, classes: *classes, cache, scratch },
            text,
            family: PhantomData,
        })
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
        f.debug_struct("Counter").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
