//! One value of a column as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::columns::Values;
use crate::json::{self, append};
use crate::schema::Form;

/// Appends the value at `at`; what is wrong with it, if it has no JSON form.
pub(crate) fn write(values: &Values, at: usize, form: Form, out: &mut Vec<u8>) -> Result<(), &'static str> {
    const SHORT: &str = "a value is missing; the file is damaged";
    match values {
        Values::Bool(values) => append(out, format_args!("{}", values.get(at).ok_or(SHORT)?)),
        Values::I32(values) => {
            let value = *values.get(at).ok_or(SHORT)?;
            match form {
                Form::Unsigned => append(out, format_args!("{}", value as u32)),
                _ => return integer(value.into(), form, out),
            }
        }
        Values::I64(values) => return integer(*values.get(at).ok_or(SHORT)?, form, out),
        Values::I96(values) => return integer(values.get(at).ok_or(SHORT)?.to_nanos(), form, out),
        Values::F32(values) => return float(*values.get(at).ok_or(SHORT)?, out),
        Values::F64(values) => {
            let value = *values.get(at).ok_or(SHORT)?;
            finite(value.is_finite())?;
            append(out, format_args!("{value:?}"));
        }
        Values::Bytes(values) => return bytes(values.get(at).ok_or(SHORT)?.data(), form, out),
        Values::Fixed(values) => return bytes(values.get(at).ok_or(SHORT)?.data(), form, out),
    }
    Ok(())
}

fn finite(is_finite: bool) -> Result<(), &'static str> {
    if is_finite { Ok(()) } else { Err("the number is not finite, and JSON has no form for that") }
}

/// The digits that tell the number from all others of its precision.
fn float(value: f32, out: &mut Vec<u8>) -> Result<(), &'static str> {
    finite(value.is_finite())?;
    append(out, format_args!("{value:?}"));
    Ok(())
}

fn integer(value: i64, form: Form, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let mut is_in_range = true;
    match form {
        Form::Unsigned => append(out, format_args!("{}", value as u64)),
        Form::Decimal { scale } => json::decimal(&value.to_be_bytes(), scale, out),
        Form::Date | Form::Time { .. } | Form::Timestamp { .. } => {
            out.push(b'"');
            match form {
                Form::Date => is_in_range = json::date(value, out),
                Form::Timestamp { digits, is_utc } => {
                    is_in_range = json::timestamp(value, digits, out);
                    out.extend_from_slice(if is_utc { b"Z" } else { b"" });
                }
                Form::Time { digits } => json::time(value, digits, out),
                _ => {}
            }
            out.push(b'"');
        }
        _ => append(out, format_args!("{value}")),
    }
    if is_in_range { Ok(()) } else { Err("the date is not in the years 0000 to 9999") }
}

fn bytes(value: &[u8], form: Form, out: &mut Vec<u8>) -> Result<(), &'static str> {
    match form {
        Form::Text => json::string(std::str::from_utf8(value).map_err(|_| "the text is not UTF-8")?, out),
        Form::Decimal { scale } => json::decimal(value, scale, out),
        Form::Half => {
            let bits = value.try_into().map_err(|_| "the number does not have 2 bytes")?;
            return float(json::half(u16::from_le_bytes(bits)), out);
        }
        Form::Uuid => {
            out.push(b'"');
            for (n, byte) in value.iter().enumerate() {
                let dash = if matches!(n, 4 | 6 | 8 | 10) { "-" } else { "" };
                append(out, format_args!("{dash}{byte:02x}"));
            }
            out.push(b'"');
        }
        _ => append(out, format_args!("\"{}\"", STANDARD.encode(value))),
    }
    Ok(())
}
