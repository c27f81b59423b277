//! The leaves of a row group: one after the other, some rows at a time, as values with their levels.

use std::sync::Arc;

use parquet::basic::Type;
use parquet::column::page::PageReader;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

/// The values of some rows, without those that are NULL.
pub(crate) enum Values {
    Bool(Vec<bool>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    I96(Vec<Int96>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// Some rows of a leaf.
pub(crate) struct Leaf {
    /// A definition level for each value and each NULL; none where no value can be NULL.
    pub(crate) def: Vec<i16>,
    /// A repetition level for each of them; none outside of lists.
    pub(crate) rep: Vec<i16>,
    pub(crate) def_max: i16,
    pub(crate) values: Values,
}

/// Reads a leaf of one row group.
pub(crate) trait Column: Send {
    /// The next rows; an error if there are fewer.
    fn read(&mut self, n_rows: usize) -> Result<Leaf, ParquetError>;
}

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    def_max: i16,
    wrap: fn(Vec<T::T>) -> Values,
}

impl<T: DataType> Column for Typed<T> {
    fn read(&mut self, n_rows: usize) -> Result<Leaf, ParquetError> {
        let (mut def, mut rep, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (n, ..) = self.reader.read_records(n_rows, Some(&mut def), Some(&mut rep), &mut values)?;
        if n < n_rows {
            return Err(ParquetError::EOF(format!("{} rows are missing", n_rows - n)));
        }
        Ok(Leaf { def, rep, def_max: self.def_max, values: (self.wrap)(values) })
    }
}

/// A reader of the pages of a leaf.
pub(crate) fn column(leaf: &Arc<ColumnDescriptor>, pages: Box<dyn PageReader>) -> Box<dyn Column> {
    fn typed<T: DataType>(
        leaf: &Arc<ColumnDescriptor>,
        pages: Box<dyn PageReader>,
        wrap: fn(Vec<T::T>) -> Values,
    ) -> Box<dyn Column> {
        let reader = ColumnReaderImpl::<T>::new(Arc::clone(leaf), pages);
        Box::new(Typed { reader, def_max: leaf.max_def_level(), wrap })
    }
    match leaf.physical_type() {
        Type::BOOLEAN => typed::<BoolType>(leaf, pages, Values::Bool),
        Type::INT32 => typed::<Int32Type>(leaf, pages, Values::I32),
        Type::INT64 => typed::<Int64Type>(leaf, pages, Values::I64),
        Type::INT96 => typed::<Int96Type>(leaf, pages, Values::I96),
        Type::FLOAT => typed::<FloatType>(leaf, pages, Values::F32),
        Type::DOUBLE => typed::<DoubleType>(leaf, pages, Values::F64),
        Type::BYTE_ARRAY => typed::<ByteArrayType>(leaf, pages, Values::Bytes),
        Type::FIXED_LEN_BYTE_ARRAY => typed::<FixedLenByteArrayType>(leaf, pages, Values::Fixed),
    }
}
