//! The visit of one record: parse, check, count, identify. The same code runs in the scan, which keeps codes, and
//! afterwards for the few records whose findings are shown in full.

mod again;
mod content;
mod facts;
mod line;
pub(crate) mod place;
mod repaired;
mod several;
mod wanted;

use std::borrow::Cow;
use std::mem;

use bedload_bedrock::{Record, Speaker, TextBuffer, Unmapped};
use bedload_record::json::Framing;
use bedload_record::{Code, CodeSet, Findings, InputId, Interner, Json, Parser, RecordFinding};
use bedload_scan::Fetch;
use bedload_stages::contamination::Matcher;
use bedload_stages::repair::Tools;
use bedload_stages::{balance, dedupe, facets, group, preference, schema, tokens};

use crate::scan::contamination::EvalSets;
use crate::scan::pairing::Made;
use crate::scan::pii::{Hunt, look_at_masked};
use crate::scan::rules::Rules;
use crate::scan::source::Source;
use crate::scan::stances::stance;

use content::Content;
pub(crate) use content::Summary;
pub(crate) use line::Physical;
pub(crate) use several::add_flaws;
use several::{add_too_long, once_converted, records};
pub(crate) use wanted::{Names, Wanted};

/// A worker's tools; one per thread, reused from line to line.
pub(crate) struct Examiner<'r, 'i> {
    rules: &'r Rules,
    parser: Parser,
    readers: Readers<'r>,
    scratch: Vec<u8>,
    /// What the record visited last shares with its groups, where that was wanted.
    keys: Vec<u64>,
    /// Ids of the values of the record visited last, where that was wanted.
    values: Vec<u32>,
    /// What the record under way was before its conversion.
    source: Source,
    texts: TextBuffer,
    /// What is personal in the record under way.
    hunt: Hunt,
    /// The record under way in the format that it is converted to.
    converted: Vec<u8>,
    /// What repairs lines.
    tools: Tools,
    /// Whether the line visited last is removed.
    is_removed: bool,
    unmapped: Unmapped,
    /// What reads the other lines of a record that is made of several.
    fetch: Option<&'r Fetch<'i>>,
    /// Lines visited since that was taken.
    lines: u64,
}

/// What reads the texts of a record, where that is wanted.
struct Readers<'r> {
    counter: Option<tokens::Counter>,
    matcher: Option<Matcher<'r>>,
    /// Whether stances are wanted.
    stances: bool,
}

impl<'r, 'i> Examiner<'r, 'i> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        let readers = Readers {
            counter: rules.tokenizer.as_ref().map(tokens::Tokenizer::counter),
            matcher: rules.eval_sets.as_ref().map(EvalSets::matcher),
            stances: false,
        };
        Self {
            rules,
            parser: Parser::default(),
            readers,
            scratch: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
            source: Source::default(),
            texts: TextBuffer::default(),
            hunt: Hunt::default(),
            converted: Vec::new(),
            tools: Tools::default(),
            is_removed: false,
            unmapped: Unmapped::default(),
            fetch: None,
            lines: 0,
        }
    }

    /// The same, where records may be made of several lines.
    pub(crate) fn fetching(self, fetch: &'r Fetch<'i>) -> Self {
        Self { fetch: Some(fetch), ..self }
    }

    /// Whether the summaries of records are to have their stances from now on.
    pub(crate) fn want_stances(&mut self, wanted: bool) {
        self.readers.stances = wanted;
    }

    /// The content without a field of the format in all accepted records since the last call, which are numbered by
    /// lines.
    pub(crate) fn take_unmapped(&mut self) -> Unmapped {
        self.lines = 0;
        mem::take(&mut self.unmapped)
    }

    /// Counts a line of which is known what is found in it.
    pub(crate) fn pass_over(&mut self) {
        self.lines += 1;
    }

    /// The codes of a line, and what it is where it can be looked at, for a run that needs no facts.
    pub(crate) fn codes(&mut self, line: &Physical<'_>, wanted: Wanted) -> (CodeSet, Option<Summary>) {
        let mut findings = Findings::codes_only();
        let content = self.visit(line, &mut findings, wanted, None);
        (findings.codes(), content.map(Summary::of))
    }

    /// Which record a line is, by its digest and keys; none where it is rejected.
    pub(crate) fn identity(&mut self, line: &Physical<'_>) -> Option<(u128, &[u64])> {
        let (codes, summary) = self.codes(line, Wanted::Groups);
        let accepted = summary.filter(|_| !self.rules.severities.rejects(codes));
        accepted.map(|summary| (summary.digest, self.keys()))
    }

    /// What the record visited last shares with its groups, one key for each way to group; nothing where that was not
    /// wanted, or the line is no record.
    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// The ids of the values of the record visited last, one for each field whose values are kept, where that was wanted.
    pub(crate) fn values(&self) -> &[u32] {
        &self.values
    }

    /// Adds everything found in a line, and returns what it is where it can be looked at: one visit for a run that
    /// keeps both.
    pub(crate) fn examine(
        &mut self,
        line: &Physical<'_>,
        wanted: Wanted,
        names: Option<Names<'_>>,
        findings: &mut Findings,
    ) -> Option<Summary> {
        self.visit(line, findings, wanted, names).map(Summary::of)
    }

    /// Parses, converts, masks and checks. Its identity and label are computed where the caller needs them.
    fn look_at(
        &mut self,
        line: &Physical<'_>,
        findings: &mut Findings,
        wanted: Wanted,
        names: Option<Names<'_>>,
    ) -> Option<Content> {
        let Self {
            rules,
            parser,
            readers,
            scratch,
            keys,
            values,
            source,
            texts,
            hunt,
            converted,
            unmapped,
            fetch,
            lines,
            ..
        } = self;
        keys.clear();
        values.clear();
        source.clear();
        hunt.clear();
        let framing = rules.framing(line.input);
        let is_first = wanted > Wanted::Again;
        let nth = *lines;
        *lines += u64::from(is_first);
        let Some(bytes) = line.bytes else {
            findings.add(Code::LimitRecordBytes, || {
                let message =
                    format!("the {} has {} bytes, more than --max-record-bytes", framing.noun(), line.len);
                (String::new(), 0, message)
            });
            return None;
        };
        let conversion = rules.conversion.as_ref().zip(line.input);
        let (mut labels, fields) = match names {
            Some(Names { labels, values }) => (Some(labels), values),
            None => (None, Default::default()),
        };
        let wants_label = labels.is_some();
        let mut look =
            |json: Json<'_>, raw: &[u8], source: &mut Source, hunt: &mut Hunt, findings: &mut Findings| {
                let is_counted = |findings: &Findings| {
                    rules.unmapped.is_some() && is_first && !rules.severities.rejects(findings.codes())
                };
                let Some(format) = rules.format else {
                    if is_counted(findings) {
                        unmapped.add_unknown(json, nth);
                    }
                    return None;
                };
                let mut record = Record::new(format, raw, json, texts);
                if let Some(pii) = &rules.pii
                    && pii.hunt(&record, line.input.is_some(), &rules.known_keys, hunt, findings)
                {
                    if conversion.is_none() && !source.is_masked {
                        if wanted == Wanted::Groups {
                            source.read_keys(rules, json, scratch);
                            source.read_rank(rules, json);
                        }
                        if let Some(input) = line.input.filter(|_| wants_label) {
                            source.read_label(rules, input, json);
                        }
                    }
                    source.is_masked = true;
                    return None;
                }
                let (about, buffers) = ((wanted, line.input, &*source), (&mut *scratch, &mut *keys));
                let content = look(rules, readers, about, buffers, &mut record, findings, labels.take());
                if is_counted(findings) {
                    unmapped.add(&record, nth);
                }
                Some(content)
            };
        let Some((conversion, input)) = conversion else {
            let content = parser.read(bytes, framing, &rules.known_keys, |json, flaws| {
                add_flaws(flaws, findings);
                facets::values(&rules.fields, json?, fields, values);
                look(json?, bytes, source, hunt, findings)
            });
            if hunt.rounds() == 0 {
                return content;
            }
            let (content, written) = look_at_masked(parser, &rules.known_keys, source, hunt, findings, look);
            return content.map(|content| Content { written: Some(written), ..content });
        };
        converted.clear();
        let mut made = Made::Refused;
        let as_it_was = parser.read(bytes, framing, &rules.known_keys, |json, flaws| {
            let is_plain = flaws.is_empty() && framing.is_as_it_was();
            add_flaws(flaws, findings);
            let json = json?;
            if wanted == Wanted::Groups {
                source.read_keys(rules, json, &mut Vec::new());
                source.read_rank(rules, json);
            }
            if wants_label {
                source.read_label(rules, input, json);
                facets::values(&rules.fields, json, fields, values);
            }
            made = conversion.make(rules, *fetch, (input, line.start, bytes), converted, findings);
            // What is converted to itself would be read as it was.
            let is_one = matches!(made, Made::Records(1));
            if !is_one || !is_plain || rules.pii.is_some() || converted.as_slice() != bytes {
                return None;
            }
            let part = findings.begin_part();
            let content = look(json, bytes, source, hunt, findings);
            findings.end_part(part, |finding| of_converted(finding, 0, 1));
            Some(content)
        });
        if let Some(content) = as_it_was {
            return content.map(|content| Content {
                written: Some(bytes.len() as u64),
                records: Some(1),
                ..content
            });
        }
        let n_records = match made {
            Made::Refused => return None,
            Made::Elsewhere => {
                return Some(Content { written: Some(0), records: Some(0), ..Content::default() });
            }
            Made::Records(n_records) => n_records,
        };
        let mut last = Content::default();
        let mut length = 0;
        for (nth, record) in records(converted, n_records).enumerate() {
            if record.len() as u64 > rules.max_record_bytes {
                add_too_long(record, findings);
                return None;
            }
            hunt.begin_record();
            let part = findings.begin_part();
            let mut content = parser.read(record, Framing::Line, &rules.known_keys, |json, flaws| {
                add_flaws(flaws, findings);
                look(json?, record, source, hunt, findings)
            });
            let mut written = record.len() as u64;
            if hunt.rounds() > 0 {
                (content, written) =
                    look_at_masked(parser, &rules.known_keys, source, hunt, findings, &mut look);
            }
            findings.end_part(part, |finding| of_converted(finding, nth, n_records));
            length += written + u64::from(nth > 0);
            last = content?;
        }
        hunt.personal.iter_mut().for_each(|personal| personal.offset = 0);
        Some(Content { written: Some(length), records: u32::try_from(n_records).ok(), ..last })
    }
}

/// What is found in the new form of a record has a path there, and no place in the line.
fn of_converted(finding: &mut RecordFinding, nth: usize, n_records: usize) {
    finding.offset = 0;
    finding.message += &once_converted(nth, n_records);
}

/// Counts, checks and identifies a record of the format of the run.
fn look(
    rules: &Rules,
    Readers { counter, matcher, stances }: &mut Readers<'_>,
    (wanted, input, source): (Wanted, Option<InputId>, &Source),
    (scratch, keys): (&mut Vec<u8>, &mut Vec<u64>),
    record: &mut Record<'_>,
    findings: &mut Findings,
    labels: Option<&mut Interner<String>>,
) -> Content {
    match counter.as_mut().map(|counter| tokens::count(record, counter, rules.turn_tokens)) {
        Some(Ok(tokens)) => record.tokens = Some(tokens),
        Some(Err(_)) => findings.add(Code::TokensUncountable, || {
            (String::new(), 0, "the tokenizer failed on a text of this record".to_owned())
        }),
        None => {}
    }
    for check in &rules.checks {
        check.check(record, findings);
    }
    if let (Some(limit), Some(counter), Some(tokens)) = (&rules.cut, counter.as_mut(), record.tokens) {
        preference::check_cut(record, tokens, limit, counter, findings);
    }
    if let (Some(sets), Some(matcher)) = (&rules.eval_sets, matcher) {
        sets.check(matcher, record, &rules.known_keys, findings);
    }
    let mut features = schema::features(record);
    if rules.compares {
        features.lengths = preference::lengths(record);
    }
    let tokens = record.tokens.unwrap_or_default();
    let mut content = Content { tokens, features, ..Content::default() };
    if let Some(labels) = labels {
        let new = || balance::label(rules.by_source.labels(input), record);
        let label = source.label.as_deref().map(Cow::Borrowed).or_else(new);
        content.label = label.and_then(|label| labels.id(&*label));
    }
    if *stances && wanted > Wanted::Again {
        content.stance = stance(record, scratch);
    }
    if wanted >= Wanted::Digest {
        content.digest = dedupe::digest(record, rules.normalize, scratch);
    }
    if wanted == Wanted::Groups {
        if rules.is_conversation() {
            content.turns = record.texts().turns(Speaker::User) + record.texts().turns(Speaker::Assistant);
        }
        group::keys(rules.by_source.ways().all(), record, rules.prompts, scratch, keys);
        source.complete(keys);
        rules.by_source.retain_own(input, keys);
        if let Some(survivor) = &rules.survivor {
            let of_field = source.rank.unwrap_or_else(|| survivor.rank_of_field(record.json));
            content.rank = survivor.rank_of_texts(record).min(of_field);
        }
        if let Some(field) = &rules.time {
            content.time = source.time.unwrap_or_else(|| field.of(record.json));
        }
    }
    content
}

#[cfg(test)]
mod tests;
