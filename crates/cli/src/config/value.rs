//! Values as TOML writes them, on one line.

use std::fmt::Write;

use bedload_record::hostile::is_hostile;
use serde_json::Value;

/// A value as it stands after `key = `; a text that is a number goes without quotes where the setting may be one.
pub(crate) fn inline(value: &Value, is_number: bool) -> String {
    match value {
        Value::String(text) if is_number && is_decimal(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| inline(value, false)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{} = {}", word(key), inline(value, true));
            let members: Vec<String> = members.iter().map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Digits, and digits after a point: what TOML and the readers of settings take for the same number.
fn is_decimal(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(decimals) && (whole == "0" || !whole.starts_with('0')) && whole.len() < 18
}

/// A key, in quotes where it needs them.
fn word(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { quoted(key) }
}

/// A text in quotes, which no terminal takes for anything else.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_hostile(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_back_as_they_were() {
        for value in [
            json!(7),
            json!(0.8),
            json!(true),
            json!("a \"b\" \\ \n\u{7f}\u{202e}\u{e0001} é"),
            json!([]),
            json!(["x", "1.5"]),
            json!({"chat.jsonl": 2, "a": {"b": []}, "": "x"}),
        ] {
            let text = format!("v = {}", inline(&value, false));
            let read: Value = toml::from_str(&text).unwrap();
            assert_eq!(read["v"], value, "{text}");
        }
        assert_eq!(inline(&json!("0.25"), true), "0.25");
        assert_eq!(inline(&json!("10%"), true), "\"10%\"");
        assert_eq!(inline(&json!("007"), true), "\"007\"");
    }
}
