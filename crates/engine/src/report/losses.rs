//! How many records of each file were rejected, or lost something in a conversion, and for what reasons.

use std::collections::BTreeMap;

use bedload_record::{Code, Finding, HIDDEN_KEY, Severity};

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

/// Adds what was found in records that come after those of earlier calls, each record's findings together.
pub(crate) fn add_losses(losses: &mut Vec<FileLosses>, found: &[Finding]) {
    for record in found.chunk_by(|one, next| one.line == next.line && one.file == next.file) {
        let is_rejected = record.iter().any(|finding| finding.severity == Severity::Error);
        let is_reason = |finding: &&Finding| {
            let is_error = finding.severity == Severity::Error;
            if is_rejected { is_error } else { finding.code == Code::ConvertDropped }
        };
        let reason = |finding: &Finding| Reason { code: finding.code, extra: finding.extra };
        let mut reasons: Vec<Reason> = record.iter().filter(is_reason).map(reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        let key = |finding: &Finding| Some((finding.key.clone()?, reason(finding)));
        let mut keys: Vec<LostKey> = record.iter().filter(is_reason).filter_map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        let Some(file) = record[0].file.as_deref().filter(|_| !reasons.is_empty()) else { continue };
        if losses.last().is_none_or(|last| last.file != file) {
            let file = file.to_owned();
            losses.push(FileLosses {
                file,
                rejected: 0,
                reduced: 0,
                reasons: BTreeMap::new(),
                keys: BTreeMap::new(),
            });
        }
        let last = losses.last_mut().expect("the file's own");
        last.rejected += u64::from(is_rejected);
        last.reduced += u64::from(!is_rejected);
        reasons.into_iter().for_each(|reason| *last.reasons.entry(reason).or_default() += 1);
        for (key, reason) in keys {
            let named = (key, reason);
            let has_room = last.keys.len() < KEYS_MAX || last.keys.contains_key(&named);
            let counted = if has_room { named } else { (HIDDEN_KEY.to_owned(), reason) };
            *last.keys.entry(counted).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use bedload_record::Severities;

    use super::*;

    fn finding(file: &str, line: u64, code: Code, extra: Option<&'static str>) -> Finding {
        let finding = Finding::file(file, code, String::new()).in_run(Severities::default());
        let key = extra.filter(|extra| *extra == "keys").map(|_| "source".to_owned());
        Finding { line: Some(line), extra, key, ..finding }
    }

    #[test]
    fn records_count_once_for_each_of_their_reasons() {
        let found = [
            finding("a", 1, Code::ConvertContent, Some("media")),
            finding("a", 1, Code::ConvertContent, Some("media")),
            finding("a", 1, Code::ConvertContent, None),
            finding("a", 2, Code::ConvertDropped, Some("keys")),
            finding("a", 3, Code::ConvertDropped, Some("keys")),
            finding("a", 3, Code::SchemaEmptyContent, None),
            finding("a", 4, Code::ConvertToolId, None),
            finding("b", 4, Code::ConvertDropped, None),
            finding("c", 4, Code::ConvertContent, Some("media")),
        ];
        let mut losses = Vec::new();
        found.chunks(3).for_each(|chunk| add_losses(&mut losses, chunk));
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
}
