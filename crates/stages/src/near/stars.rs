//! Which sets go: in the order of preference, a set stays unless it is like one before it that stays. So each that goes
//! is like its survivor itself, and not through others.

use rayon::prelude::*;

use super::candidates::Candidates;
use super::compare::Comparer;
use super::index::{Common, Index, keep_common};
use super::sets::Sets;
use super::similarity::{Similarity, Threshold};

/// Sets that are decided together: few at first, so that large families find their survivor before they are compared
/// among themselves; then enough for all threads.
const BATCH_MIN: usize = 1 << 6;
const BATCH_MAX: usize = 1 << 13;

/// A set that goes, and the one that stays for it, by their numbers among all sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Star {
    pub(super) dropped: u32,
    pub(super) survivor: u32,
    pub(super) similarity: Similarity,
}

/// The place of a candidate in the order of preference, and how alike it is.
type Like = (u32, Similarity);

/// What a thread compares with, and where it collects.
type Scratch = (Comparer, Common);

/// Decides about all candidates, which are in `order` of preference; the first `fixed` of them stay, whatever they are
/// like. The same for any number of threads.
/// Ends with the error of `go_on`, which is asked between batches.
pub(super) fn stars<E>(
    sets: &Sets,
    candidates: &Candidates,
    (order, fixed): (&[u32], usize),
    threshold: Threshold,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Vec<Star>, E> {
    let set = |place: u32| candidates.sets[order[place as usize] as usize];
    let members = |place: u32| sets.get(set(place) as usize);
    let keys = |place: u32| candidates.keys(order[place as usize] as usize);
    let least = |place: u32| candidates.common(order[place as usize] as usize);
    let may_be = |place: u32, earlier: u32| {
        let [a, b] = [place, earlier].map(|place| order[place as usize] as usize);
        candidates.may_be_alike(a, b, threshold)
    };
    let like =
        |comparer: &Comparer, earlier: u32| Some((earlier, comparer.compare(members(earlier), threshold)?));
    // Of those that stayed so far.
    let mut stayed = Index::new(candidates.n_keys, candidates.len(), |candidate| candidates.keys(candidate));
    let mut likes: Vec<(u32, Like)> = Vec::new();
    (0..fixed as u32).for_each(|place| stayed.add(keys(place), place));
    let mut begin = fixed;
    let mut size = BATCH_MIN;
    while begin < order.len() {
        go_on()?;
        let end = (begin + size).min(order.len());
        size = (size * 2).min(BATCH_MAX);
        let places = begin as u32..end as u32;
        begin = end;
        let first = |(comparer, common): &mut Scratch, place| {
            stayed.find(keys(place), place, least(place), common);
            let found = &mut common.found;
            found.retain(|&earlier| may_be(place, earlier));
            if !found.is_empty() {
                comparer.begin(members(place));
            }
            found.iter().find_map(|&earlier| like(comparer, earlier))
        };
        let firsts: Vec<Option<Like>> =
            places.clone().into_par_iter().map_init(Scratch::default, first).collect();
        let open: Vec<u32> = places
            .clone()
            .zip(&firsts)
            .filter(|(_, first)| first.is_none())
            .map(|(place, _)| place)
            .collect();
        let beside = Beside::new(&open, keys);
        let all = |(comparer, common): &mut Scratch, &place| {
            let found = &mut common.found;
            beside.find(keys(place), place, least(place), found);
            found.retain(|&earlier| may_be(place, earlier));
            if !found.is_empty() {
                comparer.begin(members(place));
            }
            found.iter().filter_map(|&earlier| like(comparer, earlier)).collect()
        };
        let of_open: Vec<Vec<Like>> = open.par_iter().map_init(Scratch::default, all).collect();
        likes.extend(places.zip(firsts).filter_map(|(place, first)| Some((place, first?))));
        let from = likes.len();
        for (&place, of_open) in open.iter().zip(of_open) {
            // Those of the batch that went are after `from`, in order.
            let went =
                |earlier: u32| likes[from..].binary_search_by_key(&earlier, |&(place, _)| place).is_ok();
            match of_open.into_iter().find(|&(earlier, _)| !went(earlier)) {
                Some(like) => likes.push((place, like)),
                None => stayed.add(keys(place), place),
            }
        }
    }
    let star =
        |(place, (survivor, similarity))| Star { dropped: set(place), survivor: set(survivor), similarity };
    let mut stars: Vec<Star> = likes.into_iter().map(star).collect();
    stars.par_sort_unstable_by_key(|star| star.dropped);
    Ok(stars)
}

/// Candidates of a batch by their keys.
struct Beside(Vec<(u32, u32)>);

impl Beside {
    fn new<'a>(open: &[u32], keys: impl Fn(u32) -> &'a [u32] + Sync) -> Self {
        let entries = |&place: &u32| keys(place).iter().map(move |&key| (key, place));
        let mut entries: Vec<(u32, u32)> = open.par_iter().flat_map_iter(entries).collect();
        entries.par_sort_unstable();
        Self(entries)
    }

    /// The places before `place` of those that have at least `least` of these keys, ascending.
    fn find(&self, keys: &[u32], place: u32, least: u8, found: &mut Vec<u32>) {
        found.clear();
        for &key in keys {
            let from = self.0.partition_point(|&(other, _)| other < key);
            let same = self.0[from..].iter().take_while(|&&(other, earlier)| other == key && earlier < place);
            found.extend(same.map(|&(_, earlier)| earlier));
        }
        keep_common(found, least);
    }
}
