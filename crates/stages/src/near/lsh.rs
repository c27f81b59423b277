//! The sets that may have one like them, by banded `MinHash`: two sets agree in a minimum with a probability that is their
//! similarity, in all rows of a band with a power of it, and in some band almost surely.

use std::array::from_fn;

use bedload_record::NoRoom;
use bedload_tokens::wide::{Instructions, Wide, Work};
use rayon::prelude::*;

use super::candidates::{Candidates, Outline, Rare, RareChunk};
use super::sets::Sets;
use super::similarity::Threshold;
use super::sketch::Sketch;
use super::words::fold;

/// The least part of pairs at the threshold that are found: 999 of 1,000.
const RECALL: f64 = 0.999;
/// More minima cost more than the candidates that they spare.
const MINIMA_MAX: u32 = 64;

/// How many bands of how many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// Bands.
    pub bands: u32,
    /// Rows of each: minima that have to agree.
    pub rows: u32,
}

impl Bands {
    /// The bands with the most rows, hence the fewest candidates, that find 999 of 1,000 pairs at the threshold; more of
    /// those above it.
    pub fn new(threshold: Threshold) -> Self {
        let with = |rows: u32| {
            let band = threshold.value().powf(f64::from(rows));
            let bands = if band < 1.0 { ((1.0 - RECALL).ln() / (-band).ln_1p()).ceil() } else { 1.0 };
            Self { bands: bands as u32, rows }
        };
        let few = |bands: &Self| bands.bands.saturating_mul(bands.rows) <= MINIMA_MAX;
        (1..=MINIMA_MAX).map(with).take_while(few).last().unwrap_or(with(1))
    }

    /// The probability that a pair of this similarity is found.
    pub fn recall(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powf(f64::from(self.rows))).powf(f64::from(self.bands))
    }

    /// As many as there are, and some more so that they fill lanes.
    fn minima(self) -> usize {
        (self.bands as usize * self.rows as usize).next_multiple_of(LANES)
    }
}

/// Finds them. Linear in the members of all sets times the minima, in parallel.
///
/// # Errors
/// Where there is no room.
pub(super) fn candidates(sets: &Sets, threshold: Threshold) -> Result<Candidates, NoRoom> {
    let bands = Bands::new(threshold);
    let orders = Orders::new(bands.minima());
    let rare: Vec<RareChunk> = (0..sets.chunks())
        .into_par_iter()
        .map_init(
            || vec![0; bands.minima()],
            |minima, chunk| {
                let mut rare = Rare::default();
                for (set, members) in sets.sets_of_chunk(chunk) {
                    orders.minima(members, minima);
                    let band = |(band, rows): (usize, &[i16])| {
                        rows.iter()
                            .fold(band as u64 + 1, |hash, &row| fold(hash ^ u64::from(row as u16), BAND))
                            as u32
                    };
                    let rows = minima.chunks(bands.rows as usize).take(bands.bands as usize);
                    let keys = rows.enumerate().map(band);
                    let size = members.len() as u32;
                    let outline =
                        Outline { size, sketch: Sketch::of(members), common: 1, indexed: bands.bands };
                    rare.push(set as u32, outline, keys);
                }
                rare.finish(sets.room())
            },
        )
        .collect::<Result<_, NoRoom>>()?;
    Candidates::sharing(&rare, sets.room())
}

const BAND: u64 = 0x9E6C_63D0_876A_68D5;

/// Minima that are computed side by side: they stay in registers while the set passes by.
const LANES: usize = 32;

/// Orders of all hashes, one for each minimum, by 16 bits: any processor has eight of these side by side. Minima of sets
/// of tens of thousands of members agree by chance too, which makes them candidates, and no more.
struct Orders {
    factors: Vec<i16>,
    terms: Vec<i16>,
}

impl Orders {
    fn new(n: usize) -> Self {
        let number = |n: usize, salt: u64| fold(n as u64 + 1, salt) as i16;
        Self {
            factors: (0..n).map(|n| number(n, 0xC2B2_AE3D_27D4_EB4F) | 1).collect(),
            terms: (0..n).map(|n| number(n, 0x1656_67B1_9E37_79F9)).collect(),
        }
    }

    /// The least member of a set in each order.
    fn minima(&self, set: &[u64], minima: &mut [i16]) {
        Instructions::best().run(Minima { orders: self, set, least: minima });
    }
}

/// The minima of a set, as work.
struct Minima<'a> {
    orders: &'a Orders,
    set: &'a [u64],
    least: &'a mut [i16],
}

impl Work for Minima<'_> {
    type Output = ();

    #[inline(always)]
    fn run<W: Wide>(self, _: W) {
        let Self { orders, set, least: minima } = self;
        let orders = orders.factors.as_chunks::<LANES>().0.iter().zip(orders.terms.as_chunks::<LANES>().0);
        for (minima, (factors, terms)) in minima.chunks_exact_mut(LANES).zip(orders) {
            let mut least = [i16::MAX; LANES];
            for &hash in set {
                let (a, b) = (hash as i16, (hash >> 16) as i16);
                // All at once, so that they stay in registers.
                least = from_fn(|lane| {
                    let value = (a ^ terms[lane]).wrapping_mul(factors[lane]) ^ b;
                    least[lane].min(value)
                });
            }
            minima.copy_from_slice(&least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_from_threshold_and_recall() {
        for (threshold, bands, rows) in
            [("0.5", 25, 2), ("0.7", 17, 3), ("0.8", 14, 4), ("0.9", 10, 6), ("1", 1, 64)]
        {
            let of = Bands::new(threshold.parse().expect("a threshold"));
            assert_eq!(of, Bands { bands, rows }, "{threshold}");
            assert!(of.recall(threshold.parse().expect("a number")) >= RECALL);
        }
    }
}
