//! What must be alike in all records of a data set: media, buckets, references, optional fields.

use std::collections::BTreeSet;

use bedload_bedrock::{Dialect, Format, Level, Point, Profile};
use bedload_record::{Finding, Json, Trait, Traits, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::media::split_uri;

/// The bucket of a record whose media are in several.
const SEVERAL: u16 = 1;

/// The traits of one record; none for flat formats.
pub fn traits(format: &Format, json: Json<'_>) -> Traits {
    let mut traits = Traits::default();
    let Some(dialect) = format.dialect() else { return traits };
    for (key, value) in json.members() {
        match (key, value.value()) {
            ("system", _) => traits.insert(Trait::System),
            ("toolConfig" | "tools", _) => traits.insert(Trait::Tools),
            ("id", _) if dialect == Dialect::Chat => traits.insert(Trait::Id),
            ("reference_answer", value) if dialect == Dialect::Chat => match value {
                Value::Null => {}
                Value::String(_) => traits.insert(Trait::TextReference),
                Value::Object(_) => traits.insert(Trait::ObjectReference),
                _ => traits.insert(Trait::OtherReference),
            },
            ("messages", Value::Array(messages)) if dialect != Dialect::Chat => {
                for block in messages.flat_map(blocks) {
                    block_traits(block, &mut traits);
                }
            }
            _ => {}
        }
    }
    traits
}

/// The blocks of a message's content, and of its candidates.
fn blocks<'t>(message: Json<'t>) -> impl Iterator<Item = Json<'t>> {
    let list = |json: Option<Json<'t>>| match json.map(Json::value) {
        Some(Value::Array(list)) => Some(list),
        _ => None,
    };
    let own = list(message.get("content")).into_iter().flatten();
    let candidates = list(message.get("candidates")).into_iter().flatten();
    own.chain(candidates.filter_map(move |candidate| list(candidate.get("content"))).flatten())
}

fn block_traits(block: Json<'_>, traits: &mut Traits) {
    for (key, value) in block.members() {
        let media = match key {
            "image" => Trait::Image,
            "video" => Trait::Video,
            "document" => Trait::Document,
            "reasoningContent" => {
                traits.insert(Trait::Reasoning);
                continue;
            }
            "toolUse" | "toolResult" => {
                traits.insert(Trait::Tools);
                continue;
            }
            _ => continue,
        };
        traits.insert(media);
        let place = value.get("source").and_then(|source| source.get("s3Location"));
        if let Some(Value::String(uri)) = place.and_then(|place| place.get("uri")).map(Json::value)
            && let Ok((bucket, _)) = split_uri(uri)
        {
            let hash = (xxh3_64(bucket.as_bytes()) as u16).max(SEVERAL + 1);
            traits.bucket = if traits.bucket == 0 || traits.bucket == hash { hash } else { SEVERAL };
        }
    }
}

/// How many records have which traits. Folds in any order.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    records: u64,
    counts: [u64; Trait::ALL.len()],
    buckets: BTreeSet<u16>,
}

impl Tally {
    /// Adds a record.
    pub fn add(&mut self, traits: Traits) {
        self.records += 1;
        for (count, of) in self.counts.iter_mut().zip(Trait::ALL) {
            *count += u64::from(traits.has(of));
        }
        if traits.bucket != 0 {
            self.buckets.insert(traits.bucket);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn absorb(&mut self, other: &Self) {
        self.records += other.records;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.buckets.extend(&other.buckets);
    }

    fn of(&self, of: Trait) -> u64 {
        self.counts[of as usize]
    }

    fn of_any(&self, traits: &[Trait]) -> u64 {
        // Media of one record are of one kind, and so are references: counts add up.
        traits.iter().map(|of| self.of(*of)).sum::<u64>().min(self.records)
    }
}

/// Says what differs between records that must be alike.
pub fn judge(tally: &Tally, profile: Option<&Profile>, strict: bool) -> Vec<Finding> {
    let Some(profile) = profile else { return Vec::new() };
    let mut findings = Vec::new();
    let mut judge = |point: Point, message: String| {
        let rule = profile.rule(point).filter(|rule| rule.level != Level::Allow);
        if let Some((rule, code)) = rule.and_then(|rule| Some((rule, point.code(rule.level)?))) {
            findings.push(Finding::dataset(code, strict, message).sourced(&rule.cite()));
        }
    };
    let media = [(Trait::Image, "images"), (Trait::Video, "videos"), (Trait::Document, "documents")];
    let present: Vec<String> = media
        .iter()
        .filter(|(of, _)| tally.of(*of) > 0)
        .map(|(of, name)| format!("{} records with {name}", tally.of(*of)))
        .collect();
    if present.len() > 1 {
        judge(Point::MixedMedia, format!("{}; a data set has one kind of media", present.join(", ")));
    }
    if tally.buckets.len() > 1 || tally.buckets.contains(&SEVERAL) {
        judge(Point::SeveralBuckets, "the media are in several buckets; they must be in one".to_owned());
    }
    let references = [Trait::TextReference, Trait::ObjectReference, Trait::OtherReference];
    let kinds = references.iter().filter(|of| tally.of(**of) > 0).count();
    if kinds > 1 {
        judge(
            Point::MixedReferences,
            format!(
                "{} reference answers are text, {} are objects, {} are something else",
                tally.of(Trait::TextReference),
                tally.of(Trait::ObjectReference),
                tally.of(Trait::OtherReference)
            ),
        );
    }
    let optional: [(&str, &[Trait]); 6] = [
        ("a system prompt", &[Trait::System]),
        ("media", &[Trait::Image, Trait::Video, Trait::Document]),
        ("reasoning", &[Trait::Reasoning]),
        ("tools", &[Trait::Tools]),
        ("`id`", &[Trait::Id]),
        ("`reference_answer`", &references),
    ];
    for (what, traits) in optional {
        let count = tally.of_any(traits);
        if count > 0 && count < tally.records {
            judge(Point::OptionalField, format!("{count} of {} records have {what}", tally.records));
        }
    }
    findings
}
