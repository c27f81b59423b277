//! What the split patterns tell characters apart by: general categories and white space, by the Unicode version of
//! the regex engine that defines the encodings.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// The class of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CharClass {
    /// Neither letter, mark, number nor white space: `[^\s\p{L}\p{N}\p{M}]`.
    Other,
    /// `\p{Lu}` or `\p{Lt}`
    Upper,
    /// `\p{Ll}`
    Lower,
    /// `\p{Lm}` or `\p{Lo}`: letters without case.
    Letter,
    /// `\p{M}`: neither letter nor number, but part of words in some patterns.
    Mark,
    /// `\p{N}`
    Number,
    /// White space other than line breaks.
    Blank,
    /// `\r` or `\n`
    Break,
}

impl CharClass {
    /// `\p{L}`
    pub(crate) fn is_letter(self) -> bool {
        matches!(self, Self::Upper | Self::Lower | Self::Letter)
    }

    /// `\s`
    pub(crate) fn is_space(self) -> bool {
        matches!(self, Self::Blank | Self::Break)
    }

    /// `[^\s\p{L}\p{N}]`
    pub(crate) fn is_symbol(self) -> bool {
        matches!(self, Self::Other | Self::Mark)
    }

    /// `[^\r\n\p{L}\p{N}]`
    pub(crate) fn is_prefix(self) -> bool {
        matches!(self, Self::Other | Self::Mark | Self::Blank)
    }
}

/// The classes of all characters: a byte each, of which a text touches those of its own scripts.
static CLASSES: LazyLock<Box<[CharClass]>> = LazyLock::new(|| {
    let mut classes = vec![CharClass::Other; char::MAX as usize + 1].into_boxed_slice();
    for (pattern, class) in [
        (r"[\p{Lu}\p{Lt}]", CharClass::Upper),
        (r"\p{Ll}", CharClass::Lower),
        (r"[\p{Lm}\p{Lo}]", CharClass::Letter),
        (r"\p{M}", CharClass::Mark),
        (r"\p{N}", CharClass::Number),
        (r"\p{White_Space}", CharClass::Blank),
        (r"[\r\n]", CharClass::Break),
    ] {
        let parsed = regex_syntax::parse(pattern).expect("a class that Unicode has");
        let HirKind::Class(class_of) = parsed.kind() else { unreachable!("a class of characters") };
        match class_of {
            Class::Unicode(set) => {
                for range in set.ranges() {
                    classes[range.start() as usize..=range.end() as usize].fill(class);
                }
            }
            Class::Bytes(set) => {
                for range in set.ranges() {
                    classes[usize::from(range.start())..=usize::from(range.end())].fill(class);
                }
            }
        }
    }
    classes
});

/// The classes, to be looked at many times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes(&'static [CharClass]);

impl Classes {
    /// The table, made once per process in about a millisecond.
    pub(crate) fn get() -> Self {
        Self(&CLASSES)
    }

    /// The class of the character at `at` and the offset after it; none at the end. `at` is a boundary of characters.
    #[inline]
    pub(crate) fn at(self, text: &str, at: usize) -> Option<(CharClass, usize)> {
        let bytes = text.as_bytes();
        let first = u32::from(*bytes.get(at)?);
        let continuation = |n: usize| u32::from(bytes[at + n]) & 0x3F;
        let (code, len) = match first {
            0..0x80 => (first, 1),
            0x80..0xE0 => ((first & 0x1F) << 6 | continuation(1), 2),
            0xE0..0xF0 => ((first & 0x0F) << 12 | continuation(1) << 6 | continuation(2), 3),
            _ => ((first & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3), 4),
        };
        Some((self.0[code as usize], at + len))
    }
}
