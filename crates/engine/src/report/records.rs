//! `records.parquet`, which has a row for each line: its columns are read straight from facts and plan.

use std::ops::Range;
use std::path::Path;

use bedload_record::{Code, FactTable, InputId, Ordinal, Reason, Side, Tokens, Verdict};
use bedload_report::{
    Digests, Hashes, Integers, RecordColumns, TableWriter, Texts, Words, groups_at_once, row_groups,
};
use bedload_stages::dedupe::Duplicate;
use rayon::prelude::*;

use crate::plan::Plan;
use crate::plan::pack::Shard;
use crate::report::manifest::FileEntry;
use crate::report::tables::{Sum, TableInput, entry, path_of};
use crate::run::error::EngineError;
use crate::scan::against::Place;

/// No shard, in a list of numbers of shards.
const NOWHERE: u32 = u32::MAX;

/// `records.parquet`: one row per input line.
pub(crate) fn records(dir: &Path, source: &TableInput<'_>) -> Result<FileEntry, EngineError> {
    let (path, shown) = path_of(dir, "records");
    let mut table = TableWriter::create::<RecordColumns<'_>>(&path, Sum::default())?;
    let words = Vocabulary::of(source);
    let groups = row_groups(&path, source.facts.len(), words.text_bytes_most(source), |line| {
        words.text_bytes(source, Ordinal(line))
    })?;
    let before = Numbers::before(source, &groups);
    let groups: Vec<(Range<u64>, Numbers)> = groups.into_iter().zip(before).collect();
    for groups in groups.chunks(groups_at_once()) {
        source.watch.check()?;
        let places: Vec<Places> = groups
            .par_iter()
            .map(|(lines, before)| Places::of(source, lines.clone(), *before))
            .collect::<Result<_, _>>()?;
        let columns: Vec<RecordColumns<'_>> =
            places.iter().map(|places| columns(source, &words, places)).collect();
        table.write(&columns)?;
    }
    Ok(entry(shown, table.finish()?))
}

/// What the text columns choose from.
struct Vocabulary<'a> {
    files: Vec<&'a str>,
    /// By [`verdict_index`].
    verdicts: [&'static str; 4],
    /// In the order of [`Reason::ALL`].
    reasons: [&'static str; Reason::ALL.len()],
    /// In the order of [`Side::ALL`].
    sides: [&'static str; Side::COUNT],
    format: Option<&'static str>,
    labels: Vec<&'a str>,
    shards: Vec<&'a str>,
    /// The codes of findings, for each mark of a record and its kind; none for records without any.
    codes: Vec<String>,
    /// For each mark, where its kinds begin among these.
    of_mark: Vec<usize>,
    sources: Vec<&'a str>,
    origins: Vec<&'a str>,
}

/// The place of a verdict's word in a list of them.
fn verdict_index(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Rejected => 0,
        Verdict::Duplicate => 1,
        Verdict::Unselected
        | Verdict::Capped
        | Verdict::Conflicting
        | Verdict::Contaminated
        | Verdict::Blank => 2,
        Verdict::Kept(_) => 3,
    }
}

impl<'a> Vocabulary<'a> {
    fn of(source: &TableInput<'a>) -> Self {
        let TableInput { facts, plan, rules, .. } = source;
        let packed = &plan.packed;
        let (mut codes, mut of_mark) = (Vec::new(), vec![0; 1 << u8::BITS]);
        for (mark, more) in plan.marks.sets() {
            of_mark[usize::from(mark)] = codes.len();
            codes.extend(facts.kinds().iter().map(|&(mut codes, _)| {
                codes.absorb(more);
                codes.iter().map(Code::name).collect::<Vec<_>>().join(",")
            }));
        }
        Self {
            files: file_names(source),
            verdicts: [
                Verdict::Rejected,
                Verdict::Duplicate,
                Verdict::Unselected,
                Verdict::Kept(Side::Train),
            ]
            .map(Verdict::name),
            reasons: Reason::ALL.map(Reason::name),
            sides: Side::ALL.map(Side::name),
            format: rules.format.map(|format| format.name),
            labels: plan.classes.list().iter().map(|class| class.name.as_str()).collect(),
            shards: packed.shards.iter().map(|shard| shard.path.as_str()).collect(),
            codes,
            of_mark,
            sources: source.sources.iter().map(|source| source.name.as_str()).collect(),
            origins: rules.origins.files().iter().map(String::as_str).collect(),
        }
    }

    /// The place of a line's codes in their list.
    fn codes(&self, facts: &FactTable, plan: &Plan, line: Ordinal) -> usize {
        self.of_mark[usize::from(plan.marks.of(line))] + facts.kind(line)
    }

    /// No row has more text than this.
    fn text_bytes_most(&self, source: &TableInput<'_>) -> usize {
        let longest = |words: &[&str]| words.iter().map(|word| word.len()).max().unwrap_or(0);
        let codes = self.codes.iter().map(String::len).max().unwrap_or(0);
        2 * longest(&self.files)
            + longest(&self.sources)
            + longest(&self.origins)
            + source.ids.bytes_most(source.facts)
            + longest(&self.labels)
            + longest(&self.shards)
            + codes
            + FIXED_TEXT_BYTES
    }

    /// The bytes of text in a line's row, but for the digits and short words that every row has.
    fn text_bytes(&self, source: &TableInput<'_>, line: Ordinal) -> usize {
        let TableInput { facts, plan, rules, .. } = source;
        let input = facts.input_of(line);
        let origin = rules.origins.place(input, line.0 - facts.file(input).first.0);
        let label = plan.classes.of(facts, line).map_or(0, |class| self.labels[class].len());
        let file = self.files[input.index()].len();
        let from = facts.source_of(line).map_or(0, |source| self.sources[source].len());
        file + from
            + origin.map_or(0, |(file, _)| self.origins[file].len())
            + source.ids.bytes(line)
            + label
            + self.codes[self.codes(facts, plan, line)].len()
            + FIXED_TEXT_BYTES
    }
}

/// Digest, group, format, verdict, reason and side.
const FIXED_TEXT_BYTES: usize = 32 + 16 + 32 + 10 + 13 + 10;

/// How many lines of each side, and rejected ones, come before some line in the output.
#[derive(Clone, Copy, Default)]
struct Numbers([u64; SLOTS]);

/// The sides, and the rejected lines.
const SLOTS: usize = Side::COUNT + 1;

/// The list of [`Numbers`] that lines with a verdict are counted in.
fn slot(verdict: Verdict) -> Option<usize> {
    match verdict {
        Verdict::Kept(side) => Some(side as usize),
        Verdict::Rejected => Some(Side::COUNT),
        _ => None,
    }
}

/// How many lines are written in place of one with a verdict, without its variants.
fn made_of(facts: &FactTable, line: Ordinal, verdict: Verdict) -> u64 {
    if matches!(verdict, Verdict::Kept(_)) { facts.records(line) } else { 1 }
}

impl Numbers {
    /// What comes before each row group.
    fn before(source: &TableInput<'_>, groups: &[Range<u64>]) -> Vec<Self> {
        let TableInput { plan, facts, .. } = source;
        let variants = &plan.variants;
        let count = |lines: &Range<u64>| {
            let mut numbers = [0; SLOTS];
            for line in lines.clone().map(Ordinal) {
                let verdict = plan.verdicts[line.index()];
                slot(verdict).into_iter().for_each(|slot| numbers[slot] += made_of(facts, line, verdict));
            }
            let variants_before = |line| variants.partition_point(|variant| variant.parent.0 < line);
            numbers[0] += (variants_before(lines.end) - variants_before(lines.start)) as u64;
            numbers
        };
        let counts: Vec<[u64; SLOTS]> = groups.par_iter().map(count).collect();
        let mut before = [0; SLOTS];
        let add = |counts: [u64; SLOTS]| {
            let here = before;
            before.iter_mut().zip(counts).for_each(|(before, count)| *before += count);
            Self(here)
        };
        counts.into_iter().map(add).collect()
    }
}

/// Where the lines of one row group come from and go to.
struct Places<'p> {
    lines: Range<u64>,
    input: Vec<InputId>,
    /// [`NOWHERE`] for lines that are not in the output.
    shard: Vec<u32>,
    /// From 1.
    shard_line: Vec<u64>,
    /// How many lines were made of each.
    shard_lines: Vec<u64>,
    /// The duplicates among the lines, in order.
    duplicates: &'p [Duplicate],
    /// For each line, how many duplicates come before it here; empty where there are none.
    duplicates_before: Vec<u32>,
    /// Empty where no ids were asked for.
    ids: Vec<Option<Box<str>>>,
}

impl<'p> Places<'p> {
    fn of(source: &TableInput<'p>, lines: Range<u64>, before: Numbers) -> Result<Self, EngineError> {
        let TableInput { facts, plan, .. } = source;
        let (packed, variants) = (&plan.packed, &plan.variants);
        let rows = (lines.end - lines.start) as usize;
        let (mut input, mut shard) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let (mut shard_line, mut shard_lines) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let of_side = |side| {
            let is_it = |shard: &Shard| shard.side == side;
            packed.shards.iter().position(is_it).map(|at| (at, 0))
        };
        // Of each side, and of the rejected lines: a shard, and how many lines come before it. A conversion may write no
        // rejected lines.
        let sides = Side::ALL.into_iter().map(Some).chain([None]);
        let mut shards: Vec<Option<(usize, u64)>> = sides.map(of_side).collect();
        let Numbers(mut numbers) = before;
        let mut later = &variants[variants.partition_point(|variant| variant.parent.0 < lines.start)..];
        let mut cursor = facts.cursor(Ordinal(lines.start));
        for line in lines.clone().map(Ordinal) {
            input.push(cursor.input_of(line));
            let verdict = plan.verdicts[line.index()];
            // Its record may be in the place of another line.
            let slot = slot(verdict).filter(|_| made_of(facts, line, verdict) > 0);
            let Some((slot, (at, first))) = slot.and_then(|slot| Some((slot, shards[slot].as_mut()?))) else {
                shard.push(NOWHERE);
                shard_line.push(0);
                shard_lines.push(0);
                continue;
            };
            while numbers[slot] >= *first + packed.shards[*at].records && *at + 1 < packed.shards.len() {
                *first += packed.shards[*at].records;
                *at += 1;
            }
            shard.push(*at as u32);
            shard_line.push(numbers[slot] - *first + 1);
            let own = later.iter().take_while(|variant| variant.parent == line).count();
            later = &later[own..];
            let made = made_of(facts, line, verdict) + own as u64;
            shard_lines.push(made);
            numbers[slot] += made;
        }
        let of_line = |line| plan.duplicates.partition_point(|duplicate| duplicate.dropped.0 < line);
        let duplicates = &plan.duplicates[of_line(lines.start)..of_line(lines.end)];
        let mut duplicates_before = Vec::new();
        if !duplicates.is_empty() {
            let mut n = 0;
            duplicates_before.extend(lines.clone().map(|line| {
                let here = n;
                n += u32::from(duplicates.get(n as usize).is_some_and(|next| next.dropped.0 == line));
                here
            }));
        }
        let own = || {
            (lines.start as usize..lines.end as usize).into_par_iter().map(|line| Some(Ordinal(line as u64)))
        };
        let ids = ids_of(source, own)?;
        Ok(Self { lines, input, shard, shard_line, shard_lines, duplicates, duplicates_before, ids })
    }

    /// What the record in a row duplicates.
    fn survivor(&self, row: usize) -> Option<Ordinal> {
        let duplicate = self.duplicates.get(*self.duplicates_before.get(row)? as usize)?;
        (duplicate.dropped.0 == self.lines.start + row as u64).then_some(duplicate.survivor)
    }
}

fn columns<'c>(
    source: &'c TableInput<'_>,
    words: &'c Vocabulary<'_>,
    places: &'c Places<'_>,
) -> RecordColumns<'c> {
    let TableInput { facts, plan, rules, has_sides, .. } = *source;
    let rows = places.input.len();
    let start = places.lines.start;
    let line = move |row: usize| Ordinal(start + row as u64);
    let verdict = move |row: usize| plan.verdicts[line(row).index()];
    let is_accepted = move |row: usize| !matches!(verdict(row), Verdict::Rejected | Verdict::Blank);
    let input = |row: usize| places.input[row];
    let nth = move |row: usize| line(row).0 - facts.file(input(row)).first.0;
    let span = move |row: usize| facts.span(line(row), input(row));
    let origin = move |row: usize| rules.origins.place(input(row), nth(row));
    let is_counted = rules.counts_tokens();
    let is_spoken = is_counted && rules.is_conversation();
    let tokens = |is_known: bool, number: fn(Tokens) -> u64| {
        Integers::new(rows, move |row| {
            if !is_known {
                return None;
            }
            let tokens = facts.tokens(line(row));
            (is_accepted(row) || tokens.total() > 0).then(|| number(tokens))
        })
    };
    let survivor_file = |row: usize| Some(place_of(source, places.survivor(row)?).file);
    let survivor_line = |row: usize| Some(place_of(source, places.survivor(row)?).line);
    RecordColumns {
        rows,
        file: Words::new(rows, &words.files, move |row| Some(input(row).index())),
        line: Integers::new(rows, move |row| Some(nth(row) + 1)),
        record: Integers::new(rows, move |row| Some(nth(row))),
        byte_offset: Integers::new(rows, move |row| Some(span(row).start)),
        bytes: Integers::new(rows, move |row| Some(span(row).len)),
        format: Words::new(rows, words.format.as_slice(), |_| words.format.map(|_| 0)),
        tokens: tokens(is_counted, Tokens::total),
        tokens_prompt: tokens(is_counted, |tokens| tokens.prompt),
        tokens_completion: tokens(is_counted, |tokens| tokens.completion),
        tokens_system: tokens(is_spoken, |tokens| tokens.system),
        tokens_user: tokens(is_spoken, Tokens::user),
        tokens_assistant: tokens(is_spoken, |tokens| tokens.assistant),
        characters: tokens(is_counted, |tokens| tokens.characters),
        tokens_by_6: tokens(is_counted, Tokens::by_6),
        tokens_by_3: tokens(is_counted, Tokens::by_3),
        digest: Digests::new(rows, move |row| {
            (is_accepted(row) && facts.records(line(row)) > 0).then(|| facts.digest(line(row)))
        }),
        label: Words::new(rows, &words.labels, move |row| plan.classes.of(facts, line(row))),
        verdict: Words::new(rows, &words.verdicts, move |row| Some(verdict_index(verdict(row)))),
        reason: Words::new(rows, &words.reasons, move |row| {
            verdict(row).reason().map(|reason| reason as usize)
        }),
        split: Words::new(rows, &words.sides, move |row| {
            verdict(row).side().filter(|_| has_sides).map(|side| side as usize)
        }),
        shard: Words::new(rows, &words.shards, |row| {
            Some(places.shard[row]).filter(|&shard| shard != NOWHERE).map(|shard| shard as usize)
        }),
        shard_line: Integers::new(rows, |row| Some(places.shard_line[row]).filter(|&number| number > 0)),
        group: Hashes::new(rows, move |row| {
            (is_accepted(row) && has_sides).then(|| plan.groups.of(facts, line(row)))
        }),
        duplicate_of_file: Words::new(rows, &words.files, survivor_file),
        duplicate_of_line: Integers::new(rows, survivor_line),
        codes: Words::new(rows, &words.codes, move |row| {
            Some(words.codes(facts, plan, line(row))).filter(|&codes| !words.codes[codes].is_empty())
        }),
        source: Words::new(rows, &words.sources, move |row| facts.file(input(row)).source),
        id: Texts::new(rows, |row| places.ids.get(row)?.as_deref()),
        turns: Integers::new(rows, move |row| {
            Some(facts.turns(line(row))).filter(|&turns| {
                rules.is_conversation() && (is_accepted(row) && facts.records(line(row)) > 0 || turns > 0)
            })
        }),
        shard_lines: Integers::new(rows, |row| Some(places.shard_lines[row]).filter(|&lines| lines > 0)),
        origin_file: Words::new(rows, &words.origins, move |row| Some(origin(row)?.0)),
        origin_line: Integers::new(rows, move |row| Some(origin(row)?.1)),
    }
}

/// The names of all inputs, and of the files that they were compared with.
pub(super) fn file_names<'a>(source: &TableInput<'a>) -> Vec<&'a str> {
    let own = source.facts.files().iter().map(|file| file.name.as_str());
    own.chain(source.against.files()).collect()
}

/// Where a record is, with its file as a number in [`file_names`].
pub(super) fn place_of(source: &TableInput<'_>, line: Ordinal) -> Place {
    let facts = source.facts;
    if let Some(place) = source.against.place(line) {
        return Place { file: facts.files().len() + place.file, ..place };
    }
    let input = facts.input_of(line);
    Place {
        file: input.index(),
        line: line.0 - facts.file(input).first.0 + 1,
        byte_offset: facts.span(line, input).start,
    }
}

/// The ids of some lines, in order; nothing where no ids were asked for.
pub(super) fn ids_of<L: IndexedParallelIterator<Item = Option<Ordinal>>>(
    source: &TableInput<'_>,
    lines: impl FnOnce() -> L,
) -> Result<Vec<Option<Box<str>>>, EngineError> {
    if source.ids.is_empty() { Ok(Vec::new()) } else { source.ids.texts(source.facts, source.fetch, lines()) }
}
