//! Numbers as they are written. A double holds 15 to 17 digits, and ids are longer: whatever compares numbers, or
//! shows one, goes by their decimal digits, and asks for the nearest double where an approximation will do.

use std::cmp::Ordering;
use std::fmt;

use simd_json::{Node, StaticNode};

use super::raw::skip_string;

/// Zeros that are written out before or after the digits; beyond them there is an exponent.
const ZEROS_MAX: i64 = 40;

/// A number of a parsed line, exactly.
#[derive(Clone, Copy, Debug)]
pub struct Number<'t>(Written<'t>);

#[derive(Clone, Copy, Debug)]
enum Written<'t> {
    /// Digits alone, within 64 bits.
    Integer(i128),
    /// Anything else, as written in the line.
    Decimal { nearest: f64, text: &'t str },
}

impl<'t> Number<'t> {
    /// An integer.
    pub(super) fn integer(value: impl Into<i128>) -> Self {
        Self(Written::Integer(value.into()))
    }

    /// A number in the grammar of JSON, with the double that is nearest to it.
    pub(super) fn decimal(nearest: f64, text: &'t str) -> Self {
        Self(Written::Decimal { nearest, text })
    }

    /// The nearest double, which different numbers can share.
    pub fn nearest(self) -> f64 {
        match self.0 {
            Written::Integer(value) => value as f64,
            Written::Decimal { nearest, .. } => nearest,
        }
    }

    /// The number, where it is whole, not negative, and fits.
    pub fn whole(self) -> Option<u64> {
        match self.0 {
            Written::Integer(value) => u64::try_from(value).ok(),
            // Whole numbers that fit have few enough zeros to be written out.
            Written::Decimal { .. } => self.to_string().parse().ok(),
        }
    }

    /// Returns true if the number is in a closed range, also where a double could not tell it from the range's end.
    pub fn is_within(self, min: f64, max: f64) -> bool {
        let Written::Decimal { nearest, text } = self.0 else {
            return (min..=max).contains(&self.nearest());
        };
        let is = |bound: f64, wanted: Ordering| {
            let order = nearest.partial_cmp(&bound).filter(|order| order.is_ne());
            let order = order.or_else(|| Some(Digits::of(text)?.cmp(&Digits::of(&bound.to_string())?)));
            order.is_some_and(|order| order == wanted || order.is_eq())
        };
        is(min, Ordering::Greater) && is(max, Ordering::Less)
    }
}

/// The one spelling that all ways to write a number share, and no two numbers: `100` for `1e2` and `100.0`, `0` for
/// `-0`. (Exponents of more than 18 digits are left as they are written.)
impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Written::Integer(value) => write!(f, "{value}"),
            Written::Decimal { text, .. } => match Digits::of(text) {
                Some(digits) => write!(f, "{digits}"),
                None => f.write_str(text),
            },
        }
    }
}

fn len_of(text: &str) -> i64 {
    i64::try_from(text.len()).expect("a text fits in memory")
}

/// A decimal number: its digits without zeros at either end, times a power of ten.
struct Digits<'t> {
    is_negative: bool,
    /// Those before the point, and those after it where there are any; all empty for zero.
    parts: [&'t str; 2],
    len: i64,
    exponent: i64,
}

impl<'t> Digits<'t> {
    /// None where the exponent is absurd.
    fn of(text: &'t str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let whole = whole.trim_start_matches('0');
        if whole.is_empty() && fraction.is_empty() {
            return Some(Self { is_negative: false, parts: [""; 2], len: 0, exponent: 0 });
        }
        let (sign, places) = match exponent.strip_prefix('-') {
            Some(places) => (-1, places),
            None => (1, exponent.strip_prefix('+').unwrap_or(exponent)),
        };
        let places = places.trim_start_matches('0');
        let places: i64 = match places.len() {
            0 => 0,
            1..=18 => places.parse().ok()?,
            _ => return None,
        };
        let mut exponent = sign * places - len_of(fraction);
        let parts = if fraction.is_empty() {
            let significant = whole.trim_end_matches('0');
            exponent += len_of(whole) - len_of(significant);
            [significant, ""]
        } else if whole.is_empty() {
            ["", fraction.trim_start_matches('0')]
        } else {
            [whole, fraction]
        };
        let len = parts.map(len_of).iter().sum();
        Some(Self { is_negative, parts, len, exponent })
    }

    /// The digits, most significant first.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.parts.iter().flat_map(|part| part.bytes())
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| if number.len == 0 { 0 } else { 1 - 2 * i8::from(number.is_negative) };
        let by_sign = sign(self).cmp(&sign(other));
        // Where the first digit stands decides before the digits do.
        let magnitude = |number: &Self| number.len + number.exponent;
        let by_size = magnitude(self).cmp(&magnitude(other)).then_with(|| self.bytes().cmp(other.bytes()));
        by_sign.then(if self.is_negative { by_size.reverse() } else { by_size })
    }
}

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_negative, len, exponent, .. } = *self;
        if len == 0 {
            return f.write_str("0");
        }
        if is_negative {
            f.write_str("-")?;
        }
        let zeros = |f: &mut fmt::Formatter<'_>, n: i64| write!(f, "{:0>width$}", "", width = n as usize);
        let point = len + exponent;
        if exponent < 0 && (-ZEROS_MAX..=0).contains(&point) {
            f.write_str("0.")?;
            zeros(f, -point)?;
        }
        let mut at = 0;
        for part in self.parts {
            let cut =
                usize::try_from(point - at).ok().filter(|&cut| exponent < 0 && cut > 0 && cut < part.len());
            match cut {
                Some(cut) => write!(f, "{}.{}", &part[..cut], &part[cut..])?,
                None => f.write_str(part)?,
            }
            at += len_of(part);
            if exponent < 0 && at == point && at > 0 {
                f.write_str(".")?;
            }
        }
        match exponent {
            0..=ZEROS_MAX => zeros(f, exponent),
            ..0 if point >= -ZEROS_MAX => Ok(()),
            _ => write!(f, "e{exponent}"),
        }
    }
}

/// Where the decimals of a tape are in their line.
#[derive(Debug, Default)]
pub(super) struct Decimals<'t> {
    line: &'t [u8],
    places: &'t [Place],
}

/// Where one decimal stands: nodes from it to the end of the tape, and its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) nodes_left: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'t> Decimals<'t> {
    /// The decimals of a line, which stand at these places, in order.
    pub(super) fn at(line: &'t [u8], places: &'t [Place]) -> Self {
        Self { line, places }
    }

    /// The decimals of a line with these nodes; `places` is overwritten. Linear in both.
    pub(super) fn find(line: &'t [u8], nodes: &[Node<'_>], places: &'t mut Vec<Place>) -> Self {
        places.clear();
        let mut at = 0;
        for (index, node) in nodes.iter().enumerate() {
            let Node::Static(node) = node else { continue };
            if !matches!(node, StaticNode::I64(_) | StaticNode::U64(_) | StaticNode::F64(_)) {
                continue;
            }
            let Some((start, end)) = next_number(line, at) else { break };
            at = end;
            if matches!(node, StaticNode::F64(_)) {
                places.push(Place { nodes_left: nodes.len() - index, start, end });
            }
        }
        Self { line, places }
    }

    /// The text of the decimal that begins the last `nodes_left` nodes of the tape.
    pub(super) fn text(&self, nodes_left: usize) -> Option<&'t str> {
        let found = self.places.binary_search_by(|place| nodes_left.cmp(&place.nodes_left)).ok()?;
        let Place { start, end, .. } = self.places[found];
        std::str::from_utf8(&self.line[start..end]).ok()
    }
}

/// Where the next number from `at` on stands, which is not inside a string.
fn next_number(line: &[u8], mut at: usize) -> Option<(usize, usize)> {
    loop {
        match line.get(at)? {
            b'"' => at = skip_string(line, at)?,
            b'-' | b'0'..=b'9' => break,
            _ => at += 1,
        }
    }
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let len = line[at..].iter().take_while(|&byte| is_part(byte)).count();
    Some((at, at + len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, Parser, Value};

    /// What a number of a record is shown as.
    fn shown(text: &str) -> String {
        let line = format!("{{\"s\":\"-1e5\\\"7\",\"n\":[1.5,{text}],\"t\":2}}");
        Parser::default().parse(line.as_bytes(), |parsed| {
            let list = parsed.expect("valid").0.get("n").and_then(|list| list.elements().nth(1));
            list.and_then(Json::scalar).expect("a number").into_owned()
        })
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (spellings, one) in [
            (&["0", "-0", "0.0", "-0.00e99", "0e99999999999999999999"][..], "0"),
            (&["100", "1e2", "100.0", "1.0E+2", "10000e-2", "0.001e5"], "100"),
            (&["-12.5", "-12.50", "-125e-1", "-0.125e2"], "-12.5"),
            (&["0.0625", "6.25e-2", "625e-4"], "0.0625"),
            (&["0.1"], "0.1"),
            (&["0.10000000000000001"], "0.10000000000000001"),
            (&["18446744073709551615", "18446744073709551615.0"], "18446744073709551615"),
            (&["18446744073709551616", "1844674407370955161.6e1"], "18446744073709551616"),
            (&["9223372036854775808", "9.223372036854775808e18"], "9223372036854775808"),
            (&["-9223372036854775808", "-9223372036854775808.0"], "-9223372036854775808"),
            (
                &["123456789012345678901234567890123456789012345"],
                "123456789012345678901234567890123456789012345",
            ),
            (&["1e300", "10e299", "0.1e301"], "1e300"),
            (&["1.5e-300", "15e-301"], "15e-301"),
            (&["1e-400"], "1e-400"),
            (&["1e-9999999999999999999"], "1e-9999999999999999999"),
        ] {
            for spelling in spellings {
                assert_eq!(shown(spelling), one, "{spelling}");
            }
        }
    }

    #[test]
    fn numbers_of_all_sizes_read_back_as_the_same_double_and_integers_as_themselves() {
        let mut seed = 7u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let double = f64::from_bits(seed);
            if double.is_finite() {
                let one = shown(&format!("{double:e}"));
                assert_eq!(one.parse::<f64>().map(f64::to_bits), Ok((double + 0.0).to_bits()), "{one}");
                assert_eq!(shown(&one), one);
            }
            let integer = i128::from(seed) * i128::from(seed >> 40) - (1 << 80);
            assert_eq!(shown(&integer.to_string()), integer.to_string());
            assert_eq!(shown(&format!("{integer}.000e0")), integer.to_string());
        }
    }

    #[test]
    fn every_decimal_of_a_line_is_found_in_its_place() {
        let line = br#"{"a":1.5,"b":{"x":[2,3.50,true,"4.5"],"4.6":-5e0},"c":6.25 , "d":null,"e":[[7e1]]}"#;
        Parser::default().parse(line, |parsed| {
            let json = parsed.expect("valid").0;
            let at = |steps: &[&str]| {
                let steps: Vec<String> = steps.iter().map(|&step| step.to_owned()).collect();
                json.at(&steps).and_then(Json::scalar).map(std::borrow::Cow::into_owned)
            };
            for (steps, value) in [
                (&["a"][..], "1.5"),
                (&["b", "x", "0"], "2"),
                (&["b", "x", "1"], "3.5"),
                (&["b", "x", "3"], "4.5"),
                (&["b", "4.6"], "-5"),
                (&["c"], "6.25"),
                (&["e", "0", "0"], "70"),
            ] {
                assert_eq!(at(steps).as_deref(), Some(value), "{steps:?}");
            }
        });
    }

    #[test]
    fn ranges_and_whole_numbers_are_exact() {
        let number = |text: &str, look: &dyn Fn(Number<'_>)| {
            Parser::default().parse(format!("{{\"n\":{text}}}").as_bytes(), |parsed| {
                let value = parsed.expect("valid").0.get("n").expect("n").value();
                let Value::Number(number) = value else { panic!("a number") };
                look(number);
            });
        };
        for (text, is_within) in [
            ("0", true),
            ("-0.0", true),
            ("1", true),
            ("1.000", true),
            ("10e-1", true),
            ("0.99999999999999999999", true),
            ("1e-400", true),
            ("1.00000000000000000001", false),
            ("-1e-400", false),
            ("-0.5", false),
            ("2", false),
        ] {
            number(text, &|number| assert_eq!(number.is_within(0.0, 1.0), is_within, "{text}"));
        }
        for (text, whole) in [
            ("7", Some(7)),
            ("70e-1", Some(7)),
            ("18446744073709551615.0", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("9007199254740992.5", None),
            ("-1", None),
            ("1e300", None),
        ] {
            number(text, &|number| assert_eq!(number.whole(), whole, "{text}"));
        }
    }
}
