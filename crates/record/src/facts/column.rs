//! Columns: values by line, in own memory or in memory that was handed in.

use std::fmt;
use std::marker::PhantomData;
use std::mem::size_of;
use std::sync::Arc;

use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Values that are plain bytes in memory.
pub trait Plain: Copy + PartialEq + FromBytes + IntoBytes + Immutable + Send + Sync {}

impl<T: Copy + PartialEq + FromBytes + IntoBytes + Immutable + Send + Sync> Plain for T {}

/// Memory from elsewhere: a mapped temporary file. This crate does no I/O, so that it is handed in.
pub trait Room: fmt::Debug + Send + Sync {
    /// Some zeroed bytes, aligned for any value.
    ///
    /// # Errors
    /// Where there is no room for so many.
    fn make(&self, bytes: usize) -> Result<Box<dyn Memory>, NoRoom>;
}

/// Bytes of a [`Room`].
pub trait Memory: fmt::Debug + Send + Sync {
    /// To be read.
    fn bytes(&self) -> &[u8];

    /// To be written.
    fn bytes_mut(&mut self) -> &mut [u8];
}

/// Why a [`Room`] could make no memory.
#[derive(Debug)]
pub struct NoRoom(pub Box<dyn std::error::Error + Send + Sync>);

/// The fewest bytes to ask a [`Room`] for.
const LENT_BYTES_MIN: usize = 1 << 20;

/// A value for each of some lines.
///
/// As long as all of them have the usual value, nothing is kept.
#[derive(Debug)]
pub struct Column<T> {
    usual: T,
    values: Values<T>,
}

#[derive(Debug)]
enum Values<T> {
    Own(Vec<T>),
    Lent(Lent<T>),
}

#[derive(Debug)]
struct Lent<T> {
    room: Arc<dyn Room>,
    /// None as long as there are no values.
    memory: Option<Box<dyn Memory>>,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Plain> Lent<T> {
    #[inline]
    fn values(&self) -> &[T] {
        let Some(memory) = &self.memory else { return &[] };
        let bytes = &memory.bytes()[..self.len * size_of::<T>()];
        <[T]>::ref_from_bytes(bytes).expect("the memory of a room is aligned")
    }

    fn values_mut(&mut self) -> &mut [T] {
        let Some(memory) = &mut self.memory else { return &mut [] };
        let bytes = &mut memory.bytes_mut()[..self.len * size_of::<T>()];
        <[T]>::mut_from_bytes(bytes).expect("the memory of a room is aligned")
    }

    /// Makes it longer; what the new values are is not said.
    fn grow(&mut self, len: usize) -> Result<(), NoRoom> {
        let needed = len * size_of::<T>();
        let held = self.memory.as_ref().map_or(0, |memory| memory.bytes().len());
        if needed > held {
            let mut larger = self.room.make(needed.max(held * 2).max(LENT_BYTES_MIN))?;
            let old = self.values().as_bytes();
            larger.bytes_mut()[..old.len()].copy_from_slice(old);
            self.memory = Some(larger);
        }
        self.len = len;
        Ok(())
    }
}

impl<T: Plain> Column<T> {
    /// So many equal values to be worked with, in a room where there is one.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn filled(len: usize, value: T, room: Option<&Arc<dyn Room>>) -> Result<Self, NoRoom> {
        let mut column = Self::new(value);
        if let Some(room) = room {
            column.lend(room)?;
        }
        column.fill(len)?;
        Ok(column)
    }

    /// These values, in own memory.
    pub fn of(values: Vec<T>, usual: T) -> Self {
        Self { usual, values: Values::Own(values) }
    }

    /// A column of no values, in own memory.
    pub fn new(usual: T) -> Self {
        Self { usual, values: Values::Own(Vec::new()) }
    }

    /// The value of a line; the usual one where none is kept.
    #[inline]
    pub fn get(&self, line: usize) -> T {
        let values = match &self.values {
            Values::Own(values) => values,
            Values::Lent(lent) => lent.values(),
        };
        values.get(line).copied().unwrap_or(self.usual)
    }

    /// The values that are kept.
    #[inline]
    pub fn values(&self) -> &[T] {
        match &self.values {
            Values::Own(values) => values,
            Values::Lent(lent) => lent.values(),
        }
    }

    /// The values that are kept, to be changed or put into another order.
    pub fn values_mut(&mut self) -> &mut [T] {
        match &mut self.values {
            Values::Own(values) => values,
            Values::Lent(lent) => lent.values_mut(),
        }
    }

    /// Adds the value of line `at`, which is the first without one. Only for a column in own memory.
    #[inline]
    pub(super) fn push(&mut self, at: usize, value: T) {
        let Values::Own(values) = &mut self.values else { unreachable!("lines are added to chunks") };
        if !values.is_empty() || value != self.usual {
            values.resize(at, self.usual);
            values.push(value);
        }
    }

    /// Puts values behind those that are kept, whatever lines they are of.
    ///
    /// # Errors
    /// Where the column is elsewhere, and there is no room.
    pub(super) fn extend(&mut self, more: &[T]) -> Result<(), NoRoom> {
        match &mut self.values {
            Values::Own(values) => values.extend_from_slice(more),
            Values::Lent(lent) => {
                let len = lent.len;
                lent.grow(len + more.len())?;
                lent.values_mut()[len..].copy_from_slice(more);
            }
        }
        Ok(())
    }

    /// Gives all of `len` lines a value that is kept.
    pub(super) fn fill(&mut self, len: usize) -> Result<(), NoRoom> {
        let usual = self.usual;
        match &mut self.values {
            Values::Own(values) => values.resize(len, usual),
            Values::Lent(lent) => {
                let from = lent.len;
                lent.grow(len)?;
                lent.values_mut()[from..].fill(usual);
            }
        }
        Ok(())
    }

    /// Appends the values of `more_len` lines to those of `len` lines.
    pub(super) fn append(&mut self, len: usize, more: &Self, more_len: usize) -> Result<(), NoRoom> {
        if more.values().is_empty() {
            if self.values().is_empty() {
                return Ok(());
            }
            return self.fill(len + more_len);
        }
        self.fill(len)?;
        self.extend(more.values())
    }

    /// Changes the values of `len` lines, the usual one among them.
    pub(super) fn replace(&mut self, len: usize, other: impl Fn(T) -> T) {
        if len > 0 && self.values().is_empty() && other(self.usual) != self.usual {
            let Values::Own(values) = &mut self.values else { unreachable!("values of chunks are changed") };
            values.resize(len, self.usual);
        }
        self.values_mut().iter_mut().for_each(|value| *value = other(*value));
    }

    /// Moves the values to the memory of a room, and lets the column grow there.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn lend(&mut self, room: &Arc<dyn Room>) -> Result<(), NoRoom> {
        let Values::Own(values) = &self.values else { return Ok(()) };
        let mut lent = Lent { room: Arc::clone(room), memory: None, len: 0, of: PhantomData };
        if !values.is_empty() {
            lent.grow(values.len())?;
            lent.values_mut().copy_from_slice(values);
        }
        self.values = Values::Lent(lent);
        Ok(())
    }

    /// The bytes of own memory that it holds.
    pub(super) fn own_bytes(&self) -> usize {
        match &self.values {
            Values::Own(values) => values.capacity() * size_of::<T>(),
            Values::Lent(_) => 0,
        }
    }
}

/// As many columns as the first line has values.
#[derive(Debug)]
pub struct ColumnList<T> {
    usual: T,
    pub(super) columns: Vec<Column<T>>,
}

impl<T: Plain> ColumnList<T> {
    /// A list of no columns.
    pub fn new(usual: T) -> Self {
        Self { usual, columns: Vec::new() }
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns true if there is no column.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The value of a line in a column; the usual one where no line has any.
    #[inline]
    pub fn get(&self, line: usize, column: usize) -> T {
        self.columns.get(column).map_or(self.usual, |column| column.get(line))
    }

    /// Makes it so many columns at least; lines have the usual value in new ones.
    pub(super) fn widen(&mut self, columns: usize) {
        while self.columns.len() < columns {
            self.columns.push(Column::new(self.usual));
        }
    }

    #[inline]
    pub(super) fn push(&mut self, at: usize, values: &[T]) {
        self.widen(values.len());
        // A line without values has the usual ones: columns that hold anything hold it for every line.
        let values = values.iter().copied().chain(std::iter::repeat(self.usual));
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(at, value);
        }
    }

    pub(super) fn append(&mut self, len: usize, more: &Self, more_len: usize) -> Result<(), NoRoom> {
        self.widen(more.len());
        let none = Column::new(self.usual);
        let more = more.columns.iter().chain(std::iter::repeat(&none));
        self.columns.iter_mut().zip(more).try_for_each(|(column, more)| column.append(len, more, more_len))
    }

    pub(super) fn lend(&mut self, room: &Arc<dyn Room>) -> Result<(), NoRoom> {
        self.columns.iter_mut().try_for_each(|column| column.lend(room))
    }

    pub(super) fn own_bytes(&self) -> usize {
        self.columns.iter().map(Column::own_bytes).sum()
    }
}
