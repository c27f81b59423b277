//! The finding about content that the format has no field for, once all records are read.

use bedload_bedrock::{Detection, Format, FormatId, Holds, Profile, Seen, Unmapped};
use bedload_record::plural::{agree, count, part_of};
use bedload_record::{Code, Finding};

use crate::run::settings::Settings;
use crate::scan::advice::Sample;
use crate::scan::rules::Rules;

/// How many keys are named in the finding.
const NAMED_MAX: usize = 5;

/// One key, or all keys with one word in their names.
struct Key<'u> {
    shown: String,
    holds: Option<Holds>,
    seen: &'u Seen,
}

/// A warning where some of the `valid` records have content, or most of them a label, that the format cannot hold.
/// `place` names the file and line of a record, and `sample` is what a command that would help is tried on.
pub(super) fn judge(
    unmapped: &Unmapped,
    valid: u64,
    rules: &Rules,
    settings: &Settings,
    sample: Option<&Sample>,
    place: impl Fn(u64) -> String,
) -> Option<Finding> {
    let format = rules.format?;
    let label = settings.stages.balance.label_field.as_deref().and_then(|field| field.strip_prefix('/'));
    let keys = lost(unmapped, valid, label);
    let finding = |message| Some(Finding::dataset(Code::DatasetIgnoredKeys, message));
    if keys.is_empty() {
        return unnamed(unmapped, valid, format).and_then(finding);
    }
    let is_labelled = keys.iter().any(|key| key.holds == Some(Holds::Label));
    let losing = if is_labelled { unmapped.losing_or_labelled } else { unmapped.losing };
    let first = keys.iter().map(|key| key.seen.first_lost).min()?;
    let mut shown: Vec<String> =
        keys.iter().take(NAMED_MAX).map(|key| format!("{} in {}", key.shown, count(key.seen.lost))).collect();
    match keys.len().saturating_sub(NAMED_MAX) {
        0 => {}
        1 => shown.push("1 more key".to_owned()),
        more => shown.push(format!("{more} more keys")),
    }
    let message = format!(
        "{} {} content that the format {} has no field for ({}; first at {}); it is not checked, \
         counted or trained on",
        part_of(losing, valid, "valid record", "valid records"),
        agree(losing, "has", "have"),
        format.name,
        shown.join(", "),
        place(first)
    );
    let help = help(unmapped, valid, format, settings.profile.as_deref(), sample);
    finding(format!("{message}; {help}"))
}

/// A warning where keys are one letter away from a field of the format: of an optional field, nothing else would tell.
/// A key of the user's own is not named, but the field.
pub(super) fn judge_misspelt(
    unmapped: &Unmapped,
    valid: u64,
    rules: &Rules,
    place: impl Fn(u64) -> String,
) -> Vec<Finding> {
    let Some(format) = rules.format else { return Vec::new() };
    let one = |(field, seen): (&String, &Seen)| {
        let message = format!(
            "{} {} a key that is no field of the format {} and one letter away from `{field}` (first at {}); it is \
             ignored; did you mean `{field}`?",
            part_of(seen.records, valid, "valid record", "valid records"),
            agree(seen.records, "has", "have"),
            format.name,
            place(seen.first_lost)
        );
        Finding::dataset(Code::DatasetIgnoredKeys, message)
    };
    unmapped.misspelt.iter().map(one).collect()
}

/// The keys with lost content, those of most records first. A label may describe a text rather than answer it, so it
/// counts only where most records have it, and not where the user named it.
fn lost<'u>(unmapped: &'u Unmapped, valid: u64, label: Option<&str>) -> Vec<Key<'u>> {
    let counts = |holds: Option<Holds>, seen: &Seen| match holds {
        Some(Holds::Label) => seen.lost * 2 > valid,
        _ => seen.lost > 0,
    };
    let named = unmapped.keys.iter().filter(|(key, seen)| counts(Holds::from_key(key), seen));
    let named = named.filter(|(key, _)| Some(key.as_str()) != label);
    let named = named.map(|(key, seen)| Key { shown: format!("`{key}`"), holds: Holds::from_key(key), seen });
    let alike = unmapped.alike.iter().filter(|(word, seen)| counts(Holds::from_key(word), seen));
    let alike = alike.map(|(word, seen)| Key {
        shown: format!("keys with \"{word}\""),
        holds: Holds::from_key(word),
        seen,
    });
    let mut keys: Vec<Key<'u>> = named.chain(alike).collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.seen.lost));
    keys
}

/// What to do about it: a command that was tried on the first records, where one works.
fn help(
    unmapped: &Unmapped,
    valid: u64,
    format: &'static Format,
    profile: Option<&Profile>,
    sample: Option<&Sample>,
) -> String {
    let records = usize::try_from(valid).unwrap_or(usize::MAX);
    let unmapped = unmapped.clone();
    let look = Detection { format: Some(format), shape: None, fitting: records, records, unmapped };
    let wanted = profile.and_then(|profile| profile.formats().next());
    let prompts = wanted.filter(|wanted| wanted.id == FormatId::Prompt);
    let command = sample.and_then(|sample| sample.map(&look, wanted));
    let command = command.or_else(|| prompts.and_then(|prompts| sample?.conversion(format, prompts)));
    command.unwrap_or_else(|| {
        match format.dialect() {
            Some(_) => "put it into the messages; an answer is the last turn of the assistant",
            None => {
                "put it into the fields of the format, or give these records a file of their own; \
                 `bedload convert INPUT --to FORMAT --map FIELD=KEY,… --out FILE` converts flat objects"
            }
        }
        .to_owned()
    })
}

/// What is said where the format has prompts alone and most records have prose under unknown keys, so that
/// the answer may be there.
fn unnamed(unmapped: &Unmapped, valid: u64, format: &Format) -> Option<String> {
    let name = format.name;
    (matches!(format.id, FormatId::Prompt | FormatId::Input) && unmapped.unnamed * 2 > valid).then(|| {
        format!(
            "{} {} text under keys that the format {name} has no field for; it is not checked, \
             counted or trained on; if it is the answer, `bedload convert INPUT --to prompt-completion --map \
             prompt={name},completion=KEY --out FILE` converts it",
            part_of(unmapped.unnamed, valid, "valid record", "valid records"),
            agree(unmapped.unnamed, "has", "have")
        )
    })
}
