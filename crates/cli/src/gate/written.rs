//! A baseline that is written: one finding a line, sorted, so that two of them can be compared.

use std::collections::BTreeMap;

use bedload_engine::{EngineError, FileBeside};
use bedload_record::{Code, Finding, Fingerprint};
use serde_json::{Map, Value, json};

use super::amount::is_measured;
use super::baseline::{Baseline, FORMAT_VERSION, TOOL};

/// The findings of a run that can fail it. Takes some 60 bytes a fingerprint, and each message once.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// How many there are, and the first message. Of findings about the data set each message is an entry: it says how
    /// much of them is known.
    by_finding: BTreeMap<(Code, u64, Option<u32>), (u32, u32)>,
    messages: BTreeMap<String, u32>,
}

impl Collected {
    pub(super) fn add(&mut self, finding: &Finding, fingerprint: Fingerprint) {
        let own = is_measured(finding).then(|| self.number_of(&finding.message));
        let key = (finding.code, fingerprint.0, own);
        if let Some((count, _)) = self.by_finding.get_mut(&key) {
            *count = count.saturating_add(1);
            return;
        }
        let message = self.number_of(&finding.message);
        self.by_finding.insert(key, (1, message));
    }

    fn number_of(&mut self, message: &str) -> u32 {
        let next = self.messages.len() as u32;
        match self.messages.get(message) {
            Some(&known) => known,
            None => *self.messages.entry(message.to_owned()).or_insert(next),
        }
    }

    /// Writes all of them, with what people have added to those that were known. Returns how many findings they are.
    pub(super) fn write(&self, file: &mut FileBeside<'_>, known: &Baseline) -> Result<u64, EngineError> {
        let mut messages = vec![""; self.messages.len()];
        for (message, &number) in &self.messages {
            messages[number as usize] = message;
        }
        let mut all: Vec<_> = self.by_finding.iter().collect();
        all.sort_unstable_by_key(|((code, fingerprint, _), (_, message))| {
            (code.name(), *fingerprint, messages[*message as usize])
        });
        file.write(
            format!(
                "{{\n  \"tool\": \"{TOOL}\",\n  \"format_version\": {FORMAT_VERSION},\n  \"findings\": ["
            )
            .as_bytes(),
        )?;
        let mut n = 0;
        for ((code, fingerprint, _), (count, message)) in all {
            let mut entry = Map::new();
            entry.insert("fingerprint".to_owned(), json!(Fingerprint(*fingerprint).to_string()));
            entry.insert("code".to_owned(), json!(code.name()));
            entry.insert("count".to_owned(), json!(count));
            entry.insert("message".to_owned(), json!(messages[*message as usize]));
            if let Some(remark) = known.remark(*fingerprint) {
                let added = [("expires", &remark.expires), ("reason", &remark.reason)];
                entry.extend(
                    added.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?)))),
                );
            }
            let comma = if n == 0 { "" } else { "," };
            file.write(format!("{comma}\n    {}", Value::Object(entry)).as_bytes())?;
            n += u64::from(*count);
        }
        file.write(if n == 0 { b"]\n}\n" } else { b"\n  ]\n}\n" })?;
        Ok(n)
    }
}
