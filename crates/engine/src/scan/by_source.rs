//! What is read of records by their source: their label, and what groups them. A source that does not say has what the run
//! has.

use std::sync::Arc;

use bedload_record::{FactTable, InputId, NO_KEY};
use bedload_scan::Inputs;
use bedload_stages::balance::{BalanceConfig, LabelSource, pointer_steps};
use bedload_stages::group::{GroupBy, Ways};

use crate::run::settings::Settings;

/// Fields of a record, as the steps to each.
pub(crate) type Fields = Arc<[Vec<String>]>;

/// The fields of each source.
pub(crate) struct BySource {
    /// By input.
    source_of: Vec<Option<usize>>,
    /// For each source, and last for inputs of none.
    labels: Vec<LabelSource>,
    ids: Vec<Option<Vec<String>>>,
    ways: Ways,
}

impl BySource {
    pub(crate) fn new(settings: &Settings, inputs: &Inputs) -> Self {
        let config = balance(settings);
        let own = settings.sources.iter().map(|source| source.label.clone());
        let of_run = settings.stages.balance.label_field.clone();
        let is_named = config.label_field.is_some();
        let label = |label_field: Option<String>| {
            let label_field = label_field.or_else(|| of_run.clone());
            match label_field {
                // Where some sources have labels, the others have none: their short completions would be classes among
                // these.
                None if is_named => LabelSource::Nowhere,
                label_field => BalanceConfig { label_field, ..config.clone() }.source(),
            }
        };
        Self {
            source_of: inputs.iter().map(bedload_scan::Input::source).collect(),
            labels: own.chain([None]).map(label).collect(),
            ids: settings
                .sources
                .iter()
                .map(|source| source.id.as_ref().or(settings.id.as_ref()))
                .chain([settings.id.as_ref()])
                .map(|pointer| pointer.map(|pointer| pointer_steps(pointer)))
                .collect(),
            ways: ways_of(settings, inputs.iter().map(bedload_scan::Input::source)),
        }
    }

    /// Where the labels of an input's records are; of none for records that were made here.
    pub(crate) fn labels(&self, input: Option<InputId>) -> &LabelSource {
        &self.labels[self.source_of(input).unwrap_or(self.labels.len() - 1)]
    }

    /// Where the ids of an input's records are.
    pub(crate) fn id(&self, input: InputId) -> Option<&[String]> {
        self.ids[self.source_of(Some(input)).unwrap_or(self.ids.len() - 1)].as_deref()
    }

    /// For each input, the fields that label, name and group its records, and `others`.
    pub(crate) fn fields(&self, others: &[Vec<String>]) -> Vec<Fields> {
        let sources = (0..self.labels.len() - 1).map(Some).chain([None]);
        let of_sources: Vec<Fields> = sources
            .map(|source| self.fields_of(source).into_iter().chain(others.iter().cloned()).collect())
            .collect();
        let of_input = |source: &Option<usize>| of_sources[source.unwrap_or(of_sources.len() - 1)].clone();
        self.source_of.iter().map(of_input).collect()
    }

    fn fields_of(&self, source: Option<usize>) -> Vec<Vec<String>> {
        let nth = source.unwrap_or(self.labels.len() - 1);
        let mut fields: Vec<Vec<String>> = self.ids[nth].iter().cloned().collect();
        if let LabelSource::Field(steps) = &self.labels[nth] {
            fields.push(steps.clone());
        }
        for (kind, way) in self.ways.all().each().iter().enumerate() {
            if let GroupBy::Field { steps, .. } = way
                && self.ways.has(source, kind)
            {
                fields.push(steps.clone());
            }
        }
        fields
    }

    /// Returns true if the records of any input have ids.
    pub(crate) fn has_ids(&self) -> bool {
        (0..self.source_of.len()).any(|input| self.id(InputId::new(input)).is_some())
    }

    /// All ways to group records.
    pub(crate) fn ways(&self) -> &Ways {
        &self.ways
    }

    /// Takes away the keys that do not group the records of an input.
    pub(crate) fn retain_own(&self, input: Option<InputId>, keys: &mut [u64]) {
        if let Some(has) = self.ways.of(self.source_of(input)) {
            keys.iter_mut().zip(has).filter(|(_, has)| !**has).for_each(|(key, _)| *key = NO_KEY);
        }
    }

    fn source_of(&self, input: Option<InputId>) -> Option<usize> {
        input.and_then(|input| self.source_of[input.index()])
    }
}

/// The ways to group the records of these facts.
pub(crate) fn ways(settings: &Settings, facts: &FactTable) -> Ways {
    ways_of(settings, facts.files().iter().map(|file| file.source))
}

fn ways_of(settings: &Settings, mut sources: impl Iterator<Item = Option<usize>>) -> Ways {
    let own: Vec<_> = settings.sources.iter().map(|source| source.group_by.as_ref()).collect();
    let is_in_use = sources.any(|source| source.is_none_or(|source| own[source].is_none()));
    Ways::new(&settings.stages.split.group_by, &own, is_in_use || own.is_empty())
}

/// The settings for labels, where any source may name a field of them.
pub(crate) fn balance(settings: &Settings) -> BalanceConfig {
    let config = settings.stages.balance.clone();
    let label_field = config
        .label_field
        .clone()
        .or_else(|| settings.sources.iter().find_map(|source| source.label.clone()));
    BalanceConfig { label_field, ..config }
}
