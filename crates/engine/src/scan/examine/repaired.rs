//! The visit of a line as it is once repaired.

use bedload_record::{Code, Findings};

use super::content::Content;
use super::{Examiner, Names, Physical, Wanted};

impl Examiner<'_, '_> {
    /// Repairs a line and looks at it.
    pub(super) fn visit(
        &mut self,
        line: &Physical<'_>,
        findings: &mut Findings,
        wanted: Wanted,
        names: Option<Names<'_>>,
    ) -> Option<Content> {
        self.is_removed = false;
        let repaired = line
            .input
            .zip(line.bytes)
            .and_then(|(input, bytes)| self.rules.repaired(input, bytes, &mut self.tools));
        let Some(repaired) = repaired else { return self.look_at(line, findings, wanted, names) };
        let mut about_repaired = findings.alike();
        let content = match &repaired.line {
            None => {
                self.is_removed = true;
                self.keys.clear();
                self.values.clear();
                self.source.clear();
                self.hunt.clear();
                self.lines += u64::from(wanted > Wanted::Again);
                None
            }
            Some(made) => {
                let line = Physical { len: made.len() as u64, bytes: Some(made), ..*line };
                let content = self.look_at(&line, &mut about_repaired, wanted, names);
                content.map(|content| Content {
                    written: content.written.or(Some(made.len() as u64)),
                    ..content
                })
            }
        };
        // A line that is rejected all the same stays as it was.
        if !self.rules.severities.rejects(about_repaired.codes()) {
            for patch in &repaired.patches {
                findings.add(Code::ConvertRepaired, || {
                    let message = format!("{} ({})", patch.rule.title, patch.rule.code);
                    (patch.pointer.clone(), patch.begin as u64, message)
                });
            }
        }
        // What is found in the new line has a path there, and no place in the old one.
        findings.absorb(about_repaired, |finding| {
            finding.offset = 0;
            finding.message += " (once repaired)";
        });
        self.hunt.personal.iter_mut().for_each(|personal| personal.offset = 0);
        content
    }
}
