//! Media: images, videos and documents in S3.

use bedload_bedrock::{MediaFormats, Point, Profile};
use bedload_record::{At, Code, Json, Value};

use super::blocks::Content;
use super::flat::missing;
use super::visit::Visit;
use super::wrong_type;
use crate::role::Role;

/// The pattern is that of `S3Uri` in the service model of Bedrock: at most this many characters.
const URI_CHARS_MAX: usize = 1024;

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Image,
    Video,
    Document,
}

impl Media {
    fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    fn point(self) -> Point {
        match self {
            Self::Image => Point::Image,
            Self::Video => Point::Video,
            Self::Document => Point::Document,
        }
    }

    fn formats(self, profile: &Profile) -> Option<&MediaFormats> {
        match self {
            Self::Image => profile.images.as_ref(),
            Self::Video => profile.videos.as_ref(),
            Self::Document => profile.documents.as_ref(),
        }
    }
}

/// Checks a media block, and counts it.
pub(super) fn block(
    visit: &mut Visit<'_, '_>,
    media: Media,
    value: Json<'_>,
    role: Role,
    content: &mut Content,
    at: &At<'_>,
) {
    let name = media.name();
    content.count(media);
    visit.judge_kind(media.point(), at, &format!("{name}s"));
    if role == Role::Assistant {
        visit.add(Code::SchemaMisplacedContent, at, || format!("{name}s belong in user messages"));
    }
    if !matches!(value.value(), Value::Object(_)) {
        return wrong_type(visit, at, &format!("`{name}`"), "an object", &value.value());
    }
    match value.get("format").map(Json::value) {
        Some(Value::String(format)) => check_format(visit, media, format, &at.key("format")),
        Some(other) => wrong_type(visit, &at.key("format"), "`format`", "a string", &other),
        None => missing(visit, "format", value, at),
    }
    let source = at.key("source");
    let given = |key: &str| value.get("source").and_then(|source| source.get(key));
    let Some(location) = given("s3Location") else {
        return match (given("bytes").map(Json::value), visit.profile) {
            // The format holds them; the targets that are known read objects only.
            (Some(Value::String(_)), None) => {}
            (Some(Value::String(_)), Some(profile)) => visit.add(Code::SchemaMissingField, at, || {
                format!(
                    "`source` has `bytes`, and {} takes {name}s from S3 only; upload the {name}, and name it as \
                     `\"s3Location\": {{\"uri\": \"s3://…\"}}`",
                    profile.name
                )
            }),
            _ => visit.add(Code::SchemaMissingField, at, || "`source` has no `s3Location`".to_owned()),
        };
    };
    let at = source.key("s3Location");
    match location.get("uri").map(Json::value) {
        Some(Value::String(uri)) => check_uri(visit, uri, &at.key("uri")),
        Some(other) => wrong_type(visit, &at.key("uri"), "`uri`", "a string", &other),
        None => missing(visit, "uri", location, &at),
    }
    match location.get("bucketOwner").map(Json::value) {
        None => visit.judge(Point::BucketOwnerMissing, &at, || "`bucketOwner` is missing".to_owned()),
        Some(Value::Null) => {
            visit.judge_or(Point::NullMember, Code::SchemaBucketOwner, &at.key("bucketOwner"), || {
                "`bucketOwner` must be a string of 12 digits, not null".to_owned()
            });
        }
        Some(Value::String(id)) if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => {}
        Some(_) => visit.add(Code::SchemaBucketOwner, &at.key("bucketOwner"), || {
            "`bucketOwner` must be a string of 12 digits".to_owned()
        }),
    }
}

fn check_format(visit: &mut Visit<'_, '_>, media: Media, format: &str, at: &At<'_>) {
    let Some(formats) = visit.profile.and_then(|profile| media.formats(profile)) else { return };
    let is_in = |list: &[String]| list.iter().any(|known| known == format);
    if is_in(&formats.formats) {
        return;
    }
    let name = media.name();
    if let Some(disputed) = formats.disputed.as_ref().filter(|disputed| is_in(&disputed.formats)) {
        return visit.add_sourced(
            Code::DisputedMediaFormat,
            at,
            || disputed.cite(),
            || {
                format!(
                    "a format that only some of the sources list; all of them list {}",
                    formats.formats.join(", ")
                )
            },
        );
    }
    visit.add_sourced(
        Code::SchemaMediaFormat,
        at,
        || formats.source.to_string(),
        || {
            let hint = if format.eq_ignore_ascii_case("jpg") { "; write jpeg" } else { "" };
            format!("the {name} format must be one of {}{hint}", formats.formats.join(", "))
        },
    );
}

fn check_uri(visit: &mut Visit<'_, '_>, uri: &str, at: &At<'_>) {
    match split_uri(uri) {
        Ok((_, key)) => {
            let is_narrow = |b: u8| b.is_ascii_alphanumeric() || b"_-/.".contains(&b);
            if !key.bytes().all(is_narrow) {
                visit.judge(Point::WideFileNames, at, || {
                    "the key may contain only letters, digits, `_`, `-`, `/` and `.`".to_owned()
                });
            }
        }
        Err(why) => {
            let source = || Code::SchemaS3Uri.info().source.to_owned();
            visit.add_sourced(Code::SchemaS3Uri, at, source, || why.to_owned());
        }
    }
}

/// Bucket and key of an object's URI, or what is wrong with it.
pub(super) fn split_uri(uri: &str) -> Result<(&str, &str), &'static str> {
    let Some(rest) = uri.strip_prefix("s3://") else { return Err("an S3 URI begins with `s3://`") };
    if uri.chars().count() > URI_CHARS_MAX {
        return Err("an S3 URI has at most 1,024 characters");
    }
    let Some((bucket, key)) = rest.split_once('/') else { return Err("the S3 URI names no object") };
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let is_outer = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = bucket.as_bytes();
    if !(3..=63).contains(&bytes.len())
        || !bytes.iter().all(|&b| is_inner(b))
        || !is_outer(bytes.first())
        || !is_outer(bytes.last())
    {
        return Err(
            "a bucket name has 3 to 63 lower-case letters, digits, `-` and `.`, and begins and ends with a letter or digit",
        );
    }
    if key.is_empty() || key.ends_with('/') {
        return Err("the S3 URI names no object");
    }
    if key.split('/').any(str::is_empty) {
        return Err("the key has an empty part (`//`)");
    }
    let is_key = |b: u8| b.is_ascii_alphanumeric() || b"-!_*'().".contains(&b);
    if !key.bytes().all(|b| is_key(b) || b == b'/') {
        return Err(
            "the key may contain only letters, digits, `/` and `-!_*'().`; spaces, `=`, `+` and `%` are rejected",
        );
    }
    Ok((bucket, key))
}

/// The `image-ref` of an image with a caption.
pub(super) fn image_reference(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    let Value::String(uri) = value.value() else {
        return wrong_type(visit, at, "`image-ref`", "a string", &value.value());
    };
    check_uri(visit, uri, at);
    let Some(formats) = visit.profile.and_then(|profile| profile.images.as_ref()) else { return };
    let name = uri.rsplit('/').next().unwrap_or_default();
    let Some((_, suffix)) = name.rsplit_once('.') else { return };
    let format = match suffix.to_ascii_lowercase().as_str() {
        "jpg" => "jpeg".to_owned(),
        other => other.to_owned(),
    };
    if !formats.formats.contains(&format) {
        visit.add_sourced(
            Code::SchemaMediaFormat,
            at,
            || formats.source.to_string(),
            || format!("the image name must end in one of {}", formats.formats.join(", ")),
        );
    }
}
