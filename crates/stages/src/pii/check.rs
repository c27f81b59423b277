//! Check digits. Numbers are ASCII digits.

/// Luhn's algorithm (ISO/IEC 7812-1).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let value = |(n, byte): (usize, &u8)| {
        let digit = u32::from(byte - b'0');
        if n % 2 == 0 { digit } else { digit / 5 + digit * 2 % 10 }
    };
    digits.iter().rev().enumerate().map(value).sum::<u32>() % 10 == 0
}

/// The sum of the digits, each by its weight; digits beyond the weights count nothing.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum()
}

/// The number modulo another.
pub(super) fn modulo(digits: &[u8], by: u64) -> u64 {
    digits.iter().fold(0, |rest, byte| (rest * 10 + u64::from(byte - b'0')) % by)
}

/// The digits as a number.
pub(super) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n, byte| n * 10 + u32::from(byte - b'0'))
}

/// Returns true if there is such a day, in a leap year.
pub(super) fn is_day(month: u32, day: u32) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// ISO 7064, mod 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, others)) = digits.split_last() else { return false };
    let product = others.iter().fold(10u32, |product, byte| {
        let sum = (u32::from(byte - b'0') + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last - b'0')
}

/// Verhoeff's algorithm: products and powers in the dihedral group of order ten.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const POWERS: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    // Of the group: five turns, and five turns of the mirror image.
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let add = |check, (n, byte): (usize, &u8)| product(check, POWERS[n % 8][usize::from(byte - b'0')]);
    digits.iter().rev().enumerate().fold(0, add) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_are_valid_and_no_neighbour_of_theirs_is() {
        let check = |valid: &[u8], is_valid: fn(&[u8]) -> bool| {
            assert!(is_valid(valid), "{}", String::from_utf8_lossy(valid));
            for at in 0..valid.len() {
                for other in (b'0'..=b'9').filter(|&other| other != valid[at]) {
                    let mut wrong = valid.to_vec();
                    wrong[at] = other;
                    assert!(!is_valid(&wrong), "{}", String::from_utf8_lossy(&wrong));
                }
            }
        };
        check(b"4111111111111111", luhn);
        check(b"79927398713", luhn);
        check(b"2363", verhoeff);
        check(b"86095742719", mod_11_10);
    }
}
