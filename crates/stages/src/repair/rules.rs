//! The table of repairs: which finding each mends, and whether it changes what is learned.

use bedload_record::{Code, RecordFinding};

use super::draft::Edit;
use super::{lexical, members, turns};

/// Whether a repair changes what a model learns from the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It does not: a reader cannot tell the records apart, or what is removed says nothing.
    Safe,
    /// It does: text is replaced, or turns are removed.
    Unsafe,
}

impl Safety {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// What may mend findings in a text: sets of edits, each of which may be made without the others. Of those that overlap,
/// the first is tried first.
pub(super) type Propose = fn(&[u8], &[&RecordFinding]) -> Vec<Vec<Edit>>;

/// One way to repair a line.
#[derive(Debug)]
pub struct Rule {
    /// The finding that it mends.
    pub code: Code,
    /// Whether it is made without being asked for by `--unsafe-fixes`.
    pub safety: Safety,
    /// What was done, for people.
    pub title: &'static str,
    /// Edits for all findings of the code in the line.
    pub(super) propose: Propose,
}

const fn safe(code: Code, title: &'static str, propose: Propose) -> Rule {
    Rule { code, safety: Safety::Safe, title, propose }
}

const fn changing(code: Code, title: &'static str, propose: Propose) -> Rule {
    Rule { code, safety: Safety::Unsafe, title, propose }
}

/// All of them, in the order in which they are tried.
pub static RULES: &[Rule] = &[
    safe(Code::JsonBom, "byte order mark removed", lexical::byte_order_mark),
    // These are about the line as a whole, and have no edits: `Repair::line` and the line end of the output.
    safe(Code::JsonBlankLine, "blank line removed", lexical::none),
    safe(Code::FileCrlf, "line ended with LF", lexical::none),
    safe(Code::JsonSyntax, "trailing comma removed", lexical::trailing_commas),
    safe(Code::SchemaWrongType, "null member removed", members::null),
    safe(Code::DisputedEmptyMember, "null member removed", members::null),
    safe(Code::SchemaUnknownBlock, "null member removed", members::null),
    safe(Code::SchemaExtraKey, "null member removed", members::null_extra),
    safe(Code::DisputedExtraKey, "null member removed", members::null_extra),
    safe(Code::SchemaBucketOwner, "null member removed", members::null),
    safe(Code::SchemaEmptyContent, "blank system prompt removed", members::system),
    safe(Code::DisputedEmptyMember, "blank system prompt removed", members::system),
    safe(Code::SchemaWrongType, "blank system prompt removed", members::system),
    safe(Code::SchemaToolSpec, "empty list of tools removed", members::tools),
    changing(Code::JsonLoneSurrogate, "half a surrogate pair replaced with U+FFFD", lexical::lone_surrogates),
    changing(Code::SchemaEmptyContent, "blank turn at the end removed", turns::blank),
    changing(Code::SchemaTurnOrder, "unanswered turn at the end removed", turns::unanswered),
];

/// The repairs of a finding.
pub fn rules_of(code: Code) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.code == code)
}
