//! Payment cards: a known issuer's prefix with a length that it uses, Luhn's check digit, usual groups.

use super::check::luhn;
use super::text::Bytes;

/// How the digits of a card are grouped where they are: four by four, as American Express and as Diners Club print them.
const GROUPS: &[&[usize]] = &[&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

/// Lengths that few cards have, and one number in ten or fewer of those that begin like them: they count without groups
/// after such a word only.
const RARE: [usize; 3] = [13, 14, 19];
const CONTEXT: &[&str] = &[
    "card",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "maestro",
    "diners",
    "discover",
    "unionpay",
    "cc",
    "kredit",
    "karte",
    "carte",
    "carta",
    "tarjeta",
    "cartão",
    "kort",
    "pan ",
    "pan:",
    "卡",
    "カード",
    "карт",
];

/// The card number that begins at a digit.
pub(super) fn at(text: Bytes<'_>, start: usize) -> Option<usize> {
    // A name in a path is no card.
    if !text.begins(start) || text.before(start) == Some(b'/') {
        return None;
    }
    let run = |at: usize| text[at..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let first = run(start);
    if (13..=19).contains(&first) {
        let end = start + first;
        let is_it = text.ends(end) && is_card(&text[start..end]);
        return (is_it && (!RARE.contains(&first) || text.says(start, CONTEXT))).then_some(end);
    }
    if first != 4 {
        return None;
    }
    let separator = *text.get(start + 4).filter(|byte| matches!(byte, b' ' | b'-' | b'.'))?;
    GROUPS.iter().find_map(|groups| {
        let (mut digits, mut end) = (Vec::with_capacity(19), start);
        for (n, &len) in groups.iter().enumerate() {
            if n > 0 {
                if text.get(end) != Some(&separator) {
                    return None;
                }
                end += 1;
            }
            if end >= text.len() || run(end) != len {
                return None;
            }
            digits.extend_from_slice(&text[end..end + len]);
            end += len;
        }
        let is_listed = is_group_before(text, start, separator) || is_group_after(text, end, separator);
        (text.ends(end) && !is_listed && is_card(&digits)).then_some(end)
    })
}

/// Returns true if four more hexadecimal digits come before: a dump, or a list of numbers.
fn is_group_before(text: Bytes<'_>, start: usize, separator: u8) -> bool {
    start > 4 && text[start - 1] == separator && text[start - 5..start - 1].iter().all(u8::is_ascii_hexdigit)
}

/// Returns true if four more hexadecimal digits come after.
pub(super) fn is_group_after(text: Bytes<'_>, end: usize, separator: u8) -> bool {
    text.get(end) == Some(&separator)
        && text.get(end + 1..end + 5).is_some_and(|group| group.iter().all(u8::is_ascii_hexdigit))
}

fn is_card(digits: &[u8]) -> bool {
    let prefix = |len: usize| digits[..len].iter().fold(0u32, |n, byte| n * 10 + u32::from(byte - b'0'));
    let (two, three, four, len) = (prefix(2), prefix(3), prefix(4), digits.len());
    let is_issued = match (two, three, four) {
        // Visa.
        (40..=49, ..) => matches!(len, 13 | 16 | 19),
        // Mastercard.
        (51..=55, ..) | (_, _, 2221..=2720) => len == 16,
        // American Express.
        (34 | 37, ..) => len == 15,
        // Diners Club.
        (36 | 38 | 39, ..) | (_, 300..=305 | 309, _) => matches!(len, 14 | 16),
        // Discover, UnionPay, JCB.
        (62 | 65, ..) | (_, 644..=649, _) | (_, _, 3528..=3589 | 6011) => (16..=19).contains(&len),
        // Maestro.
        (_, _, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => (13..=19).contains(&len),
        _ => false,
    };
    is_issued && luhn(digits)
}
