//! What must be alike in all records of a data set: media, buckets, references, optional fields.

use bedload_bedrock::{FieldKind, Level, Point, Profile, Record};
use bedload_record::plural::{agree, part_of, plural};
use bedload_record::{Feature, Features, Finding, Json, LengthCounts, Value};
use twox_hash::XxHash3_64;

use super::media::split_uri;

/// The bucket of a record whose media are in several.
const SEVERAL: u64 = 1;

/// Returns the features of one record; none for flat formats. Unknown keys are not features.
pub fn features(record: &Record<'_>) -> Features {
    let mut features = Features::default();
    if record.dialect().is_none() {
        return features;
    }
    for (field, value) in record.fields() {
        let feature = match (field.kind, value.map(Json::value)) {
            // Null is read as if the member were absent.
            (_, None | Some(Value::Null)) => continue,
            (FieldKind::System | FieldKind::Text(_), _) => Feature::System,
            (FieldKind::ToolConfig | FieldKind::ChatTools, _) => Feature::Tools,
            (FieldKind::RecordId, _) => Feature::Id,
            (FieldKind::Reference, Some(Value::String(_))) => Feature::TextReference,
            (FieldKind::Reference, Some(Value::Object(_))) => Feature::ObjectReference,
            (FieldKind::Reference, Some(Value::Number(_))) => Feature::NumberReference,
            (FieldKind::Reference, Some(Value::Array(_))) => Feature::ListReference,
            (FieldKind::Reference, Some(Value::Bool(_))) => Feature::BoolReference,
            _ => continue,
        };
        features.insert(feature);
    }
    for (key, value) in &record.texts().blocks {
        block_features(key, *value, &mut features);
    }
    features
}

fn block_features(key: &str, value: Json<'_>, features: &mut Features) {
    let media = match key {
        "image" => Feature::Image,
        "video" => Feature::Video,
        "document" => Feature::Document,
        "reasoningContent" => return features.insert(Feature::Reasoning),
        "toolUse" | "toolResult" => return features.insert(Feature::Tools),
        _ => return,
    };
    features.insert(media);
    let place = value.get("source").and_then(|source| source.get("s3Location"));
    if let Some(Value::String(uri)) = place.and_then(|place| place.get("uri")).map(Json::value)
        && let Ok((bucket, _)) = split_uri(uri)
    {
        let hash = XxHash3_64::oneshot(bucket.as_bytes()).max(SEVERAL + 1);
        features.bucket = if features.bucket == 0 || features.bucket == hash { hash } else { SEVERAL };
    }
}

/// How many records have which features. Folds in any order.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    records: u64,
    counts: [u64; Feature::ALL.len()],
    /// The bucket of all media so far, 0 for none.
    bucket: u64,
    lengths: LengthCounts,
}

impl Tally {
    /// Adds a record.
    pub fn add(&mut self, features: Features) {
        self.records += 1;
        if features == Features::default() {
            return;
        }
        for (count, of) in self.counts.iter_mut().zip(Feature::ALL) {
            *count += u64::from(features.has(of));
        }
        self.add_bucket(features.bucket);
        self.lengths.add(features.lengths);
    }

    /// How long the answers of pairs are.
    pub fn lengths(&self) -> &LengthCounts {
        &self.lengths
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
        self.lengths.absorb(&other.lengths);
    }

    fn of(&self, of: Feature) -> u64 {
        self.counts[of as usize]
    }

    fn of_any(&self, features: &[Feature]) -> u64 {
        // Media of one record are of one kind, and so are references: counts add up.
        features.iter().map(|of| self.of(*of)).sum::<u64>().min(self.records)
    }
}

/// Reports differences between records that must be alike.
pub fn judge(tally: &Tally, profile: Option<&Profile>) -> Vec<Finding> {
    let Some(profile) = profile else { return Vec::new() };
    let mut findings = Vec::new();
    let mut judge = |point: Point, message: String| {
        let rule = profile.rule(point).filter(|rule| rule.level != Level::Allow);
        if let Some((rule, code)) = rule.and_then(|rule| Some((rule, point.code(rule.level)?))) {
            findings.push(Finding::dataset(code, message).sourced(&rule.cite()));
        }
    };
    let media = [(Feature::Image, "images"), (Feature::Video, "videos"), (Feature::Document, "documents")];
    let present: Vec<String> = media
        .iter()
        .filter(|(of, _)| tally.of(*of) > 0)
        .map(|(of, name)| format!("{} with {name}", plural(tally.of(*of), "record", "records")))
        .collect();
    let has = |of| tally.of(of) > 0;
    if has(Feature::Video) && has(Feature::Image) || has(Feature::Document) && has(Feature::Video) {
        judge(Point::MixedMedia, format!("{}; a data set has one kind of media", present.join(", ")));
    }
    if tally.bucket == SEVERAL {
        judge(
            Point::SeveralBuckets,
            "the media are in several buckets; they must all be in the same one".to_owned(),
        );
    }
    let references = [
        (Feature::TextReference, ["is a string", "are strings"]),
        (Feature::ObjectReference, ["is an object", "are objects"]),
        (Feature::NumberReference, ["is a number", "are numbers"]),
        (Feature::ListReference, ["is an array", "are arrays"]),
        (Feature::BoolReference, ["is a boolean", "are booleans"]),
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
    let optional: [(&str, &[Feature]); 6] = [
        ("a system prompt", &[Feature::System]),
        ("media", &[Feature::Image, Feature::Video, Feature::Document]),
        ("reasoning", &[Feature::Reasoning]),
        ("tools", &[Feature::Tools]),
        ("`id`", &[Feature::Id]),
        ("`reference_answer`", &references.map(|(of, _)| of)),
    ];
    for (what, features) in optional {
        let count = tally.of_any(features);
        if count > 0 && count < tally.records {
            judge(Point::OptionalField, {
                let part = part_of(count, tally.records, "record", "records");
                format!("{part} {} {what}", agree(count, "has", "have"))
            });
        }
    }
    findings
}
