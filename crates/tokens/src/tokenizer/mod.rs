//! What texts are counted by: a public encoding, or a vocabulary of the user's.

pub(crate) mod characters;
mod characters_file;
mod hugging_face;
mod rank_file;
pub(crate) mod steps;

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::encoding::Encoding;
use crate::split::Pattern;
#[cfg(any(test, feature = "tiktoken"))]
use crate::tiktoken::Tiktoken;
use crate::vocabulary::Vocabulary;
use characters::Characters;
use steps::Steps;

/// What texts are counted by. Cheap to clone; the counters of all threads share its vocabulary.
///
/// ```
/// use bedload_tokens::{Encoding, Engine, Tokenizer};
///
/// let tokenizer = Tokenizer::of(Encoding::O200kBase, Engine::Fast);
/// assert_eq!((tokenizer.name(), tokenizer.is_slow()), ("o200k_base", false));
/// assert_eq!(tokenizer.counter().count("hello world"), Ok(2));
/// ```
#[derive(Clone)]
pub struct Tokenizer(Arc<Named>);

struct Named {
    name: String,
    /// Of the user's file; 0 for a public encoding, which its name tells.
    digest: u64,
    kind: Kind,
}

pub(crate) enum Kind {
    Fast(FastPath),
    /// A public encoding by tiktoken-rs.
    #[cfg(any(test, feature = "tiktoken"))]
    Tiktoken(Tiktoken),
    /// A vocabulary of characters, and the tokens that are found in a text first.
    Characters(Box<Characters>, Option<Added>),
}

/// How the fast counter goes about a text.
pub(crate) struct FastPath {
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) splitting: Splitting,
    /// Whether texts are normalized to NFC first.
    pub(crate) nfc: bool,
    /// Texts that are one token wherever they stand.
    pub(crate) added: Option<Added>,
}

/// How texts are split.
pub(crate) enum Splitting {
    Family(Pattern),
    Steps(Steps),
}

/// Tokens that are found in a text before it is split, the leftmost and longest first.
pub(crate) struct Added {
    pub(crate) automaton: AhoCorasick,
    /// By pattern: whether it is ordinary text, though no other token is found in it.
    pub(crate) is_special: Vec<bool>,
}

/// Which counter is used for the public encodings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The counter of this crate.
    #[default]
    Fast,
    /// tiktoken-rs: the same counts, at some 20 MB/s a core. Needs the feature `tiktoken`.
    #[cfg(any(test, feature = "tiktoken"))]
    Tiktoken,
}

impl std::str::FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fast" => Ok(Self::Fast),
            #[cfg(any(test, feature = "tiktoken"))]
            "tiktoken" => Ok(Self::Tiktoken),
            #[cfg(not(any(test, feature = "tiktoken")))]
            "tiktoken" => Err("this bedload was built without the token engine `tiktoken`\n\
                 hint: leave it out, the counts are the same; or build with --features tiktoken"
                .to_owned()),
            _ => Err(format!("unknown token engine `{name}`, expected fast or tiktoken")),
        }
    }
}

/// Why a vocabulary cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// A line of a rank file.
    #[error("line {line}: {problem}\nhint: each line is a base64 token, a space and a rank, e.g. `IQ== 0`")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A rank file without the way in which texts are split.
    #[error("a rank file does not define how text is split\nhint: name a pattern with --tokenizer-pattern, one of {names}", names = Tokenizer::PATTERNS.join(", "))]
    NoPattern,
    /// A `tokenizer.json` that says something which this crate does not do.
    #[error(
        "this tokenizer.json uses {0}, which is not supported\nhint: BPE of bytes (Llama 3, Qwen, gpt-oss, DeepSeek) and \
         of characters with byte fallback (Llama 2, Mistral, Gemma) are; for others, count with an encoding and \
         measure its margin with bedload calibrate"
    )]
    Unsupported(String),
    /// The file or its pattern as a whole.
    #[error("{0}")]
    File(String),
}

impl Tokenizer {
    /// The names of the patterns by which the texts of a rank file can be split.
    pub const PATTERNS: &[&str] = &["o200k", "cl100k", "r50k", "llama3", "qwen", "tekken"];

    /// A public encoding.
    pub fn of(encoding: Encoding, engine: Engine) -> Self {
        let kind = match engine {
            Engine::Fast => Kind::Fast(FastPath {
                vocabulary: encoding.vocabulary(),
                splitting: Splitting::Family(encoding.pattern()),
                nfc: false,
                added: None,
            }),
            #[cfg(any(test, feature = "tiktoken"))]
            Engine::Tiktoken => Kind::Tiktoken(Tiktoken::new(encoding)),
        };
        Self::named(encoding.name(), 0, kind)
    }

    /// A vocabulary of the user's: the bytes of a `.tiktoken` rank file with the pattern by which texts are split (a
    /// name, or a regular expression), or of a `tokenizer.json`, which says that itself.
    ///
    /// # Errors
    /// Where the file is neither, or does not say what is needed.
    pub fn read(name: &str, file: &[u8], pattern: Option<&str>) -> Result<Self, TokenizerError> {
        let is_json = file.trim_ascii_start().first() == Some(&b'{');
        let kind = match (is_json, pattern) {
            (true, None) => hugging_face::read(file)?,
            (true, Some(_)) => {
                let problem = "a tokenizer.json defines how text is split\nhint: leave out the pattern";
                return Err(TokenizerError::File(problem.to_owned()));
            }
            (false, Some(pattern)) => rank_file::read(file, pattern)?,
            (false, None) => return Err(TokenizerError::NoPattern),
        };
        let mut hasher = DefaultHasher::new();
        (file, pattern).hash(&mut hasher);
        let digest = hasher.finish();
        Ok(Self::named(name, digest, kind))
    }

    fn named(name: &str, digest: u64, kind: Kind) -> Self {
        Self(Arc::new(Named { name: name.to_owned(), digest, kind }))
    }

    /// The name of the encoding, or that which the vocabulary was given.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns true if texts are split by a regex engine or merged by characters, which is slow.
    pub fn is_slow(&self) -> bool {
        !matches!(&self.0.kind, Kind::Fast(path) if matches!(path.splitting, Splitting::Family(_)))
    }

    /// A counter, for one thread.
    pub fn counter(&self) -> crate::Counter {
        crate::Counter::of(self)
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Named { name, digest, .. } = &*self.0;
        f.debug_struct("Tokenizer").field("name", name).field("digest", digest).finish_non_exhaustive()
    }
}
