//! How many prompts are asked at once, by what the service bears. Some accounts may ask a deployment four times a minute,
//! so a prompt that is refused for that, even after all of its attempts, is asked again when there is room.

/// So many answers in a row show that there is room for one more at once.
const ROOM: usize = 10;
/// Beyond as many as are asked at once, so many refusals without an answer between them end the run.
const PATIENCE: usize = 3;

/// The state of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pressure {
    /// The most that the user allows.
    most: usize,
    /// As many as may be under way now.
    allowed: usize,
    /// Answers since that changed.
    answers: usize,
    /// Refusals since the last answer.
    refusals: usize,
}

impl Pressure {
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, allowed: most, answers: 0, refusals: 0 }
    }

    /// As many as may be under way now.
    pub(super) fn allowed(self) -> usize {
        self.allowed
    }

    /// A prompt was answered.
    pub(super) fn answered(&mut self) {
        self.refusals = 0;
        self.answers += 1;
        if self.answers >= ROOM && self.allowed < self.most {
            self.allowed += 1;
            self.answers = 0;
        }
    }

    /// A prompt was refused because the service is busy. Returns false where it stays so.
    pub(super) fn refused(&mut self) -> bool {
        self.allowed = (self.allowed / 2).max(1);
        self.answers = 0;
        self.refusals += 1;
        self.refusals < self.most + PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// What is allowed after each answer (`.`) and each refusal (`x`).
    fn check(most: usize, events: &str, expected: Expect) {
        let mut pressure = Pressure::new(most);
        let mut out = String::new();
        for event in events.chars() {
            match event {
                'x' if !pressure.refused() => out.push_str("end"),
                'x' => {}
                _ => pressure.answered(),
            }
            out.push_str(&format!("{} ", pressure.allowed()));
        }
        expected.assert_eq(out.trim_end());
    }

    #[test]
    fn a_busy_service_is_asked_less_and_then_more_again() {
        check(
            4,
            "x...........................",
            expect!["2 2 2 2 2 2 2 2 2 2 3 3 3 3 3 3 3 3 3 3 4 4 4 4 4 4 4 4"],
        );
        check(1, "x.x", expect!["1 1 1"]);
    }

    #[test]
    fn a_service_that_stays_busy_is_the_end() {
        check(2, "xx.xxxxx", expect!["1 1 1 1 1 1 1 end1"]);
    }
}
