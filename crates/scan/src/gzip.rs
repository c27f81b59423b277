//! Gzip as a stream of any number of members, read as gzip(1) reads it: zeros after the last member are padding, and
//! anything else there is an error. Other compressions are in `decode.rs`.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Decompresses members one after the other.
pub(crate) struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Inside(Box<GzDecoder<R>>),
    /// Behind a member.
    Between(R),
    Ended,
}

/// What stands after the last member and is neither another one nor padding.
#[derive(Debug, thiserror::Error)]
#[error("the last gzip member is followed by something else")]
pub(crate) struct TrailingBytes;

impl<R: BufRead> Members<R> {
    pub(crate) fn new(reader: R) -> Members<R> {
        Members { state: State::Inside(Box::new(GzDecoder::new(reader))) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Inside(mut member) => {
                    let n = member.read(buffer);
                    if matches!(n, Ok(0)) {
                        self.state = State::Between(member.into_inner());
                        continue;
                    }
                    self.state = State::Inside(member);
                    return n;
                }
                State::Between(mut reader) => match next_after_member(&mut reader) {
                    Ok(Next::Member) => self.state = State::Inside(Box::new(GzDecoder::new(reader))),
                    Ok(Next::End) => return Ok(0),
                    Err(source) => {
                        self.state = State::Between(reader);
                        return Err(source);
                    }
                },
                State::Ended => return Ok(0),
            }
        }
    }
}

enum Next {
    Member,
    End,
}

/// Looks behind a member. A second call after an interrupted one takes up where it stopped, because padding that
/// was consumed can only be followed by more of it.
fn next_after_member(reader: &mut impl BufRead) -> io::Result<Next> {
    let mut is_padded = false;
    loop {
        let bytes = match reader.fill_buf() {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(source),
        };
        match bytes.iter().position(|&byte| byte != 0) {
            _ if bytes.is_empty() => return Ok(Next::End),
            Some(0) if !is_padded && bytes[0] == 0x1f => return Ok(Next::Member),
            Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, TrailingBytes)),
            None => {
                is_padded = true;
                let n = bytes.len();
                reader.consume(n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write};

    use expect_test::{Expect, expect};

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Reads through a buffer so small that every boundary falls between two reads somewhere.
    fn check(parts: &[&[u8]], expected: &Expect) {
        let whole = parts.concat();
        for capacity in [1, 3, 64, 4096] {
            let mut out = String::new();
            let read = Members::new(BufReader::with_capacity(capacity, &whole[..])).read_to_string(&mut out);
            expected.assert_eq(&match read {
                Ok(_) => out,
                Err(error) => format!("{out} | {error}"),
            });
        }
    }

    #[test]
    fn members_follow_each_other_and_zeros_may_follow_the_last() {
        check(&[&member("a"), &member(""), &member("b")], &expect!["ab"]);
        check(&[&member("a"), &member("b"), &[0; 513]], &expect!["ab"]);
        check(&[&member(""), &[0]], &expect![""]);
    }

    #[test]
    fn anything_else_after_a_member_is_an_error() {
        let trailing = expect!["a | the last gzip member is followed by something else"];
        check(&[&member("a"), b"x"], &trailing);
        check(&[&member("a"), &[0; 70], b"x"], &trailing);
        // gzip(1) takes a member behind padding for garbage as well.
        check(&[&member("a"), &[0; 70], &member("b")], &trailing);
        check(&[&member("a"), &[0x1f, 0x8c, 0, 0]], &expect!["a | unexpected end of file"]);
    }
}
