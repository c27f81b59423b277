//! Lines that several records are made of: one for each answer to train on, or for each pair of answers.

use bedload_bedrock::{Answers, Format};
use bedload_record::Code;
use bedload_record::json::Raw;

use super::Remark;
use super::conversation::{Conversation, Turn};
use super::extras::{Extra, Kind};
use crate::marks::Training;
use crate::role::Role;

/// The most records that one line becomes: all of them are made at once.
pub const RECORDS_MAX: usize = 10_000;

/// Each pair of answers as a conversation of its own.
pub(super) fn by_pair(mut conversation: Conversation<'_>) -> Vec<Conversation<'_>> {
    let more = std::mem::take(&mut conversation.more_pairs);
    let mut all = vec![conversation];
    for pair in more {
        let candidates = pair.into();
        let one = Conversation { candidates, ..all[0].clone() };
        all.push(one);
    }
    all
}

/// Divides conversations by the marks that exclude answers from training.
pub(super) struct Divider<'f, 'l> {
    pub(super) to: &'static Format,
    /// What happens to answers that cannot be learned without an excluded one.
    pub(super) extra: Extra,
    pub(super) line: &'l [u8],
    pub(super) remarks: &'f mut Vec<Remark>,
}

/// Why a conversation is refused.
type Divided<'l> = Result<Vec<Conversation<'l>>, Remark>;

impl<'l> Divider<'_, 'l> {
    /// The conversations that teach every answer to train on, and none that is excluded; a conversation that excludes
    /// none as it is.
    pub(super) fn divide(&mut self, mut conversation: Conversation<'l>) -> Divided<'l> {
        let is_compared = !conversation.candidates.is_empty() || conversation.reference.is_some();
        let learns_all = match self.to.answers {
            _ if is_compared => return Ok(vec![conversation]),
            Answers::Learned => true,
            Answers::Graded => false,
            _ => return Ok(vec![conversation]),
        };
        let all: Vec<usize> = answers(&conversation.turns).collect();
        let (off, on): (Vec<usize>, Vec<usize>) =
            all.into_iter().partition(|&n| is_excluded(&conversation.turns[n]));
        let Some(&first_off) = off.first() else {
            conversation.turns.iter_mut().for_each(forget_marks);
            return Ok(vec![conversation]);
        };
        if on.is_empty() {
            let message = "no answer of this conversation is to be trained on".to_owned();
            return Err(self.weight(&conversation.turns[first_off], message));
        }
        if learns_all { self.ended(conversation, first_off, &on) } else { Ok(self.each(conversation, &on)) }
    }

    /// Where every answer of a record is learned, it ends before the first that is not to be.
    fn ended(&mut self, mut conversation: Conversation<'l>, first_off: usize, on: &[usize]) -> Divided<'l> {
        let (before, after) = on.split_at(on.partition_point(|&n| n < first_off));
        let turns = &conversation.turns;
        let to = self.to.name;
        let learns = "this answer is excluded from training, and a model learns every answer of a record in";
        let Some(&last) = before.last() else {
            let message = format!(
                "{learns} {to}, so that no later one can be trained on without it; `--weights drop` trains on it, too"
            );
            return Err(self.weight(&turns[first_off], message));
        };
        if !after.is_empty() && self.extra != Extra::Drop {
            let message = format!(
                "{learns} {to}, so that no later one can be trained on without it; `--extra answers=drop` ends the record before it"
            );
            return Err(self.weight(&turns[first_off], message));
        }
        for &n in after {
            let kind = Some(Kind::Answers);
            self.dropped(kind, turns[n].at, "an answer after one that is excluded from training was removed");
        }
        self.dropped(
            None,
            turns[last + 1].at,
            "the record ends before this turn: no answer after it is to be trained on",
        );
        conversation.turns.truncate(last + 1);
        conversation.reminders.retain(|reminder| reminder.after <= last);
        conversation.turns.iter_mut().for_each(forget_marks);
        Ok(vec![conversation])
    }

    /// Where the last answer of a record is what is learned, each answer ends one.
    fn each(&mut self, conversation: Conversation<'l>, on: &[usize]) -> Vec<Conversation<'l>> {
        let end = |last: usize| {
            let mut one = conversation.clone();
            one.turns.truncate(last + 1);
            one.reminders.retain(|reminder| reminder.after <= last);
            let (answer, context) = one.turns.split_last_mut().expect("it ends with an answer");
            context
                .iter_mut()
                .filter(|turn| turn.role == Role::Assistant)
                .for_each(|turn| turn.marks.clear());
            context.iter_mut().for_each(forget_marks);
            forget_marks(answer);
            one
        };
        if let Some(next) = on.last().and_then(|last| conversation.turns.get(last + 1)) {
            self.dropped(
                None,
                next.at,
                "the record ends before this turn: no answer after it is to be trained on",
            );
        }
        on.iter().map(|&last| end(last)).collect()
    }

    fn weight(&self, turn: &Turn<'l>, message: String) -> Remark {
        let mark = turn.marks.iter().find(|mark| mark.training == Training::None);
        let at = mark.map_or(turn.at, |mark| mark.at);
        Remark::new(Code::ConvertWeight, at.offset_in(self.line), message)
    }

    fn dropped(&mut self, kind: Option<Kind>, at: Raw<'l>, message: &str) {
        let offset = at.offset_in(self.line);
        let remark = Remark::new(Code::ConvertDropped, offset, message.to_owned());
        self.remarks.push(Remark { kind, ..remark });
    }
}

fn answers(turns: &[Turn<'_>]) -> impl Iterator<Item = usize> {
    turns.iter().enumerate().filter(|(_, turn)| turn.role == Role::Assistant).map(|(n, _)| n)
}

fn is_excluded(turn: &Turn<'_>) -> bool {
    turn.marks.iter().any(|mark| mark.training == Training::None)
}

/// Removes the marks that say what the record says without them: that its answer is trained on, and that what the user
/// says is not.
fn forget_marks(turn: &mut Turn<'_>) {
    let said = if turn.role == Role::Assistant { Training::Full } else { Training::None };
    turn.marks.retain(|mark| mark.training != said);
}
