//! What must be alike in all records of a data set: media, buckets, references, optional fields.

use bedload_bedrock::{Dialect, Format, Level, Point, Profile};
use bedload_record::plural::{agree, part_of, plural};
use bedload_record::{Finding, Json, Trait, Traits, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::media::split_uri;

/// The bucket of a record whose media are in several.
const SEVERAL: u64 = 1;

/// The traits of one record; none for flat formats. Keys that the format does not know are no traits of it.
pub fn traits(format: &Format, json: Json<'_>) -> Traits {
    let mut traits = Traits::default();
    let Some(dialect) = format.dialect() else { return traits };
    for (key, value) in json.members() {
        match (key, value.value()) {
            // Null is read as if the member were absent.
            (_, Value::Null) => {}
            ("system", _) if dialect != Dialect::Chat => traits.insert(Trait::System),
            ("toolConfig", _) if dialect != Dialect::Chat => traits.insert(Trait::Tools),
            ("tools", _) if dialect == Dialect::Chat => traits.insert(Trait::Tools),
            ("id", _) if dialect == Dialect::Chat => traits.insert(Trait::Id),
            ("reference_answer", value) if dialect == Dialect::Chat => match value {
                Value::Null => {}
                Value::String(_) => traits.insert(Trait::TextReference),
                Value::Object(_) => traits.insert(Trait::ObjectReference),
                Value::Number(_) => traits.insert(Trait::NumberReference),
                Value::Array(_) => traits.insert(Trait::ListReference),
                Value::Bool(_) => traits.insert(Trait::BoolReference),
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
        if matches!(value.value(), Value::Null) {
            continue;
        }
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
            let hash = xxh3_64(bucket.as_bytes()).max(SEVERAL + 1);
            traits.bucket = if traits.bucket == 0 || traits.bucket == hash { hash } else { SEVERAL };
        }
    }
}

/// How many records have which traits. Folds in any order.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    records: u64,
    counts: [u64; Trait::ALL.len()],
    /// The bucket of all media so far, 0 for none.
    bucket: u64,
}

impl Tally {
    /// Adds a record.
    pub fn add(&mut self, traits: Traits) {
        self.records += 1;
        for (count, of) in self.counts.iter_mut().zip(Trait::ALL) {
            *count += u64::from(traits.has(of));
        }
        self.add_bucket(traits.bucket);
    }

    fn add_bucket(&mut self, bucket: u64) {
        self.bucket = match (self.bucket, bucket) {
            (known, 0) => known,
            (0, new) => new,
            (known, new) if known == new => known,
            _ => SEVERAL,
        };
    }

    /// Adds what was counted elsewhere.
    pub fn absorb(&mut self, other: &Self) {
        self.records += other.records;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.add_bucket(other.bucket);
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
        .map(|(of, name)| format!("{} with {name}", plural(tally.of(*of), "record", "records")))
        .collect();
    let has = |of| tally.of(of) > 0;
    if has(Trait::Video) && has(Trait::Image) || has(Trait::Document) && has(Trait::Video) {
        judge(Point::MixedMedia, format!("{}; a data set has one kind of media", present.join(", ")));
    }
    if tally.bucket == SEVERAL {
        judge(
            Point::SeveralBuckets,
            "the media are in several buckets; they must all be in the same one".to_owned(),
        );
    }
    let references = [
        (Trait::TextReference, ["is a string", "are strings"]),
        (Trait::ObjectReference, ["is an object", "are objects"]),
        (Trait::NumberReference, ["is a number", "are numbers"]),
        (Trait::ListReference, ["is an array", "are arrays"]),
        (Trait::BoolReference, ["is a boolean", "are booleans"]),
    ];
    let kinds: Vec<String> = references
        .iter()
        .filter(|(of, _)| has(*of))
        .map(|(of, [one, many])| plural(tally.of(*of), one, many))
        .collect();
    if kinds.len() > 1 {
        judge(
            Point::MixedReferences,
            format!("of the reference answers, {}; a data set has one type", kinds.join(", ")),
        );
    }
    let optional: [(&str, &[Trait]); 6] = [
        ("a system prompt", &[Trait::System]),
        ("media", &[Trait::Image, Trait::Video, Trait::Document]),
        ("reasoning", &[Trait::Reasoning]),
        ("tools", &[Trait::Tools]),
        ("`id`", &[Trait::Id]),
        ("`reference_answer`", &references.map(|(of, _)| of)),
    ];
    for (what, traits) in optional {
        let count = tally.of_any(traits);
        if count > 0 && count < tally.records {
            judge(Point::OptionalField, {
                let part = part_of(count, tally.records, "record", "records");
                format!("{part} {} {what}", agree(count, "has", "have"))
            });
        }
    }
    findings
}
