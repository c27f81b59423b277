//! Hyperparameters of a job: only those that the model has, within their ranges, in the type that the kind of job reads.

use bedload_bedrock::{Advice, Customization, Hyperparameter, HyperparameterKind, Profile};
use bedload_record::names::did_you_mean;
use serde_json::{Map, Value};

use super::target::Target;
use super::{DataSet, Refusal, Wanted};

/// The values for a request.
pub(super) fn values(
    wanted: &Wanted,
    data: &DataSet,
    target: &Target<'_>,
    refusals: &mut Vec<Refusal>,
    notes: &mut Vec<String>,
) -> Map<String, Value> {
    let known = &target.of_model.hyperparameters;
    let is_typed = target.kind == Customization::ReinforcementFineTuning;
    let mut values = Map::new();
    let refused_before = refusals.len();
    for (name, text) in &wanted.hyperparameters {
        let Some(of) = known.get(name) else {
            refusals.push(unknown(name, target.of_model));
            continue;
        };
        if let Some(problem) = of.problem(text) {
            refusals.push(Refusal::arguments(format!("`{name}` {problem} ({})", of.cite())));
            continue;
        }
        if values.contains_key(name) {
            refusals.push(Refusal::arguments(format!("`{name}` is given twice")));
        }
        if of.is_unlisted {
            notes
                .push(format!("`{name}`: {}", of.note.as_deref().unwrap_or("not documented for this model")));
        }
        values.insert(name.clone(), if is_typed { typed(of, text) } else { Value::from(text.as_str()) });
    }
    let advice = Advice::new(target.of_model, data.size, &wanted.hyperparameters);
    // What is wrong with a value alone is said above.
    if refusals.len() == refused_before && (wanted.recommended || !wanted.hyperparameters.is_empty()) {
        refusals.extend(advice.problems.iter().map(Refusal::arguments));
    }
    if wanted.recommended {
        for recommendation in &advice.recommendations {
            if let Some(text) =
                recommendation.value.as_ref().filter(|_| !values.contains_key(recommendation.name))
            {
                let of = recommendation.of;
                let value = if is_typed { typed(of, text) } else { Value::from(text.as_str()) };
                values.insert(recommendation.name.to_owned(), value);
            }
        }
    }
    for (name, of) in known.iter().filter(|(_, of)| of.is_required) {
        if !values.contains_key(name) && !wanted.hyperparameters.iter().any(|(given, _)| given == name) {
            let message = format!("`{name}` is required: {of} ({})", of.cite());
            let hint = format!("`--hyperparameter {name}=VALUE`");
            refusals.push(Refusal::arguments(message).hint(hint));
        }
    }
    values
}

/// The value as the typed hyperparameters of reinforcement fine-tuning have it.
fn typed(of: &Hyperparameter, text: &str) -> Value {
    match of.kind {
        HyperparameterKind::Choice => Value::from(text),
        // Words in place of numbers, and numbers in another spelling than JSON's, stay what they are.
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    }
}

/// A name that the model does not have, and which ones it has.
pub(crate) fn unknown(name: &str, profile: &Profile) -> Refusal {
    let names: Vec<&str> = profile.hyperparameters.keys().map(String::as_str).collect();
    let message = format!("`{name}` is not a hyperparameter of {}", profile.model);
    if let Some(why) = crate::advice::foreign(name) {
        return Refusal::arguments(format!("{message}: {why}"));
    }
    if names.is_empty() {
        let source = profile.hyperparameters_unpublished.as_ref();
        let why = source.map_or_else(String::new, |known| format!(": {} ({})", known.note, known.source));
        return Refusal::arguments(format!("{message}{why}"));
    }
    let ranges: Vec<String> =
        profile.hyperparameters.iter().map(|(name, of)| format!("`{name}` ({of})")).collect();
    let near = did_you_mean(name, names);
    Refusal::arguments(message).hint(near.unwrap_or_else(|| format!("it has {}", ranges.join(", "))))
}
