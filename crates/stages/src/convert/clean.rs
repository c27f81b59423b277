//! Copying a Converse value without its null members, which count as absent.

use std::borrow::Cow;

use bedload_record::json::Raw;

/// Members that hold data of the user's own, where null is a value like any other.
const OPAQUE: &[&str] = &["input", "json", "inputSchema"];

/// The value without members that are null, at any depth, but for those of data that is passed through. A value
/// without any keeps its bytes.
pub(super) fn without_nulls(value: Raw<'_>) -> Cow<'_, [u8]> {
    if !has_nulls(value) {
        return Cow::Borrowed(value.bytes());
    }
    let mut out = Vec::with_capacity(value.bytes().len());
    copy(value, &mut out);
    Cow::Owned(out)
}

fn is_opaque(key: Raw<'_>) -> bool {
    key.text().is_some_and(|key| OPAQUE.contains(&&*key))
}

fn has_nulls(value: Raw<'_>) -> bool {
    value.members().any(|(key, value)| value.is_null() || !is_opaque(key) && has_nulls(value))
        || value.elements().any(has_nulls)
}

fn copy(value: Raw<'_>, out: &mut Vec<u8>) {
    let mut follows = false;
    let mut separate = |out: &mut Vec<u8>| {
        if std::mem::replace(&mut follows, true) {
            out.push(b',');
        }
    };
    if value.is_object() {
        out.push(b'{');
        for (key, value) in value.members().filter(|(_, value)| !value.is_null()) {
            separate(out);
            out.extend_from_slice(key.bytes());
            out.push(b':');
            if is_opaque(key) { out.extend_from_slice(value.bytes()) } else { copy(value, out) }
        }
        out.push(b'}');
    } else if value.is_array() {
        out.push(b'[');
        for element in value.elements() {
            separate(out);
            copy(element, out);
        }
        out.push(b']');
    } else {
        out.extend_from_slice(value.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_go_and_data_stays() {
        let check = |value: &str, expected: &str| {
            let found = without_nulls(Raw::of_line(value.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&found), expected);
        };
        check(r#"{"image" : {"format": "png"}}"#, r#"{"image" : {"format": "png"}}"#);
        check(r#"{"image": {"format": "png", "n": null}, "text":null}"#, r#"{"image":{"format":"png"}}"#);
        check(r#"[{"a" :null},[{"b":null, "c":[1, null]}]]"#, r#"[{},[{"c":[1,null]}]]"#);
        let call = r#"{"toolUse":{"name":"n","input":{"x": null}}}"#;
        check(call, call);
        check(
            r#"{"toolUse":{"name":"n","type":null,"input":{"x": null}}}"#,
            r#"{"toolUse":{"name":"n","input":{"x": null}}}"#,
        );
        check(r#"{"text":"null"}"#, r#"{"text":"null"}"#);
    }
}
