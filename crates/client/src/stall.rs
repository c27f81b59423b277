//! Jobs that wait for training without a word. The service gives no reason for it.

use std::time::SystemTime;

use aws_sdk_bedrock::primitives::{DateTime, DateTimeFormat};

use crate::job::{Job, JobStatus};

/// Others began to doubt after so long.
const HOURS: u64 = 6;

impl Job {
    /// For how many hours the data have been accepted while training has not begun; none where that is not unusual.
    pub fn stalled_hours(&self, now: SystemTime) -> Option<u64> {
        let training = self.phases.training.as_ref()?;
        let is_done = |status: &str| status == "Completed";
        let before = self.phases.data_processing.as_ref().or(self.phases.validation.as_ref())?;
        let is_waiting = self.status == JobStatus::InProgress
            && training.status == "NotStarted"
            && self.phases.validation.as_ref().is_none_or(|phase| is_done(&phase.status));
        // Data processing may be the one that does not begin.
        let since = if is_done(&before.status) { before } else { self.phases.validation.as_ref()? };
        let since = since.last_modified_time.as_deref().filter(|_| is_waiting)?;
        let since = DateTime::from_str(since, DateTimeFormat::DateTime).ok()?;
        let seconds = DateTime::from(now).secs().checked_sub(since.secs())?;
        let hours = u64::try_from(seconds).ok()? / 3600;
        (hours >= HOURS).then_some(hours)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::job::{Phase, Phases};

    fn hours(validation: &str, training: &str, status: JobStatus, later_hours: u64) -> Option<u64> {
        let phase = |status: &str| {
            let time = Some("1970-01-02T00:00:00Z".to_owned());
            Some(Phase { status: status.to_owned(), creation_time: None, last_modified_time: time })
        };
        let phases =
            Phases { validation: phase(validation), data_processing: None, training: phase(training) };
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(24 + later_hours);
        Job { status, phases, ..Job::default() }.stalled_hours(now)
    }

    #[test]
    fn training_that_has_not_begun_for_hours_is_told() {
        let going = JobStatus::InProgress;
        assert_eq!(hours("Completed", "NotStarted", going.clone(), 25), Some(25));
        assert_eq!(hours("Completed", "NotStarted", going.clone(), 5), None);
        assert_eq!(hours("InProgress", "NotStarted", going.clone(), 25), None);
        assert_eq!(hours("Completed", "InProgress", going, 25), None);
        assert_eq!(hours("Completed", "NotStarted", JobStatus::Stopped, 25), None);
        assert_eq!(Job::default().stalled_hours(SystemTime::now()), None);
    }
}
