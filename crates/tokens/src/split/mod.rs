//! Splitting a text into pretokens: the pattern families, and two ways of following them that give the same.
//!
//! `plain.rs` takes a pretoken at a time and any text; it is the definition here, and is held to the regex engine by
//! tests. `ascii.rs` takes 64 bytes of ASCII at a time. No pattern looks back, so the pretokens from a boundary on
//! depend on the text from there on alone: the two can take turns at any boundary.

pub(crate) mod ascii;
pub(crate) mod plain;
pub(crate) mod simd;

/// How words are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// An optional sign or blank, upper-case letters, lower-case letters; letters without case and marks are both.
    Cased,
    /// An optional sign or blank, letters.
    Uncased,
    /// An optional space, letters; likewise numbers.
    Spaced,
}

/// What becomes of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contractions {
    /// They end the word before them, in any case.
    Suffix,
    /// They are pretokens, in any case.
    AnyCase,
    /// They are pretokens in lower case.
    LowerCase,
    /// Nothing.
    None,
}

/// A family of split patterns, known at compile time.
pub(crate) trait Family: Copy + Send + Sync + 'static {
    const WORDS: Words;
    const CONTRACTIONS: Contractions;
    /// The most digits in a pretoken.
    const DIGITS_MAX: usize;
    /// Whether line breaks end a pretoken of white space, and follow symbols.
    const BREAKS: bool;
    /// Whether slashes follow symbols as line breaks do.
    const SLASHES: bool;
    /// Whether white space that ends the text is one pretoken, line breaks and all.
    const WHOLE_END: bool;
}

macro_rules! families {
    ($($(#[doc = $doc:literal])+ $name:ident = $words:ident, $contractions:ident, $digits:expr, $breaks:literal, $slashes:literal, $end:literal;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub(crate) struct $name;

            impl Family for $name {
                const WORDS: Words = Words::$words;
                const CONTRACTIONS: Contractions = Contractions::$contractions;
                const DIGITS_MAX: usize = $digits;
                const BREAKS: bool = $breaks;
                const SLASHES: bool = $slashes;
                const WHOLE_END: bool = $end;
            }
        )+

        /// The families by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Pattern {
            $($(#[doc = $doc])+ $name,)+
        }
    };
}

families! {
    /// `o200k_base`: words by case, with their contractions; three digits.
    O200k = Cased, Suffix, 3, true, true, false;
    /// `cl100k_base`: words with a sign or blank before them; contractions alone; three digits.
    Cl100k = Uncased, AnyCase, 3, true, false, true;
    /// `r50k_base` and `p50k_base`: words, numbers and symbols with a space before them.
    Gpt2 = Spaced, LowerCase, usize::MAX, false, false, true;
    /// Llama 3: as `cl100k_base`, but for white space at the end.
    Llama3 = Uncased, AnyCase, 3, true, false, false;
    /// Qwen 2 and 3: as Llama 3, digit by digit.
    Qwen = Uncased, AnyCase, 1, true, false, false;
    /// Tekken of Mistral: as `o200k_base`, digit by digit and without contractions.
    Tekken = Cased, None, 1, true, true, false;
}

/// What the makers of vocabularies write for the families. Spellings that mean the same stand one below the other.
const REGEXES: &[(Pattern, &str)] = &[
    (
        Pattern::O200k,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Pattern::Cl100k,
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    ),
    (Pattern::Gpt2, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"),
    (Pattern::Gpt2, r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
    (
        Pattern::Llama3,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Pattern::Qwen,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        Pattern::Tekken,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
];

impl Pattern {
    /// The family with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "o200k" => Self::O200k,
            "cl100k" => Self::Cl100k,
            "r50k" => Self::Gpt2,
            "llama3" => Self::Llama3,
            "qwen" => Self::Qwen,
            "tekken" => Self::Tekken,
            _ => return None,
        })
    }

    /// The family that this regular expression is, in one of the spellings that are known.
    pub(crate) fn from_regex(regex: &str) -> Option<Self> {
        REGEXES.iter().find(|(_, known)| *known == regex).map(|(pattern, _)| *pattern)
    }

    /// A regular expression of the family.
    #[cfg(test)]
    pub(crate) fn regex(self) -> &'static str {
        REGEXES.iter().find(|(pattern, _)| *pattern == self).expect("each has one").1
    }
}
