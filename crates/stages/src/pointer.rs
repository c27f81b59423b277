//! JSON Pointers (RFC 6901) as options take them: one field of a record, so that the empty pointer is none.

use std::fmt;

use bedload_record::names::did_you_mean;

use crate::balance::pointer_steps;

/// Why a text is not the pointer to a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NotPointer(String);

impl fmt::Display for NotPointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write!(out, "`{text}` is not a JSON Pointer\nhint: {}", self.hint())
    }
}

impl NotPointer {
    /// What to write in its place, where some names may stand there, too.
    pub fn hint_beside(&self, names: &[&str]) -> String {
        match did_you_mean(&self.0, names.iter().copied()).filter(|_| !self.0.starts_with('/')) {
            Some(near) => format!("{near} For a field, {}", self.hint()),
            None => self.hint(),
        }
    }

    /// What to write in its place.
    pub fn hint(&self) -> String {
        match self.0.as_str() {
            "" => "name one field, e.g. `/id`".to_owned(),
            text if text.starts_with('/') => {
                "in a pointer, `~0` stands for `~` and `~1` for `/` in a key".to_owned()
            }
            text => format!("write `/{}`", text.replace('~', "~0")),
        }
    }
}

/// Reads a pointer: its decoded steps.
///
/// # Errors
/// Where the text is none.
pub fn read(text: &str) -> Result<Vec<String>, NotPointer> {
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    if text.starts_with('/') && text.split('~').skip(1).all(is_escape) {
        Ok(pointer_steps(text))
    } else {
        Err(NotPointer(text.to_owned()))
    }
}

/// The same for what keeps the text as it was given.
///
/// # Errors
/// Where the text is none.
pub fn check(text: &str) -> Result<String, NotPointer> {
    read(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_begin_with_a_slash() {
        assert_eq!(read("/a/b~1c"), Ok(vec!["a".to_owned(), "b/c".to_owned()]));
        for (wrong, hint) in [
            ("score", "write `/score`"),
            ("meta/score", "write `/meta/score`"),
            ("a~b", "write `/a~0b`"),
            ("/a~2", "in a pointer, `~0` stands for `~` and `~1` for `/` in a key"),
            ("", "name one field, e.g. `/id`"),
        ] {
            assert_eq!(read(wrong).map_err(|error| error.hint()), Err(hint.to_owned()));
        }
    }
}
