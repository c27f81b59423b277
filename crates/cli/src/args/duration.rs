//! Lengths of time, as options take them.

use std::time::Duration;

/// No two looks are closer than this.
const INTERVAL_MIN: Duration = Duration::from_millis(20);
/// No wait is longer than this.
const DAYS_MAX: u64 = 365;

/// Reads a number with a unit, such as `90s`, `10m`, `2h` or `7d`; `250ms` for tests of others' patience.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number with a unit, e.g. 90s, 10m, 2h or 7d".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    let millis = number.checked_mul(unit_ms).filter(|&millis| millis <= DAYS_MAX * 86_400_000);
    millis.map(Duration::from_millis).ok_or_else(|| format!("at most {DAYS_MAX}d"))
}

/// Reads the time between two looks: not so short that it becomes a load.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text)?;
    if interval < INTERVAL_MIN {
        return Err(format!("at least {}ms", INTERVAL_MIN.as_millis()));
    }
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        let millis = |text| duration(text).map(|duration| duration.as_millis());
        assert_eq!(millis("90s"), Ok(90_000));
        assert_eq!(millis("2h"), Ok(7_200_000));
        assert_eq!(millis("250ms"), Ok(250));
        assert_eq!(millis("366d"), Err("at most 365d".to_owned()));
        assert_eq!(interval("0s"), Err("at least 20ms".to_owned()));
        for text in ["", "5", "s", "1.5h", "-1s", "1w", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
