//! Waiting for something to end: looked at again and again, through failures that pass, up to a limit.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::{ClientError, ErrorKind};
use crate::pace::Pace;

/// How to wait.
pub struct Waiting<'a> {
    /// The pauses between looks.
    pub pace: Pace,
    /// For how long at most.
    pub limit: Option<Duration>,
    /// Whether the user wants no more of it.
    pub is_stopped: &'a dyn Fn() -> bool,
    /// Whether it was created just now, so that the service may not know it yet.
    pub is_new: bool,
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing new.
    Same,
    /// Something changed.
    Changed,
    /// Nothing more will happen.
    Ended,
}

/// How the waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It has ended.
    Ended,
    /// The limit was reached, and it goes on.
    TimedOut,
    /// The user wants no more of it, and it goes on.
    Stopped,
}

/// Looks that may fail in a row. With pauses of a minute it is half an hour.
const FAILURES_MAX: u32 = 30;
/// Looks at something new that may find nothing.
const UNKNOWN_MAX: u32 = 5;
/// How often a pause is interrupted to see whether the user wants no more of it.
const STOP_SEEN_EVERY: Duration = Duration::from_millis(50);

/// Calls `look` until it says that it has ended. Failures that pass are told to `trouble` with the pause that follows.
///
/// # Errors
/// A failure that does not pass, and one that passes too late.
pub fn poll(
    mut waiting: Waiting<'_>,
    mut look: impl FnMut() -> Result<Seen, ClientError>,
    mut trouble: impl FnMut(&ClientError, Duration),
) -> Result<Waited, ClientError> {
    let since = Instant::now();
    let (mut failures, mut unknown) = (0, 0);
    loop {
        if (waiting.is_stopped)() {
            return Ok(Waited::Stopped);
        }
        let mut failed = None;
        match look() {
            Ok(Seen::Ended) => return Ok(Waited::Ended),
            Ok(seen) => {
                (failures, waiting.is_new) = (0, false);
                if seen == Seen::Changed {
                    waiting.pace.restart();
                }
            }
            Err(_) if (waiting.is_stopped)() => return Ok(Waited::Stopped),
            Err(error) => {
                failures += 1;
                let is_unknown = waiting.is_new && error.kind == ErrorKind::NotFound && unknown < UNKNOWN_MAX;
                unknown += u32::from(is_unknown);
                if !is_unknown && (!error.is_passing() || failures >= FAILURES_MAX) {
                    return Err(error);
                }
                failed = (!is_unknown).then_some(error);
            }
        }
        let left = waiting.limit.map(|limit| limit.saturating_sub(since.elapsed()));
        if left == Some(Duration::ZERO) {
            return Ok(Waited::TimedOut);
        }
        let pause = waiting.pace.pause().min(left.unwrap_or(Duration::MAX));
        if let Some(error) = failed {
            trouble(&error, pause);
        }
        if !sleep(pause, waiting.is_stopped) {
            return Ok(Waited::Stopped);
        }
    }
}

/// Sleeps; returns false where the user wants no more of it.
fn sleep(pause: Duration, is_stopped: &dyn Fn() -> bool) -> bool {
    let since = Instant::now();
    loop {
        if is_stopped() {
            return false;
        }
        let left = pause.saturating_sub(since.elapsed());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(STOP_SEEN_EVERY));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn error(kind: ErrorKind) -> ClientError {
        ClientError::new(kind, "GetModelCustomizationJob", "support", "x")
    }

    fn waiting(is_stopped: &dyn Fn() -> bool) -> Waiting<'_> {
        let pace = Pace::new(Some(Duration::from_millis(1)));
        Waiting { pace, limit: Some(Duration::from_mins(1)), is_stopped, is_new: false }
    }

    fn run(
        waiting: Waiting<'_>,
        looks: &[Result<Seen, ErrorKind>],
    ) -> (Result<Waited, ErrorKind>, usize, usize) {
        let (mut n, mut troubles) = (0, 0);
        let waited = poll(
            waiting,
            || {
                let seen = looks[n.min(looks.len() - 1)].map_err(error);
                n += 1;
                seen
            },
            |_, _| troubles += 1,
        );
        (waited.map_err(|error| error.kind), n, troubles)
    }

    #[test]
    fn failures_that_pass_do_not_end_it() {
        use ErrorKind::{Connection, Denied, Internal, NotFound, Throttled};
        let looks = [
            Ok(Seen::Changed),
            Err(Throttled),
            Err(Internal),
            Err(Connection),
            Ok(Seen::Same),
            Ok(Seen::Ended),
        ];
        assert_eq!(run(waiting(&|| false), &looks), (Ok(Waited::Ended), 6, 3));
        assert_eq!(run(waiting(&|| false), &[Err(Denied)]), (Err(Denied), 1, 0));
        assert_eq!(run(waiting(&|| false), &[Err(NotFound)]), (Err(NotFound), 1, 0));
        assert_eq!(run(waiting(&|| false), &[Err(Throttled)]), (Err(Throttled), 30, 29));
    }

    #[test]
    fn what_is_new_may_be_unknown_for_a_moment() {
        let new = |is_stopped| Waiting { is_new: true, ..waiting(is_stopped) };
        let looks = [Err(ErrorKind::NotFound), Err(ErrorKind::NotFound), Ok(Seen::Ended)];
        assert_eq!(run(new(&|| false), &looks), (Ok(Waited::Ended), 3, 0));
        assert_eq!(run(new(&|| false), &looks[..1]), (Err(ErrorKind::NotFound), 6, 0));
    }

    #[test]
    fn it_ends_at_the_limit_and_on_request() {
        let limit = Some(Duration::from_millis(500));
        let limited = Waiting { limit, ..waiting(&|| false) };
        let (waited, n, _) = run(limited, &[Ok(Seen::Same)]);
        assert!(waited == Ok(Waited::TimedOut) && n >= 2, "{waited:?} after {n}");
        let n = Cell::new(0);
        let is_stopped = || n.replace(n.get() + 1) > 4;
        assert_eq!(run(waiting(&is_stopped), &[Ok(Seen::Same)]).0, Ok(Waited::Stopped));
    }
}
