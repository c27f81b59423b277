//! The table of codes: what each means, why it matters, how to fix it, and where the rule comes from.
//!
//! A finding about a profile's rule names that rule's own source; the source here is that of the code in general.

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
const LEGACY: &str =
    "https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-11)";
const RFT_NOVA2: &str =
    "https://docs.aws.amazon.com/nova/latest/nova2-userguide/nova-data-prep-rft-2.html (2026-11)";
const S_NOVA: &str = "aws-samples/amazon-nova-samples:customization/bedrock-finetuning/understanding/dataset_validation/nova_ft_dataset_validator.py (2026-11)";
const EVALUATION: &str = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-custom.html (2026-11)";
const RFC8259: &str = "RFC 8259";
const I_JSON: &str = "RFC 7493 (I-JSON)";

macro_rules! row {
    ($code:ident, $name:literal, $severity:ident, $scope:ident, $source:expr, $title:literal, $why:literal, $help:literal) => {
        CodeInfo {
            code: Code::$code,
            name: $name,
            severity: Severity::$severity,
            scope: Scope::$scope,
            title: $title,
            why: $why,
            help: $help,
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
        "Bedrock reads one JSON object from each physical line. A trailing comma, a comment, a second value on the line or a truncated line makes the job fail, often without naming the line.",
        "Look at the column named in the finding. `jq -c . FILE` turns a pretty-printed file into JSONL, `jq -c '.[]' FILE` an array."
    ),
    row!(
        JsonInvalidUtf8,
        "json/invalid-utf8",
        Error,
        Record,
        RFC8259,
        "the line is not valid UTF-8",
        "JSON exchanged between systems must be UTF-8. A reader either rejects the record or replaces the damaged bytes, and the model then trains on the damage.",
        "Convert the file from its real encoding, e.g. `iconv -f WINDOWS-1252 -t UTF-8`, or truncate text at character boundaries, not at bytes."
    ),
    row!(
        JsonEncoding,
        "json/encoding",
        Error,
        Record,
        RFC8259,
        "the line looks like UTF-16 or UTF-32",
        "Spreadsheets and PowerShell write UTF-16 by default; JSON must be UTF-8.",
        "Convert the whole file: `iconv -f UTF-16 -t UTF-8 FILE`, or `-f UTF-32`."
    ),
    row!(
        JsonBom,
        "json/bom",
        Error,
        Record,
        RFC8259,
        "the line begins with a byte order mark",
        "Writers must not add one, and common readers fail on it or read a different first key. Inside a file it usually means that files were concatenated.",
        "`bedload convert FILE --fix=json/bom --out FIXED` removes it, as `sed -i 's/^\\xEF\\xBB\\xBF//' FILE` does; `build` takes --fix, too."
    ),
    row!(
        JsonBlankLine,
        "json/blank-line",
        Error,
        Record,
        PREPARE,
        "the line is blank",
        "The data set format is one object per line with no empty lines; blank lines are a known cause of `must conform to JSONL format`.",
        "`bedload convert FILE --fix=json/blank-line --out FIXED` removes it, as `sed -i '/^[[:space:]]*$/d' FILE` does; `build` takes --fix, too."
    ),
    row!(
        JsonNotAnObject,
        "json/not-an-object",
        Error,
        Record,
        PREPARE,
        "the line holds JSON, but not an object",
        "Every record is an object with named fields.",
        "`jq -c '.[]' FILE` turns an array of records into JSONL."
    ),
    row!(
        JsonDuplicateKey,
        "json/duplicate-key",
        Error,
        Record,
        I_JSON,
        "a key occurs twice in one object",
        "Readers disagree on which value counts (first, last, or an error), so what was checked may not be what the model is trained on. Keys are compared after unescaping.",
        "Keep only one of them."
    ),
    row!(
        JsonLoneSurrogate,
        "json/lone-surrogate",
        Error,
        Record,
        I_JSON,
        "an escape names half of a surrogate pair",
        "Half a pair is not a character and cannot be encoded as UTF-8: readers reject it, or fail later when the text is encoded for the tokenizer. It usually comes from text truncated at a fixed length.",
        "Truncate text at character boundaries, or write both halves of the pair."
    ),
    row!(
        JsonNumberRange,
        "json/number-range",
        Error,
        Record,
        I_JSON,
        "a number is too large for a double",
        "Some readers turn it into infinity, others reject the record.",
        "Write a finite number, or a string."
    ),
    row!(
        JsonNumberPrecision,
        "json/number-precision",
        Warning,
        Record,
        I_JSON,
        "an integer does not fit in 64 bits",
        "Many readers round it to a double. bedload keeps the digits as they are.",
        "Write long identifiers as strings."
    ),
    row!(
        JsonNumberUnderflow,
        "json/number-underflow",
        Warning,
        Record,
        I_JSON,
        "a number is too small for a double",
        "Readers turn it into zero. bedload keeps the digits as they are.",
        "Write the value with a sensible exponent."
    ),
    row!(
        JsonEscapedNul,
        "json/escaped-nul",
        Warning,
        Record,
        BASELINE,
        "a string contains a NUL character",
        "It is valid JSON, but text with NUL is usually binary data by mistake, and some tools truncate strings there.",
        "Remove `\\u0000` from the text."
    ),
    row!(
        JsonDepth,
        "json/depth",
        Error,
        Record,
        BASELINE,
        "values are nested more than 127 levels deep",
        "Common readers stop at between 127 and 1,000 levels; real records need fewer than ten.",
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
        "The format defines the type of each of its fields, and a target reads no other; null counts as a value of the wrong type.",
        "Write the value with the type that the message names."
    ),
    row!(
        SchemaEmptyContent,
        "schema/empty-content",
        Error,
        Record,
        BASELINE,
        "a required text is empty or blank",
        "A record without text teaches the model nothing, and several targets reject it.",
        "Fill in the field, or drop the record."
    ),
    row!(
        SchemaOutOfRange,
        "schema/out-of-range",
        Error,
        Record,
        BASELINE,
        "a number is outside its range",
        "The format limits the field to a range.",
        "Scale the value into the range that the message names."
    ),
    row!(
        SchemaIdenticalPair,
        "schema/identical-pair",
        Error,
        Record,
        BASELINE,
        "the chosen and the rejected answer are the same",
        "Such a pair expresses no preference.",
        "Drop the record, or correct one of the answers."
    ),
    row!(
        LimitRecordBytes,
        "limit/record-bytes",
        Error,
        Record,
        BASELINE,
        "the line is longer than --max-record-bytes",
        "A record is held in memory while it is checked, so its size is limited; a line this long usually means that line breaks are missing.",
        "Raise --max-record-bytes if the record is intended."
    ),
    row!(
        LimitTokens,
        "limit/tokens",
        Error,
        Record,
        BASELINE,
        "the record has more tokens than the target accepts",
        "A record over the limit makes the job fail, sometimes after hours (aws-samples/amazon-bedrock-workshop#224).",
        "Shorten or split the record. `bedload explain FILE:LINE --profile NAME` shows the count of each field."
    ),
    row!(
        TokensUncountable,
        "tokens/uncountable",
        Error,
        Record,
        BASELINE,
        "the tokenizer failed on the record",
        "Without a token count there is no way to tell whether the record is within the limit.",
        "Use a vocabulary that has a token for every byte, or the fast engine."
    ),
    row!(
        FileCrlf,
        "file/crlf",
        Note,
        Dataset,
        BASELINE,
        "the file has CRLF line endings",
        "CRLF line endings are accepted; in the output, lines always end with LF.",
        "Nothing to do."
    ),
    row!(
        FileEmpty,
        "file/empty",
        Warning,
        Dataset,
        BASELINE,
        "the file is empty",
        "An empty input is rarely intended.",
        "Check the step that wrote the file."
    ),
    row!(
        FileNotJsonl,
        "file/not-jsonl",
        Error,
        Dataset,
        PREPARE,
        "the file is not JSONL",
        "None of its lines can be a record, so it is not read. An array, a table, an archive, a web page or a pointer file must be converted or replaced as a whole.",
        "The finding says what the file is and how to get JSONL from it."
    ),
    row!(
        DatasetSkippedFiles,
        "dataset/skipped-files",
        Note,
        Dataset,
        BASELINE,
        "files in an input directory were not read",
        "In a directory, only files whose names end in .jsonl or .ndjson are read (in upper or lower case, also with .gz or .zst). Other files are often documentation, but sometimes data.",
        "If they contain records, name them on the command line, or rename them."
    ),
    row!(
        DatasetNoRecords,
        "dataset/no-records",
        Error,
        Dataset,
        BASELINE,
        "there are no valid records",
        "There is nothing to train on, to evaluate with or to write.",
        "See the findings about records for what is wrong with each of them. Where `build` keeps no valid record, report/records.parquet says why."
    ),
    row!(
        DatasetDuplicateId,
        "dataset/duplicate-id",
        Warning,
        Dataset,
        BASELINE,
        "records of one source have the same id, but different content",
        "An id is what finds a record again. Where several records have it, one of them may be an older version, or the pointer names something else, such as a conversation.",
        "List them with `SELECT source, id, count(DISTINCT digest) FROM 'OUT/report/records.parquet' WHERE id IS NOT NULL GROUP BY ALL HAVING count(DISTINCT digest) > 1`; drop old versions, or name another field."
    ),
    row!(
        DatasetMissingId,
        "dataset/missing-id",
        Warning,
        Dataset,
        BASELINE,
        "records have no id at the field that was named for it",
        "The id in the report is null for them, so they are found by file and line only. An id is a string, a number or a boolean, in the record as it was before any conversion.",
        "Correct the JSON Pointer of `--id`, or of `id` in the [[input]] table; without it, no ids are looked for."
    ),
    row!(
        DatasetTooFewRecords,
        "dataset/too-few-records",
        Error,
        Dataset,
        PREPARE,
        "fewer valid records than the target requires",
        "The minimum applies to valid records, so a job can be refused even though the file has enough lines.",
        "Fix the rejected records, or add data."
    ),
    row!(
        DatasetFewRecords,
        "dataset/few-records",
        Warning,
        Dataset,
        PREPARE,
        "fewer valid records than recommended",
        "The target accepts the data, but results with so few records are usually poor.",
        "Add more data if you can."
    ),
    row!(
        DatasetTooManyRecords,
        "dataset/too-many-records",
        Error,
        Dataset,
        PREPARE,
        "more valid records than the target accepts",
        "Some targets limit training and validation records together, others training records alone; the message says which limit is exceeded.",
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
        "Name the format with --format, or the target with --profile; `bedload profiles` lists both. Where the keys are your own, say where each field is, e.g. `bedload build INPUT --to preference --map prompt=q,chosen=good,rejected=bad`; `convert` takes the same options."
    ),
    row!(
        DatasetWrongFormat,
        "dataset/wrong-format",
        Error,
        Dataset,
        BASELINE,
        "the data is not in a format that the target accepts",
        "In a file of the wrong kind every line fails; this finding says so once.",
        "Choose a profile for this kind of data, or convert the data."
    ),
    row!(
        DatasetTooManyRejected,
        "dataset/too-many-rejected",
        Error,
        Dataset,
        BASELINE,
        "more records were rejected than --max-rejected allows",
        "The limit guards against input that was broken upstream.",
        "Fix the cause, or raise the limit. Of `build`, rejected.jsonl and report/findings.parquet have all of them; `check --show-content` shows some in full."
    ),
    row!(
        BalanceImbalancedLabels,
        "balance/imbalanced-labels",
        Warning,
        Dataset,
        BASELINE,
        "the largest class is much larger than the smallest",
        "A model trained on such data tends to answer with the largest classes.",
        "Collect more records of the rare classes, or let `bedload build` add variants of them with `--augment-to N`, or keep fewer of the large ones with `--cap-class N`."
    ),
    row!(
        BalanceLabelVariants,
        "balance/label-variants",
        Warning,
        Dataset,
        BASELINE,
        "a label has several spellings",
        "Spellings that differ only in case or white space are learned as different answers.",
        "Use one spelling per label; `bedload build` lists the spellings in report/labels.parquet."
    ),
    row!(
        BalanceTooManyLabels,
        "balance/too-many-labels",
        Warning,
        Dataset,
        BASELINE,
        "the label field has too many different values",
        "A field with this many values is not a class; the split is not stratified by it.",
        "Choose another --label-field."
    ),
    row!(
        SplitTooManyValidation,
        "split/too-many-validation",
        Error,
        Dataset,
        PREPARE,
        "more validation records than the target accepts",
        "Some targets limit the validation file, or accept none.",
        "Use fewer validation records (`--validation`, `--validation-file`), or none."
    ),
    row!(
        SplitTooManyHeldOut,
        "split/too-many-held-out",
        Error,
        Dataset,
        BASELINE,
        "validation and test records would be more than half of the records",
        "Counts may take at most half of the kept records together, so that most records are left to train on.",
        "Use fewer validation or test records (`--validation`, `--test`), or shares of the records."
    ),
    row!(
        SplitInexact,
        "split/inexact",
        Note,
        Dataset,
        BASELINE,
        "groups do not add up to the requested validation or test size",
        "A group of records is never divided, and pinned records do not move. So the size differs from the request where groups are large; the message says how large, and what their records share.",
        "Nothing to do if the difference is small. Otherwise choose another --group-by, or remove a value that joins records that do not belong together, such as a placeholder."
    ),
    row!(
        SplitPinnedApart,
        "split/pinned-apart",
        Warning,
        Dataset,
        BASELINE,
        "groups whose records are pinned to different sides",
        "Records that belong together were on different sides of the pinned output, or new records link them. They stay where they were, and the sides share what they have in common. A new record of such a group goes where the records are that it shares a key with, and out of training if they are on several sides.",
        "To find them: `SELECT \"group\", split, count(*) FROM 'OUT/report/records.parquet' WHERE \"group\" IN (SELECT \"group\" FROM 'OUT/report/records.parquet' GROUP BY 1 HAVING count(DISTINCT split) > 1) GROUP BY 1, 2`. Split without --pin, or remove the records from one side."
    ),
    row!(
        SplitUnusedPins,
        "split/unused-pins",
        Warning,
        Dataset,
        BASELINE,
        "no record of the pinned output is among the records",
        "Records are recognized by their content, as `--normalize` compares it and in the format that they are converted to. None was, so that nothing stays where it was.",
        "Name the output of an earlier version of the data, and build with the same --normalize and --to."
    ),
    row!(
        SplitMissingPins,
        "split/missing-pins",
        Note,
        Dataset,
        BASELINE,
        "some records of the pinned output are not among the records",
        "Records are recognized by their content, as `--normalize` compares it and in the format that they are converted to. A record that was changed, masked or removed since is not recognized: what it was changed to is a new record, which can be on another side.",
        "Nothing to do, if the records were removed or changed on purpose. Otherwise build with the same inputs, --normalize, --to and --pii as the pinned output."
    ),
    row!(
        SplitLeaks,
        "split/leaks",
        Warning,
        Dataset,
        BASELINE,
        "the sides of the split share prompts, values or similar records",
        "The split divides no group, but pins keep records on the sides that they were on. The validation score looks better than the model is, as far as records say something about each other.",
        "Split without --pin, or remove the records that link the sides: `bedload explain split/pinned-apart`. `bedload verify OUT --leaks` counts again; `--strict` makes it an error, so that the output is not ready."
    ),
    row!(
        SplitSpansSources,
        "split/spans-sources",
        Warning,
        Dataset,
        BASELINE,
        "groups with records of a held-out source and of others",
        "Records of other sources belong with records of a source that is validation or test data. They follow these, so that nothing is on both sides.",
        "Nothing to do, if that is what was wanted. Otherwise remove the records from one of the sources, or group by less."
    ),
    row!(
        SplitMissingTime,
        "split/missing-time",
        Error,
        Dataset,
        BASELINE,
        "records have no time at the field of --split-by-time",
        "A record without a time cannot be newer or older than others; it is in the training set, unless others hold its group out. Times are numbers, or dates of RFC 3339 such as `2026-11-27T10:00:00Z` or `2026-11-27`.",
        "Correct the field, or give every record a time there."
    ),
    row!(
        SplitMixedTimes,
        "split/mixed-times",
        Error,
        Dataset,
        BASELINE,
        "some times are numbers, and others are dates",
        "A number says nothing of its unit or origin, so that it is neither before nor after a date.",
        "Write all times in one form."
    ),
    row!(
        SplitMissingClass,
        "split/missing-class",
        Warning,
        Dataset,
        BASELINE,
        "a class has no record in the validation set",
        "The validation score then says nothing about that class.",
        "Add records of the class, or raise --validation."
    ),
    row!(
        SplitNoGroups,
        "split/no-groups",
        Error,
        Dataset,
        BASELINE,
        "no record has a value at the field of --group-by",
        "Without groups, records that belong together end up on both sides, and the validation set leaks. Usually the name is misspelled.",
        "Correct the field: a JSON Pointer from the top of the record, such as `/conversation/id`. With --to, a field that the new form lacks is read in the record as it was before."
    ),
    row!(
        SplitMissingGroup,
        "split/missing-group",
        Warning,
        Dataset,
        BASELINE,
        "some records have no value at a field of --group-by",
        "A record without a value is not kept together with others by that field, and can end up on the other side from the records it belongs with.",
        "Give every record a value for that field. `SELECT file, line FROM 'OUT/report/records.parquet' WHERE codes LIKE '%split/missing-group%'` lists the records."
    ),
    row!(
        SplitUngrouped,
        "split/ungrouped",
        Error,
        Dataset,
        BASELINE,
        "some records have no value at any field that groups the records of their source",
        "Nothing but their prompt says what they belong with, so they can end up on the other side from records of the same conversation, user or document, and the validation set leaks.",
        "Give every record a value, name another field with --group-by or in its [[input]] table, or accept them with --allow-missing-group. `SELECT file, line FROM 'OUT/report/records.parquet' WHERE codes LIKE '%split/ungrouped%'` lists the records."
    ),
    row!(
        BalanceMissingLabel,
        "balance/missing-label",
        Error,
        Dataset,
        BASELINE,
        "no record has a label at the field of --label-field",
        "Without labels, nothing is balanced or stratified. Usually the name is misspelled.",
        "Correct --label-field, e.g. `--label-field /label`."
    ),
    row!(
        AugmentFewVariants,
        "augment/few-variants",
        Note,
        Dataset,
        BASELINE,
        "fewer variants than requested",
        "A record has at most one variant of each template, prefix, suffix and so on, and a strategy leaves prompts alone that it does not suit. Variants that equal another record, are too close to a held-out record or exceed a limit are left out.",
        "Use more strategies (`--augment-strategy`) or more templates (`--augment-templates`)."
    ),
    row!(
        SchemaExtraKey,
        "schema/extra-key",
        Error,
        Record,
        PREPARE,
        "a key that the target does not accept",
        "Some targets reject a record or a message that has keys beyond those of the format.",
        "Remove the key; `bedload convert --extra drop` removes such keys from all records."
    ),
    row!(
        SchemaUnknownRole,
        "schema/role",
        Error,
        Record,
        PREPARE,
        "a message has a role that the format does not know",
        "Each format has a closed list of roles. In the Converse and Claude formats the system prompt is a field of the record, not a message.",
        "Use the roles that the message names; `bedload convert` moves a system message to its place."
    ),
    row!(
        SchemaTurnOrder,
        "schema/turn-order",
        Error,
        Record,
        PREPARE,
        "the messages are in the wrong order",
        "A conversation begins with the user, alternates, and ends with the assistant, whose answers the model learns. Chat records for reinforcement fine-tuning need a user message, and a system message only comes first.",
        "Put the messages into the order that the message names; merge adjacent messages of the same role, and remove what follows the last answer."
    ),
    row!(
        SchemaSeveralTurns,
        "schema/several-turns",
        Error,
        Record,
        DISTILL,
        "more turns than the target accepts",
        "Some targets accept only a single exchange.",
        "Keep one user message and its answer, if there is one."
    ),
    row!(
        SchemaSeveralBlocks,
        "schema/several-blocks",
        Error,
        Record,
        PREPARE,
        "more content blocks than the target accepts",
        "Some targets accept exactly one text block in the system prompt or in a message.",
        "Join the texts into one block."
    ),
    row!(
        SchemaUnknownBlock,
        "schema/unknown-block",
        Error,
        Record,
        PREPARE,
        "a content block is not of a known kind",
        "A content block is an object with exactly one key, which names its kind: `{\"text\": \"…\"}`. Blocks with a `type` key belong to other APIs.",
        "Write each block as one of the kinds that the message names, and leave out members that are null."
    ),
    row!(
        SchemaUnsupportedContent,
        "schema/unsupported-content",
        Error,
        Record,
        PREPARE,
        "a kind of content that the model does not accept",
        "Models differ in what they accept besides text: images, videos, documents, reasoning, tools.",
        "Remove the content, or choose the profile of a model that accepts it; `bedload profiles NAME` lists the kinds."
    ),
    row!(
        SchemaMisplacedContent,
        "schema/misplaced-content",
        Error,
        Record,
        NOVA,
        "content in a message of the wrong role",
        "Media and tool results belong in user messages, reasoning and tool calls in assistant messages.",
        "Move the block to a message of the right role."
    ),
    row!(
        SchemaVersion,
        "schema/schema-version",
        Error,
        Record,
        DISTILL,
        "`schemaVersion` is missing or has a value that the target rejects",
        "Every target accepts `bedrock-conversation-2024`; the text of one guide misspells it.",
        "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`."
    ),
    row!(
        SchemaReservedWord,
        "schema/reserved-word",
        Error,
        Record,
        NOVA,
        "a text contains a reserved word",
        "The model uses such words to mark turns or media, so they must not occur in text; a job with one of them fails.",
        "Reword the text, e.g. write `User -` instead of `User:`."
    ),
    row!(
        SchemaMediaFormat,
        "schema/media-format",
        Error,
        Record,
        NOVA,
        "a media format that the target does not accept",
        "Each model has a list of accepted formats for images, videos and documents.",
        "Convert the file; `jpg` is written `jpeg`."
    ),
    row!(
        SchemaMediaCount,
        "schema/media-count",
        Error,
        Record,
        NOVA,
        "more media in the record than the target accepts",
        "A record may contain a few images or one video.",
        "Split the record, or remove some of the media."
    ),
    row!(
        SchemaMixedMedia,
        "schema/mixed-media",
        Error,
        Record,
        NOVA,
        "media of several kinds in one record",
        "A record, and the data set as a whole, contains either text only, text with images, or text with videos.",
        "Make a separate data set for each kind of media."
    ),
    row!(
        SchemaS3Uri,
        "schema/s3-uri",
        Error,
        Record,
        API,
        "not an S3 URI that the service accepts",
        "An S3 URI has the form `s3://BUCKET/KEY`; the service rejects spaces, `=`, `+`, `%` and empty parts in keys.",
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
        "a tool specification does not match the format",
        "A tool has a unique name, a description, and an input schema with a type. The guides and the validators that AWS publishes require them, and calls cannot be checked without them.",
        "Write `{\"toolSpec\": {\"name\": \"…\", \"description\": \"…\", \"inputSchema\": {\"json\": {\"type\": \"object\", …}}}}`; in chat records `{\"type\": \"function\", \"function\": {\"name\": \"…\", \"description\": \"…\", \"parameters\": {\"type\": \"object\", …}}}`. Leave the list out if there are no tools."
    ),
    row!(
        SchemaToolName,
        "schema/tool-name",
        Error,
        Record,
        NOVA2,
        "a call to a tool that the record does not specify",
        "The name in a tool call must be that of one of the record's tools.",
        "Add the tool to `toolConfig`, or correct the name."
    ),
    row!(
        SchemaToolId,
        "schema/tool-id",
        Error,
        Record,
        NOVA2,
        "tool calls and tool results do not match",
        "Each result refers by id to a call in the preceding message, and each call except at the end of the conversation has a result.",
        "Correct the ids, or add the missing result."
    ),
    row!(
        SchemaCandidates,
        "schema/candidates",
        Error,
        Record,
        NOVA1,
        "the candidates of a preference record do not match the format",
        "The last assistant message has at least two candidates instead of content, one labeled `preferred` and one `non-preferred`.",
        "Give the last message two candidates with different labels."
    ),
    row!(
        SchemaReferenceAnswer,
        "schema/reference-answer",
        Error,
        Record,
        RFT,
        "`reference_answer` is missing, empty, or of a type that the target rejects",
        "The grader compares answers with the reference answer.",
        "Add a text or an object under `reference_answer`."
    ),
    row!(
        DisputedExtraKey,
        "disputed/extra-key",
        Warning,
        Record,
        PREPARE,
        "a key on which the sources disagree",
        "One source rejects keys beyond those of the format, another accepts them.",
        "Remove the key to be safe; `bedload convert --extra drop` removes such keys from all records."
    ),
    row!(
        DisputedRole,
        "disputed/role",
        Warning,
        Record,
        RFT,
        "a role on which the sources disagree",
        "The guide names system, user and assistant; AWS's own script accepts more.",
        "Use the three roles to be safe."
    ),
    row!(
        DisputedSeveralTurns,
        "disputed/several-turns",
        Warning,
        Record,
        DISTILL,
        "several turns, which not all of the sources accept",
        "The guide allows several turns for some student models, while the validation script accepts one exchange.",
        "Keep one exchange to be safe."
    ),
    row!(
        DisputedContent,
        "disputed/content",
        Warning,
        Record,
        NOVA,
        "a kind of content on which the sources disagree",
        "One guide says that the content is supported, another that the job may fail.",
        "Remove the content to be safe."
    ),
    row!(
        DisputedVersion,
        "disputed/schema-version",
        Warning,
        Record,
        NOVA,
        "`schemaVersion` is missing or unusual, which not all of the sources accept",
        "One source requires the field with any text, one requires `bedrock-conversation-2024`, one does not require it.",
        "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`, which all of them accept."
    ),
    row!(
        DisputedReservedWord,
        "disputed/reserved-word",
        Warning,
        Record,
        NOVA,
        "a reserved word on which the sources disagree",
        "The guide reserves the words as written, in user and system text; scripts look for them in every text, or ignore case.",
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
        "`bucketOwner` is missing, and not all of the sources require it",
        "In the guide the field is optional; AWS's own script requires it.",
        "Add the account number of the bucket owner."
    ),
    row!(
        DisputedReasoningWithMedia,
        "disputed/reasoning-with-media",
        Warning,
        Record,
        NOVA,
        "reasoning together with media, which not all of the sources accept",
        "One script rejects reasoning in records with media, others accept it.",
        "Remove one of the two to be safe."
    ),
    row!(
        DisputedReferenceAnswer,
        "disputed/reference-answer",
        Warning,
        Record,
        RFT,
        "`reference_answer` is missing or of a type on which the sources disagree",
        "One guide requires it, one recommends it, the scripts do not require it; the guides allow any type, the scripts only text and objects.",
        "Add a text or an object under `reference_answer`."
    ),
    row!(
        LimitCharacters,
        "limit/characters",
        Error,
        Record,
        PREPARE,
        "a text is longer or shorter than the target accepts",
        "Some targets limit the number of characters in a text, in addition to its tokens.",
        "Bring the text within the limit that the message names."
    ),
    row!(
        ConvertExtraKey,
        "convert/extra-key",
        Error,
        Record,
        BASELINE,
        "a key that the target format cannot hold",
        "Nothing is dropped unless you ask for it: the key may matter.",
        "Use `--extra keys=drop` to remove such keys, or `--extra keys=keep` to keep them; for `system`, `tool-calls` and `answers` likewise. The message names the kind."
    ),
    row!(
        ConvertContent,
        "convert/content",
        Error,
        Record,
        BASELINE,
        "content that the target format cannot hold",
        "A conversion keeps every character, every turn and every call, or rejects the record.",
        "Choose a format that can hold the content, or remove it with the option that the message names, such as `--extra media=drop`. Where it names none, the record would be left without an answer, or broken. Where the name of a tool is the reason, rename the tool in the source, in `tools` and in every call."
    ),
    row!(
        ConvertSource,
        "convert/source",
        Error,
        Record,
        BASELINE,
        "the record is not in the source format",
        "A record that cannot be read in the source format cannot be converted.",
        "If a few records have this, correct or remove them. If most do, the source is described wrongly: check `--format` or `--map`, or `format` or `map` of its [[input]] table."
    ),
    row!(
        ConvertDropped,
        "convert/dropped",
        Note,
        Record,
        BASELINE,
        "part of the record was dropped in the conversion, as requested",
        "`--extra drop`, or `--extra KIND=drop` for a kind of content, removes what the target format cannot hold, and `--weights drop` the marks that exclude an answer from training, which is then trained on. This finding says what was removed, and counts it.",
        "Nothing to do if that is intended; without the option, such a record is rejected."
    ),
    row!(
        FileOtherFormat,
        "file/other-format",
        Error,
        Dataset,
        BASELINE,
        "the file is in a different format from the rest of the data",
        "A data set has one format; files of several kinds usually come from the wrong directory.",
        "Check the files of each kind separately, or convert them."
    ),
    row!(
        FileSize,
        "file/size",
        Error,
        Dataset,
        PREPARE,
        "the file is larger than the target accepts",
        "The service limits the size of the training file and of the validation file.",
        "Use fewer records: `bedload build --select N`."
    ),
    row!(
        DatasetMixedMedia,
        "dataset/mixed-media",
        Error,
        Dataset,
        NOVA,
        "records with media of several kinds in one data set",
        "A data set contains either text only, text with images, or text with videos.",
        "Make a separate data set for each kind of media."
    ),
    row!(
        DatasetSeveralBuckets,
        "dataset/several-buckets",
        Error,
        Dataset,
        NOVA,
        "media in several buckets",
        "Media must be in the same bucket as the data set.",
        "Copy the media to a single bucket."
    ),
    row!(
        DatasetMixedReferences,
        "dataset/mixed-references",
        Warning,
        Dataset,
        BASELINE,
        "reference answers of several types in one data set",
        "A grader is usually written for one type and fails on the others, in the middle of the job.",
        "Write all reference answers as text, or all as objects."
    ),
    row!(
        DatasetTooFewValidation,
        "dataset/too-few-validation",
        Error,
        Dataset,
        PREPARE,
        "fewer validation records than the target requires",
        "Some targets require a minimum number of validation records, if there are any.",
        "Use more validation records (`--validation`, `--validation-file`), or none."
    ),
    row!(
        DisputedRecordsMin,
        "disputed/records-min",
        Warning,
        Dataset,
        NOVA,
        "fewer records than some of the sources require",
        "One source sets a lower minimum than another.",
        "Add records to be safe."
    ),
    row!(
        DisputedOptionalField,
        "disputed/optional-field",
        Warning,
        Dataset,
        NOVA,
        "an optional field that only some records have",
        "One script requires an optional field to be in all records or in none; the guide does not.",
        "Add the field to all records, or remove it from all."
    ),
    row!(
        ProfileLegacy,
        "profile/legacy",
        Warning,
        Dataset,
        LEGACY,
        "the model is legacy",
        "The service refuses new customization jobs on legacy models.",
        "Choose another model: `bedload profiles`."
    ),
    row!(
        ProfileEndOfLife,
        "profile/end-of-life",
        Warning,
        Dataset,
        LEGACY,
        "the model is past its end of life",
        "The model is no longer available, and the service refuses new jobs on it; data can still be checked against its rules, e.g. in order to convert it.",
        "Choose another model: `bedload profiles`."
    ),
    row!(
        ProfileElsewhere,
        "profile/elsewhere",
        Note,
        Dataset,
        NOVA1,
        "the target belongs to a service other than Bedrock",
        "The format is documented for Amazon SageMaker training jobs; no Bedrock job accepts it.",
        "Nothing to do if the data is for SageMaker."
    ),
    row!(
        PiiEmail,
        "pii/email",
        Warning,
        Record,
        "RFC 5321",
        "an e-mail address in a text",
        "An e-mail address can identify a person, and a model can repeat what it was trained on.",
        "`--pii mask` writes `[EMAIL]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiPhone,
        "pii/phone",
        Warning,
        Record,
        "ITU-T E.164",
        "a phone number in a text",
        "A phone number can identify a person, and a model can repeat what it was trained on. It counts where its form is unmistakable (a country's code, the groups of North America, a leading zero with groups) or a word such as `tel` or `mobile` stands before it.",
        "`--pii mask` writes `[PHONE]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiCard,
        "pii/card",
        Warning,
        Record,
        "ISO/IEC 7812-1",
        "the number of a payment card in a text",
        "The prefix and the length are those of an issuer, and the check digit is right. Card numbers must not be stored in the clear, and a model that was trained on one can repeat it.",
        "`--pii mask` writes `[CARD]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiIban,
        "pii/iban",
        Warning,
        Record,
        "ISO 13616",
        "an IBAN in a text",
        "The country and the length are registered, and the check digits are right. An account number can identify a person, and a model can repeat what it was trained on.",
        "`--pii mask` writes `[IBAN]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiIpAddress,
        "pii/ip-address",
        Warning,
        Record,
        "RFC 4291, RFC 791",
        "an IP address in a text",
        "An address can lead to a person or a machine. Those that are the same on every machine do not count: unspecified, loopback, link-local, multicast and masks; nor do versions.",
        "`--pii mask` writes `[IP_ADDRESS]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiNationalId,
        "pii/national-id",
        Warning,
        Record,
        BASELINE,
        "a national identity or tax number in a text",
        "The check digits of the country are right, or a word that names the number stands before it. It identifies a person for life, and a model can repeat what it was trained on.",
        "`--pii mask` writes `[NATIONAL_ID]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiCloudKey,
        "pii/cloud-key",
        Warning,
        Record,
        BASELINE,
        "a key of a cloud account in a text",
        "Whoever has the key can use the account, and whoever uses the model can ask for it.",
        "Revoke it first: it has been in a file. `--pii mask` writes `[CLOUD_KEY]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiToken,
        "pii/token",
        Warning,
        Record,
        BASELINE,
        "an access token in a text",
        "It begins as the tokens of a service do. Whoever has it can act for its owner, and whoever uses the model can ask for it.",
        "Revoke it first: it has been in a file. `--pii mask` writes `[TOKEN]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiPrivateKey,
        "pii/private-key",
        Warning,
        Record,
        "RFC 7468",
        "a private key in a text",
        "Whoever has the key can pass for its owner, and whoever uses the model can ask for it.",
        "Revoke it first: it has been in a file. `--pii mask` writes `[PRIVATE_KEY]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        PiiPassword,
        "pii/password",
        Warning,
        Record,
        "RFC 3986",
        "a password in a URL in a text",
        "`scheme://user:password@host` gives access to whoever reads it, and whoever uses the model can ask for it.",
        "Revoke it first: it has been in a file. `--pii mask` writes `[PASSWORD]` in its place, `--pii drop` leaves the record out; `--pii-kinds` chooses what is looked for."
    ),
    row!(
        TextControlToken,
        "text/control-token",
        Warning,
        Record,
        BASELINE,
        "a control token of other models in a text",
        "`<|endoftext|>`, `<|im_start|>`, `[INST]` and the like are left behind by an export or a prompt template. To a model without such a token they are ordinary text, which it learns to write. Bedrock adds the target's own template to each record. Not reported are the target's own tokens where it takes prompts that already contain its template (Llama 3.1), and `<s>` and `</s>` where they can be HTML.",
        "Remove them before training, e.g. `sed 's/<|endoftext|>//g'`; write turns as turns with `--to converse`."
    ),
    row!(
        TextOnlyControlToken,
        "text/only-control-token",
        Warning,
        Record,
        BASELINE,
        "an answer that is nothing but a control token of other models",
        "The answer is empty but for the mark of its end: the record teaches the model to say nothing.",
        "Remove the record."
    ),
    row!(
        DatasetMixedFormats,
        "dataset/mixed-formats",
        Error,
        Dataset,
        BASELINE,
        "the inputs are in different formats",
        "A data set has one format; files of several kinds usually come from the wrong directory.",
        "Check the files of each kind separately, or convert them to one format with `bedload convert`."
    ),
    row!(
        LimitTokensEstimate,
        "limit/tokens-estimate",
        Warning,
        Record,
        BASELINE,
        "the estimated token count exceeds the limit, within its margin",
        "The target's tokenizer is not published; the count of a similar one exceeds the limit by less than the margin of the estimate.",
        "Shorten the record to be safe, or run `bedload calibrate` on texts with known token counts and set the margin it reports."
    ),
    row!(
        ConvertWeight,
        "convert/weight",
        Error,
        Record,
        BASELINE,
        "an answer that is excluded from training",
        "Other tools exclude an answer from training with a weight of 0, a mask or a label. The target formats have nothing like it, so the answer would be trained on.",
        "Remove the answer, or cut the conversation before it; `--weights split` keeps what can be learned without it, and `--weights drop` removes the mark and trains on it. A `label` of false calls an answer a bad one: `--to preference` pairs it with a good one to the same prompt."
    ),
    row!(
        DatasetIgnoredKeys,
        "dataset/ignored-keys",
        Warning,
        Dataset,
        BASELINE,
        "records have keys that the format has no field for",
        "Content under such a key is not checked, its tokens are not counted, and the target does not train on it. If most records have the key, the data is probably in another format than was detected; if a few have it, they are probably in another format than the rest. A key one letter away from a field is probably misspelt.",
        "Correct the key if it is misspelt. Otherwise convert the data with `bedload convert`, as the message says, or name the format with --format if the key is of no use."
    ),
    row!(
        DatasetFewDistinct,
        "dataset/few-distinct",
        Warning,
        Dataset,
        "https://repost.aws/questions/QUvHPW1J7ST1WDOimcoMx8VQ/bedrock-fine-tuning-validationerror (2024)",
        "a minimum is met only because duplicates count",
        "A user's job was refused for too few records after its duplicate rows had been removed; `bedload build` removes them too.",
        "Add different records. `bedload build` lists the duplicates in report/duplicates.parquet."
    ),
    row!(
        SplitLeakedRecord,
        "split/leaked-record",
        Error,
        Dataset,
        BASELINE,
        "validation records are also in the training data",
        "The model has been trained on these records, so the validation score looks better than the model is.",
        "Remove them from one side, or let `bedload build INPUT --validation SHARE` split all records."
    ),
    row!(
        SplitLeakedPrompt,
        "split/leaked-prompt",
        Error,
        Dataset,
        BASELINE,
        "validation records share a prompt with training records",
        "The model has been trained on an answer to the same prompt, so the validation score does not show how it does on new ones. Prompts are compared without case and white space.",
        "Keep each group on one side, or let `bedload build INPUT --validation SHARE` split all records: it never divides a group."
    ),
    row!(
        SplitLeakedGroup,
        "split/leaked-group",
        Error,
        Dataset,
        BASELINE,
        "validation records share a value at a field of --group-by with training records",
        "Records of one conversation, user or document say much about each other, so that the validation score is better than it would be on new ones.",
        "Keep each group on one side, or let `bedload build INPUT --validation SHARE --group-by POINTER` split all records: it never divides a group."
    ),
    row!(
        DatasetFileName,
        "dataset/file-name",
        Warning,
        Dataset,
        API,
        "the job cannot use a file with this name",
        "The S3 URI of a data file is checked before the job starts: a key may contain only letters, digits, `/` and `-!_*'().`, so spaces, `=`, `+`, `%` and non-ASCII letters are refused; Nova accepts only letters, digits, `_`, `-`, `/` and `.`. The name must end in `.jsonl`.",
        "Rename the file, or upload it under another key; `bedload build` names its files itself."
    ),
    row!(
        DatasetOneFile,
        "dataset/one-file",
        Warning,
        Dataset,
        API,
        "the input is not the one uncompressed file that the job takes",
        "The training data of a job is the S3 URI of one `.jsonl` file, and so is its validation data. A prefix, several files or a compressed file is refused.",
        "`bedload build INPUT... --out DIR` writes one such file."
    ),
    row!(
        SchemaIgnoredKey,
        "schema/ignored-key",
        Warning,
        Record,
        BASELINE,
        "a key that looks like training data, but is not used",
        "Continued pre-training uses unlabelled text only, distillation uses prompts only, and a preference pair has one `score`. Values under other keys are neither counted nor trained on.",
        "Remove the key, or choose the profile of a task that uses it, e.g. `--profile generic-sft`."
    ),
    row!(
        SchemaUnconfirmedWord,
        "schema/unconfirmed-word",
        Note,
        Record,
        NOVA,
        "a text contains a word that may be reserved",
        "A user's script lists words that Bedrock is said to refuse; no AWS page and no recorded refusal confirms them.",
        "If a job with such a text fails in validation, reword the text."
    ),
    row!(
        SchemaRecordId,
        "schema/record-id",
        Error,
        Record,
        RFT_NOVA2,
        "`id` is blank, or of a type that the target rejects",
        "The `id` of a record is optional, but if present it must be text.",
        "Write the id as a string, or leave it out."
    ),
    row!(
        DisputedEmptyMember,
        "disputed/empty-member",
        Warning,
        Record,
        S_NOVA,
        "an empty or null member on which the sources disagree",
        "The guide describes only members that have a value; the validators that AWS publishes treat null, and an empty system prompt, as if the member were absent.",
        "Leave the member out to be safe."
    ),
    row!(
        DisputedToolSpec,
        "disputed/tool-spec",
        Warning,
        Record,
        RFT_NOVA2,
        "a tool specification on which the sources disagree",
        "Validators that AWS publishes require more of a tool than the guide does.",
        "Give every tool a description, and parameters with `\"type\": \"object\"` and `properties`."
    ),
    row!(
        DisputedRecordId,
        "disputed/record-id",
        Warning,
        Record,
        RFT_NOVA2,
        "an `id` on which the sources disagree",
        "The guide says only that the id is optional; the validators that AWS publishes accept text.",
        "Write the id as a string to be safe."
    ),
    row!(
        DisputedS3Uri,
        "disputed/s3-uri",
        Warning,
        Record,
        API,
        "a media file name on which the sources disagree",
        "The service's pattern for S3 URIs allows more characters than the validators that AWS publishes, which allow only letters, digits, `_`, `-`, `/` and `.`.",
        "Rename the object to be safe."
    ),
    row!(
        DisputedMediaCount,
        "disputed/media-count",
        Warning,
        Record,
        NOVA2,
        "more media in the record than some of the sources accept",
        "One source sets a maximum, another does not.",
        "Split the record to be safe."
    ),
    row!(
        DisputedRecordsMax,
        "disputed/records-max",
        Warning,
        Dataset,
        NOVA,
        "more records, or a validation file, where some of the sources accept fewer, or none",
        "One source sets a lower maximum than another, or allows no validation file while another does.",
        "To be safe, use fewer records; if the message is about a validation file, leave it out."
    ),
    row!(
        SchemaWeight,
        "schema/weight",
        Error,
        Record,
        BASELINE,
        "a mark that excludes an answer from training, or weights it",
        "Other tools exclude an answer from training with a weight of 0, a mask or a label. Bedrock's formats have no such mark; it is ignored, and the answer is trained on like any other.",
        "Remove the record, or end the conversation before the answer; `--weights drop` trains on the answer."
    ),
    row!(
        EvaluationUnmatched,
        "evaluation/unmatched",
        Warning,
        Dataset,
        BASELINE,
        "predictions whose prompt is not in the other file",
        "Two models can be compared only on prompts that both were asked. Prompts are the same if they are equal; of several equal ones the first is compared with the first.",
        "Ask both models the same prompts; `--prompt-field` names the field to match by, such as an id."
    ),
    row!(
        EvaluationOtherReference,
        "evaluation/other-reference",
        Warning,
        Dataset,
        BASELINE,
        "prompts with another reference in the other file",
        "What is right for a prompt differs between the files, so the scores of the two models are not comparable there.",
        "Use the same references for both models."
    ),
    row!(
        EvaluationLeftOut,
        "evaluation/left-out",
        Warning,
        Dataset,
        EVALUATION,
        "validation records that cannot be prompts of an evaluation",
        "A prompt data set for Bedrock's evaluation jobs has one text as prompt and one as reference. A conversation of several turns, tools or media do not fit in there.",
        "Nothing to do if the others are enough; evaluate the rest with your own calls and `bedload evaluate`."
    ),
    row!(
        BalanceTooManyValues,
        "balance/too-many-values",
        Warning,
        Dataset,
        BASELINE,
        "a field of --stratify or --balance has too many different values",
        "A field with this many values, such as an id, does not divide the records into groups that can be compared; it is ignored.",
        "Choose another field, e.g. the language or the source of a record."
    ),
    row!(
        BalanceMissingValue,
        "balance/missing-value",
        Warning,
        Dataset,
        BASELINE,
        "no record has a value at a field of --stratify or --balance",
        "Values are strings, numbers and booleans, read from the records as they are in the input. Usually the name is misspelled.",
        "Correct the JSON Pointer, e.g. `--stratify /language`."
    ),
    row!(
        SplitTooManyStrata,
        "split/too-many-strata",
        Warning,
        Dataset,
        BASELINE,
        "the facets of --stratify have too many combinations of values",
        "The mix of so many small strata cannot be kept; the last facet of --stratify is ignored.",
        "Use fewer facets, or fields with fewer values."
    ),
    row!(
        DedupeUnranked,
        "dedupe/unranked",
        Warning,
        Dataset,
        BASELINE,
        "some records have no number at the field of --survivor",
        "Where such a record equals or resembles another one, the other one stays, whatever its number.",
        "Correct the field if it is misspelled: a JSON Pointer to a number, such as `highest:/score`. Numbers in quotation marks are strings, and rank nothing."
    ),
    row!(
        ContaminationMatch,
        "contamination/match",
        Warning,
        Record,
        BASELINE,
        "the record shares text with evaluation data",
        "A model that was trained on the questions of a test answers them from memory, and its score says nothing. A match is 13 words in a row (`--eval-ngram`) that an evaluation record has too, or at least 0.8 of its words (`--eval-coverage`), counting words in runs of eight or more; `bedload build` lists every match with its place in report/contamination.parquet.",
        "Leave the record out (`bedload build --eval-hits drop`), or do not evaluate with what it matches."
    ),
    row!(
        ContaminationDropped,
        "contamination/dropped",
        Note,
        Record,
        BASELINE,
        "the record shares text with evaluation data, and is left out",
        "With `--eval-hits drop`, records that share text with evaluation data are not selected; report/contamination.parquet has every match with its place.",
        "Nothing to do."
    ),
    row!(
        ContaminationFound,
        "contamination/found",
        Error,
        Dataset,
        BASELINE,
        "records share text with evaluation data, where none may",
        "`--eval-hits fail` allows no such record: scores of a model that was trained on them say nothing.",
        "Leave the records out with `--eval-hits drop`."
    ),
    row!(
        ContaminationUncompared,
        "contamination/uncompared",
        Warning,
        Dataset,
        BASELINE,
        "evaluation records that training data is not compared with",
        "They have no text where one is looked for, or fewer than three words, which any data set has by chance.",
        "Name the field with the question, e.g. `--eval-set eval.jsonl:/question`; give short questions together with their answers."
    ),
    row!(
        ContaminationCommon,
        "contamination/common",
        Note,
        Dataset,
        BASELINE,
        "words in a row that many evaluation records have",
        "Instructions and forms that more than ten evaluation records have (`common` in `[stages.contamination]`) are no question of the test. They count for no match, and are left out of the coverage.",
        "Nothing to do."
    ),
    row!(
        SelectTooFewRecords,
        "select/too-few-records",
        Note,
        Dataset,
        BASELINE,
        "fewer records, or tokens, than the selection asks for",
        "All that there is was kept. Duplicates and rejected records do not count.",
        "Nothing to do if that is enough; otherwise add data."
    ),
    row!(
        SelectShortSource,
        "select/short-source",
        Warning,
        Dataset,
        BASELINE,
        "a source has less than its share of the mix",
        "The other sources fill the selection, so that the mix is not the one that was asked for.",
        "Select less, add data to the source, or lower its weight; without --select and --select-tokens, --mix keeps as much as the mix allows."
    ),
    row!(
        SelectPinnedLeftOut,
        "select/pinned-left-out",
        Note,
        Dataset,
        BASELINE,
        "pinned records were left out of the selection",
        "Records of the output that --pin names are selected before any others, and there are more of them than the selection has room for, or they are of a source that has no share of --mix. The next output pins only what this one kept.",
        "Select more (`--select`, `--select-tokens`, `--cap-class`, `--mix`), or pin both outputs next time: `--pin OLD --pin NEW`."
    ),
    row!(
        BalanceNoClasses,
        "balance/no-classes",
        Warning,
        Dataset,
        BASELINE,
        "an option for classes has no effect, because the records have none",
        "Classes are the values of --label-field, or short completions that recur.",
        "Name the field that has the class, e.g. `--label-field /category`."
    ),
    row!(
        BalanceUnevenValues,
        "balance/uneven-values",
        Note,
        Dataset,
        BASELINE,
        "a value of a facet of --balance is much more frequent than another",
        "A model learns most from what it sees most; whether that is wanted depends on what it is for.",
        "Nothing to do if that is intended. Otherwise `bedload build` evens out sources with `--mix` and labels with `--cap-class N` or `--augment-to N`; other values need more records, or fewer. With `--balance`, it writes the counts to report/balance.parquet."
    ),
    row!(
        BalanceRareValues,
        "balance/rare-values",
        Warning,
        Dataset,
        BASELINE,
        "values of a facet of --balance have few training records",
        "What occurs a few times is hardly learned, and no score of it means anything.",
        "Collect more such records; `rare` in [stages.balance] says how few that is, and `bedload build` writes the counts to report/balance.parquet."
    ),
    row!(
        BalanceUnvalidatedValues,
        "balance/unvalidated-values",
        Warning,
        Dataset,
        BASELINE,
        "values of a facet of --balance or --stratify have no validation record",
        "The validation loss says nothing about them.",
        "Let `bedload build --stratify` split by the facet, enlarge the validation set, or choose another --group-by where one group has all records of a value."
    ),
    row!(
        SplitSimilarRecords,
        "split/similar-records",
        Error,
        Dataset,
        BASELINE,
        "validation records are similar to training records",
        "A model that has been trained on nearly the same record knows the answer, so the validation score does not show how it does on new ones.",
        "Let `bedload build INPUT --near 0.8 --validation SHARE` split all records: it keeps similar ones on one side. The similarity is that of --near, as docs/building.md defines it."
    ),
    row!(
        ConflictsLabels,
        "conflicts/labels",
        Warning,
        Dataset,
        BASELINE,
        "prompts that different records give different labels",
        "One label at most is right, so the model learns to guess, and no score can be better than the labels are. Usually annotators disagreed, or records were labelled again. Prompts are compared without case and white space; exact duplicates count.",
        "Correct the labels, which `bedload build` lists in report/conflicts.parquet, or let its `--conflicts majority`, `last` or `drop` decide which records stay."
    ),
    row!(
        ConflictsResolved,
        "conflicts/resolved",
        Note,
        Dataset,
        BASELINE,
        "records left out because others have another label for the same prompt",
        "`--conflicts` decides which records of a prompt with different labels stay: those with the most frequent label (none where two are as frequent), those with the label of the last record, or none.",
        "Nothing to do; report/conflicts.parquet lists them."
    ),
    row!(
        ConflictsVariation,
        "conflicts/variation",
        Note,
        Dataset,
        BASELINE,
        "prompts that different records answer differently",
        "In data that is not for classification, several answers to a prompt can be right: these are counted where `--conflicts` is given, and all stay.",
        "Nothing to do, unless one answer is meant for each prompt."
    ),
    row!(
        PreferenceEqualPair,
        "preference/equal-pair",
        Warning,
        Record,
        BASELINE,
        "the chosen and the rejected answer differ in case and white space only",
        "Preference tuning learns the difference between two answers. Where that is only case or white space, the model learns to prefer a spelling.",
        "Remove the pair, unless the spelling is what is to be learned."
    ),
    row!(
        PreferenceRefusal,
        "preference/refusal",
        Note,
        Record,
        BASELINE,
        "an answer of the pair is nothing but a refusal",
        "From a chosen refusal the model learns to refuse, from a rejected one not to. Either can be meant, as in data about safety; elsewhere such answers usually come from the model that generated the data. Short English answers that begin as refusals do are found.",
        "Look at some of them, and remove the pairs if the refusals are not meant."
    ),
    row!(
        PreferenceRepeatedPrompt,
        "preference/repeated-prompt",
        Warning,
        Record,
        BASELINE,
        "an answer begins with its prompt",
        "Often the answers were generated by a model that continues text, and the prompt was not cut off. The model learns to repeat the question, or that an answer without it is better.",
        "Cut the prompt off the answers."
    ),
    row!(
        PreferenceFlippedPair,
        "preference/flipped-pair",
        Warning,
        Dataset,
        BASELINE,
        "two answers to a prompt are preferred to each other by different records",
        "One record prefers the first answer, another the second: together they teach nothing, or that the preference is chance. Usually annotators disagreed, or a file was exported with the sides exchanged. Prompts and answers are compared without case and white space.",
        "Decide which answer is better, and remove the records that say otherwise. After a build, `SELECT \"group\", file, line FROM 'OUT/report/records.parquet' WHERE codes LIKE '%preference/flipped-pair%' ORDER BY ALL` lists them; records of one prompt have the same group."
    ),
    row!(
        PreferenceCycle,
        "preference/cycle",
        Warning,
        Dataset,
        BASELINE,
        "preferences that go from an answer to a prompt back to the same answer",
        "Where one answer is preferred to a second, that to a third and the third to the first, no order of the answers agrees with the data, so some of the preferences teach the opposite of the others. Pairs that are preferred both ways are not among them.",
        "Decide on an order of the answers, and remove the records that contradict it. After a build, `SELECT \"group\", file, line FROM 'OUT/report/records.parquet' WHERE codes LIKE '%preference/cycle%' ORDER BY ALL` lists them; records of one prompt have the same group."
    ),
    row!(
        PreferenceLengthBias,
        "preference/length-bias",
        Warning,
        Dataset,
        BASELINE,
        "the answers of one side are the longer ones in two thirds of the pairs or more, by an eighth or more at the median",
        "The length of the answers alone tells which of them is preferred, most of the time. A model that is tuned on such pairs learns to write longer answers, or shorter ones, whatever they say. Lengths are in characters; fewer than 100 pairs are not judged, nor pairs whose answers are, at the median, less than 1.125 times as long as each other.",
        "Add pairs whose answers are about equally long, or remove those that differ most."
    ),
    row!(
        DatasetPartlyCompared,
        "dataset/partly-compared",
        Note,
        Dataset,
        BASELINE,
        "records beyond the first 262,144 were not compared with each other",
        "`check` keeps nothing of a record but hashes of what it asks and answers, and those of so many records only, so that its memory has a bound. What it reports of prompts with different answers and of preferences that contradict each other is of these records.",
        "Run `bedload build`, which compares all records."
    ),
    row!(
        PreferenceCutPair,
        "preference/cut-pair",
        Warning,
        Record,
        BASELINE,
        "both answers are equal up to the tokens that the target accepts in a record",
        "The answers differ only behind what fits: prompt and common beginning take all the tokens of a record. A job that cuts records there compares an answer with itself, which teaches nothing.",
        "Shorten the prompt or the common beginning, or remove the record."
    ),
    row!(
        OutputNotAsBuilt,
        "output/not-as-built",
        Error,
        Dataset,
        BASELINE,
        "the directory is not as it was built",
        "`bedload verify` compares every file with the manifest: name, size, sha256, lines or rows. What was changed, added, lost or only half copied since is not what was checked, whatever the report says of it.",
        "Build the directory again, or copy it again from where it was built. What does not belong to it goes elsewhere."
    ),
    row!(
        ConvertToolId,
        "convert/tool-id",
        Note,
        Record,
        BASELINE,
        "the id of a tool call was replaced in the conversion",
        "Converse takes letters, digits, `_` and `-` in the id of a tool call, at most 64 of them, and each id once in a record. An id that breaks this is replaced, in the call and in its result; two ids never become one.",
        "Nothing to do, unless the ids are needed to find the calls elsewhere."
    ),
    row!(
        ConvertRepaired,
        "convert/repaired",
        Note,
        Record,
        BASELINE,
        "the line was repaired",
        "`--fix` changed these bytes, and no others of the line; the message names the finding that was mended. What is learned from the record stays the same, unless `--unsafe-fixes` was given.",
        "Look at the changes with `bedload convert INPUT --fix --diff`."
    ),
    row!(
        FileUnreadKeys,
        "file/unread-keys",
        Note,
        Dataset,
        BASELINE,
        "values beside the records of a JSON object were not read",
        "The file is one JSON object, and only the array that holds the records is read: what else is in the object belongs to no record.",
        "Nothing to do, unless the records are elsewhere: `--records POINTER` names the array."
    ),
    row!(
        DedupeOtherLabel,
        "dedupe/other-label",
        Warning,
        Dataset,
        BASELINE,
        "duplicates with another label were removed",
        "One of several records that are equal or alike is kept, whatever their labels. Where they differ in the label, the others of it are lost, and with a low threshold of `--near` a whole class may go.",
        "Look at these records in report/duplicates.parquet. Raise the threshold of `--near`, or leave it out where the label decides what is alike; where one of the labels is wrong, correct it."
    ),
    row!(
        ConvertExpanded,
        "convert/expanded",
        Note,
        Record,
        BASELINE,
        "several records were made of one",
        "`--weights split` writes a record for each answer to train on, which ends with it; `--pairs all` writes one for each pair of answers of which one is better. So there are more records in the file than lines that were converted.",
        "Nothing to do; the message says how many records there are."
    ),
    row!(
        ConvertPaired,
        "convert/paired",
        Note,
        Record,
        BASELINE,
        "a record was made of this line and another",
        "In KTO data each line has one answer, which its label calls good or bad. A preference record has one of each to the same prompt: the first good answer to a prompt is paired with the first bad one, the second with the second; with `--pairs all`, each good answer with each bad one.",
        "Nothing to do; the message says where the other answer is. The record is written in the place of the first of its lines."
    ),
    row!(
        ConvertUnpaired,
        "convert/unpaired",
        Error,
        Record,
        BASELINE,
        "an answer without a counterpart to the same prompt",
        "In KTO data each line has one answer, which its label calls good or bad. A preference record needs one of each to the same prompt, and no other line has it: prompts are the same if their system prompts, turns and tools are.",
        "Give all files at once, if the other answer is in another one. For more pairs use `--pairs all`, which uses an answer more than once; to fine-tune on the good answers, convert to a format for that, e.g. `--to converse`."
    ),
];
