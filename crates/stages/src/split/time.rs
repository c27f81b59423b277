//! When a record is from: a number, or a date of RFC 3339 or ISO 8601, at a field.

use std::fmt;
use std::str::FromStr;

use bedload_record::{Json, NO_TIME, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pointer::{self, NotPointer};

/// The field that has the time of a record: a JSON Pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeField {
    text: String,
    steps: Vec<String>,
}

impl TimeField {
    /// The decoded steps to it.
    pub fn steps(&self) -> &[String] {
        &self.steps
    }

    /// The time of a record as it was before any conversion, as a number that grows with it; [`NO_TIME`] where there is none.
    pub fn of(&self, json: Json<'_>) -> u64 {
        match json.at(&self.steps).map(Json::value) {
            Some(Value::Number(number)) => of_number(number.nearest()),
            Some(Value::String(text)) => micros(text.trim()).map_or(NO_TIME, of_date),
            _ => NO_TIME,
        }
    }
}

/// Of numbers, the last bit is 0, and of dates 1: they are not to be compared with each other. Integers up to 2^52 stay exact,
/// which has room for microseconds since 1970.
fn of_number(number: f64) -> u64 {
    // Both zeros are one number. Of negative numbers, all bits are turned: then larger ones have more.
    let bits = (number + 0.0).to_bits();
    let ascending = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    (ascending & !1).max(2)
}

fn of_date(micros: i64) -> u64 {
    const HALF: i64 = 1 << 62;
    ((micros + HALF).cast_unsigned() << 1) | 1
}

/// Whether a time is a date, and no number.
pub fn is_date(time: u64) -> bool {
    time & 1 == 1
}

/// Microseconds since 1970 of `2026-11-27`, `2026-11-27T10:00:00.5Z`, `2026-11-27 10:00+01:00` and the like. A time without
/// a zone is taken for UTC.
fn micros(text: &str) -> Option<i64> {
    let mut rest = Rest(text.as_bytes());
    let (year, month, day) = (rest.digits(4)?, rest.after(b"-")?.digits(2)?, rest.after(b"-")?.digits(2)?);
    let mut seconds = days(year, month, day)? * 86_400;
    let mut micros = 0;
    if !rest.0.is_empty() {
        let (hour, minute) = (rest.after(b"Tt ")?.digits(2)?, rest.after(b":")?.digits(2)?);
        let second = if rest.0.first() == Some(&b':') { rest.after(b":")?.digits(2)? } else { 0 };
        // 60 is a leap second.
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        seconds += hour * 3600 + minute * 60 + second;
        if matches!(rest.0.first(), Some(b'.' | b',')) {
            micros = rest.after(b".,")?.fraction()?;
        }
        seconds -= rest.offset()?;
    }
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month - 1).ok()?;
    if !(1..=*lengths.get(before)?).contains(&day) {
        return None;
    }
    let years = year - 1;
    let leap_days = |years: i64| years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let first = (year - 1970) * 365 + leap_days(years) - leap_days(1969);
    Some(first + lengths[..before].iter().sum::<i64>() + day - 1)
}

/// What is left of a date.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// One of some characters.
    fn after(&mut self, any: &[u8]) -> Option<&mut Self> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        any.contains(first).then_some(self)
    }

    /// A number of so many digits.
    fn digits(&mut self, n: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        let add = |sum: i64, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    }

    /// Digits after a point, in millionths: what is finer is cut off.
    fn fraction(&mut self) -> Option<i64> {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let kept = Rest(self.0).digits(n.min(6))?;
        self.0 = &self.0[n..];
        (n > 0).then(|| kept * 10i64.pow(6 - n.min(6) as u32))
    }

    /// The seconds that a zone is ahead of UTC, and nothing after it.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0 {
            [] | b"Z" | b"z" => return Some(0),
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return None,
        };
        let hours = self.after(b"+-")?.digits(2)?;
        if self.0.first() == Some(&b':') {
            self.after(b":")?;
        }
        let minutes = if self.0.is_empty() { 0 } else { self.digits(2)? };
        (self.0.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }
}

impl FromStr for TimeField {
    type Err = NotPointer;

    fn from_str(text: &str) -> Result<Self, NotPointer> {
        Ok(Self { text: text.to_owned(), steps: pointer::read(text)? })
    }
}

impl fmt::Display for TimeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for TimeField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use bedload_record::Parser;
    use proptest::prelude::*;

    use super::*;

    fn time(value: &str) -> u64 {
        let field: TimeField = "/t".parse().expect("a pointer");
        let mut time = NO_TIME;
        let line = format!(r#"{{"t":{value}}}"#);
        Parser::default().parse(line.as_bytes(), |parsed| time = field.of(parsed.expect("valid").0));
        time
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2026-11-27T18:05:35Z", 1_795_802_735),
            ("2026-11-27 19:05:35+01:00", 1_795_802_735),
            ("2026-11-27t14:35:35.000-0330", 1_795_802_735),
            ("2026-11-27T18:05", 1_795_802_700),
            ("1969-12-31T23:59:59Z", -1),
            ("0001-01-01", -62_135_596_800),
        ] {
            assert_eq!(micros(text), Some(seconds * 1_000_000), "{text}");
        }
        assert_eq!(micros("1970-01-01T00:00:00.1234567Z"), Some(123_456));
        for wrong in [
            "",
            "now",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-11-27T",
            "2026-11-27T24:00",
            "20261127",
            "2026-11-27T18:05:35.Z",
            "2026-11-27T18:05:35+25:00",
            "2026-11-27T18:05:35Zulu",
            "27.11.2026",
            "2026-11-27 18",
            "-026-11-27",
        ] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
        assert_eq!(time("null"), NO_TIME);
        assert_eq!([time("\"1700000000\""), time("[1]"), time("true")], [NO_TIME; 3]);
        assert!(is_date(time("\"2026-11-27\"")) && !is_date(time("1700000000")));
        assert!("t".parse::<TimeField>().is_err() && "/a~2".parse::<TimeField>().is_err());
    }

    proptest! {
        #[test]
        fn numbers_keep_their_order(a in -(1i64 << 52)..1 << 52, b in -(1i64 << 52)..1 << 52) {
            prop_assert_eq!(time(&a.to_string()).cmp(&time(&b.to_string())), a.cmp(&b));
            prop_assert_ne!(time(&a.to_string()), NO_TIME);
        }

        #[test]
        fn a_day_later_is_a_day_later(day in 0i64..1_000_000) {
            // Counted from one day to the next, by the rules of the calendar.
            let (mut year, mut left) = (1600, day % 146_097);
            let length = |year: i64| 365 + i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
            while left >= length(year) {
                left -= length(year);
                year += 1;
            }
            let first = days(year, 1, 1).expect("a day");
            prop_assert_eq!(days(year + 1, 1, 1).expect("a day") - first, length(year));
            prop_assert_eq!(first + 135_140, (1600..year).map(length).sum::<i64>());
        }
    }
}
