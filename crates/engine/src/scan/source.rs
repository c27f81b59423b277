//! What a record was before its conversion, at the fields that group and label it: the new form may have no place for
//! them.

use std::borrow::Cow;

use bedload_record::{InputId, Json, NO_KEY};
use bedload_stages::{balance, group};

use crate::scan::rules::Rules;

/// The fields of a record that is converted; nothing where that was not wanted, or nothing is converted.
#[derive(Default)]
pub(crate) struct Source {
    /// One for each way to group.
    keys: Vec<u64>,
    pub(crate) label: Option<String>,
    /// Among those that it is equal to or like.
    pub(crate) rank: Option<u64>,
    pub(crate) time: Option<u64>,
    /// Set where the new form has less than this: what was masked in it still tells groups apart.
    pub(crate) is_masked: bool,
}

impl Source {
    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.label = None;
        self.rank = None;
        self.time = None;
        self.is_masked = false;
    }

    pub(crate) fn read_keys(&mut self, rules: &Rules, json: Json<'_>, scratch: &mut Vec<u8>) {
        group::source_keys(rules.by_source.ways().all(), json, scratch, &mut self.keys);
    }

    pub(crate) fn read_label(&mut self, rules: &Rules, input: InputId, json: Json<'_>) {
        let label = balance::source_label(rules.by_source.labels(Some(input)), json);
        self.label = label.map(Cow::into_owned);
    }

    /// What orders records: their rank among those that are alike, and their time.
    pub(crate) fn read_rank(&mut self, rules: &Rules, json: Json<'_>) {
        self.rank = rules.survivor.as_ref().map(|survivor| survivor.rank_of_field(json));
        self.time = rules.time.as_ref().map(|field| field.of(json));
    }

    /// Puts the keys of the record before those of its new form, which may have the same fields from somewhere else.
    pub(crate) fn complete(&self, keys: &mut [u64]) {
        for (key, &before) in keys.iter_mut().zip(&self.keys) {
            if before != NO_KEY {
                *key = before;
            }
        }
    }
}
