//! IBANs: known country, its length, check digits.

use super::text::Bytes;

/// The countries of the registry with the length of their IBANs (SWIFT IBAN Registry, release 99, 2024-12).
const LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24\
    FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21\
    LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24\
    SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// The IBAN that begins at a place: in one piece, or in groups of four.
pub(super) fn at(text: Bytes<'_>, start: usize) -> Option<usize> {
    let head = text.get(start..start + 4)?;
    let is_head = head[..2].iter().all(u8::is_ascii_uppercase) && head[2..].iter().all(u8::is_ascii_digit);
    if !is_head || !text.begins(start) {
        return None;
    }
    let country = LENGTHS.as_bytes().chunks(4).find(|entry| entry[..2] == head[..2])?;
    let len = usize::from(country[2] - b'0') * 10 + usize::from(country[3] - b'0');
    let group_end = text.get(start + 4);
    let separator = group_end.copied().filter(|byte| matches!(byte, b' ' | b'-'));
    let (mut compact, mut end) = ([0u8; 34], start);
    for (n, place) in compact[..len].iter_mut().enumerate() {
        if let Some(separator) = separator.filter(|_| n > 0 && n % 4 == 0) {
            if *text.get(end)? != separator {
                return None;
            }
            end += 1;
        }
        let byte = *text.get(end)?;
        if !byte.is_ascii_digit() && !byte.is_ascii_uppercase() {
            return None;
        }
        *place = byte;
        end += 1;
    }
    (text.ends(end) && is_valid(&compact[..len])).then_some(end)
}

/// ISO 7064, mod 97-10, of the number with its head moved to its end.
fn is_valid(compact: &[u8]) -> bool {
    let digits = compact[4..].iter().chain(&compact[..4]);
    let rest = digits.fold(0u32, |rest, &byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}
