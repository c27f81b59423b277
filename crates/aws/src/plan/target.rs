//! Whether a data set is for the model that is wanted, and what that model is.

use std::sync::Arc;

use bedload_bedrock::{BaseModel, Catalogue, Customization, JobApi, Life, Profile};
use bedload_record::names::did_you_mean;

use super::{DataSet, Refusal, Wanted};

/// The job that a data set is for.
pub(super) struct Target<'c> {
    /// The profile of the model, whose hyperparameters the job takes: the one that the data were built for, or where
    /// that is of no model in particular, another.
    pub(super) of_model: &'c Profile,
    /// The model, where the catalogue knows it.
    pub(super) model: Option<&'c BaseModel>,
    pub(super) kind: Customization,
}

/// Finds out what a job is for, and refuses what does not belong together.
pub(super) fn find<'c>(
    wanted: &Wanted,
    data: &DataSet,
    catalogue: &'c Catalogue,
    refusals: &mut Vec<Refusal>,
    notes: &mut Vec<String>,
) -> Option<Target<'c>> {
    let id = base_id(&wanted.model);
    let of_id: Vec<&Arc<Profile>> = catalogue
        .profiles()
        .iter()
        .filter(|profile| profile.models.iter().any(|model| model.is_named(id)))
        .collect();
    let rebuild = |profiles: &[&Arc<Profile>]| {
        // Those that take the records as they are, where there are any.
        let takes = |profile: &&&Arc<Profile>| {
            data.format.as_ref().is_some_and(|format| profile.formats.contains(format))
        };
        let fitting: Vec<&Arc<Profile>> = profiles.iter().filter(takes).copied().collect();
        let profiles = if fitting.is_empty() { profiles } else { &fitting };
        let names: Vec<String> =
            profiles.iter().map(|profile| format!("`--profile {}`", profile.name)).collect();
        format!("build it for this model: {}", names.join(" or "))
    };
    let Some(name) = &data.profile else {
        let mut refusal =
            Refusal::data("the output was built without a profile, so it was not checked for any model");
        refusal.hint = (!of_id.is_empty()).then(|| rebuild(&of_id));
        refusals.push(refusal);
        return None;
    };
    let profile = catalogue.profiles().iter().find(|profile| profile.name == *name);
    let Some(profile) = profile else {
        refusals.push(
            Refusal::data(format!("the output was built for `{name}`, a profile that is not known here"))
                .hint("name the file that describes it with `--profile-file`"),
        );
        return None;
    };
    let Some(kind) = profile.customization else {
        refusals.push(no_task(profile));
        return None;
    };
    if let Some(wanted) = wanted.kind.filter(|&wanted| wanted != kind) {
        let message =
            format!("`--type`: the data are for {} (`{name}`), not for {}", kind.name(), wanted.name());
        refusals.push(Refusal::data(message));
    }
    let same_kind: Vec<&Arc<Profile>> =
        of_id.iter().copied().filter(|profile| profile.customization == Some(kind)).collect();
    let mut target = Target { of_model: profile, model: None, kind };
    target.model = profile.models.iter().find(|model| model.is_named(id));
    if target.model.is_none() && profile.models.is_empty() {
        if let Some(of_model) = same_kind.first() {
            target.of_model = of_model;
            target.model = of_model.models.iter().find(|model| model.is_named(id));
            let fits = data.format.as_ref().is_some_and(|format| of_model.formats.contains(format));
            if fits {
                notes.push(format!(
                    "built for `{name}`: the limits of {} were not checked; `--profile {}` checks them",
                    of_model.model, of_model.name
                ));
            } else {
                let found = data.format.as_deref().unwrap_or("of no format");
                let message = format!(
                    "the records are {found}; {} takes {}",
                    of_model.model,
                    of_model.formats.join(" or ")
                );
                refusals.push(Refusal::data(message).hint(rebuild(&same_kind)));
            }
        } else if of_id.is_empty() {
            notes.push(format!("`{}` is not among the models that are known here", wanted.model));
        } else {
            refusals.push(
                Refusal::data(format!(
                    "the data are for {}, which `{}` does not take",
                    kind.name(),
                    wanted.model
                ))
                .hint(rebuild(&of_id)),
            );
        }
    } else if target.model.is_none() {
        let suitable = if same_kind.is_empty() { &of_id } else { &same_kind };
        refusals.push(other_model(wanted, id, profile, suitable, catalogue, rebuild));
    }
    refusals.extend(wrong_region(&wanted.model, &target));
    judge_model(&target, refusals, notes);
    Some(target)
}

/// The data are for another model than the one that is wanted.
fn other_model(
    wanted: &Wanted,
    id: &str,
    profile: &Profile,
    of_id: &[&Arc<Profile>],
    catalogue: &Catalogue,
    rebuild: impl Fn(&[&Arc<Profile>]) -> String,
) -> Refusal {
    let ids: Vec<&str> = profile.models.iter().map(|model| model.id.as_str()).collect();
    let message = format!(
        "the output was built for `{}` ({}), not for `{}`",
        profile.name,
        ids.join(" or "),
        wanted.model
    );
    if !of_id.is_empty() {
        return Refusal::data(message).hint(rebuild(of_id));
    }
    let all = catalogue.profiles().iter().flat_map(|profile| &profile.models).map(|model| model.id.as_str());
    let near = did_you_mean(id, all);
    Refusal::arguments(message).hint(near.unwrap_or_else(|| format!("`--model {}`", ids[0])))
}

/// No job of Bedrock trains on such data.
fn no_task(profile: &Profile) -> Refusal {
    let is_preference = profile.formats.iter().any(|format| format.ends_with("preference"));
    let elsewhere = profile.elsewhere.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    let what = if is_preference {
        "pairs of preferred and rejected answers".to_owned()
    } else {
        format!("data for {}", profile.task)
    };
    let refusal = Refusal::data(format!("no task of Amazon Bedrock trains on {what} (`{}`)", profile.name));
    match (is_preference, profile.elsewhere.is_some()) {
        (true, _) => refusal.hint(format!(
            "SageMaker AI recipes for preference optimization (DPO) take them{elsewhere}; for Bedrock, build prompts for \
             reinforcement fine-tuning (`--profile nova-2-lite-rft`)"
        )),
        (false, true) => refusal.hint(format!("another service does{elsewhere}")),
        (false, false) => refusal,
    }
}

/// An ARN names a region; the model is not customized in every one.
fn wrong_region(arn: &str, target: &Target<'_>) -> Option<Refusal> {
    let model = target.model.filter(|model| !model.regions.is_empty())?;
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    let is_listed = model.regions.iter().any(|listed| listed == region);
    (!is_listed).then(|| {
        let regions = model.regions.join(" and ");
        let message = format!(
            "`--model`: {} can be customized in {regions}, not in `{region}` ({})",
            target.of_model.model, model.source
        );
        Refusal::arguments(message)
    })
}

/// Whether the model still takes jobs, and which API starts them.
fn judge_model(target: &Target<'_>, refusals: &mut Vec<Refusal>, notes: &mut Vec<String>) {
    let of_model = target.of_model;
    if target.model.is_some_and(|model| model.api == JobApi::OpenAi) {
        refusals.push(
            Refusal::data(format!(
                "jobs of {} are not started with CreateModelCustomizationJob",
                of_model.model
            ))
            .hint("the fine-tuning API of the OpenAI-compatible endpoint takes the training file as it is"),
        );
    }
    let since = match of_model.life {
        Life::EndOfLife => {
            of_model.end_of_life.as_ref().map(|since| ("is past its end of life since", since))
        }
        Life::Legacy => {
            of_model.legacy.as_ref().map(|since| ("is legacy and takes no new jobs since", since))
        }
        Life::Live => None,
    };
    if let Some((what, since)) = since {
        let message = format!("{} {what} {since} ({})", of_model.model, since.source);
        refusals.push(Refusal::data(message));
        return;
    }
    for (what, since) in [("legacy", &of_model.legacy), ("past its end of life", &of_model.end_of_life)] {
        if let Some(since) = since {
            notes.push(format!("{} will be {what} from {since} on ({})", of_model.model, since.source));
        }
    }
}

/// The identifier of the foundation model under a custom model; others as they are.
pub(crate) fn base_id(model: &str) -> &str {
    match model.split_once(":custom-model/") {
        Some((_, rest)) => rest.rsplit_once('/').map_or(rest, |(base, _)| base),
        None => model,
    }
}

impl Target<'_> {
    /// The value of `baseModelIdentifier`: with its suffix, without which the model cannot be customized.
    pub(super) fn identifier(&self, wanted: &Wanted, notes: &mut Vec<String>) -> String {
        match self.model {
            Some(model)
                if !wanted.model.starts_with("arn:") || wanted.model.contains(":inference-profile/") =>
            {
                if model.id != wanted.model {
                    notes.push(format!("`{}` is customized as `{}`", wanted.model, model.id));
                }
                model.id.clone()
            }
            _ => wanted.model.clone(),
        }
    }

    /// The regions where the model can be customized.
    pub(super) fn regions(&self) -> Vec<String> {
        self.model.map(|model| model.regions.clone()).unwrap_or_default()
    }
}
