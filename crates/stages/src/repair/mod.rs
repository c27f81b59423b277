//! # Repair
//!
//! ## What it does
//! Mends what is wrong with a line where there is one way to mend it: byte order marks, trailing commas, null members,
//! empty system prompts and tool lists, blank lines; and, where that is asked for, what changes the text that is learned.
//!
//! ## Why
//! Most rejected files have one fault, repeated. Whoever mends it with `sed` also changes what was not wrong.
//!
//! ## How
//! A rule proposes edits for a finding. They are made only if the finding is then gone and the same check finds nothing
//! new, so that a repair never trades one fault for another. All other bytes of the line stay. It is a pure function of
//! the line, and a repaired line has nothing left that it would repair.
//!
//! ## Findings
//! `convert/repaired`, from the caller, for every patch.

mod draft;
mod lexical;
mod members;
mod rules;
mod turns;

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::json::{Framing, is_blank};
use bedload_record::{Code, Findings, Parser, RecordFinding};

use crate::Check;
use crate::schema::Schema;
use draft::{Draft, Edit};

pub use draft::Patch;
pub use rules::{RULES, Rule, Safety, rules_of};

/// So many findings of one rule are tried in a line at a time: each attempt reads the line again.
const ATTEMPTS_MAX: usize = 64;

/// Which repairs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The codes to repair; all of them where it is empty.
    pub codes: Vec<Code>,
    /// Whether repairs that change what is learned are made, too.
    pub unsafe_fixes: bool,
}

impl Selection {
    /// Returns true if a repair by the rule is wanted.
    pub fn has(&self, rule: &Rule) -> bool {
        (self.codes.is_empty() || self.codes.contains(&rule.code))
            && (self.unsafe_fixes || rule.safety == Safety::Safe)
    }
}

/// The repairs of a run.
pub struct Repair {
    rules: Vec<&'static Rule>,
    checks: Option<(Schema, &'static Format)>,
    known_keys: Vec<&'static str>,
}

/// What a worker uses again from line to line.
#[derive(Default)]
pub struct Tools {
    parser: Parser,
    texts: TextBuffer,
}

/// A line that was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The new line; none where it is removed.
    pub line: Option<Vec<u8>>,
    /// What was changed, in the order of the bytes.
    pub patches: Vec<Patch>,
}

impl Repair {
    /// The wanted repairs of records of a format, as a check finds them; without one, of lines as JSON.
    pub fn new(selection: &Selection, checks: Option<(Schema, &'static Format)>) -> Self {
        let known_keys = checks.as_ref().map_or_else(Vec::new, |(_, format)| format.known_keys().collect());
        Self { rules: RULES.iter().filter(|rule| selection.has(rule)).collect(), checks, known_keys }
    }

    /// The first wanted repair of a finding.
    pub fn rule(&self, code: Code) -> Option<&'static Rule> {
        self.rules.iter().copied().find(|rule| rule.code == code)
    }

    /// Repairs a line, without its line end; none where there is nothing to repair.
    pub fn line(&self, framing: Framing, line: &[u8], tools: &mut Tools) -> Option<Repaired> {
        let mut draft = Draft::new(line);
        let mut found = self.examine(framing, line, tools);
        while let Some(after) = self.round(framing, &found, &mut draft, tools) {
            found = after;
        }
        if let Some(rule) = self.rule(Code::JsonBlankLine)
            && is_blank(draft.text())
        {
            let patch = Patch { rule, begin: 0, end: line.len(), with: b"", pointer: String::new() };
            return Some(Repaired { line: None, patches: vec![patch] });
        }
        draft.finish().map(|(line, patches)| Repaired { line: Some(line), patches })
    }

    /// Makes the first edits that mend something, and returns what is found afterwards; none where nothing can be mended.
    fn round(
        &self,
        framing: Framing,
        found: &[RecordFinding],
        draft: &mut Draft<'_>,
        tools: &mut Tools,
    ) -> Option<Vec<RecordFinding>> {
        self.rules.iter().find_map(|rule| {
            // A flaw of JSON names its own bytes; for any other finding the line is walked.
            let most = if rule.code.name().starts_with("json/") { usize::MAX } else { ATTEMPTS_MAX };
            let mine: Vec<&RecordFinding> =
                found.iter().filter(|finding| finding.code == rule.code).take(most).collect();
            let proposals: Vec<_> =
                mine.iter().map(|finding| (rule.propose)(draft.text(), finding)).collect();
            let mut attempt = |edits: Vec<Edit>| {
                let (text, edits) = draft.attempt(edits)?;
                let after = self.examine(framing, &text, tools);
                is_mended(rule, found, &after).then(|| {
                    draft.accept(rule, text, edits);
                    after
                })
            };
            let firsts = || proposals.iter().filter_map(|proposal| proposal.first());
            let together: Vec<Edit> = firsts().flatten().cloned().collect();
            if firsts().count() > 1
                && let Some(after) = attempt(together)
            {
                return Some(after);
            }
            proposals.iter().flatten().take(ATTEMPTS_MAX).find_map(|edits| attempt(edits.clone()))
        })
    }

    fn examine(&self, framing: Framing, line: &[u8], tools: &mut Tools) -> Vec<RecordFinding> {
        let Tools { parser, texts } = tools;
        parser.read(line, framing, &self.known_keys, |json, flaws| {
            let mut findings = Findings::in_full();
            for flaw in flaws {
                findings.add(flaw.code, || (flaw.pointer, flaw.offset as u64, flaw.message));
            }
            if let Some((json, (schema, format))) = json.zip(self.checks.as_ref()) {
                schema.check(&Record::new(format, line, json, texts), &mut findings);
            }
            findings.into_full()
        })
    }
}

/// Returns true if edits by a rule have mended something and broken nothing.
fn is_mended(rule: &Rule, before: &[RecordFinding], after: &[RecordFinding]) -> bool {
    let count = |found: &[RecordFinding], code| found.iter().filter(|finding| finding.code == code).count();
    let grew = |code| count(after, code) > count(before, code);
    let is_less = count(after, rule.code) < count(before, rule.code);
    is_less
        && match rule.code {
            Code::JsonBom => true,
            // The check stops at such a flaw: what is behind it was not known before.
            Code::JsonSyntax => !grew(Code::JsonBlankLine),
            Code::JsonLoneSurrogate => !grew(Code::JsonDuplicateKey),
            _ => after.iter().all(|finding| !grew(finding.code)),
        }
}

#[cfg(test)]
mod tests;
