//! The visit of a line whose facts are kept, and what is written of one that is rewritten.

use bedload_record::{FactRow, Findings, InputId};

use crate::run::error::EngineError;

use super::{Examiner, Names, Physical, Wanted};

impl Examiner<'_, '_> {
    /// The facts of a line. Its label and values get ids.
    pub(crate) fn facts(&mut self, line: &Physical<'_>, names: Names<'_>) -> FactRow<'_> {
        self.facts_with(line, Wanted::Groups, Some(names), &mut Findings::codes_only())
    }

    /// The facts of a line as far as they are wanted, and everything found in it.
    pub(crate) fn facts_with(
        &mut self,
        line: &Physical<'_>,
        wanted: Wanted,
        names: Option<Names<'_>>,
        findings: &mut Findings,
    ) -> FactRow<'_> {
        let content = self.visit(line, findings, wanted, names);
        let codes = findings.codes();
        let content = content.unwrap_or_default();
        FactRow {
            start: line.start,
            terminator: line.terminator,
            accepted: !self.is_removed && !self.rules.severities.rejects(codes),
            digest: content.digest,
            tokens: content.tokens,
            turns: content.turns,
            label: content.label,
            codes,
            features: content.features,
            keys: &self.keys,
            values: &self.values,
            rank: content.rank,
            time: content.time,
            written: content.written,
            records: content.records.unwrap_or(1),
        }
    }

    /// The bytes of the line visited last as it is written, for one whose facts tell that it is accepted and rewritten.
    ///
    /// # Errors
    /// Where other lines that it is made of cannot be read again.
    pub(crate) fn rewritten(
        &mut self,
        input: InputId,
        start: u64,
        line: &[u8],
    ) -> Result<&[u8], EngineError> {
        let Self { rules, fetch, .. } = *self;
        // Masks are made when the line is written.
        if rules.conversion.is_none() || rules.pii.is_some() {
            let mut made = Vec::new();
            self.converted = match fetch.filter(|_| rules.joining(input).is_some()) {
                Some(fetch) => rules.joined((input, start), fetch, &mut made)?.to_vec(),
                None => rules.written(input, line, &mut made).to_vec(),
            };
        }
        Ok(&self.converted)
    }
}
