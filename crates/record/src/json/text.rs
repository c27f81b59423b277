//! Strings between their raw form in a line and their decoded form.

use std::borrow::Cow;

/// Decodes what stands between the quotes of a JSON string. Half a surrogate pair becomes U+FFFD: such a line is
/// rejected anyway.
pub fn string_content(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if !text.contains('\\') {
        return text;
    }
    Cow::Owned(char::decode_utf16(units(&text)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// What tells one key from others: its decoded form, as bytes. Half a surrogate pair, which UTF-8 has no bytes for,
/// takes the three that its number would have, so that keys which differ only there stay distinct.
pub(super) fn identity(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    for decoded in char::decode_utf16(units(&String::from_utf8_lossy(raw))) {
        match decoded {
            Ok(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(half) => {
                let unit = half.unpaired_surrogate();
                out.extend_from_slice(&[0xED, 0x80 | (unit >> 6 & 0x3F) as u8, 0x80 | (unit & 0x3F) as u8]);
            }
        }
    }
    Cow::Owned(out)
}

fn units(text: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    let mut pair = [0; 2];
    while let Some(c) = chars.next() {
        if c != '\\' {
            units.extend_from_slice(c.encode_utf16(&mut pair));
            continue;
        }
        units.push(match chars.next() {
            Some('b') => 8,
            Some('f') => 12,
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            Some('u') => {
                let digits = chars.as_str().get(..4).unwrap_or_default();
                chars = chars.as_str().get(4..).unwrap_or_default().chars();
                u16::from_str_radix(digits, 16).unwrap_or(0xFFFD)
            }
            Some(other) => other as u16,
            None => 0xFFFD,
        });
    }
    units
}

/// Appends `text` to a line as it must stand between the quotes of a JSON string.
pub fn escape_into(text: &str, line: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        match byte {
            b'"' => line.extend_from_slice(b"\\\""),
            b'\\' => line.extend_from_slice(b"\\\\"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\t' => line.extend_from_slice(b"\\t"),
            0..=0x1F => line.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => line.push(byte),
        }
    }
}
