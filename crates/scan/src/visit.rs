//! The parallel visit: every line of every input once, results in order, memory bounded by two waves of
//! results and what is held of streams that are ahead of their turn.

use std::collections::BTreeMap;
use std::iter;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::chunk::{Chunk, ChunkAt};
use crate::error::ScanError;
use crate::feed::{Feed, Plain, Task, Wave};
use crate::input::Inputs;
use crate::line::Line;
use crate::ranges::{lines_in_map, read_lines};

/// A chunk of a stream, or of a file that is not mapped, is memory, so there is a bound on what may be asked
/// for.
const CHUNK_BYTES_MAX: u64 = 64 << 20;

/// How much the results of streams may take, for each thread, while those before them are not at their end. Beyond it
/// only the first stream is read. A result of `check` takes some 2 % of the bytes that it is of.
const HELD_BYTES_PER_THREAD: usize = 8 << 20;

/// How inputs are read. No choice here changes which lines are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Bytes of input per chunk, 1 byte to 64 MiB; values outside count as the nearest inside. 1 MiB by
    /// default.
    pub chunk_bytes: u64,
    /// Whether regular files of more than one chunk are mapped (the default). Others, and all when not, are
    /// read with `pread`.
    pub mmap: bool,
    /// Lines with more bytes, line end not counted, are reported without their bytes. 16 MiB by default.
    pub max_record_bytes: u64,
}

impl Default for ScanOptions {
    fn default() -> ScanOptions {
        ScanOptions { chunk_bytes: 1 << 20, mmap: true, max_record_bytes: 16 << 20 }
    }
}

/// What others may see and do while a scan runs: how far it is, and stop it.
#[derive(Debug, Default)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    bytes_done: AtomicU64,
}

impl Watch {
    /// Uses a stop flag that something else sets, such as a signal handler.
    pub fn new(stop: Arc<AtomicBool>) -> Watch {
        Watch { stop, bytes_done: AtomicU64::new(0) }
    }

    /// Asks the scan to end with [`ScanError::Interrupted`] at the next chunk.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Bytes of the inputs as they lie on disk that are done, compressed ones if they are compressed. At the
    /// end of a visit that adds up to [`Inputs::size_bytes`], but for spooled inputs, whose decompressed bytes
    /// count, and for pipes.
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// Fails once the run was asked to stop; for long work during the visit, piece by piece.
    ///
    /// # Errors
    /// [`ScanError::Interrupted`].
    pub fn check(&self) -> Result<(), ScanError> {
        if self.stop.load(Ordering::Relaxed) { Err(ScanError::Interrupted) } else { Ok(()) }
    }

    /// A watch that stops with this one and counts on its own: for reading ahead what will be read again.
    #[must_use]
    pub fn apart(&self) -> Watch {
        Watch::new(Arc::clone(&self.stop))
    }

    /// Counts bytes that are done.
    pub fn add(&self, n_bytes: u64) {
        self.bytes_done.fetch_add(n_bytes, Ordering::Relaxed);
    }
}

/// Visits every chunk of every input on the current rayon pool.
///
/// `worker` makes the state of a thread, which stays with it for all chunks. `map` turns a chunk into a
/// result. `fold` takes the results strictly in the order of inputs and offsets, one at a time, while later
/// chunks are being visited. Every line is in exactly one chunk; where chunks are cut depends on
/// `chunk_bytes`, and on whether an input is a stream. Inputs that were set aside have no lines; call
/// [`Inputs::set_aside_foreign`] or [`Inputs::refuse_foreign`] before, or anything is taken for lines.
///
/// The bytes that `map` sees may change under its hands when something writes to a mapped file: it must not
/// rely on having validated them. Results of bytes that were lost never reach `fold`; whether bytes were
/// rewritten is for [`Inputs::check_unchanged`] to say, before anything is published.
///
/// # Errors
/// The first one in order: of reading, of `fold`, or [`ScanError::Interrupted`]. Results before it were
/// folded.
pub fn visit<W, T, E>(
    inputs: &Inputs,
    options: &ScanOptions,
    watch: &Watch,
    worker: impl Fn() -> W + Sync,
    map: impl Fn(&mut W, &Chunk<'_>) -> T + Sync,
    fold: impl FnMut(ChunkAt, T) -> Result<(), E> + Send,
) -> Result<(), E>
where
    W: Send,
    T: Send,
    E: From<ScanError> + Send,
{
    visit_some(inputs, 0..inputs.len(), options, watch, worker, map, fold)
}

/// Visits as [`visit`] does, where results are far smaller than the bytes that they are of: `weigh` tells how much
/// memory one takes. The less they take, the longer several compressed inputs are read side by side.
///
/// # Errors
/// As [`visit`].
pub fn visit_weighing<W, T, E>(
    inputs: &Inputs,
    options: &ScanOptions,
    watch: &Watch,
    worker: impl Fn() -> W + Sync,
    map: impl Fn(&mut W, &Chunk<'_>) -> T + Sync,
    weigh: impl Fn(&T) -> usize,
    fold: impl FnMut(ChunkAt, T) -> Result<(), E> + Send,
) -> Result<(), E>
where
    W: Send,
    T: Send,
    E: From<ScanError> + Send,
{
    let visitors = Visitors::new(options, watch, worker, map);
    visit_in_waves(inputs, 0..inputs.len(), &visitors, false, |result, _| weigh(result), fold)
}

/// Visits as [`visit_weighing`] does, where results may be about as large as the bytes that they are of: fewer of them
/// are under way.
///
/// # Errors
/// As [`visit`].
pub fn visit_making<W, T, E>(
    inputs: &Inputs,
    options: &ScanOptions,
    watch: &Watch,
    worker: impl Fn() -> W + Sync,
    map: impl Fn(&mut W, &Chunk<'_>) -> T + Sync,
    weigh: impl Fn(&T) -> usize,
    fold: impl FnMut(ChunkAt, T) -> Result<(), E> + Send,
) -> Result<(), E>
where
    W: Send,
    T: Send,
    E: From<ScanError> + Send,
{
    let visitors = Visitors::new(options, watch, worker, map);
    visit_in_waves(inputs, 0..inputs.len(), &visitors, true, |result, _| weigh(result), fold)
}

/// Visits some consecutive inputs as [`visit`] visits all.
///
/// # Errors
/// As [`visit`].
pub fn visit_some<W, T, E>(
    inputs: &Inputs,
    which: Range<usize>,
    options: &ScanOptions,
    watch: &Watch,
    worker: impl Fn() -> W + Sync,
    map: impl Fn(&mut W, &Chunk<'_>) -> T + Sync,
    fold: impl FnMut(ChunkAt, T) -> Result<(), E> + Send,
) -> Result<(), E>
where
    W: Send,
    T: Send,
    E: From<ScanError> + Send,
{
    let visitors = Visitors::new(options, watch, worker, map);
    // Some results hold all of their bytes.
    visit_in_waves(inputs, which, &visitors, false, |_, n_bytes| n_bytes, fold)
}

fn visit_in_waves<W, T, E, Worker, Map>(
    inputs: &Inputs,
    which: Range<usize>,
    visitors: &Visitors<'_, W, Worker, Map>,
    are_large: bool,
    weigh: impl Fn(&T, usize) -> usize,
    mut fold: impl FnMut(ChunkAt, T) -> Result<(), E> + Send,
) -> Result<(), E>
where
    W: Send,
    T: Send,
    E: From<ScanError> + Send,
    Worker: Fn() -> W + Sync,
    Map: Fn(&mut W, &Chunk<'_>) -> T + Sync,
{
    let held_bytes_max = HELD_BYTES_PER_THREAD * rayon::current_num_threads();
    let mut feed = Feed::new(inputs, which, visitors.options, visitors.watch, are_large);
    let mut held = Held { by_place: BTreeMap::new(), n_bytes: 0 };
    let mut in_turn = Vec::new();
    let mut wave = feed.next_wave(true)?;
    loop {
        let is_last = wave.tasks.is_empty();
        let n_inputs_done = wave.n_inputs_done;
        let may_run_ahead = held.n_bytes < held_bytes_max;
        let mut fold_all = |results: Vec<Visited<T>>| {
            results.into_iter().try_for_each(|visited| fold(visited.at, visited.result?))
        };
        let (folded, (now_visited, next)) = rayon::join(
            || fold_all(in_turn),
            || {
                rayon::join(
                    || visitors.visit(wave.tasks),
                    || if is_last { Ok(Wave::default()) } else { feed.next_wave(may_run_ahead) },
                )
            },
        );
        folded?;
        for mut visited in now_visited {
            visited.spare.take().into_iter().for_each(|spare| feed.reuse(spare));
            held.add(visited, &weigh);
        }
        in_turn = held.take_in_turn(n_inputs_done);
        wave = match next {
            Ok(wave) => wave,
            Err(error) => return fold_all(in_turn).and(Err(error.into())),
        };
        if is_last {
            return fold_all(in_turn);
        }
    }
}

/// Results that wait for those of the inputs before them.
struct Held<T> {
    by_place: BTreeMap<ChunkAt, (Visited<T>, usize)>,
    n_bytes: usize,
}

impl<T> Held<T> {
    fn add(&mut self, visited: Visited<T>, weigh: impl Fn(&T, usize) -> usize) {
        let n_bytes = visited.result.as_ref().map_or(0, |result| weigh(result, visited.n_bytes));
        self.n_bytes += n_bytes;
        self.by_place.insert(visited.at, (visited, n_bytes));
    }

    /// Takes, in order, what nothing comes before any more once so many inputs are done: their results, and those of
    /// the next one.
    fn take_in_turn(&mut self, n_inputs_done: usize) -> Vec<Visited<T>> {
        let mut in_turn = Vec::new();
        while let Some(first) = self.by_place.first_entry()
            && first.key().input.index() <= n_inputs_done
        {
            let (visited, n_bytes) = first.remove();
            self.n_bytes -= n_bytes;
            in_turn.push(visited);
        }
        in_turn
    }
}

/// What came of one task, with how many bytes it is of; `None` when no line starts in its range.
type Outcome<T> = Result<Option<(ChunkAt, usize, T)>, ScanError>;

struct Visited<T> {
    /// The chunk, or where the bytes begin that could not be read.
    at: ChunkAt,
    result: Result<T, ScanError>,
    /// How many bytes were visited.
    n_bytes: usize,
    /// Memory of a block, to be used again.
    spare: Option<Vec<u8>>,
}

/// The threads that visit, with what each keeps from one chunk to the next.
struct Visitors<'a, W, Worker, Map> {
    options: ScanOptions,
    watch: &'a Watch,
    worker: Worker,
    map: Map,
    /// One per thread, so no thread ever waits; taken out while in use, because a thread that waits for others
    /// inside `map` may be given another chunk meanwhile.
    idle: Vec<Mutex<Option<Visitor<W>>>>,
}

struct Visitor<W> {
    worker: W,
    /// Where chunks are read to.
    buffer: Vec<u8>,
}

impl<'a, W, T, Worker, Map> Visitors<'a, W, Worker, Map>
where
    W: Send,
    T: Send,
    Worker: Fn() -> W + Sync,
    Map: Fn(&mut W, &Chunk<'_>) -> T + Sync,
{
    fn new(options: &ScanOptions, watch: &'a Watch, worker: Worker, map: Map) -> Self {
        let options = ScanOptions { chunk_bytes: options.chunk_bytes.clamp(1, CHUNK_BYTES_MAX), ..*options };
        let idle = iter::repeat_with(|| Mutex::new(None)).take(rayon::current_num_threads()).collect();
        Visitors { options, watch, worker, map, idle }
    }

    /// Visits the chunks of a wave; the results are in the order of the tasks. Ranges in which no line starts
    /// have none.
    fn visit(&self, tasks: Vec<Task<'_>>) -> Vec<Visited<T>> {
        let tasks = tasks.into_par_iter().with_max_len(1);
        let slots: Vec<Option<Visited<T>>> = tasks.map(|task| self.run(task)).collect();
        slots.into_iter().flatten().collect()
    }

    fn run(&self, task: Task<'_>) -> Option<Visited<T>> {
        let index = rayon::current_thread_index().unwrap_or(0) % self.idle.len();
        let mut taken = self.idle[index].lock().unwrap_or_else(PoisonError::into_inner).take();
        let visitor = taken.get_or_insert_with(|| Visitor { worker: (self.worker)(), buffer: Vec::new() });
        let at = task.at();
        let (outcome, spare) = match (self.watch.check(), task) {
            (Err(error), _) => (Err(error), None),
            (Ok(()), Task::Range(plain, range)) => (self.visit_range(visitor, &plain, &range), None),
            (Ok(()), Task::Block(_, block)) => (
                Ok(Some(self.visit_chunk(&mut visitor.worker, at, &block.held, block.long))),
                Some(block.held),
            ),
        };
        *self.idle[index].lock().unwrap_or_else(PoisonError::into_inner) = taken;
        Some(match outcome.transpose()? {
            Ok((at, n_bytes, result)) => Visited { at, result: Ok(result), n_bytes, spare },
            Err(error) => Visited { at, result: Err(error), n_bytes: 0, spare },
        })
    }

    fn visit_range(&self, visitor: &mut Visitor<W>, plain: &Plain<'_>, range: &Range<u64>) -> Outcome<T> {
        self.watch.add(range.end - range.start);
        let max_record_bytes = self.options.max_record_bytes;
        if let Some(map) = plain.map() {
            let visited = lines_in_map(map.bytes(), range).map(|lines| {
                let at = ChunkAt { input: plain.input, start: lines.start as u64 };
                let visited = self.visit_chunk(&mut visitor.worker, at, &map.bytes()[lines.clone()], None);
                map.release(lines);
                visited
            });
            map.check(plain.source)?;
            return Ok(visited);
        }
        let data = plain.source.open_data()?;
        let lines = read_lines(&data, range, max_record_bytes, &mut visitor.buffer)?;
        // `map` may take its time, and files that are open are few.
        drop(data);
        Ok(lines.map(|lines| {
            let at = ChunkAt { input: plain.input, start: lines.start };
            self.visit_chunk(&mut visitor.worker, at, &visitor.buffer[lines.skip..], lines.long)
        }))
    }

    fn visit_chunk(
        &self,
        worker: &mut W,
        at: ChunkAt,
        held: &[u8],
        long: Option<Line<'static>>,
    ) -> (ChunkAt, usize, T) {
        let chunk = Chunk::new(at, held, long, self.options.max_record_bytes);
        (at, held.len(), (self.map)(worker, &chunk))
    }
}
