//! JSON text: strings with their escapes, and times, decimals and floating-point numbers as they are written. Where a
//! value comes from is not known here.

use std::io::Write;

/// Appends a string with its quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    loop {
        let at = start + plain_bytes(&bytes[start..]);
        if at == bytes.len() {
            break;
        }
        out.extend_from_slice(&bytes[start..at]);
        match bytes[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            byte => append(out, format_args!("\\u{byte:04x}")),
        }
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// How many bytes stand in a string as they are, up to the first that needs an escape.
fn plain_bytes(bytes: &[u8]) -> usize {
    // As many as the processor compares at a time.
    const BLOCK_BYTES: usize = 32;
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    let blocks = bytes.chunks_exact(BLOCK_BYTES);
    let has_none = |block: &&[u8]| !block.iter().fold(false, |any, &byte| any | is_escaped(byte));
    let n = blocks.take_while(has_none).count() * BLOCK_BYTES;
    n + bytes[n..].iter().position(|&byte| is_escaped(byte)).unwrap_or(bytes.len() - n)
}

/// Appends formatted text.
pub(crate) fn append(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("memory takes any text");
}

/// Appends `YYYY-MM-DD`; false outside of the years 0 to 9999, which ISO 8601 has no common form for.
pub(crate) fn date(days: i64, out: &mut Vec<u8>) -> bool {
    // Years begin in March here, so that the day that is not in every year is the last.
    const DAYS_OF_ERA: i64 = 146_097;
    const DAYS_TO_1970: i64 = 719_468;
    let Some(days) = days.checked_add(DAYS_TO_1970) else { return false };
    let (era, day) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    append(out, format_args!("{year:04}-{month:02}-{day:02}"));
    (0..=9999).contains(&year)
}

/// Appends `HH:MM:SS`, with a fraction of as many digits as the unit has, unless it is zero.
pub(crate) fn time(count: i64, digits: u32, out: &mut Vec<u8>) {
    let unit = 10_i64.pow(digits);
    let (seconds, fraction) = (count.div_euclid(unit), count.rem_euclid(unit));
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    append(out, format_args!("{hours:02}:{minutes:02}:{seconds:02}"));
    if fraction != 0 {
        append(out, format_args!(".{fraction:0width$}", width = digits as usize));
    }
}

/// Appends a date and a time of day; false outside of the years 0 to 9999.
pub(crate) fn timestamp(count: i64, digits: u32, out: &mut Vec<u8>) -> bool {
    let day = 86_400 * 10_i64.pow(digits);
    let in_range = date(count.div_euclid(day), out);
    out.push(b'T');
    time(count.rem_euclid(day), digits, out);
    in_range
}

/// Appends a big-endian integer in two's complement, divided by a power of ten, with all of its digits.
pub(crate) fn decimal(bytes: &[u8], scale: usize, out: &mut Vec<u8>) {
    let is_negative = bytes.first().is_some_and(|&byte| byte >= 0x80);
    let mut magnitude = bytes.to_vec();
    if is_negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // The last digit first.
    let mut digits = Vec::new();
    while digits.len() <= scale || magnitude.iter().any(|&byte| byte != 0) {
        let mut rest = 0;
        for byte in &mut magnitude {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(b'0' + rest as u8);
    }
    if is_negative {
        out.push(b'-');
    }
    digits.reverse();
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    out.extend_from_slice(whole);
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

/// The value of a half-precision number.
pub(crate) fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    };
    if bits >= 0x8000 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_what_serde_json_writes() {
        for sample in ["", "plain", "a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}é\u{2028}😀"] {
            for n in 0..70 {
                let sample = "x".repeat(n) + sample + &"y".repeat(70 - n);
                assert_eq!(text(|out| string(&sample, out)), serde_json::to_string(&sample).unwrap());
            }
        }
    }

    #[test]
    fn days_and_times_are_iso_8601() {
        for (days, expected) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (2_932_896, "9999-12-31")]
        {
            assert_eq!(text(|out| assert!(date(days, out))), expected);
        }
        assert!(!date(2_932_897, &mut Vec::new()) && !date(i64::MAX, &mut Vec::new()));
        assert_eq!(text(|out| assert!(timestamp(-1, 3, out))), "1969-12-31T23:59:59.999");
        assert_eq!(text(|out| assert!(timestamp(86_400_000_000, 6, out))), "1970-01-02T00:00:00");
    }

    #[test]
    fn decimals_have_all_of_their_digits() {
        let decimal = |value: i128, scale| text(|out| decimal(&value.to_be_bytes(), scale, out));
        assert_eq!(decimal(12_345, 2), "123.45");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(0, 0), "0");
        assert_eq!(decimal(i128::MIN, 0), i128::MIN.to_string());
    }

    #[test]
    fn half_precision_numbers_are_exact() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 2_f32.powi(-24)), (0x7bff, 65504.0)] {
            assert_eq!(half(bits).to_bits(), f32::to_bits(value));
        }
        assert!(half(0x7e00).is_nan() && half(0xfc00).is_infinite());
    }
}
