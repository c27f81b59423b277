//! What a file can be that is not JSONL: names, the first bytes of binary formats, and how to get JSONL from
//! each. Text is judged in `sniff.rs`.

use std::fmt;

/// What an input is that cannot be read as JSONL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One JSON array with the records as its elements.
    Array,
    /// JSON objects over several lines each.
    Pretty,
    /// JSONL but for a comma after each object.
    Commas,
    /// JSONL but for CR in place of LF.
    CrLines,
    /// Objects as Python prints them.
    PythonDicts,
    /// JSON texts that begin with a record separator (RFC 7464).
    TextSequence,
    /// Server-sent events with JSON in them.
    EventStream,
    /// Values separated by commas, semicolons or bars.
    Csv,
    /// Values separated by tabs.
    Tsv,
    /// XML or HTML.
    Markup,
    /// What Git LFS leaves in place of a file.
    LfsPointer,
    /// What git-annex leaves in place of a file.
    AnnexPointer,
    /// What DVC leaves in place of a file.
    DvcPointer,
    /// UTF-16, with a byte order mark.
    Utf16,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// UTF-32, with a byte order mark.
    Utf32,
    /// UTF-32, least significant byte first.
    Utf32Le,
    /// UTF-32, most significant byte first.
    Utf32Be,
    /// NUL bytes only.
    Nul,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, Feather.
    Arrow,
    /// Apache ORC.
    Orc,
    /// Apache Avro.
    Avro,
    /// A database of `SQLite`.
    Sqlite,
    /// HDF5.
    Hdf5,
    /// An array of `NumPy`.
    Npy,
    /// Python pickle.
    Pickle,
    /// ZIP, which office documents and `.npz` are too.
    Zip,
    /// tar.
    Tar,
    /// 7-Zip.
    SevenZip,
    /// RAR.
    Rar,
    /// gzip inside another compression.
    Gzip,
    /// Zstandard inside another compression.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZ4 frames.
    Lz4,
    /// Snappy frames.
    Snappy,
    /// `compress`.
    Compress,
    /// PDF.
    Pdf,
    /// Other bytes that are not text.
    Binary,
}

/// First bytes of binary formats.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"PAR1", Kind::Parquet),
    (b"PARE", Kind::Parquet),
    (b"ARROW1", Kind::Arrow),
    (b"FEA1", Kind::Arrow),
    (b"ORC", Kind::Orc),
    (b"Obj\x01", Kind::Avro),
    (b"SQLite format 3\0", Kind::Sqlite),
    (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (b"\x93NUMPY", Kind::Npy),
    (b"\x80\x02", Kind::Pickle),
    (b"\x80\x03", Kind::Pickle),
    (b"\x80\x04", Kind::Pickle),
    (b"\x80\x05", Kind::Pickle),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
    (b"Rar!\x1a\x07", Kind::Rar),
    (b"\x1f\x8b", Kind::Gzip),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x04\x22\x4d\x18", Kind::Lz4),
    (b"\x02\x21\x4c\x18", Kind::Lz4),
    (b"\xff\x06\0\0sNaPpY", Kind::Snappy),
    (b"\x1f\x9d", Kind::Compress),
    (b"%PDF-", Kind::Pdf),
];

impl Kind {
    /// Recognizes a binary format by the first bytes of a file.
    pub(crate) fn of_magic(head: &[u8]) -> Option<Kind> {
        let known = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, kind)| kind);
        known.or_else(|| is_bzip2(head).then_some(Kind::Bzip2)).or_else(|| is_tar(head).then_some(Kind::Tar))
    }

    /// Returns true if its bytes leave no doubt.
    fn is_certain(self) -> bool {
        use Kind::{Binary, Csv, DvcPointer, Tsv, Utf16, Utf16Be, Utf16Le, Utf32, Utf32Be, Utf32Le};
        !matches!(
            self,
            Csv | Tsv | DvcPointer | Binary | Utf16 | Utf16Be | Utf16Le | Utf32 | Utf32Be | Utf32Le
        )
    }

    /// What it is, as a noun with its article.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Array => "a JSON array",
            Kind::Pretty => "pretty-printed JSON: its objects span several lines",
            Kind::Commas => "a list with a comma after each object",
            Kind::CrLines => "text with CR line endings",
            Kind::PythonDicts => "a list of Python dicts",
            Kind::TextSequence => "a JSON text sequence (RFC 7464)",
            Kind::EventStream => "a stream of server-sent events",
            Kind::Csv => "CSV",
            Kind::Tsv => "TSV",
            Kind::Markup => "an XML or HTML page, such as a server's error message",
            Kind::LfsPointer => "a Git LFS pointer instead of the data",
            Kind::AnnexPointer => "a git-annex pointer instead of the data",
            Kind::DvcPointer => "a DVC pointer instead of the data",
            Kind::Utf16 | Kind::Utf16Le | Kind::Utf16Be => "UTF-16 text",
            Kind::Utf32 | Kind::Utf32Le | Kind::Utf32Be => "UTF-32 text",
            Kind::Nul => "only NUL bytes, as left by an interrupted copy or a full disk",
            Kind::Parquet => "a Parquet file",
            Kind::Arrow => "an Arrow file",
            Kind::Orc => "an ORC file",
            Kind::Avro => "an Avro file",
            Kind::Sqlite => "an SQLite database",
            Kind::Hdf5 => "an HDF5 file",
            Kind::Npy => "a NumPy array",
            Kind::Pickle => "a Python pickle",
            Kind::Zip => "a ZIP archive",
            Kind::Tar => "a tar archive",
            Kind::SevenZip => "a 7-Zip archive",
            Kind::Rar => "a RAR archive",
            Kind::Gzip => "gzip data inside another compression",
            Kind::Zstd => "Zstandard data inside another compression",
            Kind::Bzip2 => "bzip2 data",
            Kind::Xz => "xz data",
            Kind::Lz4 => "LZ4 data",
            Kind::Snappy => "Snappy data",
            Kind::Compress => "compress (.Z) data",
            Kind::Pdf => "a PDF document",
            Kind::Binary => "binary data of an unknown format",
        }
    }

    /// How to get JSONL from it; `FILE` stands for the input.
    pub fn remedy(self) -> &'static str {
        match self {
            Kind::Array => "read its elements with --array, or convert it with `jq -c '.[]' FILE`",
            Kind::Pretty => "convert it with `jq -c . FILE`",
            Kind::Commas => "remove the commas with `sed 's/,[[:space:]]*$//' FILE`",
            Kind::CrLines => "convert it with `tr '\\r' '\\n' <FILE`",
            Kind::PythonDicts => {
                "convert it with `python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(line))) \
                 for line in sys.stdin]' <FILE`"
            }
            Kind::TextSequence => "convert it with `jq -c --seq . FILE | tr -d '\\036'`",
            Kind::EventStream => "keep the data with `sed -n 's/^data: *//p' FILE | grep '^{'`",
            Kind::Csv => "convert it with `mlr --icsv --ojsonl cat FILE`",
            Kind::Tsv => "convert it with `mlr --itsv --ojsonl cat FILE`",
            Kind::Markup => "inspect it and download the data again; `curl -f` fails on server errors",
            Kind::LfsPointer => "fetch the data with `git lfs pull`",
            Kind::AnnexPointer => "fetch the data with `git annex get FILE`",
            Kind::DvcPointer => "fetch the data with `dvc pull FILE`, and name the data file",
            // A named byte order would keep the mark, as a character of the first line.
            Kind::Utf16 => "convert it with `iconv -f UTF-16 -t UTF-8 FILE`",
            Kind::Utf16Le => "convert it with `iconv -f UTF-16LE -t UTF-8 FILE`",
            Kind::Utf16Be => "convert it with `iconv -f UTF-16BE -t UTF-8 FILE`",
            Kind::Utf32 => "convert it with `iconv -f UTF-32 -t UTF-8 FILE`",
            Kind::Utf32Le => "convert it with `iconv -f UTF-32LE -t UTF-8 FILE`",
            Kind::Utf32Be => "convert it with `iconv -f UTF-32BE -t UTF-8 FILE`",
            Kind::Nul => "copy it again from its source",
            Kind::Parquet => {
                "convert it with `duckdb -c \"COPY (FROM read_parquet('FILE')) TO 'data.jsonl' (FORMAT json)\"`"
            }
            Kind::Arrow | Kind::Orc | Kind::Avro | Kind::Hdf5 | Kind::Npy | Kind::Pickle => {
                "write it as JSONL with the library that wrote it, e.g. `to_json('data.jsonl', orient='records', \
                 lines=True)` in pandas"
            }
            Kind::Sqlite => "write the table as JSONL with `sqlite3 FILE`: `SELECT json_object(…) FROM …`",
            Kind::Zip => "extract it with `unzip -p FILE >data.jsonl`",
            Kind::Tar => "extract it with `tar -xOf FILE >data.jsonl`",
            Kind::SevenZip => "extract it with `7z x -so FILE >data.jsonl`",
            Kind::Rar => "extract it with `unrar p -inul FILE >data.jsonl`",
            Kind::Gzip | Kind::Zstd => "it was compressed twice; decompress it once first",
            Kind::Bzip2 => "decompress it with `bzip2 -dc FILE`",
            Kind::Xz => "decompress it with `xz -dc FILE`",
            Kind::Lz4 => "decompress it with `lz4 -dc FILE`",
            Kind::Snappy => "decompress it with `snzip -dc FILE`",
            Kind::Compress => "decompress it with `uncompress -c FILE`",
            Kind::Pdf | Kind::Binary => "name a JSONL file, plain or compressed with gzip or zstd",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.is_certain() { "is" } else { "looks like" };
        write!(out, "the file {verb} {}, not JSONL; {}", self.name(), self.remedy())
    }
}

fn is_bzip2(head: &[u8]) -> bool {
    // The digits of pi begin a block, those of its square root end an empty file.
    matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..])
        || matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..])
}

/// Old archives have no magic, but every header has a checksum; a text could hold `ustar` at its place.
fn is_tar(head: &[u8]) -> bool {
    let Some((header, checksum)) = head.get(..512).zip(head.get(148..156)) else { return false };
    let digits: &[u8] = checksum.trim_ascii();
    let digits = digits.split(|byte| matches!(byte, 0 | b' ')).next().unwrap_or_default();
    let Some(expected) = std::str::from_utf8(digits).ok().and_then(|text| u64::from_str_radix(text, 8).ok())
    else {
        return false;
    };
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let spaces = 8 * u64::from(b' ');
    header.contains(&0) && sum(header) - sum(checksum) + spaces == expected
}
