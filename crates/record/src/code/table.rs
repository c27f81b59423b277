//! The table of codes: what each says, why it matters, how to mend it, and whose rule it is.
//!
//! A rule of a profile names its own source in the finding; the source here is for the code in general.

use super::{Code, CodeInfo, Scope, Severity};

const PREPARE: &str =
    "https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html (2026-11)";
const BASELINE: &str = "bedload baseline (2026-11)";
const DISTILL: &str =
    "https://docs.aws.amazon.com/bedrock/latest/userguide/distillation-prepare-datasets.html (2026-11)";
const NOVA: &str =
    "https://docs.aws.amazon.com/nova/latest/userguide/fine-tune-prepare-data-understanding.html (2026-11)";
const NOVA1: &str = "https://docs.aws.amazon.com/nova/latest/userguide/nova-fine-tune-1.html (2026-11)";
const NOVA2: &str =
    "https://docs.aws.amazon.com/nova/latest/nova2-userguide/nova-data-prep-sft-2.html (2026-11)";
const RFT: &str = "https://docs.aws.amazon.com/bedrock/latest/userguide/rft-prepare-data.html (2026-11)";
const API: &str = "boto/botocore:botocore/data/bedrock/2023-04-20/service-2.json (2026-08-07)";
const LIFECYCLE: &str = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html (2026-11)";
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
        "Name a vocabulary with a token for everything, such as one of bytes; or count by the fast engine."
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
    row!(
        SchemaExtraKey,
        "schema/extra-key",
        Error,
        Record,
        PREPARE,
        "a key that the target does not take",
        "Some targets refuse a record, or a message, with any key beyond those of the format.",
        "Remove the key; `bedload convert --extra drop` removes such keys from all records."
    ),
    row!(
        SchemaUnknownRole,
        "schema/role",
        Error,
        Record,
        PREPARE,
        "a message has a role that the format does not know",
        "Each format has a closed list of roles. In conversations of the Converse and the Claude format the system prompt is a field of the record, not a message.",
        "Use the roles that the message names; `bedload convert` moves a system message to its place."
    ),
    row!(
        SchemaTurnOrder,
        "schema/turn-order",
        Error,
        Record,
        PREPARE,
        "the messages stand in a wrong order",
        "A conversation begins with the user, alternates, and ends with the assistant, whose answers are what is learned.",
        "Merge neighbouring messages of one role, and cut off what follows the last answer."
    ),
    row!(
        SchemaSeveralTurns,
        "schema/several-turns",
        Error,
        Record,
        DISTILL,
        "more turns than the target takes",
        "Some targets take a single exchange only.",
        "Keep one user message and, where there is one, its answer."
    ),
    row!(
        SchemaSeveralBlocks,
        "schema/several-blocks",
        Error,
        Record,
        PREPARE,
        "more content blocks than the target takes",
        "Some targets take exactly one text block in the system prompt or in a message.",
        "Join the texts into one block."
    ),
    row!(
        SchemaUnknownBlock,
        "schema/unknown-block",
        Error,
        Record,
        PREPARE,
        "a content block is not of one known kind",
        "A content block is an object with exactly one key, which names its kind: `{\"text\": \"…\"}`. Blocks with a `type` key belong to other interfaces.",
        "Write each block as one of the kinds that the message names."
    ),
    row!(
        SchemaUnsupportedContent,
        "schema/unsupported-content",
        Error,
        Record,
        PREPARE,
        "a kind of content that the model does not take",
        "Models differ in what they take beside text: images, videos, documents, reasoning, tools.",
        "Remove the content, or choose the profile of a model that takes it; `bedload profiles NAME` lists the kinds."
    ),
    row!(
        SchemaMisplacedContent,
        "schema/misplaced-content",
        Error,
        Record,
        NOVA,
        "content stands in a message of the wrong role",
        "Media and tool results belong to the user, reasoning and tool calls to the assistant.",
        "Move the block to a message of the other role."
    ),
    row!(
        SchemaVersion,
        "schema/schema-version",
        Error,
        Record,
        DISTILL,
        "`schemaVersion` is missing or has a value that the target refuses",
        "The value that every target takes is `bedrock-conversation-2024`; the prose of one guide misspells it.",
        "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`."
    ),
    row!(
        SchemaReservedWord,
        "schema/reserved-word",
        Error,
        Record,
        NOVA,
        "a text holds a word that the model reserves",
        "Such words mark turns or media in the prompts that the model is trained on, so they must not occur in the text; a job with one fails.",
        "Reword the text, e.g. write `User -` in place of `User:`."
    ),
    row!(
        SchemaMediaFormat,
        "schema/media-format",
        Error,
        Record,
        NOVA,
        "a media format that the target does not take",
        "Each model has a closed list of formats for images, videos and documents.",
        "Convert the file; `jpg` is written `jpeg`."
    ),
    row!(
        SchemaMediaCount,
        "schema/media-count",
        Error,
        Record,
        NOVA,
        "more media in the record than the target takes",
        "A record may hold a few images or one video.",
        "Split the record, or remove media."
    ),
    row!(
        SchemaMixedMedia,
        "schema/mixed-media",
        Error,
        Record,
        NOVA,
        "media of several kinds in one record",
        "A record, and a whole data set, holds text only, text with images, or text with videos.",
        "Make one data set for each kind of media."
    ),
    row!(
        SchemaS3Uri,
        "schema/s3-uri",
        Error,
        Record,
        API,
        "not an S3 URI that the service takes",
        "A place in S3 reads `s3://BUCKET/KEY`; the service refuses spaces, `=`, `+`, `%` and empty parts in keys, and some models take letters, digits, `_`, `-`, `/` and `.` only.",
        "Rename the object."
    ),
    row!(
        SchemaBucketOwner,
        "schema/bucket-owner",
        Error,
        Record,
        API,
        "`bucketOwner` is missing or not an account number",
        "The owner of a bucket is an account number of 12 digits.",
        "Write the 12 digits as a string."
    ),
    row!(
        SchemaToolSpec,
        "schema/tool-spec",
        Error,
        Record,
        NOVA2,
        "a tool is not specified as the format wants it",
        "A tool has a name and an input schema; without them calls cannot be checked.",
        "Write `{\"toolSpec\": {\"name\": \"…\", \"inputSchema\": {\"json\": {…}}}}`; in chat records `{\"type\": \"function\", \"function\": {\"name\": \"…\", \"parameters\": {…}}}`."
    ),
    row!(
        SchemaToolName,
        "schema/tool-name",
        Error,
        Record,
        NOVA2,
        "a call of a tool that the record does not specify",
        "The name in a tool call must be one of the record's own tools.",
        "Add the tool to `toolConfig`, or correct the name."
    ),
    row!(
        SchemaToolId,
        "schema/tool-id",
        Error,
        Record,
        NOVA2,
        "tool calls and tool results do not match",
        "Each result answers a call of the message before it, by its id, and each call that is not the end of the conversation has a result.",
        "Correct the ids, or add the missing result."
    ),
    row!(
        SchemaCandidates,
        "schema/candidates",
        Error,
        Record,
        NOVA1,
        "the candidates of a preference record are not as the format wants them",
        "The last assistant message has at least two candidates in place of its content, one labelled `preferred` and one `non-preferred`.",
        "Give the last message two candidates with different labels."
    ),
    row!(
        SchemaReferenceAnswer,
        "schema/reference-answer",
        Error,
        Record,
        RFT,
        "`reference_answer` is missing, empty, or of a type that the target refuses",
        "The grader compares answers with the reference.",
        "Add a text or an object under `reference_answer`."
    ),
    row!(
        DisputedExtraKey,
        "disputed/extra-key",
        Warning,
        Record,
        PREPARE,
        "a key on which the sources disagree",
        "One source refuses keys beyond those of the format, another takes them.",
        "Remove the key to be safe; `bedload convert --extra drop` removes such keys from all records."
    ),
    row!(
        DisputedRole,
        "disputed/role",
        Warning,
        Record,
        RFT,
        "a role on which the sources disagree",
        "The guide names system, user and assistant; a script by the same maker takes more.",
        "Use the three roles to be safe."
    ),
    row!(
        DisputedSeveralTurns,
        "disputed/several-turns",
        Warning,
        Record,
        DISTILL,
        "several turns, on which the sources disagree",
        "The guide takes several turns for some students, while the validation script takes one exchange.",
        "Keep one exchange to be safe."
    ),
    row!(
        DisputedContent,
        "disputed/content",
        Warning,
        Record,
        NOVA,
        "a kind of content on which the sources disagree",
        "One guide says that the content is taken, another that the job may fail.",
        "Leave the content out to be safe."
    ),
    row!(
        DisputedVersion,
        "disputed/schema-version",
        Warning,
        Record,
        NOVA,
        "`schemaVersion` is missing or unusual, on which the sources disagree",
        "One source wants the field with any text, one wants `bedrock-conversation-2024`, one does without it.",
        "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`, which all of them take."
    ),
    row!(
        DisputedReservedWord,
        "disputed/reserved-word",
        Warning,
        Record,
        NOVA,
        "a reserved word where the sources disagree about it",
        "The guide reserves words as they are written, in what the user and the system say; scripts look for them in every text, or in any case.",
        "Reword the text to be safe."
    ),
    row!(
        DisputedMediaFormat,
        "disputed/media-format",
        Warning,
        Record,
        NOVA,
        "a media format on which the sources disagree",
        "One guide lists the format, another does not.",
        "Convert the file to a format that all of them list."
    ),
    row!(
        DisputedBucketOwner,
        "disputed/bucket-owner",
        Warning,
        Record,
        NOVA,
        "`bucketOwner` is missing, on which the sources disagree",
        "The guide has the field as optional; a script by the same maker requires it.",
        "Add the account number of the bucket's owner."
    ),
    row!(
        DisputedReasoningWithMedia,
        "disputed/reasoning-with-media",
        Warning,
        Record,
        NOVA,
        "reasoning beside media, on which the sources disagree",
        "One script refuses reasoning in records with media, others take it.",
        "Leave one of the two out to be safe."
    ),
    row!(
        DisputedReferenceAnswer,
        "disputed/reference-answer",
        Warning,
        Record,
        RFT,
        "`reference_answer` is missing or of a type on which the sources disagree",
        "One guide requires it, one advises it, the scripts do without; the guides take any type, the scripts text and objects only.",
        "Add a text or an object under `reference_answer`."
    ),
    row!(
        LimitCharacters,
        "limit/characters",
        Error,
        Record,
        PREPARE,
        "a text is longer, or shorter, than the target takes",
        "Some targets bound a text by its characters, before any token is counted.",
        "Shorten the text; captions below the minimum need more words."
    ),
    row!(
        ConvertExtraKey,
        "convert/extra-key",
        Error,
        Record,
        BASELINE,
        "a key that the new format has no place for",
        "Nothing is dropped unasked: what the new format has no place for may matter.",
        "Say `--extra drop` to leave such keys out, or `--extra keep` to carry them along."
    ),
    row!(
        ConvertContent,
        "convert/content",
        Error,
        Record,
        BASELINE,
        "content that the new format cannot hold",
        "A conversion keeps every character, every turn and every call, or refuses the record.",
        "Choose a format that holds the content; where the message says so, `--extra drop` leaves it out."
    ),
    row!(
        ConvertSource,
        "convert/source",
        Error,
        Record,
        BASELINE,
        "the record is not in the format that is converted from",
        "What is not understood cannot be carried over.",
        "Name the format with `--format`, or the fields with `--map`."
    ),
    row!(
        ConvertDropped,
        "convert/dropped",
        Note,
        Record,
        BASELINE,
        "a part of the record was left out of the conversion, as asked",
        "`--extra drop` leaves out what the new format has no place for; this says what, and counts it.",
        "Nothing to do."
    ),
    row!(
        FileOtherFormat,
        "file/other-format",
        Error,
        Dataset,
        BASELINE,
        "the file is in another format than the rest of the data",
        "A data set has one format; files of several kinds mostly come from the wrong directory.",
        "Check the files of each kind on their own, or convert them."
    ),
    row!(
        FileSize,
        "file/size",
        Error,
        Dataset,
        PREPARE,
        "the file is larger than the target takes",
        "The service bounds the size of a training and of a validation file.",
        "Use fewer records: `bedload build --select N`."
    ),
    row!(
        DatasetMixedMedia,
        "dataset/mixed-media",
        Error,
        Dataset,
        NOVA,
        "records with media of several kinds in one data set",
        "A data set holds text only, text with images, or text with videos.",
        "Make one data set for each kind of media."
    ),
    row!(
        DatasetSeveralBuckets,
        "dataset/several-buckets",
        Error,
        Dataset,
        NOVA,
        "media in several buckets",
        "Media must be in the bucket of the data set, so there can only be one.",
        "Copy the media to one bucket."
    ),
    row!(
        DatasetMixedReferences,
        "dataset/mixed-references",
        Warning,
        Dataset,
        BASELINE,
        "reference answers of several types in one data set",
        "A grader is written for one type, and fails on the other in the middle of the job.",
        "Write all reference answers as text, or all as objects."
    ),
    row!(
        DatasetTooFewValidation,
        "dataset/too-few-validation",
        Error,
        Dataset,
        PREPARE,
        "fewer validation records than the target takes",
        "Some targets want a minimum of validation records where there are any.",
        "Raise --validation, or leave validation out."
    ),
    row!(
        DisputedRecordsMin,
        "disputed/records-min",
        Warning,
        Dataset,
        NOVA,
        "fewer records than some of the sources want",
        "One source sets a lower minimum than another.",
        "Add records to be safe."
    ),
    row!(
        DisputedOptionalField,
        "disputed/optional-field",
        Warning,
        Dataset,
        NOVA,
        "an optional field that some records have and others do not",
        "One script wants an optional field in all records or in none; the guide does not.",
        "Give all records the field, or none."
    ),
    row!(
        ProfileLegacy,
        "profile/legacy",
        Warning,
        Dataset,
        LIFECYCLE,
        "the model is legacy",
        "A legacy model takes no new customization jobs.",
        "Choose another model: `bedload profiles`."
    ),
    row!(
        ProfileEndOfLife,
        "profile/end-of-life",
        Warning,
        Dataset,
        LIFECYCLE,
        "the model is past its end of life",
        "The model is gone; data can still be checked against its rules, e.g. to convert it.",
        "Choose another model: `bedload profiles`."
    ),
    row!(
        ProfileElsewhere,
        "profile/elsewhere",
        Note,
        Dataset,
        LIFECYCLE,
        "the target is taken by another service than Bedrock",
        "The format is documented for training jobs of Amazon SageMaker; no Bedrock job takes it.",
        "Nothing to do if that is where the data goes."
    ),
    row!(
        DatasetMixedFormats,
        "dataset/mixed-formats",
        Error,
        Dataset,
        BASELINE,
        "the inputs are in different formats",
        "A data set has one format; files of several kinds mostly come from the wrong directory.",
        "Check the files of each kind on their own, or convert them to one format with `bedload convert`."
    ),
    row!(
        LimitTokensEstimate,
        "limit/tokens-estimate",
        Warning,
        Record,
        BASELINE,
        "more tokens than the target takes, by an estimate that may be too high",
        "The target's tokenizer is not published, and the count by a near one is over the limit by less than its margin.",
        "Shorten the record to be safe, or count pairs of text and true count with `bedload calibrate` and set the margin that they give."
    ),
];
