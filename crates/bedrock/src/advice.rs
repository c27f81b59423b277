//! Hyperparameters that suit a data set, from its size and from what the target takes.
//!
//! The rule of thumb is by the number of training records. It is kept within the documented range, and what AWS says
//! by size is named beside it. Nothing here is measured on the data itself.

mod plan;
mod signs;
mod value;

use bedload_record::plural::{agree, plural};

use crate::job::{Customization, Hyperparameter};
use crate::profile::Profile;
use crate::rule::Bound;

pub use plan::Steps;
pub use signs::Sign;

use plan::judge;
use value::{Role, recommend};

/// What is known of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataSize {
    /// Lines of the training set.
    pub training_records: u64,
    /// Lines of the validation set.
    pub validation_records: u64,
    /// Records that were left out because they equal another one.
    pub duplicates: u64,
}

/// A value for a hyperparameter, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation<'p> {
    /// The name of the hyperparameter.
    pub name: &'p str,
    /// The value as a request has it; none where it is best not sent.
    pub value: Option<String>,
    /// Why it is this.
    pub reason: String,
    /// What the target takes.
    pub of: &'p Hyperparameter,
    /// What the hyperparameter is for, where the advice knows it.
    role: Option<Role>,
}

/// All that there is to say about the hyperparameters of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice<'p> {
    /// One for each hyperparameter of the target, the number of epochs first.
    pub recommendations: Vec<Recommendation<'p>>,
    /// How long the training is; none where it is not known.
    pub steps: Option<Steps>,
    /// Why the plan cannot be right.
    pub problems: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What to look for in the metrics of the job, and what to change then.
    pub signs: &'static [Sign],
}

impl<'p> Advice<'p> {
    /// Advises on a data set of this size for a target. Values of `chosen` stand in place of those that would be
    /// recommended; the plan is judged with them.
    pub fn new(profile: &'p Profile, size: DataSize, chosen: &[(String, String)]) -> Self {
        let mut recommendations: Vec<Recommendation<'p>> =
            profile.hyperparameters.iter().map(|(name, of)| recommend(profile, size, name, of)).collect();
        recommendations.sort_by_key(|recommendation| recommendation.role.map_or(usize::MAX, Role::place));
        let mut problems = Vec::new();
        for (name, value) in chosen {
            match recommendations.iter_mut().find(|recommendation| recommendation.name == name) {
                Some(recommendation) => {
                    if let Some(problem) = recommendation.of.problem(value) {
                        problems.push(format!("{name} {problem} ({})", recommendation.of.cite()));
                    }
                    recommendation.reason = match &recommendation.value {
                        Some(was) if was == value => {
                            format!("chosen; also recommended: {}", recommendation.reason)
                        }
                        Some(was) => format!("chosen in place of {was}: {}", recommendation.reason),
                        None => format!("chosen, though: {}", recommendation.reason),
                    };
                    recommendation.value = Some(value.clone());
                }
                None => problems.push(unknown(profile, name)),
            }
        }
        let steps = judge(profile, size, &mut recommendations, chosen, &mut problems);
        let notes = notes(profile, size);
        Self { recommendations, steps, problems, notes, signs: signs::of(profile) }
    }
}

fn unknown(profile: &Profile, name: &str) -> String {
    let names: Vec<&str> = profile.hyperparameters.keys().map(String::as_str).collect();
    match names.as_slice() {
        [] => format!("{} has no known hyperparameters, so {name} cannot be judged", profile.name),
        names => format!("{} has no hyperparameter {name}; it has {}", profile.name, names.join(", ")),
    }
}

/// Sets below this size are those that AWS advises to duplicate, for Nova models.
const SMALL: u64 = 1000;

fn notes(profile: &Profile, size: DataSize) -> Vec<String> {
    let mut notes = Vec::new();
    if profile.customization.is_none() {
        let name = &profile.name;
        notes.push(match &profile.elsewhere {
            Some(source) => {
                format!("Bedrock has no customization job for {name}; another service has ({source})")
            }
            None => format!("Bedrock has no customization job for {name}"),
        });
    }
    if let Some(missing) = &profile.hyperparameters_unpublished {
        notes.push(format!("{} ({})", missing.note, missing.source));
    }
    if is_nova_tuning(profile) && size.training_records < SMALL {
        let advice =
            "AWS advises to duplicate Nova data sets of fewer than 1,000 records to get beyond 5 epochs";
        notes.push(match size.duplicates {
            0 => {
                format!("{advice}: write each record twice for twice the epochs (build with `--skip dedupe`)")
            }
            n => format!(
                "{advice}, and {} {} removed from this one: build with `--skip dedupe` if they are intended",
                plural(n, "duplicate", "duplicates"),
                agree(n, "was", "were"),
            ),
        });
    }
    if let Some(note) = profile.limit(Bound::RecordTokensMax).and_then(|limit| limit.note.as_ref()) {
        notes.push(format!("the limit of tokens per record depends on the batch size: {note}"));
    }
    if size.validation_records == 0
        && profile.limit(Bound::ValidationRecordsMax).is_none_or(|max| max.value > 0)
    {
        notes.push(
            "there is no validation set, so overfitting cannot be seen: build with `--validation 10%`"
                .to_owned(),
        );
    }
    notes
}

/// Returns true for the models that AWS's guide to Nova hyperparameters is about.
fn is_nova_tuning(profile: &Profile) -> bool {
    let is_nova = |id: &str| id.starts_with("amazon.nova-") && !id.starts_with("amazon.nova-canvas");
    profile.customization == Some(Customization::FineTuning)
        && profile.models.iter().any(|model| is_nova(&model.id))
}

/// A number of records with its noun.
fn records(n: u64) -> String {
    plural(n, "record", "records")
}

#[cfg(test)]
mod tests;
