//! The keys about customization jobs: which kind, from which models, with which hyperparameters.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{At, NONE, Reader, put};
use crate::catalogue::ProfileError;
use crate::catalogue::written::{Base, Default, Missing, Values, Word};
use crate::decimal::Decimal;
use crate::job::{BaseModel, Customization, Hyperparameter, HyperparameterKind, Unpublished};
use crate::profile::Profile;

/// What a profile says on its jobs.
pub(super) struct Written {
    pub(super) customization: Option<Spanned<String>>,
    pub(super) models: Option<Spanned<Vec<Base>>>,
    pub(super) hyperparameters: BTreeMap<String, Spanned<Word<Values>>>,
    pub(super) unpublished: Option<Spanned<Missing>>,
}

impl Reader<'_> {
    /// Puts what is written on jobs in the place of what is inherited.
    pub(super) fn job(&self, written: Written, profile: &mut Profile) -> Result<(), ProfileError> {
        if let Some(kind) = written.customization {
            let at = self.at(kind.span(), "customization");
            let kind = kind.into_inner();
            let known = Customization::ALL.into_iter().find(|known| known.name() == kind);
            if known.is_none() && kind != NONE {
                let names = Customization::ALL.map(Customization::name).join(", ");
                let hint = format!("write {names}, or \"none\"");
                return Err(at.wrong(format!("unknown kind of job `{kind}`"), hint));
            }
            profile.customization = known;
        }
        if let Some(models) = written.models {
            let at = self.at(models.span(), "models");
            let models = models.into_inner().into_iter();
            profile.models = models.map(|model| self.base_model(&at, model)).collect::<Result<_, _>>()?;
        }
        // What is inherited is published, for another model.
        if let Some(missing) = written.unpublished {
            let at = self.at(missing.span(), "hyperparameters-unpublished");
            let Missing { note, source } = missing.into_inner();
            profile.hyperparameters.clear();
            profile.hyperparameters_unpublished = Some(Unpublished { note, source: self.cite(&at, source)? });
        } else if !written.hyperparameters.is_empty() {
            profile.hyperparameters_unpublished = None;
        }
        for (name, written) in written.hyperparameters {
            let mut value = None;
            let key = format!("hyperparameters.{name}");
            self.entry(&key, Some(written), &mut value, Self::hyperparameter)?;
            put(&mut profile.hyperparameters, name, value);
        }
        Ok(())
    }

    fn base_model(&self, at: &At<'_>, model: Base) -> Result<BaseModel, ProfileError> {
        let Base { id, regions, api, deployments, source, deployments_source } = model;
        if id.trim().is_empty() {
            return Err(at.wrong("a model without an id".to_owned(), "write its baseModelIdentifier"));
        }
        let source = self.cite(at, source)?;
        let deployments_source = self.cite(at, deployments_source)?;
        Ok(BaseModel { id, regions, api, deployments, source, deployments_source })
    }

    fn hyperparameter(&self, at: &At<'_>, values: Values) -> Result<Hyperparameter, ProfileError> {
        let (default, default_choice) = match values.default {
            None => (None, None),
            Some(Default::Number(number)) => (Some(number), None),
            Some(Default::Choice(word)) => (None, Some(word)),
        };
        let read = Hyperparameter {
            kind: values.kind,
            minimum: values.minimum,
            maximum: values.maximum,
            default,
            choices: values.choices,
            default_choice,
            is_required: values.required,
            is_unlisted: values.unlisted,
            records_per_step: values.records_per_step,
            note: values.note,
            source: self.cite(at, values.source)?,
            against: values.against.map(|against| self.cite(at, against)).transpose()?,
        };
        let has_numbers = read.minimum.is_some() || read.maximum.is_some() || default.is_some();
        if read.kind == HyperparameterKind::Choice && (has_numbers || read.choices.is_empty()) {
            let hint = "write `choices = […]`, and no numbers";
            return Err(at.wrong("a choice is between words".to_owned(), hint));
        }
        if read.minimum.zip(read.maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
            let hint = "write the lower number as `minimum`";
            return Err(at.wrong("the minimum is greater than the maximum".to_owned(), hint));
        }
        let is_whole = |number: Option<Decimal>| number.is_none_or(Decimal::is_whole);
        let are_whole = is_whole(read.minimum) && is_whole(read.maximum) && is_whole(read.default);
        if read.kind == HyperparameterKind::Integer && !are_whole {
            let hint = "write whole numbers, or `kind = \"number\"`";
            return Err(at.wrong("an integer has only whole numbers".to_owned(), hint));
        }
        if read.records_per_step == Some(0) {
            return Err(at.wrong("records-per-step is 0".to_owned(), "write a number of 1 or more"));
        }
        let default = read.default.map(|number| number.to_string()).or_else(|| read.default_choice.clone());
        match default.and_then(|default| read.problem(&default)) {
            Some(problem) => Err(at.wrong(format!("the default {problem}"), "correct one of them")),
            None => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests;
