//! Columns of a table: their names and kinds, and how the values of one row group become an arrow array. The tables
//! list theirs; encoding is elsewhere.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};

use crate::values::{Digests, Hashes, Integers, Reals, Texts, Words, hexadecimal, integers};

/// The rows of one row group of a table. The table's columns are listed here once, and nowhere else.
///
/// The trait is closed in effect: columns can be made in this crate only.
pub trait Group: Sized + Send + Sync {
    /// The table's name: its file without `.parquet`, and the value of `bedload.table` in the file's metadata.
    const TABLE: &'static str;

    /// How columns of this table are read.
    type Column: TableColumn<Self>;

    /// The columns, in file order.
    fn columns() -> Vec<Self::Column>;

    /// How many rows there are.
    fn rows(&self) -> usize;
}

/// A column of a table.
pub trait TableColumn<G>: Send + Sync {
    /// What the file says of it.
    fn about(&self) -> About;

    /// Its values in a row group; a number that no signed 64-bit column can hold is the error.
    fn array(&self, group: &G) -> Result<ArrayRef, u64>;
}

/// What a file says of a column.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// Values hardly repeat, so a dictionary would only hold the column a second time.
    pub(crate) distinct: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, row by row.
    Text,
    /// Text that recurs: numbers into a dictionary.
    Word,
    /// A count, position or size, as a signed 64-bit integer: Athena reads no unsigned ones.
    Integer,
    /// A ratio or measure, as a double.
    Real,
    /// A hash as lowercase hexadecimal digits: it may not fit a signed integer.
    Hexadecimal,
}

impl About {
    fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: true, distinct: false }
    }

    fn field(self) -> Field {
        let kind = match self.kind {
            Kind::Text | Kind::Hexadecimal => DataType::Utf8,
            Kind::Word => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Kind::Integer => DataType::Int64,
            Kind::Real => DataType::Float64,
        };
        Field::new(self.name, kind, self.nullable)
    }
}

/// The schema of columns. Text is `Utf8`: views and 64-bit offsets are an in-memory matter some readers trip over. A
/// dictionary here is one in memory; the file says no more than that the column is text.
pub(crate) fn schema(columns: impl IntoIterator<Item = About>) -> Schema {
    Schema::new(columns.into_iter().map(About::field).collect::<Vec<_>>())
}

/// A column whose values are at hand as a column.
#[derive(Debug)]
pub struct Column<G> {
    about: About,
    values: Values<G>,
}

/// Where a row group has the values of a column.
#[derive(Debug)]
pub(crate) enum Values<G> {
    Integers(fn(&G) -> &Integers<'_>),
    Words(fn(&G) -> &Words<'_>),
    Texts(fn(&G) -> &Texts<'_>),
    Reals(fn(&G) -> &Reals<'_>),
    Hashes(fn(&G) -> &Hashes<'_>),
    Digests(fn(&G) -> &Digests<'_>),
}

impl<G> Column<G> {
    /// A column that may be null.
    pub(crate) fn optional(name: &'static str, values: Values<G>) -> Self {
        let kind = match values {
            Values::Integers(_) => Kind::Integer,
            Values::Words(_) => Kind::Word,
            Values::Texts(_) => Kind::Text,
            Values::Reals(_) => Kind::Real,
            Values::Hashes(_) | Values::Digests(_) => Kind::Hexadecimal,
        };
        Self { about: About::new(name, kind), values }
    }

    /// A column that has a value in every row.
    pub(crate) fn required(name: &'static str, values: Values<G>) -> Self {
        let Self { about, values } = Self::optional(name, values);
        Self { about: About { nullable: false, ..about }, values }
    }

    /// Marks values that hardly repeat.
    pub(crate) fn distinct(self) -> Self {
        Self { about: About { distinct: true, ..self.about }, ..self }
    }
}

impl<G: Sync> TableColumn<G> for Column<G> {
    fn about(&self) -> About {
        self.about
    }

    fn array(&self, group: &G) -> Result<ArrayRef, u64> {
        Ok(match self.values {
            Values::Integers(of) => return of(group).array(),
            Values::Words(of) => of(group).array(),
            Values::Texts(of) => of(group).array(),
            Values::Reals(of) => of(group).array(),
            Values::Hashes(of) => of(group).array(),
            Values::Digests(of) => of(group).array(),
        })
    }
}

/// A row of a small table, or of one whose rows are made one by one. Its columns are listed here once.
///
/// The trait is closed in effect: columns can be made in this crate only.
pub trait Row: Sized + Send + Sync {
    /// The table's name, as in [`Group::TABLE`].
    const TABLE: &'static str;

    /// The columns, in file order.
    fn columns() -> Vec<RowColumn<Self>>;
}

/// A column whose values are read row by row.
#[derive(Debug)]
pub struct RowColumn<R> {
    about: About,
    cell: Cell<R>,
}

/// How to read a value from a row, by the kind of column it goes to.
#[derive(Debug)]
pub(crate) enum Cell<R> {
    /// Text, as it is.
    Text(fn(&R) -> Option<&str>),
    /// A count, position or size.
    Integer(fn(&R) -> Option<u64>),
    /// A ratio or measure.
    Real(fn(&R) -> Option<f64>),
    /// A 64-bit hash, as 16 digits.
    Hash(fn(&R) -> Option<u64>),
    /// A 128-bit digest, as 32 digits.
    Digest(fn(&R) -> Option<u128>),
}

impl<R> RowColumn<R> {
    /// A column that may be null.
    pub(crate) fn optional(name: &'static str, cell: Cell<R>) -> Self {
        let kind = match cell {
            Cell::Text(_) => Kind::Text,
            Cell::Integer(_) => Kind::Integer,
            Cell::Real(_) => Kind::Real,
            Cell::Hash(_) | Cell::Digest(_) => Kind::Hexadecimal,
        };
        Self { about: About::new(name, kind), cell }
    }

    /// A column that has a value in every row; its cell must never give `None`.
    pub(crate) fn required(name: &'static str, cell: Cell<R>) -> Self {
        let Self { about, cell } = Self::optional(name, cell);
        Self { about: About { nullable: false, ..about }, cell }
    }

    /// Marks values that hardly repeat.
    pub(crate) fn distinct(self) -> Self {
        Self { about: About { distinct: true, ..self.about }, ..self }
    }

    /// The bytes of text that this row puts in this column.
    pub(crate) fn text_bytes(&self, row: &R) -> usize {
        match self.cell {
            Cell::Text(read) => read(row).map_or(0, str::len),
            Cell::Hash(_) => 16,
            Cell::Digest(_) => 32,
            Cell::Integer(_) | Cell::Real(_) => 0,
        }
    }
}

impl<R: Row> TableColumn<Vec<R>> for RowColumn<R> {
    fn about(&self) -> About {
        self.about
    }

    fn array(&self, rows: &Vec<R>) -> Result<ArrayRef, u64> {
        Ok(match self.cell {
            Cell::Text(read) => {
                let bytes = rows.iter().map(|row| self.text_bytes(row)).sum();
                let mut builder = StringBuilder::with_capacity(rows.len(), bytes);
                builder.extend(rows.iter().map(read));
                Arc::new(builder.finish())
            }
            Cell::Integer(read) => integers(rows.len(), |row| read(&rows[row]))?,
            Cell::Real(read) => Arc::new(rows.iter().map(read).collect::<Float64Array>()),
            Cell::Hash(read) => hexadecimal::<16>(rows.len(), |row| read(&rows[row]).map(u128::from)),
            Cell::Digest(read) => hexadecimal::<32>(rows.len(), |row| read(&rows[row])),
        })
    }
}

impl<R: Row> Group for Vec<R> {
    const TABLE: &'static str = R::TABLE;

    type Column = RowColumn<R>;

    fn columns() -> Vec<RowColumn<R>> {
        R::columns()
    }

    fn rows(&self) -> usize {
        self.len()
    }
}
