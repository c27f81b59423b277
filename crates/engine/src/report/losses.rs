//! How many records of each file were rejected, or lost something in a conversion, and for what reasons.

use std::collections::BTreeMap;

use bedload_record::{Code, Findings, HIDDEN_KEY, Severities, Severity};

/// Why a record is not written, or not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// What was found.
    pub code: Code,
    /// The kind of content that the target cannot hold, as the option `--extra` names it.
    pub extra: Option<&'static str>,
}

/// The most keys of a file that are counted by their names; the others count as one that is not shown.
const KEYS_MAX: usize = 1_000;

/// A key that the target cannot hold, and what that means for its records. [`HIDDEN_KEY`] stands for all that are not
/// shown.
pub type LostKey = (String, Reason);

/// What became of the records of a file, as far as they are not written as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLosses {
    /// The input's name.
    pub file: String,
    /// Records that were rejected.
    pub rejected: u64,
    /// Records that are written without some of their content.
    pub reduced: u64,
    /// How many of them have each reason; a record may have several.
    pub reasons: BTreeMap<Reason, u64>,
    /// How many of them have each key that the target cannot hold.
    pub keys: BTreeMap<LostKey, u64>,
}

impl Reason {
    /// Returns true if records with it are written.
    pub fn is_reduction(&self) -> bool {
        self.code == Code::ConvertDropped
    }
}

/// What became of some records that follow each other.
#[derive(Default)]
pub(crate) struct Losses {
    rejected: u64,
    reduced: u64,
    reasons: BTreeMap<Reason, u64>,
    /// How many there are of each key, and how many keys came before it.
    keys: BTreeMap<LostKey, (usize, u64)>,
}

impl Losses {
    /// Adds a record in which something was found.
    pub(crate) fn add(&mut self, findings: &Findings, severities: Severities) {
        let is_rejected = severities.rejects(findings.codes());
        if !is_rejected && !findings.codes().contains(Code::ConvertDropped) {
            return;
        }
        self.rejected += u64::from(is_rejected);
        self.reduced += u64::from(!is_rejected);
        let is_reason = |code: Code| {
            let is_error = severities.of(code) == Severity::Error;
            if is_rejected { is_error } else { code == Code::ConvertDropped }
        };
        let losses = findings.losses();
        let mut reasons: Vec<Reason> =
            losses.iter().map(|loss| Reason { code: loss.code, extra: loss.extra }).collect();
        let is_said = |code: Code| losses.iter().any(|loss| loss.code == code);
        let unsaid = findings.codes().iter().filter(|&code| !is_said(code));
        reasons.extend(unsaid.map(|code| Reason { code, extra: None }));
        reasons.retain(|reason| is_reason(reason.code));
        reasons.sort_unstable();
        reasons.dedup();
        reasons.into_iter().for_each(|reason| *self.reasons.entry(reason).or_default() += 1);
        let of_reasons = losses.iter().filter(|loss| is_reason(loss.code));
        let mut keys: Vec<LostKey> = of_reasons
            .filter_map(|loss| Some((loss.key.clone()?, Reason { code: loss.code, extra: loss.extra })))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let n_before = self.keys.len();
            self.keys.entry(key).or_insert((n_before, 0)).1 += 1;
        }
    }

    /// Adds these to the losses of files, as records of this one that come after all others, unless nothing was lost.
    pub(crate) fn append_to(self, file: &str, losses: &mut Vec<FileLosses>) {
        if self.rejected == 0 && self.reduced == 0 {
            return;
        }
        if losses.last().is_none_or(|last| last.file != file) {
            losses.push(FileLosses {
                file: file.to_owned(),
                rejected: 0,
                reduced: 0,
                reasons: BTreeMap::new(),
                keys: BTreeMap::new(),
            });
        }
        let last = losses.last_mut().expect("the file's own");
        last.rejected += self.rejected;
        last.reduced += self.reduced;
        self.reasons.into_iter().for_each(|(reason, n)| *last.reasons.entry(reason).or_default() += n);
        // Which keys there is room for must not depend on where records are divided.
        let mut keys: Vec<_> = self.keys.into_iter().map(|(key, (nth, n))| (nth, key, n)).collect();
        keys.sort_unstable_by_key(|(nth, ..)| *nth);
        for (_, named, n) in keys {
            let has_room = last.keys.len() < KEYS_MAX || last.keys.contains_key(&named);
            let counted = if has_room { named } else { (HIDDEN_KEY.to_owned(), named.1) };
            *last.keys.entry(counted).or_default() += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use bedload_record::Loss;

    use super::*;

    fn found(losses: &[(Code, Option<&'static str>, Option<String>)]) -> Findings {
        let detail = || (String::new(), 0, String::new());
        let mut findings = Findings::codes_only().with_losses();
        for (code, extra, key) in losses.iter().cloned() {
            match code {
                Code::SchemaEmptyContent => findings.add(code, detail),
                _ => findings.add_loss(Loss { code, extra, key }, detail),
            }
        }
        findings
    }

    #[test]
    fn records_count_once_for_each_of_their_reasons() {
        let media = || (Code::ConvertContent, Some("media"), None);
        let dropped = || (Code::ConvertDropped, Some("keys"), Some("source".to_owned()));
        let records = [
            ("a", vec![media(), media(), (Code::ConvertContent, None, None)]),
            ("a", vec![dropped(), dropped()]),
            ("a", vec![dropped(), (Code::SchemaEmptyContent, None, None)]),
            ("a", vec![(Code::ConvertToolId, None, None)]),
            ("b", vec![(Code::ConvertDropped, None, None)]),
            ("c", vec![media()]),
        ];
        let mut losses = Vec::new();
        for (file, record) in records {
            let mut of_record = Losses::default();
            of_record.add(&found(&record), Severities::default());
            of_record.append_to(file, &mut losses);
        }
        let shown: Vec<String> = losses
            .iter()
            .map(|one| {
                let reason = |(reason, n): (&Reason, &u64)| {
                    format!(" {}({})={n}", reason.code, reason.extra.unwrap_or_default())
                };
                let reasons: String = one.reasons.iter().map(reason).collect();
                let key = |((key, reason), n): (&LostKey, &u64)| format!(" `{key}` {}={n}", reason.code);
                let keys: String = one.keys.iter().map(key).collect();
                format!("{} {}+{}{reasons}{keys}", one.file, one.rejected, one.reduced)
            })
            .collect();
        expect_test::expect![[r#"
            a 2+1 schema/empty-content()=1 convert/content()=1 convert/content(media)=1 convert/dropped(keys)=1 `source` convert/dropped=1
            b 0+1 convert/dropped()=1
            c 1+0 convert/content(media)=1"#]].assert_eq(&shown.join("\n"));
    }

    #[test]
    fn the_keys_that_are_named_are_the_first_however_records_are_divided() {
        let key = |n: usize| (Code::ConvertDropped, Some("keys"), Some(format!("k{}", n * 769 % 1500)));
        let records: Vec<Findings> = (0..1500).map(|n| found(&[key(n), key(n / 2)])).collect();
        let lost = |len: usize| {
            let mut losses = Vec::new();
            for part in records.chunks(len) {
                let mut of_part = Losses::default();
                part.iter().for_each(|record| of_part.add(record, Severities::default()));
                of_part.append_to("a", &mut losses);
            }
            losses
        };
        let one_by_one = lost(1);
        assert_eq!(one_by_one[0].keys.len(), KEYS_MAX + 1);
        assert!([7, 400, 1500].into_iter().all(|len| lost(len) == one_by_one));
    }
}
