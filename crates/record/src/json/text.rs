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

/// Where bytes of a decoded string are in its raw form, which stands between the quotes: for each of some offsets, in
/// ascending order, where the character there begins. Linear in the string.
pub fn raw_offsets(raw: &[u8], decoded: &[usize]) -> Vec<usize> {
    let (mut at, mut seen) = (0, 0);
    let step = |at: &mut usize, seen: &mut usize| {
        if raw[*at] != b'\\' {
            *at += 1;
            *seen += 1;
            return;
        }
        let unit = |at: usize| {
            let digits = raw.get(at..at + 6).filter(|escape| escape.starts_with(b"\\u"))?;
            u16::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
        };
        let Some(first) = unit(*at) else {
            *at += 2;
            *seen += 1;
            return;
        };
        let is_pair = (0xD800..0xDC00).contains(&first)
            && unit(*at + 6).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        *at += if is_pair { 12 } else { 6 };
        *seen += match first {
            _ if is_pair => 4,
            0..0x80 => 1,
            0x80..0x800 => 2,
            _ => 3,
        };
    };
    let find = |&wanted: &usize| {
        while seen < wanted && at < raw.len() {
            step(&mut at, &mut seen);
        }
        at.min(raw.len())
    };
    decoded.iter().map(find).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_found_in_its_raw_form() {
        let raw = r#"a\u0041\n\ud83d\ude00é😀\"\/\u00e9\u20ac z"#;
        let text = string_content(raw.as_bytes());
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let offsets = raw_offsets(raw.as_bytes(), &starts);
        let parts: Vec<&str> = offsets.windows(2).map(|pair| &raw[pair[0]..pair[1]]).collect();
        let expected = [
            "a",
            r"\u0041",
            r"\n",
            r"\ud83d\ude00",
            "é",
            "😀",
            r#"\""#,
            r"\/",
            r"\u00e9",
            r"\u20ac",
            " ",
            "z",
        ];
        assert_eq!(parts, expected);
    }
}
