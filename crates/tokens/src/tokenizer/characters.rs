//! Vocabularies that merge characters instead of bytes, as those that `SentencePiece` trains: Llama 2, Mistral, Gemma. A
//! character that is no token becomes its bytes, where the vocabulary has these, or the token for what is unknown.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A vocabulary of characters and of merges.
#[derive(Debug, Default)]
pub(crate) struct Characters {
    /// What is done to a text first.
    pub(super) rewrites: Vec<Rewrite>,
    pub(super) chars: HashMap<char, u32>,
    /// The tokens of bytes, for characters that are no tokens.
    pub(super) bytes: Option<Box<[u32]>>,
    /// The token for unknown characters, and whether it stands for all of those side by side.
    pub(super) unknown: Option<(u32, bool)>,
    /// By pair of tokens: when it is merged, the lowest first, and into which token.
    pub(super) merges: HashMap<(u32, u32), (u32, u32)>,
    /// Where texts are split.
    pub(super) split: Split,
}

/// Something that is done to a text before it is split.
#[derive(Clone, Debug)]
pub(super) enum Rewrite {
    Prepend(String),
    /// Only where the text does not begin with it; the flag is for "only at the beginning of the whole text".
    PrependMissing(String, bool),
    Replace(String, String),
}

/// Where a text is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Split {
    /// Nowhere.
    #[default]
    Never,
    /// Before each of this character.
    Before(char),
    /// Before this character where another one precedes it. No merge reaches across, so this changes no count and is
    /// only for speed and memory.
    BeforeFirst(char),
}

/// A character that the vocabulary has no token for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnknownCharacter;

/// A token that is being merged with others.
struct Part {
    token: u32,
    /// None where it was merged into the one before it.
    is_gone: bool,
    previous: usize,
    next: usize,
}

const NO_PART: usize = usize::MAX;

impl Characters {
    /// The number of tokens of a text; `is_start` says that it is the beginning of all of the text.
    pub(crate) fn count(&self, text: &str, is_start: bool) -> Result<u64, UnknownCharacter> {
        if text.is_empty() {
            return Ok(0);
        }
        let mut text = text.to_owned();
        for rewrite in &self.rewrites {
            match rewrite {
                Rewrite::Prepend(prefix) => text.insert_str(0, prefix),
                Rewrite::PrependMissing(prefix, only_at_start) => {
                    if !text.starts_with(prefix) && (is_start || !only_at_start) {
                        text.insert_str(0, prefix);
                    }
                }
                Rewrite::Replace(from, to) => text = text.replace(from, to),
            }
        }
        let mut tokens = 0;
        let mut begin = 0;
        let mut before = None;
        for (at, char) in text.char_indices() {
            let is_boundary = match self.split {
                Split::Never => false,
                Split::Before(mark) => char == mark,
                Split::BeforeFirst(mark) => char == mark && before.is_some_and(|before| before != mark),
            };
            if is_boundary && at > begin {
                tokens += self.count_piece(&text[begin..at])?;
                begin = at;
            }
            before = Some(char);
        }
        Ok(tokens + self.count_piece(&text[begin..])?)
    }

    fn count_piece(&self, piece: &str) -> Result<u64, UnknownCharacter> {
        let mut parts: Vec<Part> = Vec::with_capacity(piece.len());
        let mut push = |token: u32| {
            let at = parts.len();
            parts.push(Part { token, is_gone: false, previous: at.wrapping_sub(1), next: at + 1 });
        };
        let mut was_unknown = false;
        for char in piece.chars() {
            let mut is_unknown = false;
            match (self.chars.get(&char), &self.bytes, self.unknown) {
                (Some(token), ..) => push(*token),
                (None, Some(bytes), _) => {
                    let mut buffer = [0; 4];
                    char.encode_utf8(&mut buffer).bytes().for_each(|byte| push(bytes[usize::from(byte)]));
                }
                (None, None, Some((token, is_fused))) => {
                    if !(was_unknown && is_fused) {
                        push(token);
                    }
                    is_unknown = true;
                }
                (None, None, None) => return Err(UnknownCharacter),
            }
            was_unknown = is_unknown;
        }
        if let Some(last) = parts.last_mut() {
            last.next = NO_PART;
        }
        Ok(parts.len() as u64 - self.merge(&mut parts))
    }

    /// Merges what can be merged, the lowest first and the leftmost of equals, and says how often.
    fn merge(&self, parts: &mut [Part]) -> u64 {
        let found = |parts: &[Part], left: usize| {
            let right = parts[left].next;
            let pair = (parts[left].token, parts.get(right)?.token);
            self.merges.get(&pair).map(|&(order, token)| Reverse((order, left, token)))
        };
        let mut waiting: BinaryHeap<_> = (0..parts.len()).filter_map(|left| found(parts, left)).collect();
        let mut merged = 0;
        while let Some(Reverse((_, left, token))) = waiting.pop() {
            // What waits may be out of date, if one of its parts was merged meanwhile.
            let is_current = !parts[left].is_gone
                && found(parts, left).is_some_and(|Reverse((_, _, current))| current == token);
            if !is_current {
                continue;
            }
            let right = parts[left].next;
            let after = parts[right].next;
            parts[right].is_gone = true;
            parts[left].token = token;
            parts[left].next = after;
            if let Some(after) = parts.get_mut(after) {
                after.previous = left;
            }
            merged += 1;
            waiting.extend(found(parts, left));
            if let Some(before) = Some(parts[left].previous).filter(|before| *before < parts.len()) {
                waiting.extend(found(parts, before));
            }
        }
        merged
    }
}
