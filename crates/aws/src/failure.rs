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

/// Words that a part of a message must have, so that it is one.
const PART_WORDS_MIN: usize = 3;

/// What a message of the service means, or a part of one that is in no other; none where it is not known.
pub fn explain_message(message: &str) -> Option<&'static Explanation> {
    let message = message.trim().trim_end_matches('.').to_lowercase();
    let has_all =
        |refusal: &&Explanation| refusal.fragments.iter().all(|fragment| message.contains(fragment.as_str()));
    REFUSALS.iter().find(has_all).or_else(|| by_part(&message))
}

fn by_part(message: &str) -> Option<&'static Explanation> {
    let is_part = message.split_whitespace().count() >= PART_WORDS_MIN;
    let has_it = |refusal: &&Explanation| {
        refusal.examples.iter().any(|example| example.to_lowercase().contains(message))
    };
    let mut found = REFUSALS.iter().filter(has_it);
    let one = found.next().filter(|_| is_part)?;
    found.next().is_none().then_some(one)
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
    fn a_part_of_a_message_is_enough_if_it_is_in_no_other() {
        let id = |message| explain_message(message).map(|found| found.id.as_str());
        assert_eq!(id("must conform to JSONL format"), Some("not-jsonl"));
        assert_eq!(id(" Must conform to JSONL format. "), Some("not-jsonl"));
        assert_eq!(id("conform to"), None);
        let shared = |part: &str| {
            REFUSALS
                .iter()
                .filter(|one| one.examples.iter().any(|text| text.to_lowercase().contains(part)))
                .count()
        };
        assert!(shared("error when processing the") > 1 && id("error when processing the").is_none());
    }

    #[test]
    fn other_messages_are_not_explained() {
        assert!(explain_message("").is_none());
        assert!(explain_message("something new").is_none());
    }
}
