//! Records that a conversion makes of several lines: which lines belong together. All lines are read once before the scan,
//! and leave the prompt that they answer and their label; lines of one prompt are paired in the order of the inputs.

mod make;

use std::sync::{Mutex, PoisonError};

use bedload_record::{Code, CodeSet, Findings, InputId, Parser, Terminator};
use bedload_scan::{Fetch, Inputs, ScanError, visit};
use bedload_stages::convert::{Half, Pairs, RECORDS_MAX};
use bedload_stages::repair::Tools;
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Physical, Wanted};
use crate::scan::rules::Rules;

pub(crate) use make::Made;

/// A line that is one side of pairs.
#[derive(Clone, Copy, Debug)]
struct Side {
    input: InputId,
    /// From 0.
    nth: u64,
    /// Its place in its input.
    start: u64,
    len: u64,
    /// What its label says.
    is_good: bool,
    /// What is wrong with every record that this answer is in, whatever the other one.
    flaw: Option<Code>,
    /// The group that it is in; none where it has no counterpart.
    group: Option<u32>,
}

/// Lines of which records are made together.
#[derive(Clone, Debug)]
struct Group {
    /// As places in the list of all sides, in order: the first one is the line in whose place the records are written.
    sides: Vec<usize>,
    /// The first good answer and the first bad one, and how many there are of each.
    of_label: [(usize, usize); 2],
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Sound,
    /// One of its records is refused, and so are all of its lines.
    Rejected,
    /// So many pairs are never made of one prompt.
    TooLarge,
}

/// Which lines make records together.
#[derive(Debug, Default)]
pub(crate) struct Pairing {
    /// In the order of the inputs.
    sides: Vec<Side>,
    groups: Vec<Group>,
    names: Vec<String>,
    /// The first line that could not be read again, and why.
    unread: Mutex<Option<ScanError>>,
}

/// What a line is to the records that it belongs to.
enum Part<'p> {
    /// It is refused as it is.
    Refused,
    /// It has no counterpart, or its records are refused.
    Alone(String),
    /// Its records are written in the place of another line.
    Elsewhere(String),
    /// The records of its group are written in its place.
    First(&'p Group, String),
}

/// Finds the lines that make records together, and those of them whose records are accepted.
///
/// # Errors
/// Where an input cannot be read.
pub(crate) fn pair_lines(
    inputs: &Inputs,
    settings: &Settings,
    rules: &mut Rules,
    progress: &Progress,
) -> Result<(), EngineError> {
    let Some(pairing) = Pairing::read(inputs, settings, rules, progress)? else { return Ok(()) };
    if let Some(conversion) = &mut rules.conversion {
        conversion.pairing = Some(pairing);
    }
    let refused = refused_groups(inputs, settings, rules, progress)?;
    if let Some(pairing) = rules.conversion.as_mut().and_then(|conversion| conversion.pairing.as_mut()) {
        refused.into_iter().for_each(|nth| pairing.groups[nth].state = State::Rejected);
    }
    Ok(())
}

/// The groups of which a record is refused: it is found in the line in whose place their records are written.
fn refused_groups(
    inputs: &Inputs,
    settings: &Settings,
    rules: &Rules,
    progress: &Progress,
) -> Result<Vec<usize>, EngineError> {
    let Some(pairing) = rules.conversion.as_ref().and_then(|conversion| conversion.pairing.as_ref()) else {
        return Ok(Vec::new());
    };
    let fetch = Fetch::new(inputs, &settings.scan);
    let sound = pairing.groups.par_iter().enumerate().filter(|(_, group)| group.state == State::Sound);
    let refused = sound.map_init(
        || (Examiner::new(rules).fetching(&fetch), Vec::new()),
        |(examiner, scratch), (nth, group)| {
            progress.watch.check()?;
            let Side { input, start, len, .. } = pairing.sides[group.sides[0]];
            let bytes = Some(fetch.bytes(input, start, len, scratch)?);
            let line = Physical { input: Some(input), start, len, terminator: Terminator::Lf, bytes };
            let (codes, _) = examiner.codes(&line, Wanted::Again);
            Ok(rules.severities.rejects(codes).then_some(nth))
        },
    );
    let refused = refused.filter_map(Result::transpose).collect::<Result<_, EngineError>>()?;
    fetch.check()?;
    Ok(refused)
}

impl Pairing {
    /// Reads all lines that are one side of a pair, and finds the others.
    ///
    /// # Errors
    /// Where an input cannot be read.
    pub(crate) fn read(
        inputs: &Inputs,
        settings: &Settings,
        rules: &Rules,
        progress: &Progress,
    ) -> Result<Option<Self>, EngineError> {
        let Some(conversion) = rules.conversion.as_ref().filter(|conversion| conversion.joins_any()) else {
            return Ok(None);
        };
        let (mut sides, mut prompts, mut lines) = (Vec::new(), Vec::new(), vec![0u64; inputs.len()]);
        visit(
            inputs,
            &settings.scan,
            &progress.watch.apart(),
            || Reader::new(rules),
            |reader, chunk| {
                let input = chunk.at.input;
                if !conversion.joins(input) {
                    return (0, Vec::new());
                }
                let mut found = Vec::new();
                let mut n_lines = 0;
                for line in chunk.lines() {
                    if let Some(half) = line.bytes.and_then(|bytes| reader.half(input, bytes)) {
                        found.push((n_lines, line.start, line.len, half));
                    }
                    n_lines += 1;
                }
                (n_lines, found)
            },
            |at, (n_lines, found)| {
                let before = &mut lines[at.input.index()];
                for (nth, start, len, (Half { prompt, is_good }, flaw)) in found {
                    let nth = *before + nth;
                    sides.push(Side { input: at.input, nth, start, len, is_good, flaw, group: None });
                    prompts.push(prompt);
                }
                *before += n_lines;
                Ok::<(), EngineError>(())
            },
        )?;
        let mut pairing = Self::of(sides, &prompts, settings.stages.convert.pairs);
        pairing.names = inputs.iter().map(|input| input.name().to_owned()).collect();
        Ok(Some(pairing))
    }

    /// Finds the counterparts of lines, each with the prompt that it answers.
    fn of(mut sides: Vec<Side>, prompts: &[u128], pairs: Pairs) -> Self {
        let mut by_prompt: Vec<usize> = (0..sides.len()).filter(|&at| sides[at].flaw.is_none()).collect();
        by_prompt.par_sort_unstable_by_key(|&at| (prompts[at], at));
        let mut groups = Vec::new();
        for same in by_prompt.chunk_by(|&a, &b| prompts[a] == prompts[b]) {
            let (good, bad): (Vec<usize>, Vec<usize>) = same.iter().partition(|&&at| sides[at].is_good);
            match pairs {
                Pairs::One => groups
                    .extend(good.into_iter().zip(bad).map(|(good, bad)| vec![good.min(bad), good.max(bad)])),
                Pairs::All if good.is_empty() || bad.is_empty() => {}
                Pairs::All => groups.push(same.to_vec()),
            }
        }
        // In the order of the lines that stand for them.
        groups.par_sort_unstable();
        for (nth, group) in (0u32..).zip(&groups) {
            group.iter().for_each(|&at| sides[at].group = Some(nth));
        }
        let group = |of: Vec<usize>| {
            let of_label = [true, false].map(|label| {
                let mut own = of.iter().filter(|&&at| sides[at].is_good == label);
                let first = *own.next().expect("a group has both");
                (first, 1 + own.count())
            });
            let [(_, n_good), (_, n_bad)] = of_label;
            let is_large = n_good.saturating_mul(n_bad) > RECORDS_MAX;
            Group { sides: of, of_label, state: if is_large { State::TooLarge } else { State::Sound } }
        };
        let groups = groups.into_iter().map(group).collect();
        Self { sides, groups, ..Self::default() }
    }

    /// What the line at a place of an input is.
    fn part(&self, input: InputId, start: u64) -> Part<'_> {
        let place = |side: &Side| (side.input, side.start);
        let Ok(at) = self.sides.binary_search_by_key(&(input, start), place) else { return Part::Refused };
        let side = &self.sides[at];
        let (own, other) = if side.is_good { ("good", "bad") } else { ("bad", "good") };
        if let Some(flaw) = side.flaw {
            let (title, name) = (flaw.info().title, flaw.name());
            return Part::Alone(format!(
                "this answer is labelled {own}, and no pair with it would be accepted: {title} ({name})"
            ));
        }
        let Some(group) = side.group.map(|nth| &self.groups[nth as usize]) else {
            return Part::Alone(format!(
                "this answer is labelled {own}, and no {other} one to the same prompt is left to pair it with"
            ));
        };
        let (counterpart, n_counterparts) = group.of_label[usize::from(side.is_good)];
        let is_first = group.sides[0] == at;
        match group.state {
            State::TooLarge => Part::Alone(format!(
                "the {} answers to this prompt make more than {RECORDS_MAX} pairs",
                group.sides.len()
            )),
            State::Rejected if !is_first => Part::Alone(format!(
                "the record of this line and {} is rejected for what is found there",
                self.shown(&self.sides[group.sides[0]])
            )),
            State::Rejected | State::Sound => {
                let more = match n_counterparts - 1 {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let counterpart = self.shown(&self.sides[counterpart]);
                let message = format!(
                    "this answer is labelled {own}, and paired with the {other} one in {counterpart}{more}"
                );
                if is_first { Part::First(group, message) } else { Part::Elsewhere(message) }
            }
        }
    }

    fn shown(&self, Side { input, nth, .. }: &Side) -> String {
        format!("{}:{}", self.names[input.index()], nth + 1)
    }

    /// # Errors
    /// Where a line could not be read again.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        match self.unread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

/// Reads lines as sides.
struct Reader<'r> {
    rules: &'r Rules,
    parser: Parser,
    tools: Tools,
    examiner: Examiner<'r, 'r>,
    record: Vec<u8>,
}

impl<'r> Reader<'r> {
    fn new(rules: &'r Rules) -> Self {
        let (parser, tools) = (Parser::default(), Tools::default());
        Self { rules, parser, tools, examiner: Examiner::new(rules), record: Vec::new() }
    }

    /// The side that a line is, and what is wrong with all of its pairs; none where the line is refused.
    fn half(&mut self, input: InputId, bytes: &[u8]) -> Option<(Half, Option<Code>)> {
        let Self { rules, parser, tools, examiner, record } = self;
        let conversion = rules.conversion.as_ref()?;
        let repaired = match rules.repaired(input, bytes, tools) {
            Some(repaired) => Some(repaired.line?),
            None => None,
        };
        let line = repaired.as_deref().unwrap_or(bytes);
        let mut codes = CodeSet::default();
        let is_object = parser.read(line, rules.framing(Some(input)), &[], |json, flaws| {
            flaws.iter().for_each(|flaw| codes.insert(flaw.code));
            json.is_some()
        });
        if !is_object {
            return None;
        }
        let mut findings = Findings::codes_only();
        let half = conversion.half(input, line, record, &mut findings)?;
        codes.absorb(findings.codes());
        if rules.severities.rejects(codes) {
            return None;
        }
        let len = record.len() as u64;
        let made = Physical { input: None, start: 0, len, terminator: Terminator::Lf, bytes: Some(record) };
        let (codes, _) = examiner.codes(&made, Wanted::Again);
        let is_error = |code: &Code| {
            let mut one = CodeSet::default();
            one.insert(*code);
            rules.severities.rejects(one)
        };
        Some((half, codes.iter().find(is_error)))
    }
}

#[cfg(test)]
mod tests;
