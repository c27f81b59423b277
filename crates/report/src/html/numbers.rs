//! Numbers as the page shows them: the same characters on every machine, so no digit depends on how a float is rounded
//! on the way.

use bedload_record::plural::{count, plural};

/// Between a number and its unit: a space at which no line is broken.
const GLUE: char = '\u{a0}';

/// A count with what is counted, which is given as many. Example: `counted(1, "turns")` is `1 turn`.
pub(crate) fn counted(n: u64, many: &str) -> String {
    plural(n, many.strip_suffix('s').unwrap_or(many), many)
}

/// A count in at most three digits and a unit, for figures where the exact number would be in the way.
pub(crate) fn compact(n: u64) -> String {
    let units = [(1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M")];
    match units.into_iter().find(|(size, _)| n >= *size) {
        Some((size, unit)) => format!("{}{GLUE}{unit}", three_digits(n, size)),
        None => count(n),
    }
}

/// A size in bytes in at most three digits, by powers of a thousand.
pub(crate) fn bytes(n: u64) -> String {
    let units =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"), (1, "B")];
    let (size, unit) = units.into_iter().find(|(size, _)| n >= *size).unwrap_or((1, "B"));
    format!("{}{GLUE}{unit}", three_digits(n, size))
}

/// A number of an axis.
pub(crate) fn tick(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..1_000_000 => format!("{}k", three_digits(n, 1_000)),
        1_000_000..1_000_000_000 => format!("{}M", three_digits(n, 1_000_000)),
        _ => format!("{}B", three_digits(n, 1_000_000_000)),
    }
}

/// `n` in units of `size`: three digits, without zeros at the end of a fraction.
fn three_digits(n: u64, size: u64) -> String {
    if size == 1 {
        return count(n);
    }
    let (n, size) = (u128::from(n), u128::from(size));
    let places = match n / size {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let scale = 10u128.pow(places);
    let scaled = (n * scale + size / 2) / size;
    let (whole, fraction) = (scaled / scale, scaled % scale);
    let whole = count(u64::try_from(whole).unwrap_or(u64::MAX));
    if fraction == 0 {
        return whole;
    }
    let fraction = format!("{fraction:0width$}", width = places as usize);
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// A part of a whole in per cent. What is not nothing never looks like it, and what is not all does not, either.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (part * 1000 + whole / 2) / whole;
    match tenths {
        0 if part > 0 => format!("<0.1{GLUE}%"),
        1000 if part < whole => format!(">99.9{GLUE}%"),
        _ => format!("{}.{}{GLUE}%", tenths / 10, tenths % 10),
    }
}

/// A real number with so many decimals, and a minus sign as it is printed.
pub(crate) fn real(value: f64, decimals: usize) -> String {
    plain(value, decimals).replace('-', "−")
}

/// A real number for programs.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // What rounds to nothing has no sign.
    let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// A coordinate in per cent of a chart's width.
pub(crate) fn percent(part: f64) -> String {
    let text = plain(part.clamp(0.0, 1.0) * 100.0, 2);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A coordinate in pixels.
pub(crate) fn pixels(at: f64) -> String {
    let text = plain(at, 1);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A part of a whole as a coordinate; nothing of nothing.
pub(crate) fn part(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_have_three_digits() {
        let shown = [0, 999, 9_999, 999_999, 1_000_000, 9_714_000, 12_340_000, 123_400_000, 9_999_999_999];
        assert_eq!(
            shown.map(compact).join(" | "),
            "0 | 999 | 9,999 | 999,999 | 1\u{a0}M | 9.71\u{a0}M | 12.3\u{a0}M | 123\u{a0}M | 10\u{a0}B"
        );
        let sizes = [0, 999, 1_000, 1_234_567, 12_345_678_901];
        assert_eq!(sizes.map(bytes).join("|").replace('\u{a0}', " "), "0 B|999 B|1 kB|1.23 MB|12.3 GB");
        assert_eq!([0, 500, 1_000, 2_500, 32_000, 5_000_000].map(tick).join(" "), "0 500 1k 2.5k 32k 5M");
        assert_eq!([0, 1, 2].map(|n| counted(n, "turns")).join("|"), "0 turns|1 turn|2 turns");
    }

    #[test]
    fn a_little_is_not_nothing_and_nearly_all_is_not_all() {
        let shares = [(0, 10), (1, 100_000), (1, 3), (99_999, 100_000), (10, 10), (0, 0)];
        let shown = shares.map(|(part, whole)| share(part, whole).replace('\u{a0}', " "));
        assert_eq!(shown.join("|"), "0.0 %|<0.1 %|33.3 %|>99.9 %|100.0 %|–");
        assert_eq!(
            [real(-0.001, 2), real(-0.125, 3), pixels(-3.0), percent(0.125)].join(" "),
            "0.00 −0.125 -3 12.5%"
        );
    }

    proptest! {
        #[test]
        fn no_number_is_too_large(n: u64, of: u64) {
            for text in [compact(n), bytes(n), tick(n), share(n.min(of), of)] {
                prop_assert!(text.chars().count() <= 16, "{}", text);
            }
        }
    }
}
