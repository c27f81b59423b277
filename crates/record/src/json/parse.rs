//! The parser of a worker: plain lines in one pass, all others by simd-json, both over a scratch copy. Its buffers live
//! from line to line.

use memchr::memmem;
use simd_json::{Node, StaticNode, Tape};

use super::framing::Framing;
use super::number::{Decimals, Place};
use super::seen::Seen;
use super::strict::{DEPTH_MAX, Flaw, diagnose, diagnose_in, is_blank};
use super::{Json, plain, width};
use crate::code::{CodeSet, Severity};

/// Objects with at most this many keys are searched for duplicates pairwise, on the stack.
const PAIRWISE_KEYS: usize = 16;
/// Buffers that grew beyond this for one large record are given back after it.
const KEEP_BYTES: usize = 4 << 20;

/// Parses lines, one at a time; make one per thread.
pub struct Parser {
    /// The line itself may lie in a mapped file, whose bytes others can change: they must not be strings. And simd-json
    /// writes decoded strings over its input.
    scratch: Vec<u8>,
    buffers: simd_json::Buffers,
    plain: plain::Buffers,
    tape: Tape<'static>,
    places: Vec<Place>,
    nul: memmem::Finder<'static>,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            scratch: Vec::new(),
            buffers: simd_json::Buffers::with_max_depth(0, DEPTH_MAX),
            plain: plain::Buffers::default(),
            tape: Tape(Vec::new()),
            places: Vec::new(),
            nul: memmem::Finder::new(b"\\u0000"),
        }
    }
}

impl Parser {
    /// Parses one line (without its line end) and calls `visit` with the object and the warnings about its JSON, unless
    /// something rejects the line. What that is, [`Parser::read`] tells.
    ///
    /// Linear in the line.
    pub fn parse<R>(
        &mut self,
        line: &[u8],
        visit: impl FnOnce(Result<(Json<'_>, CodeSet), Rejected>) -> R,
    ) -> R {
        self.visit(line, |json, is_doubtful| match json {
            None => visit(Err(Rejected)),
            Some(json) => {
                let flaws = if is_doubtful { diagnose(line, &[]) } else { Vec::new() };
                if flaws.iter().any(is_error) {
                    return visit(Err(Rejected));
                }
                let mut warnings = CodeSet::default();
                flaws.iter().for_each(|flaw| warnings.insert(flaw.code));
                visit(Ok((json, warnings)))
            }
        })
    }

    /// Parses one line (without its line end) and calls `visit` with the object, unless something rejects the line,
    /// and with everything that is wrong or doubtful, as [`diagnose`] finds it: a line is never read again for that.
    ///
    /// Linear in the line.
    ///
    /// [`diagnose`]: super::diagnose
    pub fn read<R>(
        &mut self,
        line: &[u8],
        framing: Framing,
        known: &[&str],
        visit: impl FnOnce(Option<Json<'_>>, Vec<Flaw>) -> R,
    ) -> R {
        self.visit(line, |json, is_doubtful| {
            if !is_doubtful {
                return visit(json, Vec::new());
            }
            let mut flaws = diagnose_in(framing, line, known);
            let is_rejected = flaws.iter().any(is_error);
            if json.is_none() && !is_rejected {
                // The strict rules decide, but without a tape there is nothing to look at.
                flaws.push(Flaw::unreadable());
            }
            visit(json.filter(|_| !is_rejected), flaws)
        })
    }

    /// Calls `visit` with the object where simd-json reads one and no key of it occurs twice, and with whether the strict
    /// rules have to judge the line.
    fn visit<R>(&mut self, line: &[u8], visit: impl FnOnce(Option<Json<'_>>, bool) -> R) -> R {
        // simd-json would find nothing else, and there can be as many of them as there are bytes.
        if is_blank(line) {
            return visit(None, true);
        }
        let Self { scratch, buffers, plain, tape, places, nul } = self;
        scratch.clear();
        scratch.extend_from_slice(line);
        scratch.resize(line.len() + simd_json::INPUT_PADDING, b' ');
        let mut nodes = std::mem::replace(tape, Tape(Vec::new())).reset();
        if let Some(decimals) = plain::read(&scratch[..line.len()], plain, &mut nodes.0) {
            let json = Json { nodes: &nodes.0, decimals: &decimals };
            let result = visit(Some(json), false);
            *tape = nodes.reset();
            if line.len() > KEEP_BYTES {
                *self = Self::default();
            }
            return result;
        }
        let mut nodes = nodes.reset();
        let parsed = simd_json::fill_tape_padded(scratch, line.len(), buffers, &mut nodes);
        let sound = parsed.is_ok() && is_object_with_unique_keys(&nodes.0);
        let kind = if sound { most_doubtful(&nodes.0) } else { Kind::Integer };
        let decimals = match kind {
            Kind::Integer => Decimals::default(),
            Kind::Decimal | Kind::Doubtful => Decimals::find(line, &nodes.0, places),
        };
        let json = Json { nodes: &nodes.0, decimals: &decimals };
        let is_doubtful = !sound || kind == Kind::Doubtful || nul.find(line).is_some();
        let result = visit(Some(json).filter(|_| sound), is_doubtful);
        *tape = nodes.reset();
        if line.len() > KEEP_BYTES {
            *self = Self::default();
        }
        result
    }
}

/// Something rejects a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected;

fn is_error(flaw: &Flaw) -> bool {
    flaw.code.info().severity == Severity::Error
}

/// Returns true if the tape is one object, and no object in it has a key twice.
fn is_object_with_unique_keys(nodes: &[Node<'_>]) -> bool {
    if !matches!(nodes.first(), Some(Node::Object { .. })) {
        return false;
    }
    nodes.iter().enumerate().all(|(at, node)| match node {
        Node::Object { len, .. } if *len > 1 => keys_are_unique(&nodes[at + 1..], *len),
        _ => true,
    })
}

pub(super) fn keys_are_unique(mut nodes: &[Node<'_>], len: usize) -> bool {
    let mut next_key = || {
        let Node::String(key) = nodes[0] else { unreachable!("a member begins with its key") };
        nodes = &nodes[1 + width(&nodes[1..])..];
        key
    };
    if len <= PAIRWISE_KEYS {
        let mut keys = [""; PAIRWISE_KEYS];
        for n in 0..len {
            keys[n] = next_key();
            if keys[..n].contains(&keys[n]) {
                return false;
            }
        }
        return true;
    }
    let mut seen = Seen::with_capacity(len);
    (0..len).all(|_| seen.insert(next_key()))
}

/// What has to be known of the text of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Nothing: the tape holds it.
    Integer,
    /// Its digits, of which the tape's double keeps some.
    Decimal,
    /// Those, and whether it is too long, too large or too small for the strict rules.
    Doubtful,
}

/// The kind of the most doubtful number.
fn most_doubtful(nodes: &[Node<'_>]) -> Kind {
    let kind = |node: &Node<'_>| match node {
        Node::Static(StaticNode::F64(x)) => {
            let is_doubtful = *x == 0.0
                || x.abs() < f64::MIN_POSITIVE
                || x.abs() >= 9_223_372_036_854_775_808.0
                || !x.is_finite();
            if is_doubtful { Kind::Doubtful } else { Kind::Decimal }
        }
        _ => Kind::Integer,
    };
    nodes.iter().map(kind).max().unwrap_or(Kind::Integer)
}
