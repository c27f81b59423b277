//! Decimal numbers, exactly: hyperparameters are compared, and prices are multiplied, without rounding.

use std::fmt;
use std::str::FromStr;

use bedload_record::plural::count;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits after the point.
const PLACES: usize = 12;
const ONE: u128 = 1_000_000_000_000;

/// A number from 0 to 10^15 with up to twelve digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(u128);

/// The greatest number, so that sums and products of a few have room.
const MAX: u128 = 1_000_000_000_000_000 * ONE;

/// Why a text is not a [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number from 0 to 10^15 with at most {PLACES} digits after the point")]
pub struct NotDecimal;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The number as a count of 10^-12.
    pub fn units(self) -> u128 {
        self.0
    }

    /// Returns true if there is nothing after the point.
    pub fn is_whole(self) -> bool {
        self.0.is_multiple_of(ONE)
    }

    /// The number, where it is whole and fits.
    pub fn whole(self) -> Option<u64> {
        if self.is_whole() { u64::try_from(self.0 / ONE).ok() } else { None }
    }

    /// Half of it, rounded down.
    #[must_use]
    pub fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// The number times a fraction, rounded to the nearest; none where there is no room.
    pub fn times(self, numerator: u128, denominator: u128) -> Option<Self> {
        let product = self.0.checked_mul(numerator)?.checked_add(denominator / 2)?;
        product.checked_div(denominator).map(Self)
    }

    /// The sum; none where there is no room.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Rounded to so many digits after the point, at most twelve.
    #[must_use]
    pub fn rounded(self, places: u32) -> Self {
        let step = ONE / 10u128.pow(places.min(12));
        Self(self.0.saturating_add(step / 2) / step * step)
    }

    /// The number as a price in US dollars: all digits, and cents at least.
    pub fn price(self) -> String {
        let text = self.to_string();
        match text.split_once('.').map(|(_, part)| part.len()) {
            None => format!("${text}.00"),
            Some(1) => format!("${text}0"),
            Some(_) => format!("${text}"),
        }
    }

    /// The number as an amount of US dollars: to the cent, and below one dollar to a hundredth of one.
    pub fn usd(self) -> String {
        let places = if self.0 < ONE { 4 } else { 2 };
        let rounded = self.rounded(places);
        let whole = u64::try_from(rounded.0 / ONE).map_or_else(|_| (rounded.0 / ONE).to_string(), count);
        let part = rounded.0 % ONE / (ONE / 10u128.pow(places));
        match (rounded == Self::ZERO, self == Self::ZERO) {
            (true, true) => "$0.00".to_owned(),
            (true, false) => "less than $0.0001".to_owned(),
            // What rounding brings to a dollar is one.
            _ if places == 4 && rounded.0 >= ONE => "$1.00".to_owned(),
            _ => format!("${whole}.{part:0width$}", width = places as usize),
        }
    }

    /// The nearest double, for formats that have nothing else.
    pub fn nearest(self) -> f64 {
        self.to_string().parse().expect("digits and a point are a number")
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self(u128::from(number) * ONE)
    }
}

impl FromStr for Decimal {
    type Err = NotDecimal;

    /// Reads digits with or without a point and an exponent: `5`, `0.00001`, `1e-5`.
    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| NotDecimal)?),
            None => (text, 0),
        };
        let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || before.bytes().chain(after.bytes());
        if before.is_empty() || digits.ends_with('.') || !all().all(|b| b.is_ascii_digit()) {
            return Err(NotDecimal);
        }
        let significant: Vec<u8> = all().skip_while(|&b| b == b'0').collect();
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        let zeros = significant.iter().rev().take_while(|&&b| b == b'0').count();
        let kept = &significant[..significant.len() - zeros];
        // The power of ten of the last digit that is kept, in units of 10^-12.
        let count = |n: usize| i64::try_from(n).map_err(|_| NotDecimal);
        let last = i64::from(exponent) + count(PLACES)? - count(after.len())? + count(zeros)?;
        let power = u32::try_from(last).map_err(|_| NotDecimal)?;
        let digits: u128 =
            std::str::from_utf8(kept).ok().and_then(|kept| kept.parse().ok()).ok_or(NotDecimal)?;
        let units = 10u128.checked_pow(power).and_then(|power| digits.checked_mul(power));
        units.filter(|&units| units <= MAX).map(Self).ok_or(NotDecimal)
    }
}

impl fmt::Display for Decimal {
    /// Writes all digits and no more, never an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / ONE, self.0 % ONE);
        let digits = format!("{part:0PLACES$}");
        match digits.trim_end_matches('0') {
            "" => f.pad(&whole.to_string()),
            part => f.pad(&format!("{whole}.{part}")),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            Some(whole) => serializer.serialize_u64(whole),
            None => serializer.serialize_f64(self.nearest()),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a number")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Decimal, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Decimal, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Decimal, E> {
                // The shortest digits that give this double are those that were written.
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<Decimal>().ok().map(|number| number.to_string())
    }

    #[test]
    fn numbers_are_read_and_written_exactly() {
        for (text, expected) in [
            ("0", "0"),
            ("0.0", "0"),
            ("5", "5"),
            ("007", "7"),
            ("0.00378", "0.00378"),
            ("1e-5", "0.00001"),
            ("1.00E-7", "0.0000001"),
            ("2.5e3", "2500"),
            ("0.000000000001", "0.000000000001"),
            ("1.50000000000000", "1.5"),
            ("1000000000000000", "1000000000000000"),
            ("0e999", "0"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_would_be_rounded_or_is_no_number_is_refused() {
        let texts = [
            "",
            "-1",
            "+1",
            ".5",
            "5.",
            "1e",
            "1e-13",
            "0.0000000000001",
            "1e16",
            "nan",
            "inf",
            "1_0",
            "1,5",
        ];
        for text in texts {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("1000000000000000.1"), None);
        assert_eq!(read("1e2147483648"), None);
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let number = |text: &str| text.parse::<Decimal>().expect("a number");
        assert!(number("1e-5") < number("0.0001") && number("9") < number("10"));
        assert!((number("0.1").nearest() - 0.1).abs() < f64::EPSILON);
        assert_eq!((number("4096").whole(), number("0.5").whole()), (Some(4096), None));
    }

    #[test]
    fn prices_have_all_digits_and_cents_at_least() {
        let price = |text: &str| text.parse::<Decimal>().expect("a number").price();
        for (text, expected) in
            [("80", "$80.00"), ("0.8", "$0.80"), ("60.50", "$60.50"), ("0.00378", "$0.00378")]
        {
            assert_eq!(price(text), expected, "{text}");
        }
    }

    #[test]
    fn amounts_are_written_to_the_cent_or_to_a_hundredth_of_one() {
        let usd = |text: &str| text.parse::<Decimal>().expect("a number").usd();
        for (text, expected) in [
            ("0", "$0.00"),
            ("0.00004", "less than $0.0001"),
            ("0.00005", "$0.0001"),
            ("0.1759494", "$0.1759"),
            ("0.99996", "$1.00"),
            ("1", "$1.00"),
            ("45", "$45.00"),
            ("2595.605", "$2,595.61"),
            ("1000000", "$1,000,000.00"),
        ] {
            assert_eq!(usd(text), expected, "{text}");
        }
    }
}
