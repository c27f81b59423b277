//! Sizes in bytes, as people write them.

/// Positions inside a record are 32-bit numbers.
const RECORD_BYTES_MAX: u64 = 1 << 32;

/// Reads the size of a record.
pub(crate) fn record_bytes(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        // One byte less than that many can be addressed.
        size if size <= RECORD_BYTES_MAX => Ok(size.min(RECORD_BYTES_MAX - 1)),
        _ => Err(format!("a record has at most 4GiB ({RECORD_BYTES_MAX} bytes)")),
    }
}

/// Reads a size in bytes with an optional unit: k, M, G, T (powers of 1,000) or KiB, MiB, GiB, TiB (powers of 1,024).
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err("expected a size such as 1000000, 512MiB or 10GB".to_owned()),
    };
    let number: u64 =
        number.parse().map_err(|_| "expected a size such as 1000000, 512MiB or 10GB".to_owned())?;
    match number.checked_mul(factor) {
        Some(0) => Err("a size must be at least 1 byte".to_owned()),
        Some(bytes) => Ok(bytes),
        None => Err("the size is too large".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("7"), Ok(7));
        assert_eq!(bytes("16MiB"), Ok(16 << 20));
        assert_eq!(bytes("10GB"), Ok(10_000_000_000));
        assert_eq!(bytes("3 k"), Ok(3000));
        assert_eq!(bytes("2TB"), Ok(2_000_000_000_000));
        for wrong in ["", "x", "0", "1.5M", "-1", "99999999999999999999", "1PB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_record_is_smaller_than_what_can_be_addressed() {
        assert_eq!(record_bytes("4GiB"), Ok((1 << 32) - 1));
        assert_eq!(record_bytes("1GiB"), Ok(1 << 30));
        assert!(record_bytes("4294967297").is_err_and(|message| message.contains("4GiB")));
    }
}
