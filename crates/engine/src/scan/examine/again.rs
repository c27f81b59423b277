//! Lines that were visited before, and of which everything is to be said.

use std::mem;

use bedload_record::{Code, CodeSet, Findings, RecordFinding};

use super::place::in_order;
use super::{Examiner, Physical, Wanted};
use crate::scan::pii::Personal;

impl Examiner<'_, '_> {
    /// Everything found in a line, in the order of the line's bytes.
    pub(crate) fn findings(&mut self, line: &Physical<'_>) -> Vec<RecordFinding> {
        let mut findings = Findings::in_full();
        self.examine(line, Wanted::Again, None, &mut findings);
        in_order(&mut findings)
    }

    /// The same for a line whose codes are known: its tokens are counted again only where these are about tokens.
    pub(crate) fn findings_of(&mut self, line: &Physical<'_>, codes: CodeSet) -> Vec<RecordFinding> {
        let about_tokens =
            [Code::LimitTokens, Code::LimitTokensEstimate, Code::TokensUncountable, Code::PreferenceCutPair];
        if about_tokens.into_iter().any(|code| codes.contains(code)) {
            return self.findings(line);
        }
        let counter = self.readers.counter.take();
        let found = self.findings(line);
        self.readers.counter = counter;
        found
    }

    /// Everything personal in a line, in its order.
    pub(crate) fn personal(&mut self, line: &Physical<'_>, codes: CodeSet) -> Vec<Personal> {
        self.findings_of(line, codes);
        mem::take(&mut self.hunt.personal)
    }
}
