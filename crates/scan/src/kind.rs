//! What a file can be that is not JSONL: names, the first bytes of binary formats, and how to get JSONL from
//! each. Text is judged in `sniff.rs`.

use std::fmt;

/// What an input is that cannot be read as JSONL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// One JSON array with the records as its elements.
    Array,
    /// One JSON object with the records in an array under one of its keys.
    Container,
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
    /// Apache Parquet with an encrypted footer.
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
const MAGIC: &[(&[u8], FileKind)] = &[
    (b"PARE", FileKind::Parquet),
    (b"ARROW1", FileKind::Arrow),
    (b"FEA1", FileKind::Arrow),
    (b"ORC", FileKind::Orc),
    (b"Obj\x01", FileKind::Avro),
    (b"SQLite format 3\0", FileKind::Sqlite),
    (b"\x89HDF\r\n\x1a\n", FileKind::Hdf5),
    (b"\x93NUMPY", FileKind::Npy),
    (b"\x80\x02", FileKind::Pickle),
    (b"\x80\x03", FileKind::Pickle),
    (b"\x80\x04", FileKind::Pickle),
    (b"\x80\x05", FileKind::Pickle),
    (b"PK\x03\x04", FileKind::Zip),
    (b"PK\x05\x06", FileKind::Zip),
    (b"PK\x07\x08", FileKind::Zip),
    (b"7z\xbc\xaf\x27\x1c", FileKind::SevenZip),
    (b"Rar!\x1a\x07", FileKind::Rar),
    (b"\x1f\x8b", FileKind::Gzip),
    (b"\x28\xb5\x2f\xfd", FileKind::Zstd),
    (b"\xfd7zXZ\0", FileKind::Xz),
    (b"\x04\x22\x4d\x18", FileKind::Lz4),
    (b"\x02\x21\x4c\x18", FileKind::Lz4),
    (b"\xff\x06\0\0sNaPpY", FileKind::Snappy),
    (b"\x1f\x9d", FileKind::Compress),
    (b"%PDF-", FileKind::Pdf),
];

impl FileKind {
    /// Recognizes a binary format by the first bytes of a file.
    pub(crate) fn of_magic(head: &[u8]) -> Option<FileKind> {
        let known = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, kind)| kind);
        known
            .or_else(|| is_bzip2(head).then_some(FileKind::Bzip2))
            .or_else(|| is_tar(head).then_some(FileKind::Tar))
    }

    /// Returns true if its bytes leave no doubt.
    fn is_certain(self) -> bool {
        use FileKind::{Binary, Csv, DvcPointer, Tsv, Utf16, Utf16Be, Utf16Le, Utf32, Utf32Be, Utf32Le};
        !matches!(
            self,
            Csv | Tsv | DvcPointer | Binary | Utf16 | Utf16Be | Utf16Le | Utf32 | Utf32Be | Utf32Le
        )
    }

    /// What it is, as a noun with its article.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Array => "a JSON array",
            FileKind::Container => "a JSON object that holds the records in an array",
            FileKind::Pretty => "pretty-printed JSON: its objects span several lines",
            FileKind::Commas => "a list with a comma after each object",
            FileKind::CrLines => "text with CR line endings",
            FileKind::PythonDicts => "a list of Python dicts",
            FileKind::TextSequence => "a JSON text sequence (RFC 7464)",
            FileKind::EventStream => "a stream of server-sent events",
            FileKind::Csv => "CSV",
            FileKind::Tsv => "TSV",
            FileKind::Markup => "an XML or HTML page, such as a server's error message",
            FileKind::LfsPointer => "a Git LFS pointer instead of the data",
            FileKind::AnnexPointer => "a git-annex pointer instead of the data",
            FileKind::DvcPointer => "a DVC pointer instead of the data",
            FileKind::Utf16 | FileKind::Utf16Le | FileKind::Utf16Be => "UTF-16 text",
            FileKind::Utf32 | FileKind::Utf32Le | FileKind::Utf32Be => "UTF-32 text",
            FileKind::Nul => "only NUL bytes, as left by an interrupted copy or a full disk",
            FileKind::Parquet => "an encrypted Parquet file",
            FileKind::Arrow => "an Arrow file",
            FileKind::Orc => "an ORC file",
            FileKind::Avro => "an Avro file",
            FileKind::Sqlite => "an SQLite database",
            FileKind::Hdf5 => "an HDF5 file",
            FileKind::Npy => "a NumPy array",
            FileKind::Pickle => "a Python pickle",
            FileKind::Zip => "a ZIP archive",
            FileKind::Tar => "a tar archive",
            FileKind::SevenZip => "a 7-Zip archive",
            FileKind::Rar => "a RAR archive",
            FileKind::Gzip => "gzip data inside another compression",
            FileKind::Zstd => "Zstandard data inside another compression",
            FileKind::Bzip2 => "bzip2 data",
            FileKind::Xz => "xz data",
            FileKind::Lz4 => "LZ4 data",
            FileKind::Snappy => "Snappy data",
            FileKind::Compress => "compress (.Z) data",
            FileKind::Pdf => "a PDF document",
            FileKind::Binary => "binary data of an unknown format",
        }
    }

    /// How to get JSONL from it; `FILE` stands for the input.
    pub fn remedy(self) -> &'static str {
        match self {
            FileKind::Array => "read its elements with --array, or convert it with `jq -c '.[]' FILE`",
            FileKind::Container => {
                "read them with --array, or with --records POINTER where there are several"
            }
            FileKind::Pretty => "convert it with `jq -c . FILE`",
            FileKind::Commas => {
                "remove the commas with `bedload convert FILE --fix --out NEW`, or `sed 's/,[[:space:]]*$//' FILE`"
            }
            FileKind::CrLines => "convert it with `tr '\\r' '\\n' <FILE`",
            FileKind::PythonDicts => {
                "convert it with `python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(line))) \
                 for line in sys.stdin]' <FILE`"
            }
            FileKind::TextSequence => "convert it with `jq -c --seq . FILE | tr -d '\\036'`",
            FileKind::EventStream => "keep the data with `sed -n 's/^data: *//p' FILE | grep '^{'`",
            FileKind::Csv => "name it with .csv, and its rows are read as records",
            FileKind::Tsv => "name it with .tsv, and its rows are read as records",
            FileKind::Markup => "inspect it and download the data again; `curl -f` fails on server errors",
            FileKind::LfsPointer => "fetch the data with `git lfs pull`",
            FileKind::AnnexPointer => "fetch the data with `git annex get FILE`",
            FileKind::DvcPointer => "fetch the data with `dvc pull FILE`, and name the data file",
            // A named byte order would keep the mark, as a character of the first line.
            FileKind::Utf16 => "convert it with `iconv -f UTF-16 -t UTF-8 FILE`",
            FileKind::Utf16Le => "convert it with `iconv -f UTF-16LE -t UTF-8 FILE`",
            FileKind::Utf16Be => "convert it with `iconv -f UTF-16BE -t UTF-8 FILE`",
            FileKind::Utf32 => "convert it with `iconv -f UTF-32 -t UTF-8 FILE`",
            FileKind::Utf32Le => "convert it with `iconv -f UTF-32LE -t UTF-8 FILE`",
            FileKind::Utf32Be => "convert it with `iconv -f UTF-32BE -t UTF-8 FILE`",
            FileKind::Nul => "copy it again from its source",
            FileKind::Parquet => "decrypt it, or write it without encryption",
            FileKind::Arrow
            | FileKind::Orc
            | FileKind::Avro
            | FileKind::Hdf5
            | FileKind::Npy
            | FileKind::Pickle => {
                "write it as JSONL with the library that wrote it, e.g. `to_json('data.jsonl', orient='records', \
                 lines=True)` in pandas"
            }
            FileKind::Sqlite => {
                "write the table as JSONL with `sqlite3 FILE`: `SELECT json_object(…) FROM …`"
            }
            FileKind::Zip => "extract it with `unzip -p FILE >data.jsonl`",
            FileKind::Tar => "extract it with `tar -xOf FILE >data.jsonl`",
            FileKind::SevenZip => "extract it with `7z x -so FILE >data.jsonl`",
            FileKind::Rar => "extract it with `unrar p -inul FILE >data.jsonl`",
            FileKind::Gzip | FileKind::Zstd => "it was compressed twice; decompress it once first",
            FileKind::Bzip2 => "decompress it with `bzip2 -dc FILE`",
            FileKind::Xz => "decompress it with `xz -dc FILE`",
            FileKind::Lz4 => "decompress it with `lz4 -dc FILE`",
            FileKind::Snappy => "decompress it with `snzip -dc FILE`",
            FileKind::Compress => "decompress it with `uncompress -c FILE`",
            FileKind::Pdf | FileKind::Binary => "name a JSONL file, plain or compressed with gzip or zstd",
        }
    }
}

impl fmt::Display for FileKind {
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
