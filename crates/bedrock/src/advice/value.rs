//! One value: the rule of thumb by size, within the documented range.

use super::{DataSize, Recommendation, SMALL, is_nova_tuning, records};
use crate::decimal::Decimal;
use crate::job::{Customization, Hyperparameter};
use crate::profile::Profile;

/// What a hyperparameter is for, by whatever name a model has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Epochs,
    BatchSize,
    LearningRate,
    WarmUp,
}

impl Role {
    /// The role of a hyperparameter, by its name.
    fn of(name: &str) -> Option<Self> {
        match name {
            "epochCount" | "n_epochs" => Some(Self::Epochs),
            "batchSize" | "batch_size" => Some(Self::BatchSize),
            "learningRate" => Some(Self::LearningRate),
            "learningRateWarmupSteps" => Some(Self::WarmUp),
            _ => None,
        }
    }

    /// Where it is among the others.
    pub(super) fn place(self) -> usize {
        self as usize
    }
}

/// A data set by its number of records.
struct Class {
    title: &'static str,
    epochs: (u32, &'static str),
    batch_size: (u32, &'static str),
}

const CLASSES: [Class; 3] = [
    Class { title: "fewer than 100", epochs: (2, "1 to 2"), batch_size: (4, "4 to 8") },
    Class { title: "100 to 1,000", epochs: (3, "3"), batch_size: (8, "8 to 16") },
    Class { title: "more than 1,000", epochs: (5, "5 to 10"), batch_size: (16, "16 to 32") },
];

fn class(n: u64) -> &'static Class {
    match n {
        0..100 => &CLASSES[0],
        100..=1000 => &CLASSES[1],
        _ => &CLASSES[2],
    }
}

/// Recommends a value for one hyperparameter.
pub(super) fn recommend<'p>(
    profile: &Profile,
    size: DataSize,
    name: &'p str,
    of: &'p Hyperparameter,
) -> Recommendation<'p> {
    let role = Role::of(name);
    let mut recommendation = Recommendation { name, value: None, reason: String::new(), of, role };
    if of.is_unlisted {
        let note = of.note.as_deref().unwrap_or("the documentation of the model does not list it");
        recommendation.reason = format!("leave it out: {note}");
        return recommendation;
    }
    let wanted = match (profile.customization, role) {
        // Images are counted in steps, and embeddings in batches of hundreds: the rule of thumb is not about them.
        _ if is_of_images(profile) => None,
        (_, None) => None,
        // Where no range is published, what jobs ran with is safer than a rule of thumb.
        (_, Some(Role::BatchSize)) if of.minimum.is_none() && of.maximum.is_none() => None,
        (Some(Customization::ReinforcementFineTuning), Some(role)) => reinforcement(size, role),
        (Some(Customization::ContinuedPreTraining), Some(role)) => pre_training(size, role, of),
        (_, Some(role)) => tuning(size, role),
    };
    let wanted = wanted.or_else(|| warm_up(size, role?, of));
    let (value, mut reason) = match wanted {
        Some((wanted, reason)) => {
            let within = within(wanted, of);
            let outside = if within == wanted {
                String::new()
            } else {
                format!("; {wanted} is outside the documented range ({}), so {within}", of.range())
            };
            (Some(within.to_string()), format!("{reason}{outside}"))
        }
        None => default(of),
    };
    let (value, fewer) =
        if role == Some(Role::BatchSize) { fillable(size, of, value) } else { (value, None) };
    for said in [fewer, beside(profile, size, role), of.note.clone()].into_iter().flatten() {
        reason = format!("{reason}; {said}");
    }
    recommendation.value = value;
    recommendation.reason = reason;
    recommendation
}

/// A batch size that the data set can fill, where the target takes one.
fn fillable(size: DataSize, of: &Hyperparameter, value: Option<String>) -> (Option<String>, Option<String>) {
    let n = Decimal::from(u32::try_from(size.training_records).unwrap_or(u32::MAX));
    let wanted: Option<Decimal> = value.as_ref().and_then(|value| value.parse().ok());
    if wanted.is_none_or(|wanted| wanted <= n)
        || n == Decimal::ZERO
        || of.minimum.is_some_and(|least| n < least)
    {
        return (value, None);
    }
    (Some(n.to_string()), wanted.map(|wanted| format!("a batch of {wanted} could not be filled")))
}

fn is_of_images(profile: &Profile) -> bool {
    profile.formats.iter().any(|format| format == "image-caption")
}

/// Answers to prompts.
fn tuning(size: DataSize, role: Role) -> Option<(Decimal, String)> {
    let class = class(size.training_records);
    let (what, (value, range)) = match role {
        Role::Epochs => ("epochs", class.epochs),
        Role::BatchSize => ("records a batch", class.batch_size),
        Role::LearningRate | Role::WarmUp => return None,
    };
    let reason = format!("{} ({}): {range} {what}", records(size.training_records), class.title);
    Some((value.into(), reason))
}

/// Plain text: each record once, more carefully.
fn pre_training(size: DataSize, role: Role, of: &Hyperparameter) -> Option<(Decimal, String)> {
    match role {
        Role::Epochs => Some((1.into(), "continued pre-training: 1 epoch".to_owned())),
        Role::LearningRate => {
            let half = of.default?.half();
            Some((
                half,
                "continued pre-training: half of the default, to keep what the model knows".to_owned(),
            ))
        }
        Role::BatchSize | Role::WarmUp => tuning(size, role),
    }
}

/// Graded answers: an epoch of about ten steps, so that its reward can be seen to rise.
fn reinforcement(size: DataSize, role: Role) -> Option<(Decimal, String)> {
    match role {
        Role::Epochs => Some((
            1.into(),
            "reinforcement: 1 epoch first, more while the validation reward rises".to_owned(),
        )),
        Role::BatchSize => {
            let fits = |batch: &&u32| size.training_records / 10 >= u64::from(**batch);
            let batch = [128u32, 64, 32].iter().find(fits).copied().unwrap_or(16);
            let reason = format!("{}: about ten steps an epoch, at most 128", records(size.training_records));
            Some((batch.into(), reason))
        }
        Role::LearningRate | Role::WarmUp => None,
    }
}

/// Warm-up by the documented number of records for each step.
fn warm_up(size: DataSize, role: Role, of: &Hyperparameter) -> Option<(Decimal, String)> {
    let records_per_step = of.records_per_step.filter(|_| role == Role::WarmUp)?;
    let steps = u32::try_from(size.training_records / records_per_step).unwrap_or(u32::MAX);
    Some((steps.into(), format!("{} / {records_per_step}, rounded down", records(size.training_records))))
}

/// The word that lets the service choose where there is one, or the default.
fn default(of: &Hyperparameter) -> (Option<String>, String) {
    match (&of.default, &of.default_choice, of.choices.first()) {
        (Some(default), _, _) => (Some(default.to_string()), "the default".to_owned()),
        (None, Some(default), _) => (Some(default.clone()), "the default".to_owned()),
        (None, None, Some(word)) if of.is_required => {
            (Some(word.clone()), "required; the service chooses".to_owned())
        }
        (None, None, _) => (None, "leave it out: neither a range nor a default is published".to_owned()),
    }
}

/// What AWS says by size, beside the rule of thumb.
fn beside(profile: &Profile, size: DataSize, role: Option<Role>) -> Option<String> {
    let n = size.training_records;
    match (role?, profile.customization?) {
        (Role::Epochs, Customization::FineTuning) if is_nova_tuning(profile) => Some(match n {
            0..SMALL => "AWS for Nova, fewer than 1,000 records: duplicate the data, for more than 5 epochs"
                .to_owned(),
            SMALL..=5000 => "AWS for Nova, up to 5,000 records: 2 epochs".to_owned(),
            _ => "AWS for Nova, more than 5,000 records: 1 epoch".to_owned(),
        }),
        (Role::LearningRate, Customization::FineTuning)
            if profile.models.iter().any(|model| model.id.starts_with("amazon.nova-micro")) =>
        {
            Some("AWS: a small model can gain from a higher rate".to_owned())
        }
        (Role::BatchSize, Customization::ReinforcementFineTuning) => {
            Some("AWS: 128 works well; 64 if reward oscillates, 16 to iterate fast".to_owned())
        }
        (Role::LearningRate, Customization::ReinforcementFineTuning) => {
            Some("AWS's best practices: 0.0001 for LoRA".to_owned())
        }
        _ => None,
    }
}

fn within(value: Decimal, of: &Hyperparameter) -> Decimal {
    let value = of.minimum.map_or(value, |minimum| value.max(minimum));
    of.maximum.map_or(value, |maximum| value.min(maximum))
}
