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
        pub enum Pattern {
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
