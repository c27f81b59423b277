//! What the new format has no place for: refused, left out or carried along, as the user said.

use std::borrow::Cow;

use bedload_record::Code;
use bedload_record::json::{Raw, string_content};

use super::config::Extra;
use super::talk::{Member, Talk, Words};
use super::write::{VERSION, Writer, Written};

impl<'l> Writer<'_, 'l> {
    /// The system prompt that every record is to have takes the place of none, or of an equal one.
    pub(super) fn system(&mut self, talk: &mut Talk<'l>, given: Option<&'l [u8]>) -> Written {
        let Some(given) = given else { return Ok(()) };
        let is_equal = |words: &Words<'_>| string_content(&words.raw) == string_content(given);
        if talk.system.len() == 1 && is_equal(&talk.system[0]) {
            return Ok(());
        }
        for own in std::mem::take(&mut talk.system) {
            let at = own.at;
            if self.extra != Extra::Drop {
                let message =
                    "the record has another system prompt than --system; `--extra drop` replaces it";
                return Err(self.content(at, message));
            }
            self.leave("the record's own system prompt", at, None)?;
        }
        talk.system = vec![Words { raw: Cow::Borrowed(given), at: self.record() }];
        talk.system_member = None;
        Ok(())
    }

    /// Whatever the format had no place for.
    pub(super) fn leftovers(&mut self, talk: Talk<'l>) -> Written {
        let member = talk.system_member.filter(|_| !talk.system.is_empty());
        if let Some(member) = member {
            self.leave("a system prompt", member.value, Some(member))?;
        }
        // Those of the member went with it.
        let is_apart = |at: Raw<'_>| {
            member.is_none_or(|member| {
                let from = member.value.offset_in(self.line);
                !(from..from + member.value.bytes().len()).contains(&at.offset_in(self.line))
            })
        };
        let apart: Vec<Raw<'l>> =
            talk.system.iter().map(|words| words.at).filter(|at| is_apart(*at)).collect();
        apart.into_iter().try_for_each(|at| self.leave("a system prompt", at, None))?;
        if let Some(version) = talk.version.filter(|version| version.value.bytes() != VERSION) {
            self.leave_key("another schemaVersion", version)?;
        }
        for turn in talk.turns {
            self.leave("a message", turn.at, None)?;
        }
        if let Some(words) = talk.document {
            self.leave("a document", words.at, None)?;
        }
        for value in [talk.image, talk.caption].into_iter().flatten() {
            self.leave("an image with a caption", value, None)?;
        }
        for (what, member) in [
            ("tools", talk.tool_config),
            ("tools", talk.tools),
            ("a reference answer", talk.reference),
            ("an id", talk.id),
            ("a score", talk.score),
        ] {
            if let Some(member) = member {
                self.leave_key(what, member)?;
            }
        }
        Ok(())
    }

    /// Leaves a member of the record out or carries it along.
    pub(super) fn leave_key(&mut self, what: &str, member: Member<'l>) -> Written {
        self.leave(what, member.key, Some(member))
    }

    pub(super) fn leave(&mut self, what: &str, at: Raw<'l>, member: Option<Member<'l>>) -> Written {
        // A grader is handed all keys of its record, so that format has a place for them.
        let has_place = self.to.name == "chat-rft" && member.is_some();
        let is_kept = self.extra == Extra::Keep || has_place;
        match member {
            _ if self.extra == Extra::Drop && !has_place => {
                let remark = self.remark(Code::ConvertDropped, at, format!("{what} is left out"));
                self.remarks.push(remark);
                Ok(())
            }
            Some(member) if is_kept => {
                self.kept.push(member);
                Ok(())
            }
            _ => {
                let to = self.to.name;
                let (code, help) = match member {
                    Some(_) => (
                        Code::ConvertExtraKey,
                        "`--extra drop` leaves it out, `--extra keep` carries it along",
                    ),
                    None => (Code::ConvertContent, "`--extra drop` leaves it out"),
                };
                Err(self.remark(code, at, format!("{to} has no place for {what}; {help}")))
            }
        }
    }
}
