//! JSON against a JSON Schema, as far as the schemas go that are used here: a keyword that is not known fails.

use regex_automata::hybrid::regex::Regex;
use serde_json::Value;

/// Asserts that a schema accepts a value.
#[track_caller]
pub(crate) fn accepts(schema: &Value, value: &Value) {
    let errors = errors(schema, value);
    assert!(errors.is_empty(), "{errors:?}");
}

/// What a schema has against a value.
pub(crate) fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    check(schema, schema, value, "", &mut errors);
    errors
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    let Value::Object(schema) = schema else { panic!("{at}: the schema is no object") };
    let mut wrong = |what: &str| errors.push(format!("{at}: {what}"));
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$schema"
            | "$id"
            | "title"
            | "description"
            | "default"
            | "definitions"
            | "items"
            | "properties"
            | "examples"
            | "propertyNames"
            | "additionalProperties" => {}
            "type" if has_type(rule, value) => {}
            "type" => wrong(&format!("not of type {rule}")),
            "enum" if rule.as_array().is_some_and(|values| values.contains(value)) => {}
            "enum" => wrong(&format!("none of {rule}")),
            "const" if rule == value => {}
            "const" => wrong(&format!("not {rule}")),
            "exclusiveMinimum"
                if value.as_f64().zip(rule.as_f64()).is_none_or(|(value, least)| value > least) => {}
            "minimum" if value.as_f64().zip(rule.as_f64()).is_none_or(|(value, least)| value >= least) => {}
            "maximum" if value.as_f64().zip(rule.as_f64()).is_none_or(|(value, most)| value <= most) => {}
            "minItems" if value.as_array().is_none_or(|items| items.len() as u64 >= number(rule)) => {}
            "minLength" if value.as_str().is_none_or(|text| text.chars().count() as u64 >= number(rule)) => {}
            "uniqueItems" if value.as_array().is_none_or(|items| are_unique(items)) => {}
            "exclusiveMinimum" | "minimum" | "maximum" | "minItems" | "minLength" | "uniqueItems" => {
                wrong(&format!("{keyword} {rule}"));
            }
            "pattern" if value.as_str().is_none_or(|text| matches(rule, text)) => {}
            "pattern" => wrong(&format!("does not match {rule}")),
            "format" if value.as_str().is_none_or(|text| has_format(rule, text)) => {}
            "format" => wrong(&format!("not a {rule}: {value}")),
            "required" => {
                for name in rule.as_array().expect("names") {
                    if value.is_object() && value.get(name.as_str().expect("a name")).is_none() {
                        wrong(&format!("without {name}"));
                    }
                }
            }
            "$ref" => {
                let pointer = rule.as_str().and_then(|rule| rule.strip_prefix('#')).expect("inside");
                check(root, root.pointer(pointer).expect("defined"), value, at, errors);
                return;
            }
            "anyOf" | "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut errors = Vec::new();
                    check(root, schema, value, at, &mut errors);
                    errors.is_empty()
                };
                let n = rule.as_array().expect("schemas").iter().filter(fits).count();
                if n == 0 || n > 1 && keyword == "oneOf" {
                    wrong(&format!("fits {n} of several"));
                }
            }
            other => panic!("{at}: the keyword `{other}` is not known"),
        }
    }
    if let (Some(rule), Value::Array(items)) = (schema.get("items"), value) {
        for (n, item) in items.iter().enumerate() {
            check(root, rule, item, &format!("{at}/{n}"), errors);
        }
    }
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let at = format!("{at}/{name}");
        if let Some(rule) = schema.get("propertyNames") {
            check(root, rule, &Value::from(name.as_str()), &at, errors);
        }
        let rule = schema.get("properties").and_then(|rules| rules.get(name));
        match rule.or(schema.get("additionalProperties")) {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => errors.push(format!("{at}: not known")),
            Some(rule) => check(root, rule, member, &at, errors),
        }
    }
}

/// Returns true where a pattern is found in a text.
fn matches(rule: &Value, text: &str) -> bool {
    let regex = Regex::new(rule.as_str().expect("a pattern")).expect("a regular expression");
    regex.is_match(&mut regex.create_cache(), text)
}

fn number(rule: &Value) -> u64 {
    rule.as_u64().expect("a number")
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().expect("a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the type `{other}` is not known"),
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

fn are_unique(items: &[Value]) -> bool {
    let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
    texts.sort_unstable();
    texts.windows(2).all(|two| two[0] != two[1])
}

/// Characters that a URI can have; each `%` before two hexadecimal digits.
fn has_format(rule: &Value, text: &str) -> bool {
    let is_uri = || {
        let fine = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
        let hex =
            |digits: &str| digits.len() >= 2 && digits.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        text.chars().all(fine) && text.split('%').skip(1).all(hex)
    };
    match rule.as_str().expect("a name") {
        "uri" => text.contains("://") && is_uri(),
        "uri-reference" => is_uri(),
        other => panic!("the format `{other}` is not known"),
    }
}

#[test]
fn it_refuses_what_a_schema_does() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": "array", "uniqueItems": true, "items": {"enum": [1, 2]}}},
    });
    let n_errors = |value: &Value| {
        let mut errors = Vec::new();
        check(&schema, &schema, value, "", &mut errors);
        errors.len()
    };
    for (value, n) in [
        (serde_json::json!({"a": [1, 2]}), 0),
        (serde_json::json!({"a": [1, 1]}), 1),
        (serde_json::json!({"a": [3], "b": 1}), 2),
        (serde_json::json!({}), 1),
        (serde_json::json!(1), 1),
    ] {
        assert_eq!(n_errors(&value), n, "{value}");
    }
}
