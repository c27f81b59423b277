//! What the names of data files end in. Upper and lower case are the same everywhere.

/// The endings of files of records, before that of a compression.
const RECORDS: [&[u8]; 2] = [b".jsonl", b".ndjson"];

/// The endings of compressed files.
const COMPRESSED: [&[u8]; 2] = [b".gz", b".zst"];

/// A name without the ending of a compression.
pub fn without_compression(name: &[u8]) -> &[u8] {
    without(name, &COMPRESSED).unwrap_or(name)
}

/// Returns true if a name ends like that of a file of records, compressed or not.
pub fn is_jsonl(name: &[u8]) -> bool {
    without(without_compression(name), &RECORDS).is_some()
}

/// Returns true if a name ends like that of a table whose rows are records.
pub fn is_table(name: &[u8]) -> bool {
    without(name, &[b".parquet"])
        .or_else(|| without(without_compression(name), &[b".csv", b".tsv"]))
        .is_some()
}

/// Returns true if a name ends like that of a file of data: records, a table, one JSON document, or anything compressed.
pub fn is_data(name: &[u8]) -> bool {
    is_jsonl(name)
        || is_table(name)
        || without(name, &COMPRESSED).or_else(|| without(name, &[b".json"])).is_some()
}

fn without<'n>(name: &'n [u8], endings: &[&[u8]]) -> Option<&'n [u8]> {
    endings.iter().find_map(|ending| {
        let (rest, end) = name.split_at(name.len().checked_sub(ending.len())?);
        end.eq_ignore_ascii_case(ending).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_an_ending_does_not_count() {
        for name in ["a.jsonl", "A.JSONL", "a.ndjson", "a.Jsonl.GZ", "a.NDJSON.zst"] {
            assert!(is_jsonl(name.as_bytes()) && is_data(name.as_bytes()), "{name}");
        }
        for name in ["a.json", "A.JSON", "a.csv.GZ"] {
            assert!(!is_jsonl(name.as_bytes()) && is_data(name.as_bytes()), "{name}");
        }
        for name in ["a.parquet", "A.CSV", "a.tsv.gz"] {
            assert!(is_table(name.as_bytes()) && is_data(name.as_bytes()), "{name}");
        }
        assert!(!is_table(b"a.parquet.gz"));
        for name in ["", "gz", "jsonl", "a.jsonl.bak", "a.gz.jso"] {
            assert!(!is_jsonl(name.as_bytes()) && !is_data(name.as_bytes()), "{name}");
        }
        assert_eq!(without_compression(b"a.jsonl.GZ"), b"a.jsonl");
        assert_eq!(without_compression("é.Zst".as_bytes()), "é".as_bytes());
        assert_eq!(without_compression(b"a.jsonl"), b"a.jsonl");
    }
}
