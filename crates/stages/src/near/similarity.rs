//! When two sets are alike: their Jaccard index against a threshold, in integers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts of one that a threshold is given in.
const PARTS: u32 = 1_000_000;

/// The least similarity, above 0 and at most 1, with up to six digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u32);

/// Why a text is not a [`Threshold`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a number above 0 and up to 1 with at most six digits after the point, e.g. 0.8")]
pub struct NotThreshold;

impl FromStr for Threshold {
    type Err = NotThreshold;

    fn from_str(text: &str) -> Result<Self, NotThreshold> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.len() > 1 || fraction.len() > 6 {
            return Err(NotThreshold);
        }
        let parts: u32 = format!("{whole}{fraction:0<6}").parse().map_err(|_| NotThreshold)?;
        if (1..=PARTS).contains(&parts) { Ok(Self(parts)) } else { Err(NotThreshold) }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / PARTS, self.0 % PARTS);
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // The shortest text of a number is what was written, as far as six digits go.
        f64::deserialize(from)?.to_string().parse().map_err(serde::de::Error::custom)
    }
}

impl Threshold {
    /// The threshold less another, or a tenth of it where that leaves nothing.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).filter(|&parts| parts > 0).unwrap_or((self.0 / 10).max(1)))
    }

    /// The threshold in parts of a million.
    pub(super) fn parts(self) -> u32 {
        self.0
    }

    /// The threshold of so many parts of a million; none where there is no such.
    pub(super) fn from_parts(parts: u32) -> Option<Self> {
        (1..=PARTS).contains(&parts).then_some(Self(parts))
    }

    /// The threshold as a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }

    /// Whether `part` of `whole` is at least that.
    pub(crate) fn is_reached(self, part: u32, whole: u32) -> bool {
        u64::from(part) * u64::from(PARTS) >= u64::from(whole) * u64::from(self.0)
    }

    /// The least number of shingles that a set of `len` has in common with any set that it is like.
    pub(super) fn least_shared(self, len: u32) -> u32 {
        (u64::from(len) * u64::from(self.0)).div_ceil(u64::from(PARTS)) as u32
    }

    /// The least number of shingles that sets of these sizes have in common if they are alike.
    pub(super) fn least_common(self, a: u32, b: u32) -> u32 {
        // i / (a + b − i) ≥ t  ⇔  i (1 + t) ≥ t (a + b)
        let sum = u64::from(a) + u64::from(b);
        (sum * u64::from(self.0)).div_ceil(u64::from(PARTS) + u64::from(self.0)) as u32
    }

    /// The largest size of sets that one of this size can be like.
    pub(super) fn largest_alike(self, size: u32) -> u32 {
        let largest = u64::from(size) * u64::from(PARTS) / u64::from(self.0);
        u32::try_from(largest).unwrap_or(u32::MAX - 1)
    }

    /// How many members are in one of two sets only, at most, if they are alike and no larger than this together.
    pub(super) fn differences(self, a: u32, b: u32) -> u32 {
        // One member less, and one of the other parity may differ more.
        let of = |b: u32| (a + b).saturating_sub(2 * self.least_common(a, b));
        of(b).max(of(b.saturating_sub(1)))
    }

    /// How many of the first shingles, in an order that all sets follow, two sets that are alike have `common` of in
    /// common.
    pub(super) fn prefix(self, len: u32, common: u32) -> u32 {
        (len - self.least_shared(len)).saturating_add(common).min(len)
    }

    /// The same of the smaller of two sets.
    pub(super) fn prefix_of_smaller(self, len: u32, common: u32) -> u32 {
        len.saturating_sub(self.least_common(len, len)).saturating_add(common).min(len)
    }
}

/// The similarity of two sets: so many shingles in common, of so many in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Similarity {
    /// Shingles in both.
    pub common: u32,
    /// Shingles in either.
    pub either: u32,
}

impl Similarity {
    /// The Jaccard index, from 0 to 1.
    pub fn jaccard(self) -> f64 {
        f64::from(self.common) / f64::from(self.either)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thresholds_are_exact() {
        for (text, shown) in
            [("0.8", "0.8"), ("1", "1"), ("0.000001", "0.000001"), ("0.850", "0.85"), ("1.0", "1")]
        {
            assert_eq!(text.parse::<Threshold>().expect(text).to_string(), shown);
        }
        for text in ["0", "1.1", "0.0000001", "-0.5", "", ".8", "0.", "1e-3", "0.8x", "2", "00.8"] {
            assert_eq!(text.parse::<Threshold>(), Err(NotThreshold), "{text}");
        }
        let threshold = |text: &str| text.parse::<Threshold>().expect(text);
        assert_eq!(threshold("0.8").less(threshold("0.1")), threshold("0.7"));
        assert_eq!(threshold("0.05").less(threshold("0.1")), threshold("0.005"));
    }

    proptest! {
        #[test]
        fn bounds_are_the_least_that_hold(parts in 1..=PARTS, a in 1u32..300, b in 1u32..300) {
            let threshold = Threshold(parts);
            let is_alike = |common: u32| {
                u64::from(common) * u64::from(PARTS) >= u64::from(a + b - common) * u64::from(parts)
            };
            let least = threshold.least_common(a, b);
            prop_assert!(least == 0 || !is_alike(least - 1));
            prop_assert!(least > a.min(b) || is_alike(least));
            // No set shares fewer with any that it is like.
            prop_assert!(least > a.min(b) || least >= threshold.least_shared(a));
        }
    }
}
