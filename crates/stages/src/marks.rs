//! Marks by which other tools say what is trained on: a weight, a mask, a label of approval. Bedrock has none of
//! them, so an answer that is marked "not this one" would become a target.

use bedload_record::json::Raw;

/// What a mark means for the answer, or the record, that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Training {
    /// Train on it, as on any other.
    Full,
    /// Train on it, but more or less than on others.
    Weighted,
    /// Do not train on it, or on a part of it.
    None,
}

/// Keys whose `0` or `false` means no training, as several tools write them.
const OFF_WHEN_FALSE: &[&str] = &[
    "weight",
    "loss_weight",
    "loss_scale",
    "loss",
    "loss_mask",
    "compute_loss",
    "train",
    "training",
    "trainable",
    "train_on_turn",
    "do_train",
    "should_train",
    "is_train",
    "sample_weight",
    "step_loss_mask",
];
/// Keys whose `1` or `true` means no training.
const OFF_WHEN_TRUE: &[&str] = &["mask", "masked", "is_masked", "ignore_loss", "skip_loss", "no_loss"];
/// Lists of spans, each with its own mark.
const SPANS: &[&str] = &["train_detail", "training_detail"];
/// Keys whose `false` calls the answer a bad one.
const APPROVALS: &[&str] = &["label", "kto_tag"];

/// Returns true for a key that may say what is trained on.
pub(crate) fn is_mark(key: &str) -> bool {
    [OFF_WHEN_FALSE, OFF_WHEN_TRUE, SPANS].iter().any(|keys| keys.contains(&key))
}

/// Returns true for a key that may call the answer of a record a bad one.
pub(crate) fn is_approval(key: &str) -> bool {
    APPROVALS.contains(&key)
}

/// What a member of a message means for its training; none where it is not a mark.
pub(crate) fn of_turn(key: &str, value: Raw<'_>) -> Option<Training> {
    if OFF_WHEN_FALSE.contains(&key) {
        return Some(worst(value, |value| match truth(value) {
            Some(false) => Training::None,
            Some(true) => Training::Full,
            None => Training::Weighted,
        }));
    }
    if OFF_WHEN_TRUE.contains(&key) {
        return Some(worst(value, |value| match truth(value) {
            Some(false) => Training::Full,
            // A text that says neither is a mask of something else.
            None if value.string().is_some() => Training::Full,
            _ => Training::None,
        }));
    }
    SPANS.contains(&key).then(|| {
        let of_span = |span: Raw<'_>| {
            span.members().filter_map(|(key, value)| of_turn(&key.text()?, value)).max_by_key(|&t| rank(t))
        };
        value.elements().filter_map(of_span).max_by_key(|&t| rank(t)).unwrap_or(Training::Full)
    })
}

/// What a member of a record means for its training. A number other than 0 or 1 may well be data here.
pub(crate) fn of_record(key: &str, value: Raw<'_>) -> Option<Training> {
    if APPROVALS.contains(&key) {
        return matches!(value.bytes(), b"false").then_some(Training::None);
    }
    // A loss with a fraction was measured.
    if key == "loss" && value.bytes().contains(&b'.') {
        return None;
    }
    of_turn(key, value).filter(|&training| training == Training::None)
}

/// Returns true for a member of a record that says yes or no to training on it.
pub(crate) fn is_plain(key: &str, value: Raw<'_>) -> bool {
    is_mark(key) && truth(value).is_some() && !(key == "loss" && value.bytes().contains(&b'.'))
}

fn rank(training: Training) -> u8 {
    match training {
        Training::Full => 0,
        Training::Weighted => 1,
        Training::None => 2,
    }
}

/// The worst of a list, or what a single value says.
fn worst(value: Raw<'_>, of: impl Fn(Raw<'_>) -> Training) -> Training {
    if value.is_array() {
        return value.elements().map(of).max_by_key(|&t| rank(t)).unwrap_or(Training::Full);
    }
    of(value)
}

/// Whether a value means yes or no: as a boolean, a number, or either of them in quotes. Zero is known by its digits,
/// because a double would take the smallest numbers for it.
fn truth(value: Raw<'_>) -> Option<bool> {
    let text = value.string().unwrap_or(value.bytes()).trim_ascii();
    match text.to_ascii_lowercase().as_slice() {
        b"true" | b"yes" => return Some(true),
        b"false" | b"no" => return Some(false),
        _ => {}
    }
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let mantissa = text.split(|byte| matches!(byte, b'e' | b'E')).next().unwrap_or_default();
    let is_zero = mantissa.iter().all(|byte| !matches!(byte, b'1'..=b'9'));
    match (is_zero, number) {
        (true, _) => Some(false),
        (false, 1.0) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_whatever_its_spelling() {
        use Training::{Full, None, Weighted};
        for (key, value, training) in [
            ("weight", "0", Some(None)),
            ("weight", "0.0", Some(None)),
            ("weight", "-0e9", Some(None)),
            ("weight", "\"0\"", Some(None)),
            ("weight", "false", Some(None)),
            ("weight", "1", Some(Full)),
            ("weight", "1.0", Some(Full)),
            ("weight", "0.5", Some(Weighted)),
            ("weight", "1e-400", Some(Weighted)),
            ("loss_weight", "0", Some(None)),
            ("train", "false", Some(None)),
            ("train", "true", Some(Full)),
            ("loss_mask", "[1, 0]", Some(None)),
            ("loss_mask", "[1, 1]", Some(Full)),
            ("masked", "true", Some(None)),
            ("masked", "false", Some(Full)),
            ("train_detail", r#"[{"begin":0,"end":3,"train":false}]"#, Some(None)),
            ("train_detail", r#"[{"begin":0,"end":3,"train":true}]"#, Some(Full)),
            ("name", "0", Option::None),
        ] {
            assert_eq!(of_turn(key, Raw::of_line(value.as_bytes())), training, "{key}: {value}");
        }
        for (key, value, training) in [
            ("label", "false", Some(None)),
            ("label", "0", Option::None),
            ("label", "true", Option::None),
            ("weight", "0", Some(None)),
            ("weight", "72.5", Option::None),
            ("loss", "0.31", Option::None),
            ("loss", "0.0", Option::None),
            ("loss", "0", Some(None)),
            ("mask", "\"masks/1.png\"", Option::None),
        ] {
            assert_eq!(of_record(key, Raw::of_line(value.as_bytes())), training, "{key}: {value}");
        }
    }
}
