//! Row groups side by side: several are decoded at a time, by all threads, and their lines handed out in order. How far
//! the later ones run ahead is bounded.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use rayon::prelude::*;

use crate::BrokenTable;
use crate::columns::{Column, column};
use crate::file::Shared;
use crate::rows::Batch;
use crate::schema::{Node, row_of};

/// Decoded bytes of the rows that one thread turns into lines at a time.
const BATCH_BYTES: u64 = 1 << 20;
/// No more rows than this, whatever the footer says of their size.
const BATCH_ROWS_MAX: u64 = 8192;
/// Batches for each thread in one go, of all row groups together.
const BATCHES_PER_THREAD: usize = 2;
/// Lines that a row group holds back while those before it are handed out. It may be a go more.
const AHEAD_BYTES: usize = 32 << 20;

/// The rows of a Parquet file as lines of JSON.
pub struct ParquetLines {
    table: Arc<Table>,
    /// The first row group that is not open, and the number of its first row, from 1.
    next_group: usize,
    next_row: u64,
    open: VecDeque<Group>,
    /// Whether lines were made: who asks for no more than the first looks at the file only.
    has_begun: bool,
    lines: Vec<u8>,
    n_taken: usize,
    /// Memory of lines that were handed out.
    spares: Vec<Vec<u8>>,
}

struct Table {
    file: Arc<Shared>,
    metadata: ParquetMetaData,
    row: Node,
    /// What the leaves are called.
    names: Vec<String>,
}

/// A row group that is being read.
struct Group {
    columns: Vec<Box<dyn Column>>,
    /// The number of its next row in the file, from 1.
    next_row: u64,
    n_rows_left: u64,
    batch_rows: u64,
    ready: VecDeque<Vec<u8>>,
    n_ready: usize,
    broken: Option<io::Error>,
    spares: Vec<Vec<u8>>,
}

impl ParquetLines {
    /// Reads the footer; bytes that are read count in `n_raw`.
    ///
    /// # Errors
    /// A [`BrokenTable`] if the file is damaged or has columns without a JSON form, and those of reading.
    pub fn new(file: File, n_raw: Arc<AtomicU64>) -> io::Result<ParquetLines> {
        let file = Shared::new(file, n_raw)?;
        let metadata = sound(|| ParquetMetaDataReader::new().parse_and_finish(&file)).map_err(damaged)?;
        let schema = metadata.file_metadata().schema_descr();
        let row = row_of(schema.root_schema())?;
        let n_rows: i64 =
            metadata.row_groups().iter().map(RowGroupMetaData::num_rows).fold(0, i64::wrapping_add);
        if n_rows != metadata.file_metadata().num_rows() {
            let problem = "the row groups have other rows than the footer says";
            return Err(damaged(ParquetError::General(problem.to_owned())));
        }
        let names = schema.columns().iter().map(|leaf| leaf.path().string()).collect();
        Ok(ParquetLines {
            table: Arc::new(Table { file: Arc::new(file), metadata, row, names }),
            next_group: 0,
            next_row: 1,
            open: VecDeque::new(),
            has_begun: false,
            lines: Vec::new(),
            n_taken: 0,
            spares: Vec::new(),
        })
    }

    /// The next lines; empty at the end.
    fn next_lines(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let n_threads = if self.has_begun { rayon::current_num_threads() } else { 1 };
            while self.open.len() < n_threads && self.next_group < self.table.metadata.num_row_groups() {
                let group = Group::open(&self.table, self.next_group, self.next_row)?;
                self.next_row += group.n_rows_left;
                self.next_group += 1;
                self.open.push_back(group);
            }
            let Some(first) = self.open.front_mut() else { return Ok(Vec::new()) };
            if let Some(lines) = first.ready.pop_front() {
                first.n_ready -= lines.len();
                return Ok(lines);
            }
            if let Some(broken) = first.broken.take() {
                return Err(broken);
            }
            if first.n_rows_left == 0 {
                self.spares.append(&mut first.spares);
                self.open.pop_front();
                continue;
            }
            let n_batches = if self.has_begun { n_threads * BATCHES_PER_THREAD } else { 1 };
            self.has_begun = true;
            let (table, n_reading) = (&self.table, self.open.iter().filter(|group| group.may_read()).count());
            let share = n_batches.div_ceil(n_reading.max(1));
            for group in self.open.iter_mut().filter(|group| group.may_read()) {
                let n_more = share.saturating_sub(group.spares.len()).min(self.spares.len());
                group.spares.extend(self.spares.drain(self.spares.len() - n_more..));
            }
            self.open.par_iter_mut().with_max_len(1).for_each(|group| group.read(table, share));
        }
    }
}

impl Read for ParquetLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.n_taken == self.lines.len() {
            let lines = self.next_lines()?;
            self.spares.push(std::mem::replace(&mut self.lines, lines));
            self.n_taken = 0;
        }
        let n = buffer.len().min(self.lines.len() - self.n_taken);
        buffer[..n].copy_from_slice(&self.lines[self.n_taken..self.n_taken + n]);
        self.n_taken += n;
        Ok(n)
    }
}

impl Group {
    fn open(table: &Table, group: usize, next_row: u64) -> io::Result<Group> {
        let metadata = table.metadata.row_group(group);
        let n_rows = u64::try_from(metadata.num_rows()).map_err(|_| {
            damaged(ParquetError::General(format!("row group {group} has a negative number of rows")))
        })?;
        let schema = table.metadata.file_metadata().schema_descr();
        let columns = schema.columns().iter().enumerate().map(|(n, leaf)| {
            let file = Arc::clone(&table.file);
            let pages = SerializedPageReader::new(file, metadata.column(n), n_rows as usize, None)?;
            let pages: Box<dyn PageReader> = Box::new(pages);
            Ok(column(leaf, pages))
        });
        let n_bytes = u64::try_from(metadata.total_byte_size()).unwrap_or(0).max(1);
        let batch_rows = (u128::from(BATCH_BYTES) * u128::from(n_rows) / u128::from(n_bytes)) as u64;
        Ok(Group {
            columns: sound(|| columns.collect()).map_err(damaged)?,
            next_row,
            n_rows_left: n_rows,
            batch_rows: batch_rows.clamp(1, BATCH_ROWS_MAX),
            ready: VecDeque::new(),
            n_ready: 0,
            broken: None,
            spares: Vec::new(),
        })
    }

    /// Whether it has rows that it may hold.
    fn may_read(&self) -> bool {
        self.n_ready < AHEAD_BYTES && self.n_rows_left > 0 && self.broken.is_none()
    }

    /// Gets so many batches of rows ready, if it may hold them.
    fn read(&mut self, table: &Table, n_batches: usize) {
        if !self.may_read() {
            return;
        }
        let mut batches = Vec::new();
        while batches.len() < n_batches && self.n_rows_left > 0 {
            match self.batch(&table.names) {
                Ok(batch) => batches.push((batch, self.spares.pop().unwrap_or_default())),
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            }
        }
        let lines: Vec<_> = batches
            .into_par_iter()
            .map(|(batch, room)| batch.lines(&table.row, &table.names, room))
            .collect();
        for (lines, broken) in lines {
            self.n_ready += lines.len();
            // What is empty would look like the end.
            if !lines.is_empty() {
                self.ready.push_back(lines);
            }
            if let Some(broken) = broken {
                self.broken = Some(broken.into());
                return;
            }
        }
    }

    fn batch(&mut self, names: &[String]) -> io::Result<Batch> {
        let n_rows = self.batch_rows.min(self.n_rows_left);
        let first_row = self.next_row;
        let leaves = self.columns.par_iter_mut().enumerate().map(|(n, column)| {
            sound(|| column.read(n_rows as usize)).map_err(|error| {
                let rows = format!("rows {first_row} to {}", first_row + n_rows - 1);
                io::Error::from(of_parquet(error, &format!("{rows}, column `{}`: ", names[n])))
            })
        });
        let leaves = leaves.collect::<io::Result<Vec<_>>>()?;
        self.next_row += n_rows;
        self.n_rows_left -= n_rows;
        if self.n_rows_left == 0
            && !self.columns.par_iter_mut().all(|column| sound(|| column.read(1)).is_err())
        {
            let problem = "a column has more rows than its row group";
            return Err(damaged(ParquetError::General(problem.to_owned())));
        }
        Ok(Batch { first_row, n_rows: n_rows as usize, leaves })
    }
}

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Returns true where a panic of this thread is a damaged file, which is said as one.
pub fn is_panic_contained() -> bool {
    CONTAINED.get()
}

/// Calls the parquet crate, which checks much of a damaged file with assertions: that one fails is no fault of ours.
fn sound<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let outer = CONTAINED.replace(true);
    let caught = catch_unwind(AssertUnwindSafe(call));
    CONTAINED.set(outer);
    caught.unwrap_or_else(|_| Err(ParquetError::General("the data contradicts itself".to_owned())))
}

fn damaged(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            // Only the operating system gives error numbers.
            Ok(source) if source.raw_os_error().is_some() => *source,
            Ok(source) => of_parquet(ParquetError::General(source.to_string()), "").into(),
            Err(error) => of_parquet(ParquetError::General(error.to_string()), "").into(),
        },
        error => of_parquet(error, "").into(),
    }
}

fn of_parquet(error: ParquetError, place: &str) -> BrokenTable {
    let (message, is_supported) = match error {
        ParquetError::NYI(message) => (message, false),
        ParquetError::General(message) | ParquetError::EOF(message) => (message, true),
        error => (error.to_string(), true),
    };
    let problem = format!("{place}{message}");
    let has = |word: &str| problem.to_ascii_lowercase().contains(word);
    let hint = if has("encrypt") {
        "decrypt the file, or write it without encryption"
    } else if !is_supported || has("disabled feature") || has("codec") {
        "write the file with zstd, snappy, gzip or lz4 compression, or with none"
    } else {
        "the file may be truncated or damaged; write or download it again"
    };
    BrokenTable::new(problem, hint)
}
