//! Fingerprints: what tells a finding from others, and stays when its record moves to another line or file.
//!
//! They are written into reports and baselines, so what they are made of never changes.

use std::fmt;
use std::str::FromStr;

use twox_hash::{XxHash3_64, XxHash3_128};

use crate::file_name::without_compression;
use crate::finding::Finding;

/// What a finding is: its code, where in the record, and which bytes the record has; for a finding about a file its
/// code and the file's name without directories, for one about the data set its code. Equal findings about equal
/// records have the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

/// Which bytes a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineDigest(u128);

impl LineDigest {
    /// Of a line without its end; of one that is too long to be held, its length stands for its bytes.
    pub fn of(bytes: Option<&[u8]>, len: u64) -> Self {
        Self(bytes.map_or(u128::from(len), XxHash3_128::oneshot))
    }
}

impl Fingerprint {
    /// Of a finding in its place.
    pub fn of(finding: &Finding) -> Self {
        let mut text = Vec::with_capacity(128);
        let mut part = |bytes: &[u8]| {
            text.extend_from_slice(bytes);
            // In none of the parts before the last.
            text.push(0xFF);
        };
        part(finding.code.name().as_bytes());
        if let Some(digest) = finding.line_digest {
            part(finding.pointer.as_deref().unwrap_or_default().as_bytes());
            part(&digest.0.to_be_bytes());
        } else if let Some(file) = &finding.file {
            let name = file.rsplit('/').next().unwrap_or_default();
            // Compressed or not, it is the same data.
            part(without_compression(name.as_bytes()));
        }
        Self(XxHash3_64::oneshot(&text))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| format!("`{text}` is not a fingerprint of 16 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::Code;

    fn about(line: &str, pointer: &str, code: Code) -> Finding {
        Finding {
            pointer: Some(pointer.to_owned()),
            line_digest: Some(LineDigest::of(Some(line.as_bytes()), line.len() as u64)),
            ..Finding::file("a/b.jsonl", code, "a message".to_owned())
        }
    }

    /// A change here would make every baseline that was ever written worthless.
    #[test]
    fn they_never_change() {
        let all = [
            about(r#"{"prompt":""}"#, "/prompt", Code::SchemaEmptyContent),
            Finding {
                line_digest: Some(LineDigest::of(None, 5000)),
                ..about("", "", Code::LimitRecordBytes)
            },
            Finding::file("a/b.jsonl", Code::FileEmpty, String::new()),
            Finding::dataset(Code::DatasetTooFewRecords, String::new()),
        ];
        let shown: Vec<String> = all.iter().map(|finding| Fingerprint::of(finding).to_string()).collect();
        expect![[r#"
            fde24da760f6b7e5
            56021ba8b8eeb939
            da074f0fbb27a83e
            d18cedaae982a345"#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn a_compressed_file_is_the_same_file() {
        let of = |name: &str| Fingerprint::of(&Finding::file(name, Code::FileCrlf, String::new()));
        for name in ["a.jsonl.gz", "d/a.jsonl.GZ", "a.jsonl.Zst"] {
            assert_eq!(of(name), of("a.jsonl"), "{name}");
        }
        assert_ne!(of("b.jsonl.GZ"), of("a.jsonl"));
    }

    #[test]
    fn place_and_message_do_not_count() {
        let here = about("{}", "/prompt", Code::SchemaMissingField);
        let there = Finding {
            file: Some("c.jsonl".to_owned()),
            line: Some(7),
            column: Some(2),
            byte_offset: Some(99),
            record: Some(6),
            message: "said otherwise".to_owned(),
            ..here.clone()
        };
        assert_eq!(Fingerprint::of(&here), Fingerprint::of(&there));
        let file = |name: &str| Fingerprint::of(&Finding::file(name, Code::FileEmpty, String::new()));
        assert_eq!(file("x/a.jsonl"), file("y/z/a.jsonl"));
        assert_ne!(file("a.jsonl"), file("b.jsonl"));
    }

    #[test]
    fn only_what_was_written_is_read() {
        for wrong in ["", "0123", "0123456789abcdeg", "+123456789abcdef", "0123456789abcdef0"] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn different_findings_have_different_ones(
            a in (".{0,20}", "(/[a-z]{1,5}){0,3}", 0usize..100),
            b in (".{0,20}", "(/[a-z]{1,5}){0,3}", 0usize..100),
        ) {
            let of = |(line, pointer, code): &(String, String, usize)| {
                Fingerprint::of(&about(line, pointer, crate::code::CODES[*code].code))
            };
            prop_assert_eq!(of(&a) == of(&b), a == b);
            prop_assert_eq!(of(&a).to_string().parse(), Ok(of(&a)));
        }
    }
}
