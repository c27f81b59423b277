//! Finding codes: the one table of everything that can be said about a record or a data set.
//!
//! Adding a code: a variant of [`Code`], a row of [`CODES`] at the same place, and the check that emits it.

use std::fmt;

/// How bad a finding is. Errors reject a record, or fail a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never changes an exit code.
    Note,
    /// Accepted, but somebody should look; an error under `--strict`.
    Warning,
    /// Not accepted.
    Error,
}

impl Severity {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One record: the finding has a line.
    Record,
    /// The data set, or one file of it: the finding has no line.
    Dataset,
}

/// A finding code. Its name reads `area/problem` and never changes meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the table below documents each one")]
pub enum Code {
    JsonSyntax,
    JsonInvalidUtf8,
    JsonEncoding,
    JsonBom,
    JsonBlankLine,
    JsonNotAnObject,
    JsonDuplicateKey,
    JsonLoneSurrogate,
    JsonNumberRange,
    JsonNumberPrecision,
    JsonNumberUnderflow,
    JsonEscapedNul,
    JsonDepth,
    SchemaMissingField,
    SchemaWrongType,
    SchemaEmptyContent,
    SchemaOutOfRange,
    SchemaIdenticalPair,
    LimitRecordBytes,
    LimitTokens,
    TokensUncountable,
    FileCrlf,
    FileEmpty,
    DatasetNoRecords,
    DatasetTooFewRecords,
    DatasetFewRecords,
    DatasetTooManyRecords,
    DatasetUnknownFormat,
    DatasetWrongFormat,
    DatasetTooManyRejected,
    BalanceImbalancedLabels,
    BalanceLabelVariants,
    BalanceTooManyLabels,
    SplitTooManyValidation,
    SplitInexact,
    SplitMissingClass,
    SplitNoGroups,
    SplitMissingGroup,
    BalanceMissingLabel,
    AugmentFewVariants,
}

/// Everything that is said about a code in general.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code itself; its place in [`CODES`] is its number.
    pub code: Code,
    /// `area/problem`.
    pub name: &'static str,
    /// How bad it is unless `--strict` raises it.
    pub severity: Severity,
    /// Record or data set.
    pub scope: Scope,
    /// What it says, in a line.
    pub title: &'static str,
    /// Why it matters, and whose rule it is.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
    /// Where the rule is from.
    pub source: &'static str,
}

const PREPARE: &str =
    "https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html (2026-11)";
const BASELINE: &str = "bedload baseline (2026-11)";
const RFC8259: &str = "RFC 8259";
const I_JSON: &str = "RFC 7493 (I-JSON)";

macro_rules! row {
    ($code:ident, $name:literal, $severity:ident, $scope:ident, $source:expr, $title:literal, $why:literal, $mend:literal) => {
        CodeInfo {
            code: Code::$code,
            name: $name,
            severity: Severity::$severity,
            scope: Scope::$scope,
            title: $title,
            why: $why,
            mend: $mend,
            source: $source,
        }
    };
}

/// All codes, in the order of [`Code`].
pub static CODES: &[CodeInfo] = &[
    row!(
        JsonSyntax,
        "json/syntax",
        Error,
        Record,
        RFC8259,
        "the line is not one JSON value",
        "Bedrock reads one JSON object from each physical line. A trailing comma, a comment, a second value on the line or a cut-off line fails the job, often without naming the line.",
        "Look at the column named in the finding. A pretty-printed file becomes JSONL with `jq -c . FILE`, an array with `jq -c '.[]' FILE`."
    ),
    row!(
        JsonInvalidUtf8,
        "json/invalid-utf8",
        Error,
        Record,
        RFC8259,
        "the line is not valid UTF-8",
        "JSON exchanged between systems must be UTF-8. A reader either refuses the record or replaces the damaged bytes, and then trains on the damage.",
        "Convert the file from its real encoding, e.g. `iconv -f WINDOWS-1252 -t UTF-8`, or cut the text at character boundaries, not at bytes."
    ),
    row!(
        JsonEncoding,
        "json/encoding",
        Error,
        Record,
        RFC8259,
        "the line looks like UTF-16",
        "Spreadsheets and PowerShell write UTF-16 by default; JSON must be UTF-8.",
        "Convert the whole file: `iconv -f UTF-16 -t UTF-8 FILE`."
    ),
    row!(
        JsonBom,
        "json/bom",
        Error,
        Record,
        RFC8259,
        "the line begins with a byte order mark",
        "Writers must not add one, and common readers fail on it or read a different first key. Inside a file it betrays concatenated files.",
        "Remove the three bytes EF BB BF, e.g. `sed -i 's/^\\xEF\\xBB\\xBF//' FILE`."
    ),
    row!(
        JsonBlankLine,
        "json/blank-line",
        Error,
        Record,
        PREPARE,
        "the line is blank",
        "The data set format is one object per line with no empty lines; blank lines are a known cause of `must conform to JSONL format`.",
        "Remove it: `sed -i '/^[[:space:]]*$/d' FILE`."
    ),
    row!(
        JsonNotAnObject,
        "json/not-an-object",
        Error,
        Record,
        PREPARE,
        "the line holds JSON, but not an object",
        "Every record is an object with named fields.",
        "An array of records becomes JSONL with `jq -c '.[]' FILE`."
    ),
    row!(
        JsonDuplicateKey,
        "json/duplicate-key",
        Error,
        Record,
        I_JSON,
        "a key occurs twice in one object",
        "Readers disagree on which value counts (first, last, or an error), so what was checked need not be what is trained on. Keys are compared after unescaping.",
        "Keep one of the two."
    ),
    row!(
        JsonLoneSurrogate,
        "json/lone-surrogate",
        Error,
        Record,
        I_JSON,
        "an escape names half of a surrogate pair",
        "Half a pair is no character and cannot be written as UTF-8: readers refuse it, or fail later when text is encoded for the tokenizer. It mostly comes from text cut at a fixed length.",
        "Cut text at characters, or write the pair whole."
    ),
    row!(
        JsonNumberRange,
        "json/number-range",
        Error,
        Record,
        I_JSON,
        "a number is larger than any double",
        "Some readers make it infinity, others refuse the record.",
        "Write a finite number, or a string."
    ),
    row!(
        JsonNumberPrecision,
        "json/number-precision",
        Warning,
        Record,
        I_JSON,
        "an integer does not fit in 64 bits",
        "Many readers round it to a double. The bytes are kept as they are.",
        "Write long identifiers as strings."
    ),
    row!(
        JsonNumberUnderflow,
        "json/number-underflow",
        Warning,
        Record,
        I_JSON,
        "a number is smaller than the smallest double",
        "Readers make it zero. The bytes are kept as they are.",
        "Write the value with a sensible exponent."
    ),
    row!(
        JsonEscapedNul,
        "json/escaped-nul",
        Warning,
        Record,
        BASELINE,
        "a string holds the character NUL",
        "It is legal JSON, but text with NUL is usually binary data by mistake, and some tools cut strings there.",
        "Remove `\\u0000` from the text."
    ),
    row!(
        JsonDepth,
        "json/depth",
        Error,
        Record,
        BASELINE,
        "values are nested deeper than 127",
        "Common readers stop between 127 and 1,000 levels; real records need fewer than ten.",
        "Flatten the value, or write it as a string."
    ),
    row!(
        SchemaMissingField,
        "schema/missing-field",
        Error,
        Record,
        PREPARE,
        "a required field is missing",
        "The record has no value for a field that the format requires.",
        "Add the field; names are case-sensitive."
    ),
    row!(
        SchemaWrongType,
        "schema/wrong-type",
        Error,
        Record,
        PREPARE,
        "a field has the wrong type",
        "The format fixes the type of each of its fields; null is not a string.",
        "Write the value as the type that the message names."
    ),
    row!(
        SchemaEmptyContent,
        "schema/empty-content",
        Error,
        Record,
        BASELINE,
        "a required text is empty or blank",
        "A record without text teaches nothing, and several targets refuse it.",
        "Fill the field or drop the record."
    ),
    row!(
        SchemaOutOfRange,
        "schema/out-of-range",
        Error,
        Record,
        BASELINE,
        "a number is outside its range",
        "The format gives the field a closed range.",
        "Scale the value into the range that the message names."
    ),
    row!(
        SchemaIdenticalPair,
        "schema/identical-pair",
        Error,
        Record,
        BASELINE,
        "the chosen and the rejected answer are the same",
        "Such a pair carries no preference.",
        "Drop the record, or correct one of the two answers."
    ),
    row!(
        LimitRecordBytes,
        "limit/record-bytes",
        Error,
        Record,
        BASELINE,
        "the line is longer than --max-record-bytes",
        "One record is held in memory while it is checked, so its size has a bound; a line of this size is usually a missing line end.",
        "Raise --max-record-bytes if the record is really meant."
    ),
    row!(
        LimitTokens,
        "limit/tokens",
        Error,
        Record,
        BASELINE,
        "the record has more tokens than the target takes",
        "A record over the limit fails the job, sometimes after hours (aws-samples/amazon-bedrock-workshop#224).",
        "Shorten or cut the record. `bedload explain FILE:LINE --profile NAME` shows the count of each field."
    ),
    row!(
        TokensUncountable,
        "tokens/uncountable",
        Error,
        Record,
        BASELINE,
        "the tokenizer failed on the record",
        "A record whose tokens cannot be counted cannot be shown to fit.",
        "Look for megabytes of one repeated character in the record."
    ),
    row!(
        FileCrlf,
        "file/crlf",
        Note,
        Dataset,
        BASELINE,
        "the file has CRLF line ends",
        "They are accepted; output always ends lines with LF.",
        "Nothing to do."
    ),
    row!(
        FileEmpty,
        "file/empty",
        Warning,
        Dataset,
        BASELINE,
        "the file is empty",
        "An input without a byte is rarely meant.",
        "Check the step that wrote it."
    ),
    row!(
        DatasetNoRecords,
        "dataset/no-records",
        Error,
        Dataset,
        BASELINE,
        "no valid record is left",
        "There is nothing to train on.",
        "See the findings about records for what was wrong with them."
    ),
    row!(
        DatasetTooFewRecords,
        "dataset/too-few-records",
        Error,
        Dataset,
        PREPARE,
        "fewer valid records than the target takes",
        "The minimum is applied to the records that are valid, so a job can be refused although the file has enough lines.",
        "Mend rejected records, or add data."
    ),
    row!(
        DatasetFewRecords,
        "dataset/few-records",
        Warning,
        Dataset,
        PREPARE,
        "fewer valid records than recommended",
        "The target takes the data, but results with so few records are usually poor.",
        "Add data if you can."
    ),
    row!(
        DatasetTooManyRecords,
        "dataset/too-many-records",
        Error,
        Dataset,
        PREPARE,
        "more valid records than the target takes",
        "The quota counts training and validation records together.",
        "`bedload build --select N` keeps a seeded selection of N records with the same mix of labels."
    ),
    row!(
        DatasetUnknownFormat,
        "dataset/unknown-format",
        Error,
        Dataset,
        BASELINE,
        "no known record format fits the data",
        "Without a format, fields cannot be checked.",
        "Name the format with --format, or the target with --profile; `bedload profiles` lists both."
    ),
    row!(
        DatasetWrongFormat,
        "dataset/wrong-format",
        Error,
        Dataset,
        BASELINE,
        "the data is in another format than the target takes",
        "The wrong kind of file for a job fails on every line; this says it once.",
        "Choose the profile for this kind of data, or convert the data."
    ),
    row!(
        DatasetTooManyRejected,
        "dataset/too-many-rejected",
        Error,
        Dataset,
        BASELINE,
        "more records were rejected than --max-rejected allows",
        "The limit guards against a corpus that broke upstream.",
        "Read rejected.jsonl and report/findings.parquet, mend the cause, or raise the limit."
    ),
    row!(
        BalanceImbalancedLabels,
        "balance/imbalanced-labels",
        Warning,
        Dataset,
        BASELINE,
        "the largest class is much larger than the smallest",
        "A model trained on such data tends to answer with the large classes.",
        "Collect more of the rare classes, or `--augment N --augment-mode balance`."
    ),
    row!(
        BalanceLabelVariants,
        "balance/label-variants",
        Warning,
        Dataset,
        BASELINE,
        "a label is written in several ways",
        "Spellings that differ in case or space only are learned as different answers.",
        "Write each label in one way; report/labels.parquet lists the variants."
    ),
    row!(
        BalanceTooManyLabels,
        "balance/too-many-labels",
        Warning,
        Dataset,
        BASELINE,
        "the label field has too many different values",
        "A field with this many values is no class; the split is not stratified by it.",
        "Choose another --label-field."
    ),
    row!(
        SplitTooManyValidation,
        "split/too-many-validation",
        Error,
        Dataset,
        PREPARE,
        "more validation records than the target takes",
        "Some targets bound the validation file, or take none.",
        "Lower --validation."
    ),
    row!(
        SplitInexact,
        "split/inexact",
        Note,
        Dataset,
        BASELINE,
        "groups do not add up to the asked validation size",
        "A group of records is never divided, so the size can miss the target by less than a group.",
        "Nothing to do, or choose another --group-by."
    ),
    row!(
        SplitMissingClass,
        "split/missing-class",
        Warning,
        Dataset,
        BASELINE,
        "a class has no record in the validation set",
        "The validation score says nothing about that class.",
        "Add records of the class, or raise --validation."
    ),
    row!(
        SplitNoGroups,
        "split/no-groups",
        Error,
        Dataset,
        BASELINE,
        "no record has a value at the field of --group-by",
        "Without groups, records that belong together part, and the validation set leaks. It is mostly a misspelt name.",
        "Correct --group-by, e.g. `--group-by /conversation/id`."
    ),
    row!(
        SplitMissingGroup,
        "split/missing-group",
        Warning,
        Dataset,
        BASELINE,
        "some records have no value at the field of --group-by",
        "Each of them is a group of its own, and can part from the records that it belongs to.",
        "Give every record a value there."
    ),
    row!(
        BalanceMissingLabel,
        "balance/missing-label",
        Error,
        Dataset,
        BASELINE,
        "no record has a label at the field of --label-field",
        "Nothing is balanced or stratified then. It is mostly a misspelt name.",
        "Correct --label-field, e.g. `--label-field /label`."
    ),
    row!(
        AugmentFewVariants,
        "augment/few-variants",
        Note,
        Dataset,
        BASELINE,
        "fewer variants than asked for",
        "A variant that equals another record or is over a limit is left out.",
        "Add templates to [stages.augment]."
    ),
];

impl Code {
    /// Everything known about the code.
    pub fn info(self) -> &'static CodeInfo {
        &CODES[self as usize]
    }

    /// `area/problem`.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The code with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        CODES.iter().find(|info| info.name == name).map(|info| info.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of codes, one bit each: all that the scan keeps of a record's findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CodeSet(u128);

impl CodeSet {
    /// Adds a code.
    pub fn insert(&mut self, code: Code) {
        self.0 |= 1 << code as u8;
    }

    /// Returns true if the set has the code.
    pub fn contains(self, code: Code) -> bool {
        self.0 >> code as u8 & 1 == 1
    }

    /// Returns true if the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes, in the order of [`CODES`].
    pub fn iter(self) -> impl Iterator<Item = Code> {
        CODES.iter().map(|info| info.code).filter(move |&code| self.contains(code))
    }

    /// Returns true if one of the codes is an error, or a warning where `strict`.
    pub fn rejects(self, strict: bool) -> bool {
        let least = if strict { Severity::Warning } else { Severity::Error };
        self.iter().any(|code| code.info().severity >= least)
    }
}

const _: () = assert!(CODES.len() <= 128, "a code set is one u128");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_at_its_number_and_has_a_page() {
        for (number, info) in CODES.iter().enumerate() {
            assert_eq!(info.code as usize, number, "{} is out of order", info.name);
            assert_eq!(Code::from_name(info.name), Some(info.code));
            let (area, problem) = info.name.split_once('/').expect("area/problem");
            assert!(!area.is_empty() && !problem.is_empty());
            assert!(info.title.starts_with(|c: char| c.is_lowercase()) && !info.title.ends_with('.'));
            for page in [info.why, info.mend] {
                assert!(page.ends_with('.') || page.ends_with('`'), "{}: {page}", info.name);
            }
        }
        assert_eq!(CODES.len(), Code::AugmentFewVariants as usize + 1);
    }

    #[test]
    fn a_set_keeps_what_is_put_in() {
        let mut set = CodeSet::default();
        assert!(set.is_empty() && !set.rejects(true));
        set.insert(Code::JsonEscapedNul);
        assert!(!set.rejects(false) && set.rejects(true));
        set.insert(Code::LimitTokens);
        assert!(set.rejects(false));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Code::JsonEscapedNul, Code::LimitTokens]);
    }
}
