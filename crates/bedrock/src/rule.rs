//! The points on which targets differ, and what each target says on them: refused, disputed, or taken.

use std::fmt;

use bedload_record::Code;
use serde::{Deserialize, Serialize};

/// A place where something is written, and when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// A URL, a repository and path, or `bedload baseline`.
    pub place: String,
    /// `YYYY-MM` or `YYYY-MM-DD`.
    pub date: String,
}

impl Citation {
    /// The last part of the place, for a message: the file or the page.
    pub fn short(&self) -> &str {
        self.place.rsplit(['/', ':']).next().unwrap_or(&self.place)
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.place, self.date)
    }
}

/// What a target says on one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Taken: nothing is said.
    Allow,
    /// The sources contradict each other: a warning that names both.
    Disputed,
    /// Refused: an error.
    Refuse,
}

/// What a target says on one point, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Refused, disputed or taken.
    pub level: Level,
    /// Who refuses it (or, where it is taken, who says so).
    pub source: Citation,
    /// Who says otherwise, where it is disputed.
    pub against: Option<Citation>,
}

impl Rule {
    /// The sources as findings show them.
    pub fn cite(&self) -> String {
        match &self.against {
            Some(against) => format!("{}; but not {against}", self.source),
            None => self.source.to_string(),
        }
    }
}

macro_rules! points {
    ($($(#[doc = $doc:literal])+ $point:ident = $name:literal, $title:literal, $refuse:expr, $disputed:expr;)+) => {
        /// A point on which targets differ. Where a target says nothing, it is taken, or, on the points that say so,
        /// judged as the format's own rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Point {
            $($(#[doc = $doc])+ $point,)+
        }

        impl Point {
            /// All points, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$point),+];

            /// Its name in a profile.
            pub fn name(self) -> &'static str {
                match self { $(Self::$point => $name),+ }
            }

            /// What is refused or disputed, in words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$point => $title),+ }
            }

            /// The code of a finding on this point; none where the point has no such level.
            pub fn code(self, level: Level) -> Option<Code> {
                use Code::*;
                match (self, level) {
                    $((Self::$point, Level::Refuse) => $refuse, (Self::$point, Level::Disputed) => $disputed,)+
                    (_, Level::Allow) => None,
                }
            }
        }
    };
}

points! {
    /// A key that the format does not name, in the record or in a message.
    ExtraKey = "extra-key", "keys beyond those of the format", Some(SchemaExtraKey), Some(DisputedExtraKey);
    /// No `schemaVersion`.
    SchemaVersionMissing = "schema-version-missing", "no schemaVersion", Some(SchemaVersion), Some(DisputedVersion);
    /// A `schemaVersion` other than `bedrock-conversation-2024`.
    SchemaVersionOther = "schema-version-other", "schemaVersion other than bedrock-conversation-2024", Some(SchemaVersion), Some(DisputedVersion);
    /// A conversation that ends with the user.
    EndsWithUser = "ends-with-user", "a conversation that ends with the user", Some(SchemaTurnOrder), None;
    /// More than one message of the user.
    SeveralTurns = "several-turns", "more than one exchange", Some(SchemaSeveralTurns), Some(DisputedSeveralTurns);
    /// More than one content block in a message.
    SeveralBlocks = "several-blocks", "more than one content block in a message", Some(SchemaSeveralBlocks), None;
    /// More than one text block in the system prompt.
    SeveralSystems = "several-systems", "more than one block in the system prompt", Some(SchemaSeveralBlocks), None;
    /// A `system` that is null or an empty list. Where a target says nothing, the format's own rule holds.
    EmptySystem = "empty-system", "an empty or null system prompt", Some(SchemaEmptyContent), Some(DisputedEmptyMember);
    /// Null in place of a member that may be left out. Where a target says nothing, the format's own rule holds.
    NullMember = "null-member", "null in place of an optional member", Some(SchemaWrongType), Some(DisputedEmptyMember);
    /// Image blocks.
    Image = "image", "images", Some(SchemaUnsupportedContent), Some(DisputedContent);
    /// Video blocks.
    Video = "video", "videos", Some(SchemaUnsupportedContent), Some(DisputedContent);
    /// Document blocks.
    Document = "document", "documents", Some(SchemaUnsupportedContent), Some(DisputedContent);
    /// Reasoning blocks.
    Reasoning = "reasoning", "reasoning", Some(SchemaUnsupportedContent), Some(DisputedContent);
    /// Tool configuration, calls and results.
    Tools = "tools", "tools", Some(SchemaUnsupportedContent), Some(DisputedContent);
    /// Tools that are not specified, called or answered as the format has it: no list, no name, one name twice, an
    /// unknown name or id. Where a target says nothing, the format's own rule holds.
    ToolSpec = "tool-spec", "tools that do not match the format", Some(SchemaToolSpec), Some(DisputedToolSpec);
    /// A tool without a description, or whose parameters are not of the type object.
    ToolDetails = "tool-details", "tools without a description or the type of their parameters", Some(SchemaToolSpec), Some(DisputedToolSpec);
    /// The parameters of a tool without `properties`.
    ToolProperties = "tool-properties", "tools whose parameters have no properties", Some(SchemaToolSpec), Some(DisputedToolSpec);
    /// Reasoning in a record that has media.
    ReasoningWithMedia = "reasoning-with-media", "reasoning together with media", Some(SchemaUnsupportedContent), Some(DisputedReasoningWithMedia);
    /// No `bucketOwner` next to an S3 URI.
    BucketOwnerMissing = "bucket-owner-missing", "no bucketOwner", Some(SchemaBucketOwner), Some(DisputedBucketOwner);
    /// Characters beyond letters, digits and `_ - / .` in the key of a media file.
    WideFileNames = "wide-file-names", "media names beyond letters, digits, _ - / .", Some(SchemaS3Uri), Some(DisputedS3Uri);
    /// A data file whose name the pattern of S3 URIs does not match.
    DataFileNames = "data-file-names", "data file names that an S3 URI cannot have", Some(DatasetFileName), None;
    /// Characters beyond letters, digits and `_ - / .` in the name of a data file.
    WideDataFileNames = "wide-data-file-names", "data file names beyond letters, digits, _ - / .", Some(DatasetFileName), None;
    /// Media of several kinds in one data set.
    MixedMedia = "mixed-media", "several kinds of media in one data set", Some(DatasetMixedMedia), None;
    /// Media in several buckets.
    SeveralBuckets = "several-buckets", "media in several buckets", Some(DatasetSeveralBuckets), None;
    /// An optional field in some records and not in others.
    OptionalField = "optional-field", "optional fields in some records only", None, Some(DisputedOptionalField);
    /// No `reference_answer`.
    ReferenceMissing = "reference-missing", "no reference_answer", Some(SchemaReferenceAnswer), Some(DisputedReferenceAnswer);
    /// A `reference_answer` without text or members.
    ReferenceEmpty = "reference-empty", "an empty reference_answer", Some(SchemaReferenceAnswer), Some(DisputedReferenceAnswer);
    /// A `reference_answer` that is neither a string nor an object.
    ReferenceShape = "reference-shape", "reference_answer other than text or object", Some(SchemaReferenceAnswer), Some(DisputedReferenceAnswer);
    /// Reference answers of several types in one data set.
    MixedReferences = "mixed-references", "several types of reference_answer in one data set", None, Some(DatasetMixedReferences);
    /// An `id` that is blank.
    IdEmpty = "id-empty", "a blank id", Some(SchemaRecordId), Some(DisputedRecordId);
    /// An `id` that is not text.
    IdShape = "id-shape", "an id other than text", Some(SchemaRecordId), Some(DisputedRecordId);
    /// A message of a tool, a developer or a bot.
    OtherRole = "other-role", "roles tool, developer and bot", Some(SchemaUnknownRole), Some(DisputedRole);
    /// A reserved word, as it is written, in what the user or the system says.
    ReservedWord = "reserved-word", "reserved words in user and system text", Some(SchemaReservedWord), Some(DisputedReservedWord);
    /// A reserved word in what the assistant says, in reasoning, or in a tool result.
    ReservedWordInAnswer = "reserved-word-in-answer", "reserved words in other text", Some(SchemaReservedWord), Some(DisputedReservedWord);
    /// A reserved word with different capitalization.
    ReservedWordInAnotherCase = "reserved-word-in-another-case", "reserved words with different capitalization", Some(SchemaReservedWord), Some(DisputedReservedWord);
}

macro_rules! bounds {
    ($($(#[doc = $doc:literal])+ $bound:ident = $name:literal, $title:literal;)+) => {
        /// What a limit bounds. A minimum and a maximum are the last values that pass.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Bound {
            $($(#[doc = $doc])+ $bound,)+
        }

        impl Bound {
            /// All bounds, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$bound),+];

            /// Its name in a profile.
            pub fn name(self) -> &'static str {
                match self { $(Self::$bound => $name),+ }
            }

            /// The largest number that makes sense, where larger ones are mistakes.
            pub(crate) fn value_max(self) -> Option<u64> {
                match self {
                    Self::TokensMargin => Some(100),
                    Self::TurnTokens => Some(1000),
                    _ => None,
                }
            }

            /// What is bounded, in words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$bound => $title),+ }
            }
        }
    };
}

bounds! {
    /// The fewest valid records, training and validation together.
    RecordsMin = "records-min", "records, training and validation, min";
    /// The fewest that are recommended, training and validation together.
    RecordsRecommended = "records-recommended", "records, training and validation, recommended";
    /// The most valid records, training and validation together.
    RecordsMax = "records-max", "records, training and validation, max";
    /// The fewest valid training records.
    TrainingRecordsMin = "training-records-min", "training records, min";
    /// The fewest training records that some of the sources want.
    TrainingRecordsMinDisputed = "training-records-min-disputed", "training records, min by other sources";
    /// The fewest training records that are recommended.
    TrainingRecordsRecommended = "training-records-recommended", "training records, recommended";
    /// The most valid training records.
    TrainingRecordsMax = "training-records-max", "training records, max";
    /// The fewest validation records, where there are any.
    ValidationRecordsMin = "validation-records-min", "validation records, min if there are any";
    /// The fewest validation records that are recommended, where there are any.
    ValidationRecordsRecommended = "validation-records-recommended", "validation records, recommended if there are any";
    /// The most validation records; 0 where the target accepts no validation file.
    ValidationRecordsMax = "validation-records-max", "validation records, max";
    /// The most bytes in a training file.
    TrainingBytesMax = "training-bytes-max", "training file, max bytes";
    /// The most bytes in a validation file.
    ValidationBytesMax = "validation-bytes-max", "validation file, max bytes";
    /// The most tokens in a record, all its texts together.
    RecordTokensMax = "record-tokens-max", "tokens per record, max";
    /// The most tokens in what the model is given.
    PromptTokensMax = "prompt-tokens-max", "tokens per prompt, max";
    /// The most tokens in what the model is to give.
    CompletionTokensMax = "completion-tokens-max", "tokens per completion, max";
    /// How far an estimate of tokens may be over a limit before that is an error, in per cent of the limit. An exact
    /// count has none.
    TokensMargin = "tokens-margin", "margin of the token count, percent";
    /// The tokens that each message takes besides its text.
    TurnTokens = "turn-tokens", "tokens per message besides its text";
    /// The fewest tokens that an image counts for besides the texts.
    ImageTokensMin = "image-tokens-min", "tokens per image, at least";
    /// The most characters (Unicode scalar values) in a record, all its texts together.
    RecordCharsMax = "record-chars-max", "characters per record, max";
    /// The most characters in what the model is given.
    PromptCharsMax = "prompt-chars-max", "characters per prompt, max";
    /// The most characters in what the model is to give.
    CompletionCharsMax = "completion-chars-max", "characters per completion, max";
    /// The fewest characters in a caption.
    CaptionCharsMin = "caption-chars-min", "characters per caption, min";
    /// The most characters in a caption.
    CaptionCharsMax = "caption-chars-max", "characters per caption, max";
    /// The most images in a record.
    ImagesMax = "images-max", "images per record, max";
    /// The most videos in a record.
    VideosMax = "videos-max", "videos per record, max";
    /// The most documents in a record.
    DocumentsMax = "documents-max", "documents per record, max";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file() {
        for point in Point::ALL {
            assert_eq!(serde_json::to_value(point).expect("a name"), point.name());
            assert!(point.code(Level::Refuse).is_some() || point.code(Level::Disputed).is_some());
        }
        for bound in Bound::ALL {
            assert_eq!(serde_json::to_value(bound).expect("a name"), bound.name());
        }
    }
}
