//! The configuration of all stages: `[stages.NAME]` in `bedload.toml`, with flags on top.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facets::{Facet, Field, fields};
use crate::{
    augment, balance, conflicts, contamination, convert, dedupe, near, pii, preference, schema, split, tokens,
};

/// All stages. Each has `enabled`, true unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each stage documents itself")]
pub struct Stages {
    pub convert: convert::ConvertConfig,
    pub schema: schema::SchemaConfig,
    pub preference: preference::PreferenceConfig,
    pub tokens: tokens::TokensConfig,
    pub pii: pii::PiiConfig,
    pub dedupe: dedupe::DedupeConfig,
    pub contamination: contamination::ContaminationConfig,
    pub conflicts: conflicts::ConflictsConfig,
    pub near: near::NearConfig,
    pub balance: balance::BalanceConfig,
    pub split: split::SplitConfig,
    pub augment: augment::AugmentConfig,
}

impl Stages {
    /// The facets whose values are counted, each once.
    pub fn counted(&self) -> Vec<Facet> {
        let mut counted: Vec<Facet> = Vec::new();
        for facet in self.balance.by.iter().filter(|_| self.balance.enabled) {
            if !counted.contains(facet) {
                counted.push(facet.clone());
            }
        }
        counted
    }

    /// The facets by which records are divided or counted.
    pub fn facets(&self) -> impl Iterator<Item = &Facet> {
        let counted = self.balance.by.iter().filter(|_| self.balance.enabled);
        self.split.stratify.iter().chain(counted)
    }

    /// The fields whose values the scan is to keep.
    pub fn fields(&self) -> Vec<Field> {
        fields(self.facets())
    }

    /// Switches a stage off; returns false where no stage has the name.
    pub fn skip(&mut self, name: &str) -> bool {
        let enabled = match name {
            "convert" => &mut self.convert.enabled,
            "schema" => &mut self.schema.enabled,
            "preference" => &mut self.preference.enabled,
            "tokens" => &mut self.tokens.enabled,
            "pii" => &mut self.pii.enabled,
            "dedupe" => &mut self.dedupe.enabled,
            "contamination" => &mut self.contamination.enabled,
            "conflicts" => &mut self.conflicts.enabled,
            "near" => &mut self.near.enabled,
            "balance" => &mut self.balance.enabled,
            "split" => &mut self.split.enabled,
            "augment" => &mut self.augment.enabled,
            _ => return false,
        };
        *enabled = false;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_runs_until_it_is_skipped_by_its_name() {
        for (name, _) in crate::STAGES {
            let mut stages = Stages::default();
            assert!(stages.skip(name), "{name}");
            assert_ne!(stages, Stages::default(), "{name}");
        }
        assert!(!Stages::default().skip("scheme"));
    }
}
