//! National identity numbers: those whose check digits and dates make them sure by themselves, and others after the word
//! that says what they are.

mod rules;

use super::text::Bytes;

/// One country's number.
struct NationalId {
    /// How it is written: `9` is a digit, `A` a capital letter, `X` either; everything else stands for itself.
    sure: &'static [&'static str],
    /// How it is also written, where one of the words stands before it.
    named: &'static [&'static str],
    /// In lower case.
    words: &'static [&'static str],
    /// Given its digits and letters.
    is_valid: fn(&[u8]) -> bool,
}

/// The number that begins at a digit or a capital letter.
pub(super) fn at(text: Bytes<'_>, start: usize) -> Option<usize> {
    if !text.begins(start) {
        return None;
    }
    let mut compact = [0u8; COMPACT_MAX];
    IDS.iter().find_map(|id| {
        let mut is_written = |shape: &&'static str| {
            let (end, len) = matches(text, start, shape.as_bytes(), &mut compact)?;
            (text.ends(end) && (id.is_valid)(&compact[..len])).then_some(end)
        };
        id.sure.iter().find_map(&mut is_written).or_else(|| {
            let end = id.named.iter().find_map(&mut is_written)?;
            text.says(start, id.words).then_some(end)
        })
    })
}

/// No number has more digits and letters.
const COMPACT_MAX: usize = 18;

/// Where a shape ends that begins at a place, and how many digits and letters it has.
fn matches(
    text: Bytes<'_>,
    start: usize,
    shape: &[u8],
    compact: &mut [u8; COMPACT_MAX],
) -> Option<(usize, usize)> {
    let written = text.get(start..start + shape.len())?;
    let mut len = 0;
    for (&byte, &wanted) in written.iter().zip(shape) {
        let is_it = match wanted {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'X' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            _ if byte == wanted => continue,
            _ => false,
        };
        if !is_it {
            return None;
        }
        compact[len] = byte;
        len += 1;
    }
    Some((start + shape.len(), len))
}

const IDS: &[NationalId] = &[
    // Argentina, CUIL.
    NationalId {
        sure: &["99-99999999-9"],
        named: &["99999999999"],
        words: &["cuil", "cuit"],
        is_valid: rules::cuil,
    },
    // Australia, TFN.
    NationalId {
        sure: &[],
        named: &["999 999 999", "999999999"],
        words: &["tfn", "tax file"],
        is_valid: rules::tfn,
    },
    // Belgium, national number.
    NationalId {
        sure: &["99.99.99-999.99"],
        named: &["99999999999", "99.99.99 999.99", "999999-999-99", "999999 999 99"],
        words: &["rijksregister", "registre national", "national number", "numéro national", "insz", "niss"],
        is_valid: rules::belgium,
    },
    // Brazil, CPF.
    NationalId { sure: &["999.999.999-99"], named: &["99999999999"], words: &["cpf"], is_valid: rules::cpf },
    // Canada, SIN.
    NationalId {
        sure: &[],
        named: &["999-999-999", "999 999 999", "999999999"],
        words: &["sin:", "sin ", "social insurance", "nas:"],
        is_valid: rules::sin,
    },
    // Chile, RUN.
    NationalId {
        sure: &["99.999.999-X"],
        named: &["9.999.999-X", "99999999-X", "9999999-X"],
        words: &["rut", "run:", "run "],
        is_valid: rules::chile,
    },
    // China, resident identity.
    NationalId { sure: &["99999999999999999X"], named: &[], words: &[], is_valid: rules::china },
    // Denmark, CPR: its check digit is no longer kept.
    NationalId {
        sure: &[],
        named: &["999999-9999", "9999999999"],
        words: &["cpr", "personnummer"],
        is_valid: rules::day_first,
    },
    // Finland, HETU.
    NationalId {
        sure: &["999999-999X", "999999+999X", "999999A999X"],
        named: &[],
        words: &[],
        is_valid: rules::finland,
    },
    // France, NIR.
    NationalId {
        sure: &[
            "9999999999999 99",
            "9 99 99 99 999 999 99",
            "9 99 99 9A 999 999 99",
            "999999999999999",
            "999999A99999999",
        ],
        named: &[],
        words: &[],
        is_valid: rules::france,
    },
    // Germany, tax identification.
    NationalId {
        sure: &[],
        named: &["99999999999", "99 999 999 999"],
        words: &["steuer", "idnr", "tax id", "tin"],
        is_valid: rules::germany,
    },
    // India, Aadhaar.
    NationalId {
        sure: &[],
        named: &["9999 9999 9999", "9999-9999-9999", "999999999999"],
        words: &["aadhaar", "aadhar", "uidai", "आधार"],
        is_valid: rules::aadhaar,
    },
    // Italy, codice fiscale.
    NationalId {
        sure: &["AAAAAA99A99A999A"],
        named: &["AAAAAAXXAXXAXXXA"],
        words: &["fiscale", "c.f."],
        is_valid: rules::italy,
    },
    // Korea, resident registration.
    NationalId { sure: &["999999-9999999"], named: &[], words: &[], is_valid: rules::korea },
    // Mexico, CURP.
    NationalId { sure: &["AAAA999999AAAAAAX9"], named: &[], words: &[], is_valid: rules::curp },
    // Netherlands, BSN.
    NationalId {
        sure: &[],
        named: &["999999999", "9999.99.999", "9999 99 999"],
        words: &["bsn", "burgerservice", "sofi"],
        is_valid: rules::bsn,
    },
    // Norway, national identity.
    NationalId { sure: &["99999999999", "999999 99999"], named: &[], words: &[], is_valid: rules::norway },
    // Poland, PESEL.
    NationalId { sure: &[], named: &["99999999999"], words: &["pesel"], is_valid: rules::pesel },
    // Portugal, NIF.
    NationalId {
        sure: &[],
        named: &["999999999", "999 999 999"],
        words: &["nif", "contribuinte"],
        is_valid: rules::nif,
    },
    // Singapore, NRIC.
    NationalId { sure: &["A9999999A"], named: &[], words: &[], is_valid: rules::nric },
    // South Africa, identity.
    NationalId {
        sure: &[],
        named: &["9999999999999", "999999 9999 999"],
        words: &["id number", "identity", "id no", "south africa", "rsa id", "sa id"],
        is_valid: rules::south_africa,
    },
    // Spain, DNI and NIE.
    NationalId {
        sure: &["99999999A", "99999999-A"],
        named: &["99999999 A", "99.999.999-A"],
        words: &["dni", "nif"],
        is_valid: rules::dni,
    },
    NationalId { sure: &["A9999999A", "A-9999999-A"], named: &[], words: &[], is_valid: rules::nie },
    // Sweden, personnummer.
    NationalId {
        sure: &["999999-9999", "99999999-9999", "999999+9999"],
        named: &["9999999999", "999999999999"],
        words: &["personnummer", "personnr", "pnr"],
        is_valid: rules::sweden,
    },
    // Switzerland, AHV.
    NationalId {
        sure: &["999.9999.9999.99"],
        named: &["9999999999999"],
        words: &["ahv", "avs"],
        is_valid: rules::ahv,
    },
    // Turkey, identity.
    NationalId {
        sure: &[],
        named: &["99999999999"],
        words: &["tckn", "kimlik", "tc no", "t.c."],
        is_valid: rules::turkey,
    },
    // United Kingdom, NHS and national insurance.
    NationalId {
        sure: &[],
        named: &["999 999 9999", "9999999999", "999-999-9999"],
        words: &["nhs"],
        is_valid: rules::nhs,
    },
    NationalId {
        sure: &["AA 99 99 99 A"],
        named: &["AA999999A", "AA 999999 A"],
        words: &["national insurance", "nino", "ni number", "ni no"],
        is_valid: rules::nino,
    },
    // United States, SSN: it has no check digit.
    NationalId {
        sure: &[],
        named: &["999-99-9999", "999 99 9999", "999999999"],
        words: &["ssn", "social security", "soc sec", "itin"],
        is_valid: rules::ssn,
    },
];
