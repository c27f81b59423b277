//! Quotas: how a budget is divided over strata that hold different amounts.

use super::Totals;

/// What takes part in a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much there is.
    pub most: u64,
    /// How much of it is taken before others get more.
    pub least: u64,
    /// In proportion to what it takes more.
    pub weight: u64,
}

/// The water rises from one event to the next: at `amount / weight` a share leaves its least amount, or is full.
struct Event {
    amount: u64,
    is_full: bool,
    share: usize,
}

/// Divides a budget: everything where it is large enough; otherwise each takes a common multiple of its weight, but at
/// least and at most what it may. The least amounts must not be more than the budget together. Fractions are rounded by
/// largest remainder, of equal ones the earlier. Nothing is given for a weight of zero but the least amount.
pub fn water_fill(shares: &[Share], budget: u64) -> Vec<u64> {
    let total: u128 = shares.iter().map(|share| u128::from(share.most)).sum();
    if total <= u128::from(budget) {
        return shares.iter().map(|share| if share.weight == 0 { share.least } else { share.most }).collect();
    }
    let mut events: Vec<Event> = Vec::new();
    for (share, of) in shares.iter().enumerate().filter(|(_, of)| of.weight > 0) {
        events.push(Event { amount: of.least, is_full: false, share });
        events.push(Event { amount: of.most, is_full: true, share });
    }
    let weight = |event: &Event| u128::from(shares[event.share].weight);
    events.sort_by(|a, b| {
        let (left, right) = (u128::from(a.amount) * weight(b), u128::from(b.amount) * weight(a));
        left.cmp(&right).then(a.is_full.cmp(&b.is_full)).then(a.share.cmp(&b.share))
    });
    let mut quotas: Vec<u64> = shares.iter().map(|share| share.least).collect();
    let mut left = u128::from(budget).saturating_sub(quotas.iter().map(|&least| u128::from(least)).sum());
    let mut rising = vec![false; shares.len()];
    let mut weights = 0u128;
    for event in &events {
        if weights * u128::from(event.amount) >= left * weight(event) && weights > 0 {
            break;
        }
        let share = shares[event.share];
        if event.is_full {
            (rising[event.share], weights) = (false, weights - weight(event));
            quotas[event.share] = share.most;
            left = left.saturating_sub(u128::from(share.most));
        } else {
            (rising[event.share], weights) = (true, weights + weight(event));
            left += u128::from(share.least);
        }
    }
    let rising: Vec<usize> = (0..shares.len()).filter(|&share| rising[share]).collect();
    let exact = |share: usize| left * u128::from(shares[share].weight);
    for &share in &rising {
        quotas[share] = (exact(share) / weights) as u64;
    }
    let given: u128 = rising.iter().map(|&share| u128::from(quotas[share])).sum();
    let mut order = rising;
    order.sort_by_key(|&share| (std::cmp::Reverse(exact(share) % weights), share));
    for &share in order.iter().take((left - given.min(left)) as usize) {
        quotas[share] += 1;
    }
    quotas
}

/// The quota of each stratum of a budget: in proportion to what it holds, and one record of each if the budget has room
/// for that. With weights, sources divide the budget first; `sources` has the source of each stratum.
///
/// `held` is what each stratum holds, and `first` how much of it is to be taken before anything else, in the unit of the
/// budget; that has room for it if the budget has, whatever the shares are. A source without a weight has none of it.
pub fn quotas(held: &Totals, first: &[u64], mix: Option<(&[usize], &[u64])>, budget: u64) -> Vec<u64> {
    let Totals { records, sizes } = held;
    let floor = |stratum: usize| sizes[stratum].div_ceil(records[stratum].max(1)).max(first[stratum]);
    let within = |strata: &[usize], budget: u64| {
        let has_room = |least: &dyn Fn(usize) -> u64| {
            strata.iter().map(|&stratum| u128::from(least(stratum))).sum::<u128>() <= u128::from(budget)
        };
        let (with_floors, with_first) = (has_room(&floor), has_room(&|stratum| first[stratum]));
        let share = |&stratum: &usize| Share {
            most: sizes[stratum],
            least: match (with_floors, with_first) {
                (true, _) => floor(stratum),
                (false, true) => first[stratum],
                (false, false) => 0,
            },
            weight: sizes[stratum],
        };
        water_fill(&strata.iter().map(share).collect::<Vec<_>>(), budget)
    };
    let all: Vec<usize> = (0..sizes.len()).collect();
    let Some((sources, weights)) = mix else { return within(&all, budget) };
    let mut shares: Vec<Share> = weights.iter().map(|&weight| Share { most: 0, least: 0, weight }).collect();
    for ((&source, size), first) in sources.iter().zip(sizes).zip(first) {
        let share = &mut shares[source];
        share.most += size;
        share.least += if share.weight > 0 { *first } else { 0 };
    }
    if shares.iter().map(|share| u128::from(share.least)).sum::<u128>() > u128::from(budget) {
        shares.iter_mut().for_each(|share| share.least = 0);
    }
    let of_sources = water_fill(&shares, budget);
    let mut quotas = vec![0; sizes.len()];
    for (source, &budget) in of_sources.iter().enumerate() {
        let strata: Vec<usize> = all.iter().copied().filter(|&stratum| sources[stratum] == source).collect();
        for (&stratum, quota) in strata.iter().zip(within(&strata, budget)) {
            quotas[stratum] = quota;
        }
    }
    quotas
}

/// The largest budget of which every source can give its share.
pub fn most_of_mix(held: &[u64], weights: &[u64]) -> u64 {
    let all: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    let of = |(&held, &weight): (&u64, &u64)| (u128::from(held) * all).checked_div(u128::from(weight));
    let most = held.iter().zip(weights).filter_map(of).min().unwrap_or(0);
    u64::try_from(most).unwrap_or(u64::MAX)
}
