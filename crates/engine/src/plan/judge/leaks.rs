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
    let of_kind = |kind: usize| match kind.checked_sub(1).map(|nth| &group_by.each()[nth]) {
        None => (
            Code::SplitLeakedRecord,
            ["is also in the training data".to_owned(), "are also in the training data".to_owned()],
        ),
        Some(GroupBy::Field { pointer, .. }) => (
            Code::SplitLeakedGroup,
            [
                format!("shares its value at {pointer} with a training record"),
                format!("share their values at {pointer} with training records"),
            ],
        ),
        Some(GroupBy::Prompt | GroupBy::Record) => (
            Code::SplitLeakedPrompt,
            [
                "shares its prompt with a training record".to_owned(),
                "share their prompt with training records".to_owned(),
            ],
        ),
    };
    let say = |(kind, found): (usize, &Leaked)| {
        let (code, [one, many]) = of_kind(kind);
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
        let what = agree(found.records, &one, &many);
        let message = format!("{part} {what}: {}", places.join(", "));
        Finding::dataset(code, message)
    };
    leaks.found.iter().enumerate().filter(|(_, found)| found.records > 0).map(say).collect()
}
