//! Whether the digits and letters of a number fit each other, by country. What is a digit and what a letter is known.

use super::super::check::{is_day, luhn, mod_11_10, modulo, number, verhoeff, weighted};

/// Days of birth that are written with the day first.
pub(super) fn day_first(id: &[u8]) -> bool {
    is_day(number(&id[2..4]), number(&id[..2]))
}

/// Days of birth that are written with the year first, in two digits.
fn year_first(id: &[u8]) -> bool {
    is_day(number(&id[2..4]), number(&id[4..6]))
}

/// Eleven minus the weighted sum, modulo eleven, where 10 and 11 are written as other digits.
fn eleven(id: &[u8], weights: &[u32], ten: u32) -> u32 {
    match 11 - weighted(id, weights) % 11 {
        11 => 0,
        10 => ten,
        digit => digit,
    }
}

fn last(id: &[u8]) -> u32 {
    number(&id[id.len() - 1..])
}

fn is_repeated(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == id[0])
}

pub(super) fn cuil(id: &[u8]) -> bool {
    matches!(&id[..2], b"20" | b"23" | b"24" | b"25" | b"26" | b"27")
        && eleven(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 9) == last(id)
}

pub(super) fn tfn(id: &[u8]) -> bool {
    !is_repeated(id) && weighted(id, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

pub(super) fn belgium(id: &[u8]) -> bool {
    let rest = u64::from(number(&id[9..]));
    // Since 2000 a 2 is put before the number.
    let since_2000 = (2_000_000_000 + modulo(&id[..9], 1_000_000_000)) % 97;
    let day = is_day(number(&id[2..4]) % 20, number(&id[4..6]));
    day && (97 - modulo(&id[..9], 97) == rest || 97 - since_2000 == rest)
}

pub(super) fn cpf(id: &[u8]) -> bool {
    let first = eleven(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2], 0);
    let second = eleven(id, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 0);
    !is_repeated(id) && first == number(&id[9..10]) && second == last(id)
}

pub(super) fn sin(id: &[u8]) -> bool {
    id[0] != b'0' && id[0] != b'8' && luhn(id)
}

pub(super) fn chile(id: &[u8]) -> bool {
    let (check, digits) = (id[id.len() - 1], &id[..id.len() - 1]);
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([2, 3, 4, 5, 6, 7].iter().cycle())
        .map(|(d, w)| u32::from(d - b'0') * w)
        .sum();
    !is_repeated(digits)
        && match 11 - sum % 11 {
            11 => check == b'0',
            10 => check == b'K',
            digit => u32::from(check) == u32::from(b'0') + digit,
        }
}

pub(super) fn china(id: &[u8]) -> bool {
    let sum = weighted(&id[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let year = number(&id[6..10]);
    let is_region =
        matches!(number(&id[..2]), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    is_region
        && (1900..2100).contains(&year)
        && is_day(number(&id[10..12]), number(&id[12..14]))
        && b"10X98765432"[sum as usize % 11] == id[17]
}

pub(super) fn finland(id: &[u8]) -> bool {
    // A century may be written as a letter.
    let (day, own) = if id.len() == 11 { (&id[..6], &id[7..]) } else { (&id[..6], &id[6..]) };
    if !own[..3].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let rest = (number(day) * 1000 + number(&own[..3])) % 31;
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[rest as usize];
    day_first(id) && number(&own[..3]) >= 2 && check == own[3]
}

pub(super) fn france(id: &[u8]) -> bool {
    // Corsica has letters: its departments count as 19 and 18.
    let mut digits: Vec<u8> = id.to_vec();
    match &id[5..7] {
        b"2A" => digits[5..7].copy_from_slice(b"19"),
        b"2B" => digits[5..7].copy_from_slice(b"18"),
        other if other.iter().all(u8::is_ascii_digit) => {}
        _ => return false,
    }
    let month = number(&digits[3..5]);
    let is_month = (1..=12).contains(&month) || (20..=42).contains(&month);
    matches!(id[0], b'1'..=b'4' | b'7' | b'8')
        && is_month
        && &id[5..7] != b"00"
        && 97 - modulo(&digits[..13], 97) == u64::from(number(&digits[13..]))
}

pub(super) fn germany(id: &[u8]) -> bool {
    let count = |digit: u8| memchr::memchr_iter(digit, &id[..10]).count();
    let repeated = (b'0'..=b'9').filter(|&digit| count(digit) > 1).count();
    id[0] != b'0' && repeated == 1 && mod_11_10(id)
}

pub(super) fn aadhaar(id: &[u8]) -> bool {
    id[0] > b'1' && verhoeff(id)
}

pub(super) fn italy(id: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |byte: u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let sum: u32 = id[..15]
        .iter()
        .enumerate()
        .map(|(n, &byte)| if n % 2 == 0 { ODD[value(byte) as usize] } else { value(byte) })
        .sum();
    b"ABCDEHLMPRST".contains(&id[8]) && value(id[15]) == sum % 26
}

pub(super) fn korea(id: &[u8]) -> bool {
    let sum = weighted(id, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    year_first(id) && matches!(id[6], b'1'..=b'8') && (11 - sum % 11) % 10 == last(id)
}

pub(super) fn curp(id: &[u8]) -> bool {
    // The letter N with a tilde has a place of its own, so those after it count one more.
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte - b'A') + 11,
    };
    let sum: u32 = id[..17].iter().zip((2..=18).rev()).map(|(&byte, weight)| value(byte) * weight).sum();
    year_first(&id[4..]) && matches!(id[10], b'H' | b'M' | b'X') && (10 - sum % 10) % 10 == last(id)
}

pub(super) fn bsn(id: &[u8]) -> bool {
    let sum = weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2]);
    !is_repeated(id) && sum % 11 == last(id) && sum > 0
}

pub(super) fn norway(id: &[u8]) -> bool {
    let first = 11 - weighted(id, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11;
    let second = 11 - weighted(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    // 40 more are added to the day for those who are not residents.
    let day = number(&id[..2]);
    let is_born = is_day(number(&id[2..4]), if day > 40 { day - 40 } else { day });
    is_born && first % 11 == number(&id[9..10]) && second % 11 == last(id)
}

pub(super) fn pesel(id: &[u8]) -> bool {
    let check = (10 - weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
    is_day(number(&id[2..4]) % 20, number(&id[4..6])) && check == last(id)
}

pub(super) fn nif(id: &[u8]) -> bool {
    matches!(id[0], b'1' | b'2' | b'3' | b'5' | b'6' | b'7' | b'8' | b'9')
        && eleven(id, &[9, 8, 7, 6, 5, 4, 3, 2], 0) == last(id)
}

pub(super) fn nric(id: &[u8]) -> bool {
    let sum = weighted(&id[1..8], &[2, 7, 6, 5, 4, 3, 2]);
    let (more, letters) = match id[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let rest = (sum + more) as usize % 11;
    letters[if id[0] == b'M' { 10 - rest } else { rest }] == id[8]
}

pub(super) fn south_africa(id: &[u8]) -> bool {
    year_first(id) && matches!(id[10], b'0'..=b'2') && luhn(id)
}

const DNI: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

pub(super) fn dni(id: &[u8]) -> bool {
    !is_repeated(&id[..8]) && DNI[number(&id[..8]) as usize % 23] == id[8]
}

pub(super) fn nie(id: &[u8]) -> bool {
    let first = match id[0] {
        b'X' => 0,
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        _ => return false,
    };
    DNI[(first + number(&id[1..8])) as usize % 23] == id[8]
}

pub(super) fn sweden(id: &[u8]) -> bool {
    let short = &id[id.len() - 10..];
    let is_century = id.len() == 10 || matches!(&id[..2], b"18" | b"19" | b"20");
    // 60 more are added to the day for those who are not residents.
    let day = number(&short[4..6]);
    is_century && is_day(number(&short[2..4]), if day > 60 { day - 60 } else { day }) && luhn(short)
}

pub(super) fn ahv(id: &[u8]) -> bool {
    let sum = weighted(id, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    id.starts_with(b"756") && (10 - sum % 10) % 10 == last(id)
}

pub(super) fn turkey(id: &[u8]) -> bool {
    let odd = weighted(id, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(id, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let tenth = (odd * 7 + 90 - even) % 10;
    let sum = weighted(id, &[1; 10]);
    id[0] != b'0' && tenth == number(&id[9..10]) && sum % 10 == last(id)
}

pub(super) fn nhs(id: &[u8]) -> bool {
    let check = 11 - weighted(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    !is_repeated(id) && check % 11 == last(id) && check != 10
}

pub(super) fn nino(id: &[u8]) -> bool {
    let is_prefix = !b"DFIQUV".contains(&id[0])
        && !b"DFIQUVO".contains(&id[1])
        && ![&b"BG"[..], b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&id[..2]);
    is_prefix && matches!(id[8], b'A'..=b'D')
}

pub(super) fn ssn(id: &[u8]) -> bool {
    &id[..3] != b"000" && &id[..3] != b"666" && &id[3..5] != b"00" && &id[5..] != b"0000"
}
