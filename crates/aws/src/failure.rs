//! What messages of the service mean: why a job failed or a request was refused, and what to do.
//!
//! The messages and their causes are data, in `data/refusals.json`, each with its source.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// How sure an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A user's run.
    Recorded,
    /// AWS's pages.
    Documented,
    /// A script of AWS's.
    Script,
    /// Somebody else says so.
    ThirdParty,
}

impl Evidence {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Documented => "documented",
            Self::Script => "script",
            Self::ThirdParty => "third-party",
        }
    }
}

/// What a message means.
#[derive(Debug, Deserialize, Serialize)]
pub struct Explanation {
    /// A short name for it.
    pub id: String,
    #[serde(skip_serializing)]
    fragments: Vec<String>,
    /// Where the message was seen.
    #[serde(rename = "where")]
    pub place: String,
    /// Why the service says it.
    pub cause: String,
    /// The finding codes that tell of it before.
    pub codes: Vec<String>,
    /// What to do.
    pub remedy: String,
    /// Who says so.
    pub source: String,
    /// When that was.
    pub date: String,
    /// How sure it is.
    pub sure: Evidence,
    #[serde(skip_serializing)]
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    refusals: Vec<Explanation>,
}

static REFUSALS: LazyLock<Vec<Explanation>> = LazyLock::new(|| {
    let file: File =
        serde_json::from_str(include_str!("../data/refusals.json")).expect("a test reads the file");
    file.refusals
});

/// What a message of the service means; none where it is not known.
pub fn explain_message(message: &str) -> Option<&'static Explanation> {
    let message = message.to_lowercase();
    REFUSALS
        .iter()
        .find(|refusal| refusal.fragments.iter().all(|fragment| message.contains(fragment.as_str())))
}

#[cfg(test)]
mod tests {
    use bedload_record::Code;

    use super::*;

    #[test]
    fn every_recorded_message_is_explained_by_its_own_entry() {
        assert!(REFUSALS.len() > 20);
        for refusal in REFUSALS.iter() {
            assert!(!refusal.examples.is_empty(), "{}", refusal.id);
            for example in &refusal.examples {
                let found = explain_message(example).map(|found| found.id.as_str());
                assert_eq!(found, Some(refusal.id.as_str()), "{example}");
            }
            for fragment in &refusal.fragments {
                assert_eq!(*fragment, fragment.to_lowercase());
            }
        }
    }

    #[test]
    fn what_tells_of_it_before_are_finding_codes() {
        for refusal in REFUSALS.iter() {
            let unknown: Vec<&String> =
                refusal.codes.iter().filter(|code| Code::from_name(code).is_none()).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", refusal.id);
            for text in [&refusal.place, &refusal.cause, &refusal.remedy, &refusal.source, &refusal.date] {
                assert!(!text.is_empty(), "{}", refusal.id);
            }
        }
    }

    #[test]
    fn other_messages_are_not_explained() {
        assert!(explain_message("").is_none());
        assert!(explain_message("something new").is_none());
    }
}
