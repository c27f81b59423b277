//! The visit of one record: its findings, each with the rule that it follows.

use bedload_bedrock::{Bound, Level, Limit, Part, Point, Profile, Record};
use bedload_record::json::{Raw, raw_offsets};
use bedload_record::{At, Code, Findings, Locator};

use super::control::ControlTokens;
use super::words::WordFinder;

/// A record under way, with the rules that apply to it.
pub(super) struct Visit<'v, 'r> {
    pub(super) record: &'v Record<'r>,
    pub(super) profile: Option<&'v Profile>,
    words: Option<&'v WordFinder>,
    control: &'v ControlTokens,
    /// Whether marks that exclude an answer from training are errors.
    pub(super) refuses_weights: bool,
    findings: &'v mut Findings,
    locator: Locator<'r>,
}

impl<'v, 'r> Visit<'v, 'r> {
    pub(super) fn new(
        record: &'v Record<'r>,
        profile: Option<&'v Profile>,
        (words, control): (Option<&'v WordFinder>, &'v ControlTokens),
        findings: &'v mut Findings,
    ) -> Self {
        Self {
            record,
            profile,
            words,
            control,
            refuses_weights: false,
            findings,
            locator: Locator::new(record.raw),
        }
    }

    /// Adds a finding that follows from the shape of the format.
    pub(super) fn add(&mut self, code: Code, at: &At<'_>, message: impl FnOnce() -> String) {
        let Self { profile, findings, locator, .. } = self;
        findings.add(code, || {
            let mut detail = at.detail(locator, message());
            detail.source = profile.map(|profile| profile.source.to_string());
            detail
        });
    }

    /// Adds a finding that follows from a limit.
    pub(super) fn exceeds(
        &mut self,
        code: Code,
        at: &At<'_>,
        limit: &Limit,
        message: impl FnOnce() -> String,
    ) {
        let Self { findings, locator, .. } = self;
        findings.add(code, || at.detail(locator, message()).sourced(limit.cite()));
    }

    /// Adds a finding that names its own source.
    pub(super) fn add_sourced(
        &mut self,
        code: Code,
        at: &At<'_>,
        source: impl FnOnce() -> String,
        message: impl FnOnce() -> String,
    ) {
        let Self { findings, locator, .. } = self;
        findings.add(code, || at.detail(locator, message()).sourced(source()));
    }

    /// The members of the object at a place, as they are written.
    pub(super) fn members_at(&mut self, at: &At<'_>) -> impl Iterator<Item = (Raw<'r>, Raw<'r>)> + use<'r> {
        self.locator.members(at)
    }

    /// Returns true if the target refuses what the point is about, or the sources dispute it.
    pub(super) fn restricts(&self, point: Point) -> bool {
        self.profile.and_then(|profile| profile.rule(point)).is_some_and(|rule| rule.level != Level::Allow)
    }

    /// Adds what the target says on a point, if it says anything.
    pub(super) fn judge(&mut self, point: Point, at: &At<'_>, message: impl FnOnce() -> String) {
        let rule = self.profile.and_then(|profile| profile.rule(point));
        let Some((rule, code)) = rule.and_then(|rule| Some((rule, point.code(rule.level)?))) else { return };
        let Self { findings, locator, .. } = self;
        findings.add(code, || at.detail(locator, message()).sourced(rule.cite()));
    }

    /// Adds what the target says on a point; where it says nothing, `code`, which is the format's own rule.
    pub(super) fn judge_or(
        &mut self,
        point: Point,
        code: Code,
        at: &At<'_>,
        message: impl FnOnce() -> String,
    ) {
        match self.profile.and_then(|profile| profile.rule(point)) {
            Some(_) => self.judge(point, at, message),
            None => self.add(code, at, message),
        }
    }

    /// Adds a finding that follows from the rule on tools, and names its source: the page that describes the record
    /// in general may say that tools are not supported at all.
    pub(super) fn add_about_tools(&mut self, code: Code, at: &At<'_>, message: impl FnOnce() -> String) {
        let rule = self.profile.and_then(|profile| profile.rule(Point::ToolSpec));
        let source = || rule.map_or_else(|| code.info().source.to_owned(), |rule| rule.source.to_string());
        self.add_sourced(code, at, source, message);
    }

    /// Returns true if the target refuses what the point is about.
    pub(super) fn refuses(&self, point: Point) -> bool {
        self.profile.and_then(|profile| profile.rule(point)).is_some_and(|rule| rule.level == Level::Refuse)
    }

    /// Adds what the target says of a kind of content, if it says anything.
    pub(super) fn judge_kind(&mut self, point: Point, at: &At<'_>, kind: &str) {
        let level = self.profile.and_then(|profile| profile.rule(point)).map(|rule| rule.level);
        self.judge(point, at, || match level {
            Some(Level::Disputed) => format!("the sources disagree on whether the target accepts {kind}"),
            _ if kind.starts_with("more ") => format!("the target does not accept {kind}"),
            _ => format!("the target accepts no {kind}"),
        });
    }

    /// The target's limit.
    pub(super) fn limit(&self, bound: Bound) -> Option<&'v Limit> {
        self.profile.and_then(|profile| profile.limit(bound))
    }

    /// Judges the keys of an object that the format does not name.
    pub(super) fn extra_keys<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k str>,
        is_known: impl Fn(&str) -> bool,
        at: &At<'_>,
    ) {
        if !self.restricts(Point::ExtraKey) {
            return;
        }
        for (position, _) in keys.enumerate().filter(|(_, key)| !is_known(key)) {
            self.judge(Point::ExtraKey, &at.member(position), || "unknown key".to_owned());
        }
    }

    /// Looks for control tokens of other models in a text.
    pub(super) fn look_for_control(&mut self, text: &str, part: Part, at: &At<'_>) {
        let Some(tokens) = self.control.find(text) else { return };
        let Self { findings, locator, record, control, .. } = self;
        let code = tokens.code(part);
        findings.add(code, || {
            let message = control.message(text, &tokens, part);
            let mut detail = at.detail(locator, message).sourced(code.info().source);
            let content = record.raw.get(detail.offset as usize + 1..).unwrap_or_default();
            let ends = raw_offsets(content, &[tokens.at, tokens.at + tokens.len]);
            detail.offset += 1 + ends[0] as u64;
            detail.len = (ends[1] - ends[0]) as u64;
            detail
        });
    }

    /// Looks for reserved words in a text. An error names who reserves the word, a dispute both sources.
    pub(super) fn read(&mut self, text: &str, part: Part, at: &At<'_>) {
        let Some(found) = self.words.and_then(|words| words.find(text, part)) else { return };
        let Some(point) = found.point else {
            return self.add_sourced(
                Code::SchemaUnconfirmedWord,
                at,
                || found.source.to_string(),
                || found.message(),
            );
        };
        match self.profile.and_then(|profile| profile.rule(point)) {
            Some(rule) if rule.level == Level::Refuse => {
                let Some(code) = point.code(rule.level) else { return };
                self.add_sourced(code, at, || found.source.to_string(), || found.message());
            }
            _ => self.judge(point, at, || found.message()),
        }
    }
}
