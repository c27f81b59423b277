//! What validation data shares with training data.

use bedload_record::plural::{agree, count, part_of};
use bedload_record::{Code, Finding};
use bedload_stages::group::{GroupBy, GroupBys};

use crate::scan::held_out::{Leaked, Leaks};

/// The findings, given the number of valid validation records. `name` gives the place of a line of all inputs.
pub(super) fn judge(
    leaks: &Leaks,
    validation: u64,
    group_by: &GroupBys,
    name: impl Fn(u64) -> String,
) -> Vec<Finding> {
    let shared = match group_by.each() {
        [GroupBy::Prompt] => {
            ["shares its prompt with a training record", "share their prompt with training records"]
        }
        _ => ["shares its group with a training record", "share their group with training records"],
    };
    let kinds = [
        (Code::SplitLeakedRecord, ["is also in the training data", "are also in the training data"]),
        (Code::SplitLeakedPrompt, shared),
    ];
    let say = |((code, [one, many]), found): ((Code, [&str; 2]), &Leaked)| {
        let mut places: Vec<String> = found
            .places
            .iter()
            .map(|&(validation, train)| format!("{} and {}", name(validation), name(train)))
            .collect();
        match found.records - found.places.len() as u64 {
            0 => {}
            more => places.push(format!("{} more", count(more))),
        }
        let part = part_of(found.records, validation, "validation record", "validation records");
        let what = agree(found.records, one, many);
        let message = format!("{part} {what}: {}", places.join(", "));
        Finding::dataset(code, message)
    };
    kinds.into_iter().zip(&leaks.found).filter(|(_, found)| found.records > 0).map(say).collect()
}
