//! Reading: the values of one column in one row group. The columns are flat and of few types, so parquet's own column
//! readers are enough; reading arrow arrays would add 2.5 MB to the program (measured 2026-11).
//!
//! Nothing here protects against a damaged file: callers compare it with its seal before they open it as a [`Table`].

use std::sync::Arc;

use parquet::basic::{ConvertedType, Type};
use parquet::column::page::PageReader;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;

use crate::shared::Shared;

/// Rows that are decoded at a time: so few that what they are decoded into stays near the processor.
const BATCH_ROWS: usize = 1024;

/// A file of which the footer was read.
#[derive(Debug)]
pub(crate) struct Table {
    file: Arc<Shared>,
    metadata: ParquetMetaData,
}

/// What a column holds, of what tables and facts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Real,
    U8,
    U32,
    U64,
    Bytes,
    /// Anything else, or a nested column.
    Other,
}

/// The values of some rows, without those that are null.
#[derive(Clone, Copy)]
pub(crate) enum Values<'b> {
    I32(&'b [i32]),
    I64(&'b [i64]),
    F64(&'b [f64]),
    Bytes(&'b [ByteArray]),
    Fixed(&'b [FixedLenByteArray]),
    /// Of a type that bedload does not write.
    Other,
}

/// Some rows of a column.
pub(crate) struct Batch<'b> {
    /// The definition level of each row: the row has a value where it is the highest. Empty for a required column.
    levels: &'b [i16],
    level_max: i16,
    pub(crate) rows: usize,
    pub(crate) values: Values<'b>,
}

impl Batch<'_> {
    /// For each row, the index of its value; none where it is null.
    pub(crate) fn places(&self) -> impl Iterator<Item = Option<usize>> {
        let mut n_values = 0;
        (0..self.rows).map(move |row| {
            let is_null = self.levels.get(row).is_some_and(|level| *level != self.level_max);
            let place = n_values;
            n_values += usize::from(!is_null);
            (!is_null).then_some(place)
        })
    }
}

impl Kind {
    fn of(column: &ColumnDescriptor) -> Self {
        if column.max_rep_level() > 0 || column.path().parts().len() > 1 {
            return Self::Other;
        }
        match (column.physical_type(), column.converted_type()) {
            (Type::BYTE_ARRAY, ConvertedType::UTF8) => Self::Text,
            (Type::INT64, ConvertedType::NONE) if column.logical_type_ref().is_none() => Self::Integer,
            (Type::INT64, ConvertedType::INT_64) => Self::Integer,
            (Type::INT64, ConvertedType::UINT_64) => Self::U64,
            (Type::INT32, ConvertedType::UINT_32) => Self::U32,
            (Type::INT32, ConvertedType::UINT_8) => Self::U8,
            (Type::DOUBLE, _) => Self::Real,
            (Type::FIXED_LEN_BYTE_ARRAY, ConvertedType::NONE) if column.logical_type_ref().is_none() => {
                Self::Bytes
            }
            _ => Self::Other,
        }
    }
}

impl Table {
    pub(crate) fn open(file: Shared, page_index: PageIndexPolicy) -> Result<Self, ParquetError> {
        let reader = ParquetMetaDataReader::new().with_page_index_policy(page_index);
        let metadata = reader.parse_and_finish(&file)?;
        Ok(Self { file: Arc::new(file), metadata })
    }

    pub(crate) fn footer(&self) -> &FileMetaData {
        self.metadata.file_metadata()
    }

    /// The value that the footer's metadata has for a key.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.footer().key_value_metadata()?.iter().find(|pair| pair.key == key)?.value.as_deref()
    }

    pub(crate) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// How many rows a row group has, as the footer says.
    pub(crate) fn rows(&self, group: usize) -> i64 {
        self.metadata.row_group(group).num_rows()
    }

    pub(crate) fn columns(&self) -> usize {
        self.footer().schema_descr().num_columns()
    }

    pub(crate) fn name(&self, column: usize) -> &str {
        self.footer().schema_descr().columns()[column].name()
    }

    pub(crate) fn kind(&self, column: usize) -> Kind {
        Kind::of(&self.footer().schema_descr().columns()[column])
    }

    /// Decodes all pages of a column in a row group, passes on the values by batches, and gives the number of rows. Pages
    /// are located by the page index, where it was read.
    pub(crate) fn read(
        &self,
        group: usize,
        column: usize,
        take: &mut dyn FnMut(Batch<'_>) -> Result<(), ParquetError>,
    ) -> Result<u64, ParquetError> {
        let group_rows = usize::try_from(self.rows(group))?;
        let pages = self.metadata.page_index_for_row_group(group).page_locations(column).cloned();
        let chunk = self.metadata.row_group(group).column(column);
        let file = Arc::clone(&self.file);
        let pages: Box<dyn PageReader> = Box::new(SerializedPageReader::new(file, chunk, group_rows, pages)?);
        let column = self.footer().schema_descr().column(column);
        match column.physical_type() {
            Type::INT32 => decode::<Int32Type>(&column, pages, |values| Values::I32(values), take),
            Type::INT64 => decode::<Int64Type>(&column, pages, |values| Values::I64(values), take),
            Type::DOUBLE => decode::<DoubleType>(&column, pages, |values| Values::F64(values), take),
            Type::BYTE_ARRAY => decode::<ByteArrayType>(&column, pages, |values| Values::Bytes(values), take),
            Type::FIXED_LEN_BYTE_ARRAY => {
                decode::<FixedLenByteArrayType>(&column, pages, |values| Values::Fixed(values), take)
            }
            Type::BOOLEAN => decode::<BoolType>(&column, pages, |_| Values::Other, take),
            Type::FLOAT => decode::<FloatType>(&column, pages, |_| Values::Other, take),
            Type::INT96 => Err(ParquetError::NYI(format!("column {} is of type INT96", column.name()))),
        }
    }
}

fn decode<T: DataType>(
    column: &Arc<ColumnDescriptor>,
    pages: Box<dyn PageReader>,
    wrap: fn(&[T::T]) -> Values<'_>,
    take: &mut dyn FnMut(Batch<'_>) -> Result<(), ParquetError>,
) -> Result<u64, ParquetError> {
    let level_max = column.max_def_level();
    let mut reader = ColumnReaderImpl::<T>::new(Arc::clone(column), pages);
    let (mut levels, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut n_rows = 0;
    loop {
        levels.clear();
        repetitions.clear();
        values.clear();
        let (rows, ..) =
            reader.read_records(BATCH_ROWS, Some(&mut levels), Some(&mut repetitions), &mut values)?;
        if rows == 0 {
            return Ok(n_rows);
        }
        n_rows += rows as u64;
        take(Batch { levels: &levels, level_max, rows, values: wrap(&values) })?;
    }
}
