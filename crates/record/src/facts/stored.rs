//! Facts that leave the process and come back: what a file of them has to hold, and what is wrong with one that does
//! not add up.

use std::fmt;

use super::{ACCEPTED, Column, ColumnList, FactTable, FileFacts, Interner, NoRoom, Plain};
use crate::Ordinal;
use crate::code::CodeSet;
use crate::features::Features;

/// The values of some lines in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum StoredValues<'v> {
    U8(&'v [u8]),
    U32(&'v [u32]),
    U64(&'v [u64]),
    U128(&'v [u128]),
}

impl StoredValues<'_> {
    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::U128(values) => values.len(),
        }
    }

    /// Returns true if there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A kind of values that can be stored.
pub(super) trait Storable: Plain {
    fn wrap(values: &[Self]) -> StoredValues<'_>;
    fn unwrap(values: StoredValues<'_>) -> Option<&[Self]>;
}

macro_rules! storable {
    ($($kind:ty => $variant:ident,)*) => {
        $(impl Storable for $kind {
            fn wrap(values: &[Self]) -> StoredValues<'_> {
                StoredValues::$variant(values)
            }

            fn unwrap(values: StoredValues<'_>) -> Option<&[Self]> {
                match values {
                    StoredValues::$variant(values) => Some(values),
                    _ => None,
                }
            }
        })*
    };
}

storable! {
    u8 => U8,
    u32 => U32,
    u64 => U64,
    u128 => U128,
}

/// Columns that can be stored and read again.
pub(super) trait Stored {
    /// Adds what is kept, by name.
    fn store<'c>(&'c self, name: &'static str, stored: &mut Vec<(String, StoredValues<'c>)>);

    /// Puts values behind those that are kept, if the name is that of this fact and they are of its kind.
    fn restore(&mut self, own: &'static str, name: &str, values: StoredValues<'_>) -> Result<bool, NoRoom>;
}

impl<T: Storable> Stored for Column<T> {
    fn store<'c>(&'c self, name: &'static str, stored: &mut Vec<(String, StoredValues<'c>)>) {
        if !self.values().is_empty() {
            stored.push((name.to_owned(), T::wrap(self.values())));
        }
    }

    fn restore(&mut self, own: &'static str, name: &str, values: StoredValues<'_>) -> Result<bool, NoRoom> {
        match T::unwrap(values).filter(|_| own == name) {
            Some(values) => self.extend(values).map(|()| true),
            None => Ok(false),
        }
    }
}

impl<T: Storable> Stored for ColumnList<T> {
    /// Each column has its number behind the name.
    fn store<'c>(&'c self, name: &'static str, stored: &mut Vec<(String, StoredValues<'c>)>) {
        for (column, nth) in self.columns.iter().zip(0..) {
            if !column.values().is_empty() {
                stored.push((format!("{name}.{nth}"), T::wrap(column.values())));
            }
        }
    }

    fn restore(&mut self, own: &'static str, name: &str, values: StoredValues<'_>) -> Result<bool, NoRoom> {
        let nth = name.strip_prefix(own).and_then(|rest| rest.strip_prefix('.')?.parse::<usize>().ok());
        match (nth.and_then(|nth| self.columns.get_mut(nth)), T::unwrap(values)) {
            (Some(column), Some(values)) => column.extend(values).map(|()| true),
            _ => Ok(false),
        }
    }
}

/// What a file of facts has besides its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsHeader {
    /// The inputs.
    pub files: Vec<FileFacts>,
    /// Labels by id.
    pub labels: Vec<String>,
    /// Whether there were more labels than are told apart.
    pub labels_overflowed: bool,
    /// The distinct pairs of codes and features, by id.
    pub kinds: Vec<(CodeSet, Features)>,
    /// In how many ways records are grouped.
    pub key_kinds: usize,
    /// Values by id, for each field whose values are kept, and whether there were more than are told apart.
    pub values: Vec<(Vec<String>, bool)>,
}

/// Why stored facts are none.
#[derive(Debug)]
pub enum UnusableFacts {
    /// What is wrong with them.
    Inconsistent(String),
    /// There is no room.
    NoRoom(NoRoom),
}

impl From<NoRoom> for UnusableFacts {
    fn from(error: NoRoom) -> Self {
        Self::NoRoom(error)
    }
}

impl fmt::Display for UnusableFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inconsistent(what) => f.write_str(what),
            Self::NoRoom(NoRoom(error)) => write!(f, "{error}"),
        }
    }
}

impl FactTable {
    /// What is to be stored besides the columns.
    pub fn header(&self) -> FactsHeader {
        FactsHeader {
            files: self.files.clone(),
            labels: self.labels.keys().to_vec(),
            labels_overflowed: self.labels.overflowed(),
            kinds: self.kinds.keys().to_vec(),
            key_kinds: self.key_kinds(),
            values: self.values.iter().map(|values| (values.keys().to_vec(), values.overflowed())).collect(),
        }
    }

    /// The columns that hold anything, each with a value for every line.
    pub fn stored(&self) -> Vec<(String, StoredValues<'_>)> {
        self.columns.stored()
    }

    /// Takes the header of stored facts into this table, which is empty. The lines follow with [`FactTable::restore`].
    pub fn begin_restored(&mut self, header: &FactsHeader) {
        self.files.clone_from(&header.files);
        for label in &header.labels {
            self.labels.id(label.as_str());
        }
        if header.labels_overflowed {
            self.labels.overflow();
        }
        for (values, (stored, overflowed)) in self.values.iter_mut().zip(&header.values) {
            for value in stored {
                values.id(value.as_str());
            }
            if *overflowed {
                values.overflow();
            }
        }
        for kind in &header.kinds {
            self.kinds.id(kind);
        }
        self.columns.keys.widen(header.key_kinds);
        self.columns.values.widen(self.values.len());
    }

    /// Adds so many stored lines. All calls must have the same columns; the others have their usual values.
    ///
    /// # Errors
    /// Where a column is not one of this table, or there is no room.
    pub fn restore(
        &mut self,
        lines: usize,
        columns: &[(&str, StoredValues<'_>)],
    ) -> Result<(), UnusableFacts> {
        for (name, values) in columns {
            if values.len() != lines || !self.columns.restore(name, *values)? {
                return Err(UnusableFacts::Inconsistent(format!("column {name} is not one of facts")));
            }
        }
        self.len += lines;
        Ok(self.spill_where_full()?)
    }

    /// Checks that restored lines are such as a scan leaves: whatever is in the columns, nothing that reads them goes
    /// astray. Linear.
    ///
    /// # Errors
    /// What does not add up.
    pub fn check_restored(&self) -> Result<(), UnusableFacts> {
        let wrong = |what: &str| Err(UnusableFacts::Inconsistent(what.to_owned()));
        let mut lines = 0;
        for file in &self.files {
            let in_all = self.len() - lines;
            if file.first.0 != lines || file.lines > in_all {
                return wrong("the lines of the inputs do not add up");
            }
            lines += file.lines;
            let mut free = 0;
            for line in (file.first.0..lines).map(Ordinal) {
                let start = self.columns.start.get(line.index());
                let is_last = line.0 + 1 == lines;
                let end = if is_last { file.bytes } else { self.columns.start.get(line.index() + 1) };
                let ends_at = end.checked_sub(self.terminator(line).len_bytes());
                if start < free || ends_at.is_none_or(|ends_at| ends_at < start) || end > file.bytes {
                    return wrong("a line is not where it can be");
                }
                free = end;
            }
        }
        if lines != self.len() {
            return wrong("the lines of the inputs do not add up");
        }
        let (labels, kinds) = (self.labels.keys().len(), self.kinds.keys().len());
        for line in self.ordinals() {
            if self.label(line).is_some_and(|label| label as usize >= labels) || self.kind(line) >= kinds {
                return wrong("a label or kind has no name");
            }
            let has_name = |(field, values): (usize, &Interner<String>)| {
                self.value(line, field).is_none_or(|id| (id as usize) < values.keys().len())
            };
            if !self.values.iter().enumerate().all(has_name) {
                return wrong("a value has no name");
            }
            if self.columns.flags.get(line.index()) > ACCEPTED | 3 {
                return wrong("a line has flags that do not exist");
            }
        }
        Ok(())
    }
}
