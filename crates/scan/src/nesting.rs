//! How deep a byte of JSON text lies, and whether what was seen so far can be the beginning of JSON: strings and
//! brackets only. For a look at the first bytes of a file; records are read elsewhere.

/// Where a reader of JSON text is.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    /// Open brackets.
    open: Vec<u8>,
    in_string: bool,
    after_backslash: bool,
    /// The last byte that was not white space.
    last: u8,
    /// No JSON begins like this.
    pub(crate) is_broken: bool,
}

impl Nesting {
    /// How many arrays and objects are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn push(&mut self, byte: u8) {
        if self.in_string {
            self.is_broken |= byte < b' ';
            match byte {
                _ if std::mem::take(&mut self.after_backslash) => {}
                b'"' => self.in_string = false,
                b'\\' => self.after_backslash = true,
                _ => {}
            }
            return;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return,
            b'"' => self.in_string = true,
            b'{' | b'[' => {
                // A line that lost its end goes on with another line's beginning here.
                let is_value = match self.open.last() {
                    None => true,
                    Some(b'{') => self.last == b':',
                    Some(_) => matches!(self.last, b'[' | b','),
                };
                self.is_broken |= !is_value;
                self.open.push(byte);
            }
            // Brackets are two apart from each other in ASCII.
            b'}' | b']' => self.is_broken |= self.open.pop() != Some(byte - 2),
            _ => {}
        }
        self.last = byte;
    }
}
