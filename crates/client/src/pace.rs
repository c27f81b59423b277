//! How long to wait between two looks at something that takes minutes or hours.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The pause after something changed, when more is likely to follow.
const FIRST: Duration = Duration::from_secs(10);
/// The longest pause: a job that has ended is known within about a minute.
const LONGEST: Duration = Duration::from_mins(1);

/// Pauses that grow by half up to a minute, each a fifth longer or shorter at random, so that many who wait do not ask
/// at the same moment. A pause that the user chose stays as it is.
#[derive(Clone, Debug)]
pub struct Pace {
    fixed: Option<Duration>,
    next: Duration,
}

impl Pace {
    /// Pauses of the user's choice, or those described above.
    pub fn new(fixed: Option<Duration>) -> Self {
        Self { fixed, next: FIRST }
    }

    /// Begins with short pauses again.
    pub fn restart(&mut self) {
        self.next = FIRST;
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        // The keys of a new map's hasher are random.
        self.pause_at(RandomState::new().hash_one(0_u8) as u32)
    }

    fn pause_at(&mut self, random: u32) -> Duration {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let pause = self.next;
        self.next = (pause * 3 / 2).min(LONGEST);
        pause.mul_f64(0.8 + 0.4 * f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_differ_by_a_fifth() {
        let seconds = |random: u32| -> Vec<u128> {
            let mut pace = Pace::new(None);
            (0..8).map(|_| pace.pause_at(random).as_millis()).collect()
        };
        expect![[r#"
            [8000, 12000, 18000, 27000, 40500, 48000, 48000, 48000]
            [10000, 15000, 22500, 33750, 50625, 60000, 60000, 60000]
            [12000, 18000, 27000, 40500, 60750, 72000, 72000, 72000]
        "#]]
        .assert_eq(&format!("{:?}\n{:?}\n{:?}\n", seconds(0), seconds(u32::MAX / 2 + 1), seconds(u32::MAX)));
    }

    #[test]
    fn it_starts_again_after_a_change_and_keeps_a_chosen_pause() {
        let mut pace = Pace::new(None);
        let first = pace.pause_at(0);
        pace.pause_at(0);
        pace.restart();
        assert_eq!(pace.pause_at(0), first);
        let mut fixed = Pace::new(Some(Duration::from_millis(3)));
        assert_eq!((fixed.pause(), fixed.pause()), (Duration::from_millis(3), Duration::from_millis(3)));
    }
}
