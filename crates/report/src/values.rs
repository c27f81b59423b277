//! The values of one column in one row group, made as an array only when the column is encoded. They are functions of
//! the row's number in its group, so that what a row says is read straight from the columns of facts and plan.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, StringArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

/// Makes an array, or gives the number that it cannot hold.
type Make<'a> = Box<dyn Fn() -> Result<ArrayRef, u64> + Send + Sync + 'a>;

/// Counts, positions and sizes.
pub struct Integers<'a>(Make<'a>);

/// Texts of which many rows share a few.
pub struct Words<'a>(Box<dyn Fn() -> ArrayRef + Send + Sync + 'a>);

/// Texts that are different in most rows.
pub struct Texts<'a>(Box<dyn Fn() -> ArrayRef + Send + Sync + 'a>);

/// Ratios and measures.
pub struct Reals<'a>(Box<dyn Fn() -> ArrayRef + Send + Sync + 'a>);

/// 64-bit hashes.
pub struct Hashes<'a>(Box<dyn Fn() -> ArrayRef + Send + Sync + 'a>);

/// 128-bit digests.
pub struct Digests<'a>(Box<dyn Fn() -> ArrayRef + Send + Sync + 'a>);

impl<'a> Integers<'a> {
    /// The values of `rows` rows, by row.
    pub fn new(rows: usize, value: impl Fn(usize) -> Option<u64> + Send + Sync + 'a) -> Self {
        Self(Box::new(move || integers(rows, &value)))
    }

    pub(crate) fn array(&self) -> Result<ArrayRef, u64> {
        (self.0)()
    }
}

impl<'a> Words<'a> {
    /// The words of `rows` rows, as indices into a list.
    pub fn new(
        rows: usize,
        words: &'a [impl AsRef<str> + Sync],
        word: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
    ) -> Self {
        Self(Box::new(move || dictionary(rows, words, &word)))
    }

    pub(crate) fn array(&self) -> ArrayRef {
        (self.0)()
    }
}

impl<'a> Texts<'a> {
    /// The texts of `rows` rows, by row.
    pub fn new(rows: usize, text: impl Fn(usize) -> Option<&'a str> + Send + Sync + 'a) -> Self {
        Self(Box::new(move || Arc::new((0..rows).map(&text).collect::<StringArray>())))
    }

    pub(crate) fn array(&self) -> ArrayRef {
        (self.0)()
    }
}

impl<'a> Reals<'a> {
    /// The values of `rows` rows, by row.
    pub fn new(rows: usize, value: impl Fn(usize) -> f64 + Send + Sync + 'a) -> Self {
        Self(Box::new(move || Arc::new(Float64Array::from_iter_values((0..rows).map(&value)))))
    }

    pub(crate) fn array(&self) -> ArrayRef {
        (self.0)()
    }
}

impl<'a> Hashes<'a> {
    /// The hashes of `rows` rows, by row.
    pub fn new(rows: usize, value: impl Fn(usize) -> Option<u64> + Send + Sync + 'a) -> Self {
        Self(Box::new(move || hexadecimal::<16>(rows, |row| value(row).map(u128::from))))
    }

    pub(crate) fn array(&self) -> ArrayRef {
        (self.0)()
    }
}

impl<'a> Digests<'a> {
    /// The digests of `rows` rows, by row.
    pub fn new(rows: usize, value: impl Fn(usize) -> Option<u128> + Send + Sync + 'a) -> Self {
        Self(Box::new(move || hexadecimal::<32>(rows, &value)))
    }

    pub(crate) fn array(&self) -> ArrayRef {
        (self.0)()
    }
}

/// Which rows have a value, a bit each; gathered 64 rows at a time beside the values.
#[derive(Default)]
struct Present {
    words: Vec<u64>,
    any_missing: bool,
}

impl Present {
    /// Calls `each` for every row and keeps whether it has a value.
    fn of(rows: usize, mut each: impl FnMut(usize) -> bool) -> Self {
        let mut present = Self { words: Vec::with_capacity(rows.div_ceil(64)), any_missing: false };
        for first in (0..rows).step_by(64) {
            let end = rows.min(first + 64);
            let word = (first..end).fold(0, |word, row| word | u64::from(each(row)) << (row - first));
            present.any_missing |= word.count_ones() as usize != end - first;
            present.words.push(word);
        }
        present
    }

    fn nulls(self, rows: usize) -> Option<NullBuffer> {
        let bits = || NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(self.words), 0, rows));
        self.any_missing.then(bits)
    }
}

/// Numbers as signed 64-bit integers; the first that does not fit is the error.
pub(crate) fn integers(rows: usize, value: impl Fn(usize) -> Option<u64>) -> Result<ArrayRef, u64> {
    let mut values: Vec<i64> = Vec::with_capacity(rows);
    let mut too_large = None;
    let present = Present::of(rows, |row| {
        let value = value(row);
        let number = value.unwrap_or(0).cast_signed();
        if number < 0 {
            too_large.get_or_insert(number.cast_unsigned());
        }
        values.push(number);
        value.is_some()
    });
    match too_large {
        Some(value) => Err(value),
        None => Ok(Arc::new(Int64Array::new(ScalarBuffer::from(values), present.nulls(rows)))),
    }
}

/// A place in one array. A row group is far too small to exceed it.
fn signed(place: usize) -> i32 {
    i32::try_from(place).expect("a row group has less than 2 GiB of text")
}

/// The words that occur, once each, and their numbers.
fn dictionary(rows: usize, words: &[impl AsRef<str>], word: impl Fn(usize) -> Option<usize>) -> ArrayRef {
    let mut ids: Vec<i32> = vec![-1; words.len()];
    let mut used: Vec<&str> = Vec::new();
    let mut keys: Vec<i32> = Vec::with_capacity(rows);
    let present = Present::of(rows, |row| {
        let word = word(row);
        let key = word.map_or(0, |word| {
            if ids[word] < 0 {
                ids[word] = signed(used.len());
                used.push(words[word].as_ref());
            }
            ids[word]
        });
        keys.push(key);
        word.is_some()
    });
    let keys = Int32Array::new(ScalarBuffer::from(keys), present.nulls(rows));
    Arc::new(DictionaryArray::new(keys, Arc::new(StringArray::from_iter_values(used))))
}

/// Numbers as hexadecimal digits, written in bulk: the formatting machinery would take as long as all other columns
/// together.
pub(crate) fn hexadecimal<const DIGITS: usize>(
    rows: usize,
    value: impl Fn(usize) -> Option<u128>,
) -> ArrayRef {
    let mut digits: Vec<u8> = Vec::with_capacity(rows * DIGITS);
    let mut ends: Vec<i32> = Vec::with_capacity(rows + 1);
    ends.push(0);
    let present = Present::of(rows, |row| {
        let value = value(row);
        if let Some(value) = value {
            digits.extend_from_slice(&hex_digits::<DIGITS>(value));
        }
        ends.push(signed(digits.len()));
        value.is_some()
    });
    let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
    Arc::new(StringArray::new(ends, Buffer::from_vec(digits), present.nulls(rows)))
}

/// The lowest digits of a number, with zeros in front.
fn hex_digits<const DIGITS: usize>(value: u128) -> [u8; DIGITS] {
    let all = [96, 64, 32, 0].map(|shift| eight_digits((value >> shift) as u32));
    let all: &[u8] = all.as_flattened();
    let mut digits = [0; DIGITS];
    digits.copy_from_slice(&all[all.len() - DIGITS..]);
    digits
}

/// The eight digits of a 32-bit number, computed side by side in one word.
fn eight_digits(value: u32) -> [u8; 8] {
    let mut nibbles = u64::from(value);
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 6 more carry a digit above 9 into the upper half of its byte.
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
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

    #[test]
    fn words_that_do_not_occur_are_left_out() {
        let words = ["a", "b", "c"];
        let array = dictionary(100, &words, |row| [None, Some(2), Some(1)][row % 3]);
        let array = array.as_any().downcast_ref::<DictionaryArray<arrow::datatypes::Int32Type>>().unwrap();
        assert_eq!(array.values().len(), 2);
        let texts = array.downcast_dict::<StringArray>().unwrap();
        let texts: Vec<Option<&str>> = texts.into_iter().collect();
        assert_eq!(texts[..4], [None, Some("c"), Some("b"), None]);
        assert_eq!(texts.len(), 100);
    }
}
