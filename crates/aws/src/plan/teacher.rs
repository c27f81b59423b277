//! The teacher of a distillation, and whether the student learns from it.

use bedload_bedrock::Catalogue;
use serde_json::{Map, Value, json};

use super::target::Target;
use super::{Refusal, Wanted};

/// The `distillationConfig`; none without a teacher.
pub(super) fn config(
    wanted: &Wanted,
    target: &Target<'_>,
    catalogue: &Catalogue,
    refusals: &mut Vec<Refusal>,
) -> Option<Value> {
    let Some(teacher) = &wanted.teacher else {
        let names: Vec<&str> = target.of_model.pairs.iter().map(|pair| pair.teacher.as_str()).collect();
        let known =
            if names.is_empty() { String::new() } else { format!("; known are {}", names.join(", ")) };
        refusals.push(
            Refusal::arguments("distillation needs a model that answers the prompts")
                .hint(format!("name it with `--teacher ID`{known}")),
        );
        return None;
    };
    if let Some(refusal) = judge(teacher, target, catalogue) {
        refusals.push(refusal);
    }
    let mut config = Map::new();
    config.insert("teacherModelIdentifier".to_owned(), json!(teacher));
    if let Some(length) = wanted.max_response_length {
        config.insert("maxResponseLengthForInference".to_owned(), json!(length));
    }
    Some(json!({"teacherModelConfig": config}))
}

/// Why the student does not learn from the teacher, where pairs are published.
fn judge(teacher: &str, target: &Target<'_>, catalogue: &Catalogue) -> Option<Refusal> {
    let pairs = &target.of_model.pairs;
    if pairs.is_empty() {
        return None;
    }
    let of_teacher: Vec<_> = pairs.iter().filter(|pair| is_model(teacher, &pair.teacher)).collect();
    let Some(first) = of_teacher.first() else {
        let known: Vec<&str> = pairs.iter().map(|pair| pair.teacher.as_str()).collect();
        let message = format!("`--teacher`: `{teacher}` is not a teacher ({})", pairs[0].source);
        return Some(Refusal::arguments(message).hint(format!("teachers are {}", known.join(", "))));
    };
    // The model in words, which several profiles of it agree on.
    let student = &target.model?.id;
    let of_student: Vec<_> = of_teacher
        .iter()
        .filter(|pair| {
            pair.students.iter().any(|name| is_model(student, name) || is_of(student, name, catalogue))
        })
        .collect();
    if of_student.is_empty() {
        let message =
            format!("`--teacher`: `{student}` does not learn from {} ({})", first.teacher, first.source);
        let students: Vec<&str> =
            of_teacher.iter().flat_map(|pair| &pair.students).map(String::as_str).collect();
        return Some(Refusal::arguments(message).hint(format!("its students are {}", students.join(", "))));
    }
    if of_student.iter().any(|pair| pair.end_of_life.is_none()) {
        return None;
    }
    let since = of_student.iter().find_map(|pair| pair.end_of_life.as_ref())?;
    let message = format!(
        "`--teacher`: `{student}` no longer learns from {}: one of them is past its end of life since {since} ({})",
        first.teacher, since.source
    );
    Some(Refusal::arguments(message))
}

/// Returns true if an identifier is that of a model in words: `us.amazon.nova-pro-v1:0` is of `Amazon Nova Pro`.
fn is_model(id: &str, name: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    plain(id).contains(&plain(name))
}

/// Returns true if a profile calls the model with this identifier by that name.
fn is_of(id: &str, name: &str, catalogue: &Catalogue) -> bool {
    let profiles = catalogue.profiles().iter().filter(|profile| profile.model == name);
    profiles.flat_map(|profile| &profile.models).any(|model| model.is_named(id))
}
