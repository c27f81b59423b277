//! What the target makes of two outputs: how much of its quota they take, and what training on them costs.

use bedload_bedrock::cost::of_tokens;
use bedload_bedrock::{Bound, Catalogue, Decimal, Prices, Profile};
use bedload_engine::Manifest;

/// A limit of the target on the number of records.
pub(super) struct Quota {
    pub(super) title: &'static str,
    pub(super) most: u64,
    pub(super) used: [u64; 2],
}

/// The limits of the later output's target that count records, where it is known.
pub(super) fn quotas(old: &Manifest, new: &Manifest) -> Vec<Quota> {
    let Some(profile) = profile(new) else { return Vec::new() };
    let lines = |manifest: &Manifest| {
        let train = manifest.counts.train.saturating_add(manifest.counts.variants);
        [train, manifest.counts.validation, train.saturating_add(manifest.counts.validation)]
    };
    let (old, new) = (lines(old), lines(new));
    let bounds = [
        (Bound::TrainingRecordsMax, "training records", 0),
        (Bound::ValidationRecordsMax, "validation records", 1),
        (Bound::RecordsMax, "records in all", 2),
    ];
    let quota = |(bound, title, nth): (Bound, &'static str, usize)| {
        let most = profile.limit(bound)?.value;
        Some(Quota { title, most, used: [old[nth], new[nth]] })
    };
    bounds.into_iter().filter_map(quota).collect()
}

/// What an epoch of training on each of two outputs costs, where their model has a known price by the token.
pub(super) fn cost(old: &Manifest, new: &Manifest) -> Option<[Decimal; 2]> {
    let prices = Prices::built_in();
    let of = |manifest: &Manifest| {
        let profile = profile(manifest)?;
        let [model] = profile.models.as_slice() else { return None };
        manifest.encoding.as_ref()?;
        of_tokens(manifest.tokens.train, 1, prices.of(&model.id)?.training.as_ref()?)
    };
    Some([of(old)?, of(new)?])
}

fn profile(manifest: &Manifest) -> Option<std::sync::Arc<Profile>> {
    Catalogue::built_in().get(manifest.profile.as_deref()?).ok()
}
