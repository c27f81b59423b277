//! A reader of plain lines, which are nearly all: it leaves the same tape as simd-json, in one pass. Strings without
//! escapes lie where the line has them.
//!
//! It decides nothing: a line with anything that could be wrong, doubtful or rare is not plain, and is left to
//! simd-json and the strict rules, from its beginning.

mod escapes;

use memchr::memchr2;
use simd_json::{Node, StaticNode};

use super::number::{Decimals, Place};
use super::parse::keys_are_unique;
use super::strict::DEPTH_MAX;
use escapes::STEP_BYTES;

/// An integer of more digits may not fit in 64 bits; of more decimals a double keeps only some.
const PLAIN_DIGITS_MAX: usize = 18;

/// The buffers of a reader, which live from line to line.
#[derive(Default)]
pub(super) struct Buffers {
    /// The strings that have escapes, decoded, one after the other. What is behind them is left over from other lines.
    decoded: Vec<u8>,
    escaped: Vec<Escaped>,
    decimals: Vec<Place>,
}

/// A string with escapes: its node, and where in the decoded ones it is.
struct Escaped {
    node: usize,
    start: usize,
    end: usize,
}

/// Reads a line that is one object, each of whose objects has unique keys, and returns where its decimals are. None,
/// with any nodes, where it is not plain.
///
/// Linear in the line.
pub(super) fn read<'t>(
    line: &'t [u8],
    buffers: &'t mut Buffers,
    nodes: &mut Vec<Node<'t>>,
) -> Option<Decimals<'t>> {
    // Outside strings the space is the one white space that is plain, and inside them all others must be escaped.
    if has_control(line) {
        return None;
    }
    let text = simdutf8::basic::from_utf8(line).ok()?;
    let Buffers { decoded, escaped, decimals } = buffers;
    if decoded.len() < line.len() + STEP_BYTES {
        decoded.resize(line.len() + STEP_BYTES, 0);
    }
    escaped.clear();
    decimals.clear();
    let mut reader = Reader { text, at: 0, nodes, decoded, n_decoded: 0, escaped, decimals };
    reader.document()?;
    let n_decoded = reader.n_decoded;
    if n_decoded > 0 {
        let decoded = simdutf8::basic::from_utf8(&decoded[..n_decoded]).ok()?;
        for &Escaped { node, start, end } in &*escaped {
            nodes[node] = Node::String(decoded.get(start..end)?);
        }
    }
    Some(Decimals::at(line, decimals))
}

struct Reader<'t, 'b> {
    text: &'t str,
    at: usize,
    nodes: &'b mut Vec<Node<'t>>,
    /// Longer than the line by one step: no escape is longer decoded, and a step is written whole.
    decoded: &'b mut [u8],
    n_decoded: usize,
    escaped: &'b mut Vec<Escaped>,
    /// Until the end of the line, each with the place of its node instead of how many are left.
    decimals: &'b mut Vec<Place>,
}

/// An array or object that is not at its end. Meanwhile the nodes of those around it hold how many elements or members
/// they have so far, and in place of a count of nodes the place of the one around them.
#[derive(Clone, Copy)]
struct Open {
    node: usize,
    is_object: bool,
    len: usize,
    around: usize,
}

impl Open {
    /// Its node, with one of the two meanings of a count.
    fn node<'t>(self, count: usize) -> Node<'t> {
        let Self { is_object, len, .. } = self;
        if is_object { Node::Object { len, count } } else { Node::Array { len, count } }
    }
}

/// All methods return none where the line is not plain.
impl Reader<'_, '_> {
    fn document(&mut self) -> Option<()> {
        self.space();
        if self.peek()? != b'{' {
            return None;
        }
        // Around the record there is an array, so to say, of which it is the one element.
        let mut open = Open { node: usize::MAX, is_object: false, len: 0, around: usize::MAX };
        let mut depth = 0;
        loop {
            // A value begins here.
            let byte = self.peek()?;
            match byte {
                b'"' => self.value_string()?,
                b'{' | b'[' => {
                    if depth == DEPTH_MAX {
                        return None;
                    }
                    if depth > 0 {
                        self.nodes[open.node] = open.node(open.around);
                    }
                    depth += 1;
                    let is_object = byte == b'{';
                    open = Open { node: self.nodes.len(), is_object, len: 0, around: open.node };
                    self.nodes.push(open.node(0));
                    self.at += 1;
                    self.space();
                    if self.peek()? != if is_object { b'}' } else { b']' } {
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                    self.at += 1;
                    depth -= 1;
                    open = self.around(open);
                }
                b't' => self.word("true", StaticNode::Bool(true))?,
                b'f' => self.word("false", StaticNode::Bool(false))?,
                b'n' => self.word("null", StaticNode::Null)?,
                _ => self.number()?,
            }
            // A value ended here, and with it perhaps some that it is in.
            loop {
                self.space();
                if depth == 0 {
                    let n_nodes = self.nodes.len();
                    self.decimals.iter_mut().for_each(|place| place.nodes_left = n_nodes - place.nodes_left);
                    return (self.at == self.text.len()).then_some(());
                }
                open.len += 1;
                let byte = self.peek()?;
                self.at += 1;
                if byte == b',' {
                    self.space();
                    if open.is_object {
                        self.key()?;
                    }
                    break;
                }
                if byte != if open.is_object { b'}' } else { b']' } {
                    return None;
                }
                let inside = &self.nodes[open.node + 1..];
                if open.is_object && open.len > 1 && !keys_are_unique(inside, open.len) {
                    return None;
                }
                self.nodes[open.node] = open.node(inside.len());
                depth -= 1;
                open = self.around(open);
            }
        }
    }

    /// The array or object around one that ends.
    fn around(&self, open: Open) -> Open {
        let node = open.around;
        match self.nodes.get(node) {
            Some(&Node::Object { len, count }) => Open { node, is_object: true, len, around: count },
            Some(&Node::Array { len, count }) => Open { node, is_object: false, len, around: count },
            _ => Open { node, is_object: false, len: 0, around: usize::MAX },
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Reads a key and its colon, up to its value. A key with escapes is not plain: it has to be compared with others.
    fn key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let end = start + special(&self.text.as_bytes()[start..])?;
        self.at = end;
        if self.peek()? != b'"' {
            return None;
        }
        self.nodes.push(Node::String(&self.text[start..end]));
        self.at += 1;
        self.space();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.space();
        Some(())
    }

    /// Reads a string that is not a key.
    fn value_string(&mut self) -> Option<()> {
        let start = self.at + 1;
        let end = start + special(&self.text.as_bytes()[start..])?;
        self.at = end;
        if self.peek()? == b'"' {
            self.nodes.push(Node::String(&self.text[start..end]));
            self.at += 1;
            return Some(());
        }
        self.escaped_string(start)
    }

    fn word(&mut self, word: &str, node: StaticNode) -> Option<()> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return None;
        }
        self.at += word.len();
        self.nodes.push(Node::Static(node));
        Some(())
    }

    /// Reads a number of few digits, without exponent. Where it goes on, nothing plain follows it.
    fn number(&mut self) -> Option<()> {
        let begin = self.at;
        let is_negative = self.peek()? == b'-';
        self.at += usize::from(is_negative);
        let begins_with_zero = self.peek()? == b'0';
        let mut integer = 0;
        let n_digits = self.digits(|digit| integer = integer * 10 + i64::from(digit - b'0'))?;
        if n_digits > 1 && begins_with_zero {
            return None;
        }
        if self.peek()? == b'.' {
            self.at += 1;
            if n_digits + self.digits(|_| {})? > PLAIN_DIGITS_MAX {
                return None;
            }
            let end = self.at;
            // Where a double says zero, the digits may not.
            let number: f64 = self.text[begin..end].parse().ok().filter(|&number| number != 0.0)?;
            self.decimals.push(Place { nodes_left: self.nodes.len(), start: begin, end });
            self.nodes.push(Node::Static(StaticNode::F64(number)));
            return Some(());
        }
        // Integers have no negative zero.
        if is_negative && integer == 0 {
            return None;
        }
        self.nodes.push(Node::Static(StaticNode::I64(if is_negative { -integer } else { integer })));
        Some(())
    }

    /// Reads digits, and returns how many.
    fn digits(&mut self, mut add: impl FnMut(u8)) -> Option<usize> {
        let begin = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            if self.at - begin == PLAIN_DIGITS_MAX {
                return None;
            }
            add(digit);
            self.at += 1;
        }
        Some(self.at - begin).filter(|&n| n > 0)
    }
}

/// Returns true if some byte is a control character. Branches once, so that the processor looks at many at a time.
fn has_control(bytes: &[u8]) -> bool {
    let mut least = [u8::MAX; 32];
    let mut see =
        |chunk: &[u8; 32]| least.iter_mut().zip(chunk).for_each(|(least, byte)| *least = (*least).min(*byte));
    // Of the wide chunks, what is found in one place is found in all places 32 bytes apart.
    let (wide, rest) = bytes.as_chunks::<128>();
    let mut least_wide = [u8::MAX; 128];
    for chunk in wide {
        least_wide.iter_mut().zip(chunk).for_each(|(least, byte)| *least = (*least).min(*byte));
    }
    least_wide.as_chunks().0.iter().for_each(&mut see);
    // The last chunk overlaps the one before it.
    let (chunks, _) = rest.as_chunks();
    chunks.iter().chain(bytes.last_chunk()).for_each(&mut see);
    let short = if bytes.len() < 32 { bytes } else { &[] };
    least.iter().chain(short).any(|&byte| byte < b' ')
}

/// So many bytes are looked at here: most keys end before, and calling the vectorised search takes longer.
const NEAR_BYTES: usize = 16;

/// Where the first quote or backslash is.
fn special(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < NEAR_BYTES {
        let Some(word) = bytes[at..].first_chunk() else { break };
        let found = specials(*word);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr2(b'"', b'\\', &bytes[at..]).map(|found| at + found)
}

/// A word whose lowest bit that is set belongs to the first quote or backslash.
fn specials(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let word = u64::from_le_bytes(word);
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')))
}
