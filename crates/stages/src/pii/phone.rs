//! Phone numbers. There is no check digit: a number is one by its form, or by the word before it.

use super::card::is_group_after;
use super::text::Bytes;

/// What stands before a number that is dialled, in the languages that write one without its country.
const CONTEXT: &[&str] = &[
    "phone",
    "telephone",
    "tel:",
    "tel.",
    "tel ",
    "tel-",
    "telefon",
    "telefoon",
    "teléfono",
    "téléphone",
    "tél",
    "wa.me",
    "my number",
    "contact no",
    "contact number",
    "mobile",
    "mobil:",
    "mobil ",
    "móvil",
    "movil",
    "celular",
    "cell:",
    "cell ",
    "cellphone",
    "fax",
    "whatsapp",
    "handy",
    "portable :",
    "hotline",
    "电话",
    "手机",
    "電話",
    "联系方式",
];

/// What one does with a number: verbs that other words begin or end with.
const CALLS: &[&str] =
    &["call me", "call us", "call at", "call on", "call:", "reach me", "reach us", "text me", "dial", "sms"];

/// Country calling codes of one and two digits (ITU-T E.164); all others have three.
const TWO: &[u32] = &[
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// Digits in groups, with what is between them.
struct Dialled {
    digits: Vec<u8>,
    /// Length of each group, the separator before it, and where it ends.
    groups: Vec<(usize, &'static str, usize)>,
}

const SEPARATORS: &[&str] =
    &[") ", ")-", " (", "-(", ")", "(", " ", "-", ".", "/", "\u{a0}", "\u{2011}", "\u{2013}"];

/// No number has more digits (E.164).
const DIGITS_MAX: usize = 15;

/// With the country's code; few have more than twelve, and those that seem to are followed by another number.
const INTERNATIONAL_MAX: usize = 13;

impl Dialled {
    /// Reads groups from a place on, as many as one number can have.
    fn read(text: Bytes<'_>, mut at: usize) -> Self {
        let mut read = Self { digits: Vec::with_capacity(DIGITS_MAX), groups: Vec::with_capacity(8) };
        let mut before = "";
        loop {
            let len = text[at..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
            if len == 0 || read.digits.len() + len > DIGITS_MAX {
                return read;
            }
            read.digits.extend_from_slice(&text[at..at + len]);
            at += len;
            read.groups.push((len, before, at));
            match SEPARATORS.iter().find(|separator| text[at..].starts_with(separator.as_bytes())) {
                Some(separator) => before = separator,
                None => return read,
            }
            at += before.len();
        }
    }

    /// Returns true for the `00` of a call abroad, a country's code and, in a group of its own, what is dialled there. It
    /// begins with a zero in parentheses only, or in Italy.
    fn has_prefix(&self) -> bool {
        let [(first, ..), (_, separator, _), ..] = self.groups[..] else { return false };
        let is_decimal = separator == "." && self.groups.len() == 2;
        let has_zero =
            self.digits[first] == b'0' && !separator.ends_with('(') && !self.digits.starts_with(b"0039");
        self.digits.starts_with(b"00") && first > 2 && !is_decimal && !has_zero
    }

    fn lens<const N: usize>(&self, from: usize) -> Option<[usize; N]> {
        let groups = self.groups.get(from..from + N)?;
        Some(std::array::from_fn(|n| groups[n].0))
    }

    fn number(&self, digits: std::ops::Range<usize>) -> u32 {
        super::check::number(&self.digits[digits])
    }
}

/// The phone number that begins at a digit, a plus sign or a parenthesis.
pub(super) fn at(text: Bytes<'_>, start: usize) -> Option<usize> {
    let is_plus = text[start] == b'+';
    let is_open = text[start] == b'(';
    let first = start + usize::from(is_plus || is_open);
    if !text.get(first).is_some_and(u8::is_ascii_digit) || !begins(text, start) {
        return None;
    }
    let dialled = Dialled::read(text, first);
    let end = if is_plus {
        international(text, &dialled, 0).filter(|_| !is_quantity(&dialled))
    } else if is_open {
        american(text, &dialled, start, is_open)
    } else if dialled.has_prefix() && !is_dump(text, &dialled) {
        international(text, &dialled, 2)
    } else {
        american(text, &dialled, start, is_open).or_else(|| national(text, &dialled, start))
    }?;
    // A parenthesis around the whole number, or more, is not of it.
    let is_closed = !is_open || text[start..end].contains(&b')');
    (is_closed && text.ends(end)).then_some(end)
}

/// Returns true if a word before a number says what it is.
fn is_named(text: Bytes<'_>, start: usize) -> bool {
    text.says(start, CONTEXT) || text.says_word(start, CALLS)
}

/// Returns true for code units in a row, of which the last may have letters.
fn is_dump(text: Bytes<'_>, dialled: &Dialled) -> bool {
    let is_unit = |&(len, _, end): &(usize, &str, usize)| len == 4 || !text.ends(end);
    let goes_on = dialled.groups.last().is_some_and(|&(.., end)| is_group_after(text, end, b' '));
    goes_on || dialled.groups.iter().all(is_unit)
}

/// Returns true for what has a plus sign and is no number to dial: `+35236450.6`, `+32768000`, the year `+999999-12-31`.
fn is_quantity(dialled: &Dialled) -> bool {
    match dialled.groups[..] {
        [(len, ..)] => len < 9,
        [_, (decimals, ".", _)] => decimals < 4,
        [(4.., ..), (2, "-", _), (2, "-", _), ..] => true,
        _ => false,
    }
}

fn begins(text: Bytes<'_>, start: usize) -> bool {
    match text[start] {
        b'+' => {
            let before = text.before(start);
            let is_sum = before.is_some_and(|byte| super::text::is_word(byte) || b"+)]^".contains(&byte));
            !is_sum && (before != Some(b'=') || is_named(text, start))
        }
        b'(' => {
            !text.before(start).is_some_and(|byte| super::text::is_word(byte) || b"$)]=^".contains(&byte))
        }
        _ => text.begins(start),
    }
}

/// A country's code and 8 to 15 digits in all. `skip` digits come before the code.
fn international(text: Bytes<'_>, dialled: &Dialled, skip: usize) -> Option<usize> {
    let digits = &dialled.digits[skip..];
    let code = match digits {
        [b'1' | b'7', ..] => 1,
        [b'2'..=b'9', _, ..] if TWO.contains(&super::check::number(&digits[..2])) => 2,
        [b'2' | b'3' | b'4' | b'5' | b'6' | b'8' | b'9', _, _, ..] => 3,
        _ => return None,
    };
    // Where another number follows after a space, the one before it ends with a group.
    let is_american = digits[0] == b'1';
    let (mut sum, mut end) = (0, None);
    for &(len, _, group_end) in &dialled.groups {
        sum += len;
        let own = sum.saturating_sub(skip);
        let is_whole = if is_american {
            own == 11 && matches!(digits[1], b'2'..=b'9')
        } else {
            (9 - usize::from(code > 1)..=INTERNATIONAL_MAX).contains(&own)
        };
        if is_whole && text.ends(group_end) {
            end = Some(group_end);
        }
    }
    end
}

/// North America: three digits, three, four, with or without the 1 before them.
fn american(text: Bytes<'_>, dialled: &Dialled, start: usize, is_open: bool) -> Option<usize> {
    let lead = usize::from(dialled.groups.first()?.0 == 1 && dialled.digits[0] == b'1');
    if dialled.lens::<3>(lead)? != [3, 3, 4] {
        return None;
    }
    let starts_well = |at: usize| matches!(dialled.digits[at], b'2'..=b'9');
    let [one, two] = [1, 2].map(|n| dialled.groups[lead + n].1);
    let end = dialled.groups[lead + 2].2;
    let is_hyphen = |separator| matches!(separator, "-" | "\u{2011}" | "\u{2013}");
    let is_alike = if is_open || lead > 0 && dialled.groups[1].1.ends_with('(') {
        one.starts_with(')') && (is_hyphen(two) || two == " " || two == ".")
    } else if (one, two) == (" ", " ") || (one, two) == ("\u{a0}", "\u{a0}") {
        // Three numbers, unless something says that it is one.
        lead > 0 || is_named(text, start)
    } else {
        is_hyphen(two) && (is_hyphen(one) || one == " " || one == "/") || (one, two) == (".", ".")
    };
    (starts_well(lead) && starts_well(lead + 3) && is_alike).then_some(end)
}

/// Returns true for `20180609`, of the last and this century.
fn is_date(digits: &[u8]) -> bool {
    let number = super::check::number;
    matches!(number(&digits[..2]), 19 | 20)
        && super::check::is_day(number(&digits[4..6]), number(&digits[6..]))
}

/// Any other number: with a zero before it in two or three groups, or after a word that says what it is.
fn national(text: Bytes<'_>, dialled: &Dialled, start: usize) -> Option<usize> {
    let lens: Vec<usize> = dialled.groups.iter().map(|group| group.0).collect();
    let end = dialled.groups.last()?.2;
    let is_one_kind = dialled.groups.windows(2).skip(1).all(|pair| pair[0].1 == pair[1].1);
    let has_zero =
        dialled.digits[0] == b'0' && dialled.digits[1..].first().is_some_and(|&digit| digit != b'0');
    let is_grouped = matches!(lens[..], [3..=5, 3..=4, 3..=4])
        && (10..=11).contains(&dialled.digits.len())
        && matches!(dialled.groups[1].1, " " | "-")
        && is_one_kind;
    if has_zero && is_grouped {
        return Some(end);
    }
    let is_date = matches!(
        lens[..],
        [4, 2, 2] | [1..=2, 1..=2, 4] | [4, 1..=2, 1..=2, ..] | [1..=2, 1..=2, 4, ..]
    ) && !has_zero
        || matches!(lens[..], [1..=2, 1..=2, 4] if dialled.number(0..lens[0]) <= 31)
        || matches!(lens[..], [8] if is_date(&dialled.digits))
        || matches!(lens[..], [4, 4] if [0..4, 4..8].map(|year| dialled.number(year)).iter().all(|year| (1900..2100).contains(year)));
    let n_digits = dialled.digits.len();
    let is_long = (8..=13).contains(&n_digits) || (n_digits == 7 && lens == [3, 4]);
    let is_split_well = lens.iter().filter(|&&len| len == 1).count() <= 1;
    (is_long && !is_date && is_split_well && is_named(text, start)).then_some(end)
}
