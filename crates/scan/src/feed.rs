//! What is visited next: waves of tasks over all inputs, in order. Reads streams ahead; leaves ranges of
//! files to the visit.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use bedload_record::InputId;

use crate::blocks::{Block, Blocks};
use crate::chunk::ChunkAt;
use crate::error::ScanError;
use crate::input::{Input, Inputs};
use crate::mmap::Map;
use crate::visit::{ScanOptions, Watch};

/// Ranges in a wave for each thread: enough that the slowest one hardly matters, few enough that results stay
/// few.
const RANGES_PER_THREAD: usize = 16;
/// A block is held in memory and a range is not, so a wave has fewer of them. Also how many blocks of a
/// stream are read ahead where results of the streams before it take all the memory there is for them.
const BLOCKS_PER_THREAD: usize = 4;
/// How many ranges there are in a wave where results are as large as these.
const LARGE_PER_THREAD: usize = 8;
/// How many streams are decompressed at a time at most. Each may need a window of 128 MiB and holds a
/// descriptor.
const N_OPEN_STREAMS: usize = 32;

/// Tasks that are visited side by side.
#[derive(Default)]
pub(crate) struct Wave<'a> {
    pub(crate) tasks: Vec<Task<'a>>,
    /// All tasks of the inputs before this one were handed out, with this wave or earlier.
    pub(crate) n_inputs_done: usize,
}

/// One piece of work.
pub(crate) enum Task<'a> {
    Range(Arc<Plain<'a>>, Range<u64>),
    Block(InputId, Block),
}

impl Task<'_> {
    /// Where its bytes begin.
    pub(crate) fn at(&self) -> ChunkAt {
        match self {
            Task::Range(plain, range) => ChunkAt { input: plain.input, start: range.start },
            Task::Block(input, block) => ChunkAt { input: *input, start: block.start },
        }
    }
}

/// A random-access input while some of its ranges are in work; the last one to finish drops the map.
pub(crate) struct Plain<'a> {
    pub(crate) input: InputId,
    pub(crate) source: &'a Input,
    len: u64,
    use_map: bool,
    map: OnceLock<Option<Map>>,
}

impl Plain<'_> {
    /// The map, made by the first range that asks. `None` when reads must do, or will tell why the file
    /// cannot be opened.
    pub(crate) fn map(&self) -> Option<&Map> {
        let make = || Map::new(&self.source.open_data().ok()?);
        self.use_map.then(|| self.map.get_or_init(make).as_ref())?
    }
}

/// Gives waves of tasks until there are none.
pub(crate) struct Feed<'a> {
    inputs: &'a Inputs,
    /// One past the last input to be visited.
    end: usize,
    options: ScanOptions,
    watch: &'a Watch,
    /// A wave has so much of it for each range.
    cost_of_range: usize,
    /// The first input that is neither `plain` nor among `streams`.
    next_input: usize,
    plain: Option<(Arc<Plain<'a>>, u64)>,
    /// Consecutive inputs.
    streams: VecDeque<Stream<'a>>,
    /// Memory of blocks that were visited.
    spares: Vec<Vec<u8>>,
    n_threads: usize,
}

impl<'a> Feed<'a> {
    /// Feeds these inputs, which must exist. Where results are about as large as what they are of, they are fewer.
    pub(crate) fn new(
        inputs: &'a Inputs,
        which: Range<usize>,
        options: ScanOptions,
        watch: &'a Watch,
        are_large: bool,
    ) -> Feed<'a> {
        Feed {
            cost_of_range: if are_large { RANGES_PER_THREAD / LARGE_PER_THREAD } else { 1 },
            inputs,
            end: which.end,
            options,
            watch,
            next_input: which.start,
            plain: None,
            streams: VecDeque::new(),
            spares: Vec::new(),
            n_threads: rayon::current_num_threads(),
        }
    }

    /// The next tasks, none at the end. An error comes after all tasks before it.
    ///
    /// Those of one input come in order. Streams are read side by side, and their blocks handed out, as long as
    /// `may_run_ahead`: otherwise only blocks of the first.
    pub(crate) fn next_wave(&mut self, may_run_ahead: bool) -> Result<Wave<'a>, ScanError> {
        let n_ranges = self.n_threads * RANGES_PER_THREAD;
        let cost_of_block = RANGES_PER_THREAD / BLOCKS_PER_THREAD;
        let mut tasks = Vec::new();
        let mut cost = 0;
        while cost < n_ranges {
            if let Some((plain, pos)) = &mut self.plain {
                let end = pos.saturating_add(self.options.chunk_bytes).min(plain.len);
                if *pos == end {
                    self.plain = None;
                    continue;
                }
                tasks.push(Task::Range(Arc::clone(plain), *pos..end));
                *pos = end;
                cost += self.cost_of_range;
            } else if !self.streams.is_empty() {
                self.read_streams((n_ranges - cost).div_ceil(cost_of_block), may_run_ahead);
                let n_handing = if may_run_ahead { self.streams.len() } else { 1 };
                for stream in self.streams.iter_mut().take(n_handing) {
                    cost += stream.ready.len() * cost_of_block;
                    tasks.extend(stream.ready.drain(..).map(|block| Task::Block(stream.input, block)));
                }
                while self.streams.front().is_some_and(Stream::is_done) {
                    self.streams.pop_front();
                }
                if self.streams.front().is_some_and(|first| first.failed.is_some()) {
                    break;
                }
            } else if !self.open_next() {
                break;
            }
        }
        match self.streams.front_mut().and_then(|first| first.failed.take_if(|_| tasks.is_empty())) {
            Some(error) => Err(error),
            None => Ok(Wave { tasks, n_inputs_done: self.n_inputs_done() }),
        }
    }

    fn n_inputs_done(&self) -> usize {
        let plain = self.plain.as_ref().map(|(plain, _)| plain.input);
        plain.or(self.streams.front().map(|first| first.input)).map_or(self.next_input, InputId::index)
    }

    /// Takes back the memory of a block.
    pub(crate) fn reuse(&mut self, spare: Vec<u8>) {
        // A block with one long line must not leave its size to all that follow.
        if spare.capacity() as u64 <= self.options.chunk_bytes.saturating_mul(4) {
            self.spares.push(spare);
        }
    }

    fn open_next(&mut self) -> bool {
        let Some(source) = self.inputs.list[..self.end].get(self.next_input) else { return false };
        let input = InputId::new(self.next_input);
        self.next_input += 1;
        if source.is_set_aside() {
            return true;
        }
        match source.data_bytes() {
            Some(len) => {
                // What is one chunk is one read, which is cheaper than a map.
                let use_map = self.options.mmap && len > self.options.chunk_bytes;
                let plain = Plain { input, source, len, use_map, map: OnceLock::new() };
                self.plain = Some((Arc::new(plain), 0));
            }
            None => self.streams.push_back(Stream::new(input, source)),
        }
        true
    }

    /// Reads until there are `n_blocks` ready: of all streams together, or only of the first and a little of the
    /// others.
    fn read_streams(&mut self, n_blocks: usize, may_run_ahead: bool) {
        let n_open_max = self.n_threads.min(N_OPEN_STREAMS);
        while self.streams.iter().filter(|stream| !stream.is_finished).count() < n_open_max {
            // Only files, compressed or arrays: a pipe may wait for its writer as long as it likes.
            match self.inputs.list[..self.end].get(self.next_input) {
                Some(source)
                    if may_run_ahead && source.size_bytes().is_some() && !source.is_random_access() =>
                {
                    self.open_next()
                }
                _ => break,
            };
        }
        let n_open = self.streams.iter().filter(|stream| !stream.is_finished).count().max(1);
        let share = n_blocks.div_ceil(n_open);
        let mut spares = std::mem::take(&mut self.spares).into_iter();
        let (options, watch) = (self.options, self.watch);
        for stream in self.streams.iter_mut().filter(|stream| !stream.is_finished) {
            let n_wanted = share.saturating_sub(stream.spares.len());
            stream.spares.extend(spares.by_ref().take(n_wanted));
        }
        self.streams.par_iter_mut().with_max_len(1).enumerate().for_each(|(place, stream)| {
            let n_blocks = match place {
                _ if may_run_ahead => share,
                0 => n_blocks,
                _ => BLOCKS_PER_THREAD,
            };
            stream.read(n_blocks, options, watch);
        });
    }
}

struct Stream<'a> {
    input: InputId,
    source: &'a Input,
    blocks: Option<Blocks>,
    ready: VecDeque<Block>,
    spares: Vec<Vec<u8>>,
    /// Bytes of the file itself that the watch has counted.
    n_raw_done: u64,
    /// The file was read to its end once, because it is dense.
    is_measured: bool,
    is_finished: bool,
    failed: Option<ScanError>,
}

impl<'a> Stream<'a> {
    fn new(input: InputId, source: &'a Input) -> Stream<'a> {
        let (blocks, ready, spares) = (None, VecDeque::new(), Vec::new());
        Stream {
            input,
            source,
            blocks,
            ready,
            spares,
            n_raw_done: 0,
            is_measured: false,
            is_finished: false,
            failed: None,
        }
    }

    fn read(&mut self, n_blocks: usize, options: ScanOptions, watch: &Watch) {
        while self.ready.len() < n_blocks && !self.is_finished && self.failed.is_none() {
            match self.read_block(options, watch) {
                Ok(Some(block)) => self.ready.push_back(block),
                Ok(None) => self.finish(),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    /// Gives back what reading took, as the streams before may go on for long.
    fn finish(&mut self) {
        self.is_finished = true;
        self.blocks = None;
        self.spares = Vec::new();
    }

    /// Whether all of its blocks were handed out.
    fn is_done(&self) -> bool {
        self.is_finished && self.ready.is_empty()
    }

    fn read_block(&mut self, options: ScanOptions, watch: &Watch) -> Result<Option<Block>, ScanError> {
        watch.check()?;
        let blocks = match &mut self.blocks {
            Some(blocks) => blocks,
            blocks => {
                let decoder = self.source.open_stream()?;
                let block_bytes = options.chunk_bytes as usize;
                blocks.insert(Blocks::new(decoder, block_bytes, options.max_record_bytes))
            }
        };
        let block = blocks.next(self.spares.pop().unwrap_or_default());
        let n_raw = blocks.decoder.n_raw();
        watch.add(n_raw - std::mem::replace(&mut self.n_raw_done, n_raw));
        let block = block.map_err(|source| blocks.decoder.error(self.source.name(), source))?;
        // Visiting its lines can take a thousand times as long as reading them, and then they may not count at all.
        if !self.is_measured && self.source.size_bytes().is_some() && blocks.decoder.is_dense() {
            self.is_measured = true;
            self.source.measure(watch)?;
        }
        Ok(block)
    }
}
