//! Finding codes: the one table of everything that can be said about a record or a data set.
//!
//! Adding a code: a variant of [`Code`], a row of [`CODES`] at the same place, and the check that emits it.

use std::fmt;

mod table;

pub use table::CODES;

/// How bad a finding is. Errors reject a record, or fail a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never changes an exit code.
    Note,
    /// Accepted, but worth a look; an error under `--strict`.
    Warning,
    /// Not accepted.
    Error,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

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

/// A finding code. Its name reads `area/problem` and never changes meaning. The area `disputed` is for points on
/// which the sources contradict each other.
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
    FileNotJsonl,
    DatasetSkippedFiles,
    DatasetNoRecords,
    DatasetDuplicateId,
    DatasetMissingId,
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
    SplitTooManyHeldOut,
    SplitInexact,
    SplitPinnedApart,
    SplitUnusedPins,
    SplitMissingPins,
    SplitLeaks,
    SplitSpansSources,
    SplitMissingTime,
    SplitMixedTimes,
    SplitMissingClass,
    SplitNoGroups,
    SplitMissingGroup,
    SplitUngrouped,
    BalanceMissingLabel,
    AugmentFewVariants,
    SchemaExtraKey,
    SchemaUnknownRole,
    SchemaTurnOrder,
    SchemaSeveralTurns,
    SchemaSeveralBlocks,
    SchemaUnknownBlock,
    SchemaUnsupportedContent,
    SchemaMisplacedContent,
    SchemaVersion,
    SchemaReservedWord,
    SchemaMediaFormat,
    SchemaMediaCount,
    SchemaMixedMedia,
    SchemaS3Uri,
    SchemaBucketOwner,
    SchemaToolSpec,
    SchemaToolName,
    SchemaToolId,
    SchemaCandidates,
    SchemaReferenceAnswer,
    DisputedExtraKey,
    DisputedRole,
    DisputedSeveralTurns,
    DisputedContent,
    DisputedVersion,
    DisputedReservedWord,
    DisputedMediaFormat,
    DisputedBucketOwner,
    DisputedReasoningWithMedia,
    DisputedReferenceAnswer,
    LimitCharacters,
    ConvertExtraKey,
    ConvertContent,
    ConvertSource,
    ConvertDropped,
    FileOtherFormat,
    FileSize,
    DatasetMixedMedia,
    DatasetSeveralBuckets,
    DatasetMixedReferences,
    DatasetTooFewValidation,
    DisputedRecordsMin,
    DisputedOptionalField,
    ProfileLegacy,
    ProfileEndOfLife,
    ProfileElsewhere,
    PiiEmail,
    PiiPhone,
    PiiCard,
    PiiIban,
    PiiIpAddress,
    PiiNationalId,
    PiiCloudKey,
    PiiToken,
    PiiPrivateKey,
    PiiPassword,
    TextControlToken,
    TextOnlyControlToken,
    DatasetMixedFormats,
    LimitTokensEstimate,
    ConvertWeight,
    DatasetIgnoredKeys,
    DatasetFewDistinct,
    SplitLeakedRecord,
    SplitLeakedPrompt,
    SplitLeakedGroup,
    DatasetFileName,
    DatasetOneFile,
    SchemaIgnoredKey,
    SchemaUnconfirmedWord,
    SchemaRecordId,
    DisputedEmptyMember,
    DisputedToolSpec,
    DisputedRecordId,
    DisputedS3Uri,
    DisputedMediaCount,
    DisputedRecordsMax,
    SchemaWeight,
    EvaluationUnmatched,
    EvaluationOtherReference,
    EvaluationLeftOut,
    BalanceTooManyValues,
    BalanceMissingValue,
    SplitTooManyStrata,
    DedupeUnranked,
    ContaminationMatch,
    ContaminationDropped,
    ContaminationFound,
    ContaminationUncompared,
    ContaminationCommon,
    SelectTooFewRecords,
    SelectShortSource,
    SelectPinnedLeftOut,
    BalanceNoClasses,
    BalanceUnevenValues,
    BalanceRareValues,
    BalanceUnvalidatedValues,
    SplitSimilarRecords,
    ConflictsLabels,
    ConflictsResolved,
    ConflictsVariation,
    PreferenceEqualPair,
    PreferenceRefusal,
    PreferenceRepeatedPrompt,
    PreferenceFlippedPair,
    PreferenceCycle,
    PreferenceLengthBias,
    DatasetPartlyCompared,
    PreferenceCutPair,
    OutputNotAsBuilt,
    ConvertToolId,
    ConvertRepaired,
    FileUnreadKeys,
    DedupeOtherLabel,
    ConvertExpanded,
    ConvertPaired,
    ConvertUnpaired,
}

/// Everything about a code in general.
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
    /// How to fix it.
    pub help: &'static str,
    /// Where the rule is from.
    pub source: &'static str,
}

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
pub struct CodeSet([u128; 2]);

impl CodeSet {
    /// Adds a code.
    pub fn insert(&mut self, code: Code) {
        let (word, bit) = place(code);
        self.0[word] |= bit;
    }

    /// Takes a code out.
    pub fn remove(&mut self, code: Code) {
        let (word, bit) = place(code);
        self.0[word] &= !bit;
    }

    /// Adds the codes of another set.
    pub fn absorb(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
    }

    /// Returns true if the set has the code.
    pub fn contains(self, code: Code) -> bool {
        let (word, bit) = place(code);
        self.0[word] & bit != 0
    }

    /// Returns true if the set has this code and no other.
    pub fn is_only(self, code: Code) -> bool {
        let mut only = Self::default();
        only.insert(code);
        self.0 == only.0
    }

    /// Returns true if the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == [0; 2]
    }

    /// The codes, in the order of [`CODES`].
    pub fn iter(self) -> impl Iterator<Item = Code> {
        let bits = |word: u128| {
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|&left| left != 0)
                .map(|left| left.trailing_zeros() as usize)
        };
        let [low, high] = self.0;
        bits(low).chain(bits(high).map(|n| n + 128)).map(|n| CODES[n].code)
    }

    /// Returns true if the sets have a code in common.
    pub fn meets(self, other: Self) -> bool {
        self.0[0] & other.0[0] != 0 || self.0[1] & other.0[1] != 0
    }
}

/// The word of a set that has a code, and the code's bit in it.
fn place(code: Code) -> (usize, u128) {
    let number = code as u8;
    (usize::from(number >> 7), 1 << (number & 127))
}

const _: () = assert!(CODES.len() <= 256, "a code set has 256 bits");

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
            assert!(
                info.title.starts_with(|c: char| c.is_lowercase() || c == '`') && !info.title.ends_with('.')
            );
            for page in [info.why, info.help] {
                assert!(page.ends_with('.') || page.ends_with('`'), "{}: {page}", info.name);
            }
        }
        assert_eq!(CODES.len(), Code::ConvertUnpaired as usize + 1);
    }

    #[test]
    fn a_set_keeps_what_is_put_in() {
        let mut set = CodeSet::default();
        assert!(set.is_empty() && !set.meets(set));
        set.insert(Code::JsonEscapedNul);
        set.insert(Code::LimitTokens);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Code::JsonEscapedNul, Code::LimitTokens]);
    }
}
