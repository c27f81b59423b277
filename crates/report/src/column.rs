//! Columns: how one field of a row becomes a Parquet column. The tables list theirs; encoding is elsewhere.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};

/// A row of one table. Its columns are listed here once, and nowhere else.
///
/// The trait is closed in effect: columns can be made in this crate only.
pub trait Row: Sized + Sync {
    /// The table's name: its file without `.parquet`, and the value of `bedload.table` in the file's metadata.
    const TABLE: &'static str;

    /// The columns, in file order.
    fn columns() -> Vec<Column<Self>>;
}

/// One column of a table: its name, and how to read its value from a row.
#[derive(Debug)]
pub struct Column<R> {
    pub(crate) name: &'static str,
    pub(crate) nullable: bool,
    /// Values hardly repeat, so a dictionary would only hold the column a second time.
    pub(crate) distinct: bool,
    pub(crate) cell: Cell<R>,
}

/// How to read a value from a row, by the kind of column it goes to.
#[derive(Debug)]
pub(crate) enum Cell<R> {
    /// Text, as it is.
    Text(fn(&R) -> Option<&str>),
    /// A count, position or size, as a signed 64-bit integer: Athena reads no unsigned ones.
    Integer(fn(&R) -> Option<u64>),
    /// A ratio or measure, as a double.
    Real(fn(&R) -> f64),
    /// A 64-bit hash, as 16 lowercase hex digits: it may not fit a signed integer.
    Hash(fn(&R) -> Option<u64>),
    /// A 128-bit digest, as 32 lowercase hex digits.
    Digest(fn(&R) -> Option<u128>),
}

/// A number that no signed 64-bit column can hold.
#[derive(Debug)]
pub(crate) struct TooLarge {
    pub(crate) column: &'static str,
    pub(crate) value: u64,
}

impl<R> Column<R> {
    /// A column that has a value in every row; its cell must never give `None`.
    pub(crate) fn required(name: &'static str, cell: Cell<R>) -> Self {
        Self { name, nullable: false, distinct: false, cell }
    }

    /// A column that may be null.
    pub(crate) fn optional(name: &'static str, cell: Cell<R>) -> Self {
        Self { name, nullable: true, distinct: false, cell }
    }

    /// Marks values that hardly repeat.
    pub(crate) fn distinct(self) -> Self {
        Self { distinct: true, ..self }
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

    /// The values of this column in these rows.
    pub(crate) fn array(&self, rows: &[R]) -> Result<ArrayRef, TooLarge> {
        Ok(match self.cell {
            Cell::Text(read) => {
                let bytes = rows.iter().map(|row| self.text_bytes(row)).sum();
                let mut builder = StringBuilder::with_capacity(rows.len(), bytes);
                builder.extend(rows.iter().map(read));
                Arc::new(builder.finish())
            }
            Cell::Integer(read) => {
                let mut builder = Int64Builder::with_capacity(rows.len());
                for value in rows.iter().map(read) {
                    let value = value.map(|value| self.signed(value)).transpose()?;
                    builder.append_option(value);
                }
                Arc::new(builder.finish())
            }
            Cell::Real(read) => Arc::new(rows.iter().map(|row| Some(read(row))).collect::<Float64Array>()),
            Cell::Hash(read) => hex::<16>(rows.iter().map(|row| read(row).map(u128::from))),
            Cell::Digest(read) => hex::<32>(rows.iter().map(read)),
        })
    }

    fn signed(&self, value: u64) -> Result<i64, TooLarge> {
        i64::try_from(value).map_err(|_| TooLarge { column: self.name, value })
    }

    fn field(&self) -> Field {
        let kind = match self.cell {
            Cell::Text(_) | Cell::Hash(_) | Cell::Digest(_) => DataType::Utf8,
            Cell::Integer(_) => DataType::Int64,
            Cell::Real(_) => DataType::Float64,
        };
        Field::new(self.name, kind, self.nullable)
    }
}

/// The schema of columns. Text is `Utf8`: views and 64-bit offsets are an in-memory matter some readers trip over.
pub(crate) fn schema<R>(columns: &[Column<R>]) -> Schema {
    Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>())
}

/// Numbers as hexadecimal digits. Two of these columns are in every row of the largest table, where the formatting
/// machinery would take as long as all other columns together.
fn hex<const DIGITS: usize>(values: impl ExactSizeIterator<Item = Option<u128>>) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(values.len(), values.len() * DIGITS);
    for value in values {
        let digits = value.map(hex_digits::<DIGITS>);
        builder.append_option(digits.as_ref().and_then(|digits| std::str::from_utf8(digits).ok()));
    }
    Arc::new(builder.finish())
}

/// The lowest digits of a number, with zeros in front.
fn hex_digits<const DIGITS: usize>(mut value: u128) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 15) as usize];
        value >>= 4;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_those_of_the_standard_library() {
        for n in (0..128).flat_map(|bit| [1u128 << bit, (1 << bit) - 1, u128::MAX << bit]) {
            assert_eq!(hex_digits::<32>(n).as_slice(), format!("{n:032x}").as_bytes());
            assert_eq!(
                hex_digits::<16>(u128::from(n as u64)).as_slice(),
                format!("{:016x}", n as u64).as_bytes()
            );
        }
    }
}
