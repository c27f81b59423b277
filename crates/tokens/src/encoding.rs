//! The encodings by name, and what each is made of: its ranks, and the family of its split pattern.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use crate::split::Pattern;
use crate::vocabulary::Vocabulary;

// How the tokens of each encoding come about, by rank; `merge_table.rs` describes the tables.
const O200K: &[u8] = include_bytes!("../merges/o200k.merges");
const CL100K: &[u8] = include_bytes!("../merges/cl100k.merges");
const R50K: &[u8] = include_bytes!("../merges/r50k.merges");
/// The runs of spaces that `p50k_base` has beyond `r50k_base`.
const P50K: &[u8] = include_bytes!("../merges/p50k.merges");

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

    /// Returns the vocabulary, read once per process and shared by all threads.
    pub(crate) fn vocabulary(self) -> Arc<Vocabulary> {
        static VOCABULARIES: [OnceLock<Arc<Vocabulary>>; 4] = [const { OnceLock::new() }; 4];
        let (slot, tables): (usize, &[&[u8]]) = match self {
            Encoding::O200kBase | Encoding::O200kHarmony => (0, &[O200K]),
            Encoding::Cl100kBase => (1, &[CL100K]),
            Encoding::P50kBase => (2, &[R50K, P50K]),
            Encoding::R50kBase => (3, &[R50K]),
        };
        Arc::clone(VOCABULARIES[slot].get_or_init(|| Vocabulary::from_tables(tables).into()))
    }

    /// Returns how the encoding splits a text.
    pub(crate) const fn pattern(self) -> Pattern {
        match self {
            Encoding::O200kBase | Encoding::O200kHarmony => Pattern::O200k,
            Encoding::Cl100kBase => Pattern::Cl100k,
            Encoding::P50kBase | Encoding::R50kBase => Pattern::Gpt2,
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
