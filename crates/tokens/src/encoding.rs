//! The encodings by name, and what each is made of: its ranks, and the family of its split pattern.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use tiktoken_rs::CoreBPE;

use crate::split::Pattern;
use crate::tiktoken::run::Blanks;
use crate::vocabulary::Vocabulary;

/// Names one of the public encodings.
///
/// ```
/// use bedload_tokens::Encoding;
///
/// assert_eq!("o200k_base".parse(), Ok(Encoding::O200kBase));
/// assert_eq!(Encoding::O200kBase.to_string(), "o200k_base");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// `o200k_base`: GPT-4o and later.
    O200kBase,
    /// `o200k_harmony`: gpt-oss. Its ordinary tokens are those of `o200k_base`, so it shares their ranks.
    O200kHarmony,
    /// `cl100k_base`: GPT-4 and GPT-3.5.
    Cl100kBase,
    /// `p50k_base`: Codex and `text-davinci-003`.
    P50kBase,
    /// `r50k_base`: GPT-2 and GPT-3.
    R50kBase,
}

impl Encoding {
    /// Lists every encoding, newest first.
    pub const ALL: [Encoding; 5] = [
        Encoding::O200kBase,
        Encoding::O200kHarmony,
        Encoding::Cl100kBase,
        Encoding::P50kBase,
        Encoding::R50kBase,
    ];

    /// Returns the name, such as `o200k_base`, that [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::O200kBase => "o200k_base",
            Encoding::O200kHarmony => "o200k_harmony",
            Encoding::Cl100kBase => "cl100k_base",
            Encoding::P50kBase => "p50k_base",
            Encoding::R50kBase => "r50k_base",
        }
    }

    /// Returns the tokenizer of tiktoken-rs, read once per process and shared by all threads.
    pub(crate) fn tokenizer(self) -> &'static CoreBPE {
        match self {
            // Only the special tokens differ, which ordinary text never becomes; a second copy would cost
            // some 50 MB.
            Encoding::O200kBase | Encoding::O200kHarmony => tiktoken_rs::o200k_base_singleton(),
            Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
            Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
            Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
        }
    }

    /// Returns the vocabulary, read once per process and shared by all threads.
    pub(crate) fn vocabulary(self) -> Arc<Vocabulary> {
        static VOCABULARIES: [OnceLock<Arc<Vocabulary>>; 4] = [const { OnceLock::new() }; 4];
        let (slot, table): (usize, &[u8]) = match self {
            Encoding::O200kBase | Encoding::O200kHarmony => {
                (0, include_bytes!(concat!(env!("OUT_DIR"), "/o200k.merges")))
            }
            Encoding::Cl100kBase => (1, include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.merges"))),
            Encoding::P50kBase => (2, include_bytes!(concat!(env!("OUT_DIR"), "/p50k.merges"))),
            Encoding::R50kBase => (3, include_bytes!(concat!(env!("OUT_DIR"), "/r50k.merges"))),
        };
        Arc::clone(VOCABULARIES[slot].get_or_init(|| Vocabulary::from_table(table).into()))
    }

    /// Returns how the encoding splits a text.
    pub(crate) const fn pattern(self) -> Pattern {
        match self {
            Encoding::O200kBase | Encoding::O200kHarmony => Pattern::O200k,
            Encoding::Cl100kBase => Pattern::Cl100k,
            Encoding::P50kBase | Encoding::R50kBase => Pattern::Gpt2,
        }
    }

    /// Returns how the encoding splits white space, for tiktoken-rs.
    pub(crate) const fn blanks(self) -> Blanks {
        match self {
            Encoding::O200kBase | Encoding::O200kHarmony => Blanks::O200k,
            Encoding::Cl100kBase => Blanks::Cl100k,
            Encoding::P50kBase | Encoding::R50kBase => Blanks::Gpt2,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let known = Encoding::ALL.into_iter().find(|encoding| encoding.name() == name);
        known.ok_or_else(|| UnknownEncoding { name: name.to_owned() })
    }
}

/// Says that a name is none of [`Encoding::ALL`]; its message lists the names there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding `{name}`, expected one of {}", Encoding::ALL.map(Encoding::name).join(", "))]
pub struct UnknownEncoding {
    /// The name as given.
    pub name: String,
}
