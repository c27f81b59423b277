//! Images and reasoning as each format writes them.

use bedload_record::json::Raw;

use super::conversation::{Aside, Image, ImageSource, Reasoning};
use super::tools::unusual;

/// Formats of images, with the names that files and MIME types have for them.
const FORMATS: &[(&str, &[&str])] =
    &[("png", &["png"]), ("jpeg", &["jpeg", "jpg"]), ("gif", &["gif"]), ("webp", &["webp"])];

fn image_format(name: &str) -> Option<&'static str> {
    let is_name = |known: &&str| known.eq_ignore_ascii_case(name);
    FORMATS.iter().find(|(_, names)| names.iter().any(&is_name)).map(|(format, _)| *format)
}

/// An `image` block of Converse; none where it is more than another format could say.
pub(super) fn converse_image<'l>(image: Raw<'l>, at: Raw<'l>) -> Option<Image<'l>> {
    let is_alone = |value: Raw<'_>, n: usize| value.members().count() == n;
    let format = image_format(&image.get("format")?.text()?)?;
    let source = image.get("source").filter(|source| is_alone(*source, 1) && is_alone(image, 2))?;
    let from = match (source.get("s3Location"), source.get("bytes")) {
        (Some(place), _) if is_alone(place, 1) => ImageSource::S3(place.get("uri")?.string()?),
        (None, Some(bytes)) => ImageSource::Bytes(bytes.string()?),
        _ => return None,
    };
    Some(Image { at, format, from })
}

/// What `image_url` of a chat leads to: an object in S3, or the bytes of an image. Other addresses hold what may be
/// another thing tomorrow, or nothing.
pub(super) fn linked_image<'l>(url: Raw<'l>, at: Raw<'l>) -> Option<Image<'l>> {
    let raw = url.string()?;
    let text = std::str::from_utf8(raw).ok()?;
    // Some writers escape slashes.
    let prefix = |plain: &str, escaped: &str| text.strip_prefix(plain).or_else(|| text.strip_prefix(escaped));
    if let Some(rest) = prefix("data:image/", r"data:image\/") {
        let (kind, bytes) = rest.split_once(";base64,")?;
        return Some(Image { at, format: image_format(kind)?, from: ImageSource::Bytes(bytes.as_bytes()) });
    }
    let key = prefix("s3://", r"s3:\/\/")?;
    let (_, ending) = key.rsplit_once('.')?;
    Some(Image { at, format: image_format(ending)?, from: ImageSource::S3(raw) })
}

/// An image of the Anthropic API: `{"type": "base64", "media_type": .., "data": ..}`.
pub(super) fn sourced_image<'l>(source: Raw<'l>, at: Raw<'l>) -> Option<Image<'l>> {
    if source.get("type").and_then(Raw::text).as_deref() != Some("base64") {
        return None;
    }
    let kind = source.get("media_type")?.text()?;
    let format = image_format(kind.strip_prefix("image/")?)?;
    Some(Image { at, format, from: ImageSource::Bytes(source.get("data")?.string()?) })
}

/// A `reasoningContent` block of Converse; none where it is not text.
pub(super) fn converse_reasoning<'l>(
    value: Raw<'l>,
    at: Raw<'l>,
    asides: &mut Vec<Aside<'l>>,
) -> Option<Reasoning<'l>> {
    let thought = value.get("reasoningText").filter(|_| value.members().count() == 1)?;
    let n_known = 1 + usize::from(thought.get("signature").is_some());
    (thought.members().count() == n_known).then_some(())?;
    let text = thought.get("text")?.string()?;
    Some(Reasoning { at, text, signature: signature(thought, asides) })
}

/// The signature of thoughts. One that is no string proves nothing, and is reported like a key that is not known.
pub(super) fn signature<'l>(thought: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Option<Raw<'l>> {
    unusual(thought, "signature", |signature| signature.string().is_some(), asides);
    thought.get("signature").filter(|signature| signature.string().is_some())
}

impl Image<'_> {
    /// As a block of Converse.
    pub(super) fn as_block(&self, out: &mut Vec<u8>) {
        let Self { format, from, .. } = self;
        out.extend_from_slice(format!("{{\"image\":{{\"format\":\"{format}\",\"source\":").as_bytes());
        let (before, string, after): (&[u8], &[u8], &[u8]) = match from {
            ImageSource::S3(uri) => (b"{\"s3Location\":{\"uri\":\"", uri, b"\"}}}}"),
            ImageSource::Bytes(bytes) => (b"{\"bytes\":\"", bytes, b"\"}}}"),
        };
        [before, string, after].into_iter().for_each(|piece| out.extend_from_slice(piece));
    }

    /// As a part of a chat message.
    pub(super) fn as_part(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":\"image_url\",\"image_url\":{\"url\":\"");
        match self.from {
            ImageSource::S3(uri) => out.extend_from_slice(uri),
            ImageSource::Bytes(bytes) => {
                out.extend_from_slice(format!("data:image/{};base64,", self.format).as_bytes());
                out.extend_from_slice(bytes);
            }
        }
        out.extend_from_slice(b"\"}}");
    }
}

impl Reasoning<'_> {
    /// As a block of Converse.
    pub(super) fn as_block(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"reasoningContent\":{\"reasoningText\":{\"text\":\"");
        out.extend_from_slice(self.text);
        out.push(b'"');
        if let Some(signature) = self.signature {
            out.extend_from_slice(b",\"signature\":");
            out.extend_from_slice(signature.bytes());
        }
        out.extend_from_slice(b"}}}");
    }
}
