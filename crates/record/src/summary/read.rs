//! The numbers of a built data set, read again from their long form.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Counts, Quantiles, SideTokens, Summary};
use crate::{Lengths, PairLengths, Tokens};

/// A number of the long form: metric, scope, value.
pub type SummaryNumber = (String, String, f64);

impl Summary {
    /// The numbers that [`Summary::rows`] and [`Summary::source_rows`] gave; those that an earlier version did not give
    /// are zero. Findings and distributions are not among them: these have tables of their own.
    pub fn from_rows(rows: &[SummaryNumber]) -> Self {
        let numbers: BTreeMap<(&str, &str), u64> = rows
            .iter()
            .map(|(metric, scope, value)| ((metric.as_str(), scope.as_str()), *value as u64))
            .collect();
        let of = |metric, scope| numbers.get(&(metric, scope)).copied().unwrap_or(0);
        let records = |scope| of("records", scope);
        let counts = Counts {
            read: records("read"),
            rejected: records("rejected"),
            duplicates: records("duplicate"),
            near_duplicates: records("near_duplicate"),
            unselected: records("unselected"),
            capped: records("unselected_class_cap"),
            conflicting: records("unselected_conflict"),
            contaminated: records("unselected_contamination"),
            train: records("train"),
            validation: records("validation"),
            test: records("test"),
            variants: of("variants", "train"),
        };
        let texts = Tokens {
            prompt: of("tokens_prompt", "kept"),
            completion: of("tokens_completion", "kept"),
            system: of("tokens_system", "kept"),
            assistant: of("tokens_assistant", "kept"),
            characters: of("characters", "kept"),
        };
        let ratio = rows.iter().find(|(metric, ..)| metric == "pairs_median_ratio").map(|(.., value)| *value);
        let pairs = numbers.get(&("pairs", "kept")).map(|&pairs| PairLengths {
            pairs,
            chosen_longer: of("pairs_chosen_longer", "kept"),
            rejected_longer: of("pairs_rejected_longer", "kept"),
            median: ratio.map_or_else(Lengths::default, median),
        });
        Self {
            counts,
            tokens: SideTokens {
                train: of("tokens", "train"),
                validation: of("tokens", "validation"),
                test: of("tokens", "test"),
            },
            record_tokens: Quantiles {
                count: counts.train + counts.validation + counts.test,
                sum: texts.total(),
                p50: of("tokens_per_record_p50", "kept"),
                p90: of("tokens_per_record_p90", "kept"),
                p99: of("tokens_per_record_p99", "kept"),
                max: of("tokens_per_record_max", "kept"),
            },
            texts,
            is_conversation: numbers.contains_key(&("tokens_system", "kept")),
            sources: sources(rows),
            pairs,
            ..Self::default()
        }
    }
}

/// The counts of each source, in the order in which they come; without a name, of records that are of none.
fn sources(rows: &[SummaryNumber]) -> Vec<(Option<String>, Counts)> {
    let mut sources: Vec<(Option<String>, Counts)> = Vec::new();
    for (metric, scope, value) in rows {
        let name = match scope.strip_prefix("source:") {
            Some(name) => Some(name.to_owned()),
            None if scope == "no source" => None,
            None => continue,
        };
        if sources.last().is_none_or(|(last, _)| *last != name) {
            sources.push((name, Counts::default()));
        }
        let (_, counts) = sources.last_mut().expect("one was pushed");
        if let Some(number) = counts.number_mut(metric) {
            *number = *value as u64;
        }
    }
    sources
}

/// The lengths that have this median ratio.
fn median(ratio: f64) -> Lengths {
    // Answers that are nearly as long as each other have the ratio of those that are.
    let equal = Lengths::of(1, 1);
    let all = Some(equal).into_iter().chain((1..Lengths::COUNT as u8).filter_map(Lengths::from_number));
    let distance = |lengths: Lengths| {
        let pair = PairLengths { pairs: 1, chosen_longer: 0, rejected_longer: 0, median: lengths };
        (pair.median_ratio() - ratio).abs()
    };
    all.min_by(|&a, &b| distance(a).partial_cmp(&distance(b)).unwrap_or(Ordering::Equal)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts() -> impl Strategy<Value = Counts> {
        prop::array::uniform12(0u64..1000).prop_map(|n| Counts {
            read: n[0],
            rejected: n[1],
            duplicates: n[2],
            near_duplicates: n[3],
            unselected: n[4],
            capped: n[5],
            conflicting: n[6],
            contaminated: n[7],
            train: n[8],
            validation: n[9],
            test: n[10],
            variants: n[11],
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            counts in counts(),
            n in prop::array::uniform12(0u64..1000),
            of_sources in prop::collection::vec(("[a-c ]{1,3}", counts()), 0..4),
            lengths in (1u8..127).prop_filter("the ratio of equal ones", |n| ![63, 65].contains(n)),
            is_conversation: bool,
            has_pairs: bool,
        ) {
            let mut sources: Vec<(Option<String>, Counts)> = Vec::new();
            for (name, counts) in of_sources {
                if !sources.iter().any(|(other, _)| other.as_ref() == Some(&name)) {
                    sources.push((Some(name), counts));
                }
            }
            if !sources.is_empty() {
                sources.push((None, counts));
            }
            let spoken = |n: u64| if is_conversation { n } else { 0 };
            let texts = Tokens {
                prompt: n[0] + 1000,
                completion: n[1] + 1000,
                system: spoken(n[2]),
                assistant: spoken(n[3]),
                characters: n[4],
            };
            let pairs = has_pairs.then(|| PairLengths {
                pairs: n[5],
                chosen_longer: n[6],
                rejected_longer: n[7],
                median: Lengths::from_number(lengths).expect("a number of lengths"),
            });
            let summary = Summary {
                counts,
                tokens: SideTokens { train: n[8], validation: n[9], test: n[10] },
                record_tokens: Quantiles {
                    count: counts.train + counts.validation + counts.test,
                    sum: texts.total(),
                    p50: n[11],
                    p90: n[0],
                    p99: n[1],
                    max: n[2],
                },
                texts,
                is_conversation,
                sources,
                pairs,
                ..Summary::default()
            };
            let own = summary.rows().into_iter().map(|(metric, scope, value)| (metric.to_owned(), scope.to_owned(), value as f64));
            let of_sources = summary.source_rows().into_iter().map(|(metric, scope, value)| (metric.to_owned(), scope, value as f64));
            let ratio = pairs.map(|pairs| ("pairs_median_ratio".to_owned(), "kept".to_owned(), pairs.median_ratio()));
            let rows: Vec<SummaryNumber> = own.chain(of_sources).chain(ratio).collect();
            let read = Summary::from_rows(&rows);
            prop_assert_eq!(format!("{read:?}"), format!("{summary:?}"));
        }
    }
}
