//! `--index`: what earlier runs found of records that are alike, so that only new records are compared.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bedload_record::plural::{agree, count, plural};
use bedload_record::{Column, Ordinal, Room, Verdict};
use bedload_stages::near::{
    Edge, INDEX_MAGIC, Member, NearConfig, NewIndex, PairList, Run, SavedIndex, SavedPair, Sets, Similar,
    Threshold, Unusable, all_pairs, pairs_max, stamp,
};
use rayon::prelude::*;
use twox_hash::XxHash3_128;

use crate::run::error::{EngineError, io_error};
use crate::scan::against::Against;
use crate::scan::near::SetMaker;

/// Bytes of the checksum at the end of the file, which is over all before it.
pub(crate) const CHECKSUM: usize = blake3::OUT_LEN;

/// Lines that are hashed together.
const LINES: usize = 1 << 13;

/// The index of a run.
pub(crate) struct Indexing<'a> {
    path: &'a Path,
    /// What is to be kept; none where nothing has changed, or it cannot be kept.
    pub(crate) made: Option<NewIndex>,
    /// Notes for the user, a line each.
    pub(crate) notes: Vec<String>,
    /// Whether records were compared.
    is_used: bool,
}

/// The records that are compared: their verdicts, and other data that they are compared with.
type Records<'r> = (&'r [Verdict], Option<&'r Against>);

impl<'a> Indexing<'a> {
    /// Looks whether the file is an index, or none is there yet.
    ///
    /// # Errors
    /// Where it is something else, or cannot be read.
    pub(crate) fn open(path: &'a Path) -> Result<Self, EngineError> {
        let indexing = Self { path, made: None, notes: Vec::new(), is_used: false };
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Now, and not after everything was built.
                let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::metadata(dir).map_err(io_error(dir, "examined"))?;
                return Ok(indexing);
            }
            Err(error) => return Err(io_error(path, "examined")(error)),
            Ok(metadata) if !metadata.is_file() => {
                let shown = path.display();
                return Err(EngineError::Usage(format!(
                    "--index {shown}: a directory or link already has this name"
                )));
            }
            Ok(_) => {}
        }
        let mut begin = Vec::new();
        let mut file = File::open(path).map_err(io_error(path, "opened"))?;
        (&mut file).take(INDEX_MAGIC.len() as u64).read_to_end(&mut begin).map_err(io_error(path, "read"))?;
        if begin != INDEX_MAGIC {
            return Err(indexing.is_no_index());
        }
        Ok(indexing)
    }

    fn is_no_index(&self) -> EngineError {
        EngineError::Usage(format!(
            "--index {}: the file exists, and is not one that --index wrote\nhint: name another file, or delete this one",
            self.path.display()
        ))
    }

    fn note(&mut self, what: &str) {
        self.notes.push(format!("{}: {what}", self.path.display()));
    }

    /// Adds a note where nothing was compared.
    pub(crate) fn finish(&mut self) {
        if !self.is_used {
            self.note("no records were compared, so the index was neither read nor written");
        }
    }

    /// Finds all pairs of records that are at least so alike, the new ones by their sets; or the sets, where there are
    /// too many pairs.
    ///
    /// # Errors
    /// Where a record or the index cannot be read, or there is no room.
    pub(crate) fn compare(
        &mut self,
        maker: &SetMaker<'_>,
        records: Records<'_>,
        config: &NearConfig,
        lowest: Threshold,
    ) -> Result<Similar, EngineError> {
        self.is_used = true;
        let room = maker.room_for(records.0, records.1);
        let stamp = stamp(config.shingle, config.fields);
        let ids = ids(maker, records)?;
        let bytes = self.read(room.as_ref())?;
        let saved = bytes.as_ref().map(|bytes| {
            let bytes = bytes.values();
            SavedIndex::read(&bytes[..bytes.len() - CHECKSUM], &stamp, lowest)
        });
        match saved {
            None => {}
            Some(Ok(saved)) => {
                let found = Found::new(&saved, &ids);
                if found.is_outgrown() {
                    self.note(
                        "at least half of the records are newer than it; all records were compared anew",
                    );
                } else if let Some(done) = self.extend(maker, records, config, (found, &stamp))? {
                    return Ok(done);
                }
            }
            Some(Err(Unusable::NoIndex)) => return Err(self.is_no_index()),
            Some(Err(Unusable::Changed)) => self.note(CHANGED),
            Some(Err(Unusable::Other(why))) => self.note(&format!("{why}; all records were compared anew")),
        }
        self.anew(maker, records, config, (&ids, stamp, lowest))
    }

    /// The bytes of the file, if they are those that were written.
    fn read(&mut self, room: Option<&Arc<dyn Room>>) -> Result<Option<Column<u8>>, EngineError> {
        let mut file = match File::open(self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(io_error(self.path, "opened"))?,
        };
        let len = file.metadata().map_err(io_error(self.path, "examined"))?.len();
        let len = usize::try_from(len).map_err(|_| self.is_no_index())?;
        let bytes = if room.is_some() {
            let mut bytes = Column::filled(len, 0u8, room)?;
            match file.read_exact(bytes.values_mut()) {
                // It is shorter now, which the checksum tells.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
                read => read.map_err(io_error(self.path, "read"))?,
            }
            bytes
        } else {
            let mut bytes = Vec::with_capacity(len);
            file.read_to_end(&mut bytes).map_err(io_error(self.path, "read"))?;
            Column::of(bytes, 0)
        };
        let is_whole = bytes.values().split_last_chunk::<CHECKSUM>().is_some_and(|(all, checksum)| {
            *blake3::Hasher::new().update_rayon(all).finalize().as_bytes() == *checksum
        });
        if !is_whole {
            self.note(CHANGED);
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    /// Compares the records that the index does not have with all; none where there are too many pairs.
    fn extend(
        &mut self,
        maker: &SetMaker<'_>,
        records: Records<'_>,
        config: &NearConfig,
        (found, stamp): (Found<'_>, &str),
    ) -> Result<Option<Similar>, EngineError> {
        let Found { saved, numbers, lines, new, ids } = found;
        let threshold = saved.threshold();
        let sets = sets_of(maker, records, config, &new)?;
        let run = Run { new: &sets, old: Some((saved, &lines)), threshold };
        let again = |lines: &[Ordinal]| sets_of(maker, records, config, lines);
        let go_on = || Ok(maker.watch.check()?);
        let Some(pairs) = all_pairs(&run, pairs_max(ids.len()), again, go_on)? else {
            self.note("there are too many similar pairs with new records; all records were compared anew");
            return Ok(None);
        };
        let known = ids.len() - new.len();
        self.note(&format!(
            "{} of {} {} compared; the similar pairs of the others were read here",
            count(new.len() as u64),
            plural(ids.len() as u64, "record", "records"),
            agree(ids.len() as u64, "was", "were"),
        ));
        if !new.is_empty() || known < saved.len() {
            let of_new = set_numbers(&sets);
            let member = |(&(id, line), number): (&(u128, Ordinal), &Option<u32>)| {
                (id, number.map_or_else(|| of_new(line), Member::Old))
            };
            let members: Vec<(u128, Member)> = ids.iter().zip(&numbers).map(member).collect();
            let room = maker.room_for(records.0, records.1);
            let saved_pairs = saved_pairs(&pairs, ids);
            let stamped = (stamp.to_owned(), threshold);
            self.made =
                Some(NewIndex::new(stamped, Some(saved), &members, &sets, saved_pairs, room.as_ref())?);
        }
        Ok(Some(Similar::Pairs(PairList::new(pairs))))
    }

    /// Compares all records.
    fn anew(
        &mut self,
        maker: &SetMaker<'_>,
        (verdicts, against): Records<'_>,
        config: &NearConfig,
        (ids, stamp, threshold): (&[(u128, Ordinal)], String, Threshold),
    ) -> Result<Similar, EngineError> {
        let sets = maker.make(verdicts, config, against)?;
        let run = Run { new: &sets, old: None, threshold };
        let most = pairs_max(ids.len());
        let again = |_: &[Ordinal]| Ok::<_, EngineError>(Sets::default());
        let Some(pairs) = all_pairs(&run, most, again, || Ok(maker.watch.check()?))? else {
            self.note(&format!(
                "more than {} have a similarity of at least {threshold}, too many for an index; none was written",
                plural(most as u64, "pair of records", "pairs of records")
            ));
            return Ok(Similar::Sets(sets));
        };
        let of_set = set_numbers(&sets);
        let members: Vec<(u128, Member)> = ids.iter().map(|&(id, line)| (id, of_set(line))).collect();
        let room = maker.room_for(verdicts, against);
        let saved = saved_pairs(&pairs, ids);
        self.made = Some(NewIndex::new((stamp, threshold), None, &members, &sets, saved, room.as_ref())?);
        Ok(Similar::Pairs(PairList::new(pairs)))
    }
}

const CHANGED: &str = "its bytes were changed after it was written; all records were compared anew";

/// Which of the records an index has.
struct Found<'a> {
    saved: &'a SavedIndex<'a>,
    /// The records, by their ids.
    ids: &'a [(u128, Ordinal)],
    /// The number of each in the index, if it is there.
    numbers: Vec<Option<u32>>,
    /// The record of each number, if it is in the run.
    lines: Vec<Option<Ordinal>>,
    /// Those that are not in the index, in order.
    new: Vec<Ordinal>,
}

impl<'a> Found<'a> {
    fn new(saved: &'a SavedIndex<'a>, ids: &'a [(u128, Ordinal)]) -> Self {
        let numbers: Vec<Option<u32>> = ids.par_iter().map(|&(id, _)| saved.find(id)).collect();
        let mut lines = vec![None; saved.len()];
        let mut new = Vec::new();
        for (&(_, line), number) in ids.iter().zip(&numbers) {
            match number {
                Some(number) => lines[*number as usize] = Some(line),
                None => new.push(line),
            }
        }
        new.par_sort_unstable();
        Self { saved, ids, numbers, lines, new }
    }

    fn is_outgrown(&self) -> bool {
        self.saved.is_outgrown(self.ids.len() - self.new.len(), self.new.len())
    }
}

/// What tells the member of a line that is new.
fn set_numbers(sets: &Sets) -> impl Fn(Ordinal) -> Member {
    let lines: Vec<Ordinal> = (0..sets.len()).map(|set| sets.line(set)).collect();
    move |line| lines.binary_search(&line).map_or(Member::Empty, |set| Member::New(set as u32))
}

/// The pairs by the numbers of the records in the order of their ids. A copy of another record has no number.
fn saved_pairs(pairs: &[Edge], ids: &[(u128, Ordinal)]) -> Vec<SavedPair> {
    let mut numbers: Vec<(Ordinal, u32)> = ids.iter().zip(0..).map(|(&(_, line), nth)| (line, nth)).collect();
    numbers.par_sort_unstable();
    let number = |line: Ordinal| {
        let nth = numbers.binary_search_by_key(&line, |&(line, _)| line).ok()?;
        Some(numbers[nth].1)
    };
    let saved = |pair: &Edge| {
        let (a, b) = (number(pair.line)?, number(pair.earlier)?);
        let similarity = pair.similarity;
        let (later, earlier) = (a.max(b), a.min(b));
        Some(SavedPair { later, earlier, common: similarity.common, either: similarity.either })
    };
    pairs.par_iter().filter_map(saved).collect()
}

/// What each record is known by: a hash of its bytes as they are written, and of its format. In the order of these hashes;
/// of several equal ones the first is there.
fn ids(maker: &SetMaker<'_>, (verdicts, against): Records<'_>) -> Result<Vec<(u128, Ordinal)>, EngineError> {
    let mut ids = maker.ids(verdicts, 0)?;
    if let Some(against) = against {
        against.each(maker.watch, |maker, verdicts, first| {
            ids.extend(maker.ids(&verdicts, first)?);
            Ok(())
        })?;
    }
    ids.par_sort_unstable();
    ids.dedup_by_key(|&mut (id, _)| id);
    Ok(ids)
}

/// The sets of some records, which are in order.
fn sets_of(
    maker: &SetMaker<'_>,
    (verdicts, against): Records<'_>,
    config: &NearConfig,
    wanted: &[Ordinal],
) -> Result<Sets, EngineError> {
    let only_wanted = |verdicts: &[Verdict], first: u64| {
        let of = |(nth, &verdict): (usize, &Verdict)| match wanted.binary_search(&Ordinal(first + nth as u64))
        {
            Ok(_) => verdict,
            Err(_) => Verdict::Unselected,
        };
        verdicts.par_iter().enumerate().map(of).collect::<Vec<Verdict>>()
    };
    let room = maker.room_for(verdicts, against);
    let mut chunks = maker.chunks(&only_wanted(verdicts, 0), config, 0, room.as_ref())?;
    if let Some(against) = against {
        against.each(maker.watch, |maker, verdicts, first| {
            chunks.extend(maker.chunks(&only_wanted(&verdicts, first), config, first, room.as_ref())?);
            Ok(())
        })?;
    }
    Ok(Sets::new(chunks, room))
}

impl SetMaker<'_> {
    /// A hash of each record that is kept so far, with its number, where the lines are numbered from `first`.
    fn ids(&self, verdicts: &[Verdict], first: u64) -> Result<Vec<(u128, Ordinal)>, EngineError> {
        let Self { facts, rules, fetch, watch, .. } = self;
        let format = rules.format.map_or("", |format| format.name);
        let of_format = XxHash3_128::oneshot(format.as_bytes());
        let of_line = |[fetched, converted]: &mut [Vec<u8>; 2], line: Ordinal| {
            let input = facts.input_of(line);
            let span = facts.span(line, input);
            let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
            let bytes = if facts.is_rewritten(line) { rules.written(input, bytes, converted) } else { bytes };
            Ok((XxHash3_128::oneshot(bytes) ^ of_format, Ordinal(first + line.0)))
        };
        let ids = verdicts
            .par_chunks(LINES)
            .enumerate()
            .map_init(<[Vec<u8>; 2]>::default, |buffers, (chunk, verdicts)| {
                watch.check()?;
                let lines = verdicts.iter().zip((chunk * LINES) as u64..);
                let kept = lines.filter(|(verdict, _)| matches!(verdict, Verdict::Kept(_)));
                kept.map(|(_, line)| of_line(buffers, Ordinal(line))).collect::<Result<Vec<_>, EngineError>>()
            })
            .collect::<Result<Vec<_>, EngineError>>()?;
        fetch.check()?;
        Ok(ids.concat())
    }
}
