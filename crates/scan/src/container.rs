//! A JSON object that holds the records in an array under one of its keys: the array is taken apart into lines, and what
//! stands beside it is named.

use bedload_record::json::string_content;
use memchr::memchr2;

use crate::array::{BrokenArray, DEPTH_MAX, Split, Splitter};

/// Bytes of a key that are kept; what is longer matches nothing.
const KEY_BYTES_MAX: usize = 1024;
/// Keys beside the records that are named.
const NAMED_MAX: usize = 5;

/// Which array of an object has the records.
#[derive(Clone, Debug)]
pub(crate) enum Records {
    /// The one at this path of keys.
    At(Vec<String>),
    /// The only one at the top whose first element is an object, of an object without keys of records.
    Only { is_of_record: fn(&str) -> bool },
}

/// What stands beside the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The JSON Pointer of the records.
    pub records: String,
    /// JSON Pointers of the first other values.
    pub named: Vec<String>,
    /// How many more there are.
    pub n_more: u64,
}

/// Why the records of an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BrokenContainer {
    #[error(transparent)]
    Array(BrokenArray),
    #[error("byte {at}: {problem}")]
    Object { at: u64, problem: &'static str },
    #[error("`{0}` and `{1}` both hold an array of objects")]
    Several(String, String),
    #[error("`{0}` is there twice: a key that leads to it occurs more than once")]
    Twice(String),
    #[error("`{0}` holds no array")]
    Missing(String),
}

/// Where in the object the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Start,
    /// Before a key, or the end of an object without any.
    Member {
        may_end: bool,
    },
    Key,
    KeyEscape,
    Colon,
    Value,
    /// After the bracket of an array that may have the records.
    Array,
    Records,
    /// In a value that is passed over.
    Other,
    OtherString,
    OtherEscape,
    Scalar,
    AfterValue,
    End,
}

/// Takes an object apart, piece by piece.
#[derive(Debug)]
pub(crate) struct Unwrapper {
    wanted: Records,
    state: At,
    /// The keys of the objects that are open around the one under way, on the way to the records.
    path: Vec<String>,
    /// How many keys of the way to the records were met.
    n_met: usize,
    /// The key under way, as it is written.
    key: Vec<u8>,
    /// Open brackets of a value that is passed over.
    open: Vec<u8>,
    array: Splitter,
    found: Option<String>,
    has_keys_of_records: bool,
    beside: Beside,
    at: u64,
}

impl Unwrapper {
    pub(crate) const MORE: &str = "text follows the end of the object";

    /// Takes apart an object that begins at byte `at` of its input.
    pub(crate) fn new(wanted: Records, at: u64) -> Unwrapper {
        Unwrapper {
            wanted,
            state: At::Start,
            path: Vec::new(),
            n_met: 0,
            key: Vec::new(),
            open: Vec::new(),
            array: Splitter::default(),
            found: None,
            has_keys_of_records: false,
            beside: Beside::default(),
            at,
        }
    }

    /// Whether the records were found, in an object that is not a record itself.
    pub(crate) fn is_container(&self) -> bool {
        self.found.is_some() && !self.has_keys_of_records
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state == At::End
    }

    /// What stands beside the records, as far as that was read.
    pub(crate) fn beside(&self) -> Beside {
        Beside { records: self.found.clone().unwrap_or_default(), ..self.beside.clone() }
    }

    /// Takes some of the bytes of a piece, and tells how many.
    fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<usize, BrokenContainer> {
        match self.state {
            At::Records => {
                let n = self.array.take(piece, out).map_err(BrokenContainer::Array)?;
                if self.array.has_ended() {
                    self.state = At::AfterValue;
                }
                return Ok(n);
            }
            At::OtherString => {
                let Some(n) = memchr2(b'"', b'\\', piece) else { return Ok(piece.len()) };
                self.state = match piece[n] {
                    b'\\' => At::OtherEscape,
                    _ if self.open.is_empty() => At::AfterValue,
                    _ => At::Other,
                };
                return Ok(n + 1);
            }
            At::Array if !is_space(piece[0]) => {
                // The byte is the first of the records, or of what is passed over.
                self.array(piece[0])?;
                return Ok(0);
            }
            _ => {}
        }
        self.structure(piece[0])?;
        Ok(1)
    }

    /// Takes one byte outside of the records.
    fn structure(&mut self, byte: u8) -> Result<(), BrokenContainer> {
        let is_space = is_space(byte);
        self.state =
            match self.state {
                At::Key if byte == b'"' => {
                    self.member();
                    At::Colon
                }
                At::Key | At::KeyEscape => {
                    if self.key.len() < KEY_BYTES_MAX {
                        self.key.push(byte);
                    }
                    if self.state == At::Key && byte == b'\\' { At::KeyEscape } else { At::Key }
                }
                At::OtherEscape => At::OtherString,
                At::Other => return self.other(byte),
                At::Scalar if matches!(byte, b',' | b'}') || is_space => {
                    self.state = At::AfterValue;
                    return self.structure(byte);
                }
                At::Scalar if matches!(byte, b'"' | b'{' | b'[' | b']' | b':') => {
                    return Err(self.broken("a comma is missing after a value"));
                }
                state if is_space => state,
                At::Start if byte == b'{' => At::Member { may_end: true },
                At::Start => return Err(self.broken("the input is not an object")),
                At::Member { .. } if byte == b'"' => {
                    self.key.clear();
                    At::Key
                }
                At::Member { may_end: true } | At::AfterValue if byte == b'}' => {
                    if self.path.pop().is_some() { At::AfterValue } else { At::End }
                }
                At::Member { .. } => return Err(self.broken("a key is missing")),
                At::Colon if byte == b':' => At::Value,
                At::Colon => return Err(self.broken("a colon is missing after a key")),
                At::Value => return self.value(byte),
                At::AfterValue if byte == b',' => At::Member { may_end: false },
                At::AfterValue => return Err(self.broken("a comma is missing after a value")),
                At::End => return Err(self.broken(Self::MORE)),
                At::Scalar => At::Scalar,
                At::Array | At::Records | At::OtherString => unreachable!("these are not taken byte by byte"),
            };
        Ok(())
    }

    /// A key is at its end.
    fn member(&mut self) {
        if let Records::Only { is_of_record } = self.wanted {
            self.has_keys_of_records |= is_of_record(&string_content(&self.key));
        }
    }

    fn value(&mut self, byte: u8) -> Result<(), BrokenContainer> {
        let key = string_content(&self.key).into_owned();
        let n_open = self.path.len();
        let is_on_way = match &self.wanted {
            Records::At(path) => path.get(n_open) == Some(&key),
            Records::Only { .. } => true,
        };
        if is_on_way && matches!(self.wanted, Records::At(_)) {
            if n_open < self.n_met {
                return Err(BrokenContainer::Twice(self.pointer()));
            }
            self.n_met = n_open + 1;
        }
        let is_last = match &self.wanted {
            Records::At(path) => n_open + 1 == path.len(),
            Records::Only { .. } => true,
        };
        match byte {
            b'[' if is_on_way && is_last => self.state = At::Array,
            b'{' if is_on_way && !is_last => {
                self.path.push(key);
                self.state = At::Member { may_end: true };
            }
            _ => {
                self.pass_over();
                match byte {
                    b'{' | b'[' => {
                        self.open.push(byte);
                        self.state = At::Other;
                    }
                    b'"' => self.state = At::OtherString,
                    _ => self.state = At::Scalar,
                }
            }
        }
        Ok(())
    }

    /// The first byte of an array that may have the records.
    fn array(&mut self, byte: u8) -> Result<(), BrokenContainer> {
        if byte != b'{' && matches!(self.wanted, Records::Only { .. }) {
            self.pass_over();
            self.open.push(b'[');
            self.state = At::Other;
            return Ok(());
        }
        let pointer = self.pointer();
        if let Some(found) = &self.found {
            let is_twice = *found == pointer;
            return Err(if is_twice {
                BrokenContainer::Twice(pointer)
            } else {
                BrokenContainer::Several(found.clone(), pointer)
            });
        }
        self.found = Some(pointer);
        self.array = Splitter::within(self.at);
        self.state = At::Records;
        Ok(())
    }

    /// Takes one byte of a value that is passed over, outside of its strings.
    fn other(&mut self, byte: u8) -> Result<(), BrokenContainer> {
        self.state = At::Other;
        match byte {
            b'"' => self.state = At::OtherString,
            b'{' | b'[' if self.open.len() == DEPTH_MAX => {
                return Err(self.broken("values are nested too deeply"));
            }
            b'{' | b'[' => self.open.push(byte),
            // Brackets are two apart from each other in ASCII.
            b'}' | b']' if self.open.pop() != Some(byte - 2) => {
                return Err(self.broken("a bracket closes what another kind opened"));
            }
            b'}' | b']' if self.open.is_empty() => self.state = At::AfterValue,
            _ => {}
        }
        Ok(())
    }

    fn pass_over(&mut self) {
        if self.beside.named.len() < NAMED_MAX {
            self.beside.named.push(self.pointer());
        } else {
            self.beside.n_more += 1;
        }
    }

    /// The JSON Pointer of the value under way.
    fn pointer(&self) -> String {
        pointer(self.path.iter().map(String::as_str).chain([&*string_content(&self.key)]))
    }

    fn broken(&self, problem: &'static str) -> BrokenContainer {
        BrokenContainer::Object { at: self.at, problem }
    }
}

impl Split for Unwrapper {
    type Broken = BrokenContainer;

    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BrokenContainer> {
        let mut rest = piece;
        while !rest.is_empty() {
            let n = self.take(rest, out)?;
            self.at += n as u64;
            rest = &rest[n..];
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), BrokenContainer> {
        match (&self.wanted, &self.found) {
            _ if !self.has_ended() => Err(self.broken("the object is not closed; the file may be truncated")),
            (Records::At(path), None) => {
                Err(BrokenContainer::Missing(pointer(path.iter().map(String::as_str))))
            }
            _ => Ok(()),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The JSON Pointer of keys.
fn pointer<'k>(keys: impl Iterator<Item = &'k str>) -> String {
    keys.fold(String::new(), |pointer, key| pointer + "/" + &key.replace('~', "~0").replace('/', "~1"))
}

/// What a look at the beginning tells of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Its lines are records.
    Lines,
    Container,
    /// More bytes would tell.
    Unclear,
}

/// Looks at the first bytes of an object; `is_whole` where it has no more.
pub(crate) fn look(head: &[u8], wanted: &Records, is_whole: bool) -> Look {
    let mut unwrapper = Unwrapper::new(wanted.clone(), 0);
    let pushed = unwrapper.push(head, &mut Vec::new());
    let is_wanted = matches!(wanted, Records::At(_)) || unwrapper.is_container();
    match pushed {
        // Another value follows, as in JSONL.
        Err(_) if unwrapper.has_ended() => Look::Lines,
        Err(BrokenContainer::Several(..) | BrokenContainer::Twice(_)) if !unwrapper.has_keys_of_records => {
            Look::Container
        }
        Ok(()) if unwrapper.has_keys_of_records => Look::Lines,
        Ok(()) if !is_whole => Look::Unclear,
        _ if is_wanted => Look::Container,
        _ => Look::Lines,
    }
}

#[cfg(test)]
mod tests;
