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
//! A rule proposes edits for its findings. They are made only if there are then fewer and the same check finds nothing
//! new, so that a repair never trades one fault for another. All of them are tried together, and in halves where that
//! fails (`trial.rs`), so that a line with many damages is read a few times only. All other bytes of the line stay. It
//! is a pure function of the line, and a repaired line has nothing left that it would repair.
//!
//! ## Findings
//! `convert/repaired`, from the caller, for every patch.

mod draft;
mod lexical;
mod members;
mod rules;
mod trial;
mod turns;

use std::collections::BTreeSet;

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::json::{Framing, is_blank};
use bedload_record::{Code, Findings, Parser, RecordFinding};

use crate::Check;
use crate::schema::Schema;
use draft::Draft;
use trial::Trial;

pub use draft::Patch;
pub use rules::{RULES, Rule, Safety, rules_of};

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

    /// Makes the edits of the first rule that mends something, and returns what is found afterwards; none where nothing
    /// can be mended.
    fn round(
        &self,
        framing: Framing,
        found: &[RecordFinding],
        draft: &mut Draft<'_>,
        tools: &mut Tools,
    ) -> Option<Vec<RecordFinding>> {
        self.rules.iter().find_map(|rule| {
            let mut places = BTreeSet::new();
            let is_mine =
                |finding: &&RecordFinding| finding.code == rule.code && places.insert(finding.offset);
            let mine: Vec<&RecordFinding> = found.iter().filter(is_mine).collect();
            if mine.is_empty() {
                return None;
            }
            let proposals = (rule.propose)(draft.text(), &mine);
            let Trial { text, edits, found } =
                trial::run(rule, proposals, draft, found, |text| self.examine(framing, text, tools))?;
            draft.accept(rule, text, edits);
            Some(found)
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

#[cfg(test)]
mod tests;
