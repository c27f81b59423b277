//! What changed between two looks at a job.

use serde::Serialize;

use crate::job::{Job, Phase};

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// The job as a whole.
    Status {
        /// Its new state.
        status: String,
        /// The one before; none at the first look.
        previous: Option<String>,
    },
    /// A phase.
    Phase {
        /// `validation`, `dataProcessing` or `training`.
        phase: &'static str,
        /// Its state, with its times.
        #[serde(flatten)]
        state: Phase,
    },
    /// The loss on the training data, of the job as a whole.
    TrainingLoss {
        /// Its value.
        training_loss: f32,
    },
    /// The loss on one of the validation data sets.
    ValidationLoss {
        /// Which of them, from 0.
        validator: usize,
        /// Its value.
        validation_loss: f32,
    },
}

/// What is new in `now`, in the order in which it is to be told.
pub fn changes(before: Option<&Job>, now: &Job) -> Vec<Change> {
    let mut out = Vec::new();
    let previous = before.map(|job| job.status.name().to_owned());
    // A job that has ended says so after everything else.
    let status = (previous.as_deref() != Some(now.status.name()))
        .then(|| Change::Status { status: now.status.name().to_owned(), previous });
    let (first, last) = if now.status.is_end() { (None, status) } else { (status, None) };
    out.extend(first);
    let phases_before = before.map(|job| job.phases.clone()).unwrap_or_default();
    for ((name, then), (_, phase)) in phases_before.named().into_iter().zip(now.phases.named()) {
        let Some(phase) = phase else { continue };
        // The service moves the time of the last change also where nothing else changes.
        // A phase that has not begun is no news.
        let is_new = then.map_or(phase.status != "NotStarted", |then| then.status != phase.status);
        if is_new {
            out.push(Change::Phase { phase: name, state: phase.clone() });
        }
    }
    if let Some(training_loss) = now.training_loss
        && before.and_then(|job| job.training_loss) != now.training_loss
    {
        out.push(Change::TrainingLoss { training_loss });
    }
    for (validator, loss) in now.validation_losses.iter().enumerate() {
        let then = before.and_then(|job| job.validation_losses.get(validator).copied().flatten());
        if let Some(validation_loss) = *loss
            && then != *loss
        {
            out.push(Change::ValidationLoss { validator, validation_loss });
        }
    }
    out.extend(last);
    out
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::job::{JobStatus, Phases};

    fn phase(status: &str) -> Phase {
        Phase { status: status.to_owned(), creation_time: None, last_modified_time: None }
    }

    fn job(status: &str, phases: [&str; 2], loss: Option<f32>) -> Job {
        Job {
            status: JobStatus::of(status),
            phases: Phases {
                validation: Some(phase(phases[0])),
                data_processing: None,
                training: Some(phase(phases[1])),
            },
            training_loss: loss,
            validation_losses: vec![loss, None],
            ..Job::default()
        }
    }

    fn check(before: Option<&Job>, now: &Job, expected: Expect) {
        let told: Vec<String> =
            changes(before, now).iter().map(|change| serde_json::to_string(change).expect("JSON")).collect();
        expected.assert_eq(&told.join("\n"));
    }

    #[test]
    fn each_change_is_told_once_and_the_end_last() {
        let first = job("InProgress", ["InProgress", "NotStarted"], None);
        let second = job("InProgress", ["Completed", "InProgress"], Some(1.5));
        let third = job("Completed", ["Completed", "Completed"], Some(0.25));
        check(
            None,
            &first,
            expect![[r#"
                {"kind":"status","status":"InProgress","previous":null}
                {"kind":"phase","phase":"validation","status":"InProgress","creation_time":null,"last_modified_time":null}"#]],
        );
        check(Some(&first), &first, expect![[""]]);
        check(
            Some(&first),
            &second,
            expect![[r#"
            {"kind":"phase","phase":"validation","status":"Completed","creation_time":null,"last_modified_time":null}
            {"kind":"phase","phase":"training","status":"InProgress","creation_time":null,"last_modified_time":null}
            {"kind":"training-loss","training_loss":1.5}
            {"kind":"validation-loss","validator":0,"validation_loss":1.5}"#]],
        );
        check(
            Some(&second),
            &third,
            expect![[r#"
            {"kind":"phase","phase":"training","status":"Completed","creation_time":null,"last_modified_time":null}
            {"kind":"training-loss","training_loss":0.25}
            {"kind":"validation-loss","validator":0,"validation_loss":0.25}
            {"kind":"status","status":"Completed","previous":"InProgress"}"#]],
        );
        check(
            None,
            &third,
            expect![[r#"
            {"kind":"phase","phase":"validation","status":"Completed","creation_time":null,"last_modified_time":null}
            {"kind":"phase","phase":"training","status":"Completed","creation_time":null,"last_modified_time":null}
            {"kind":"training-loss","training_loss":0.25}
            {"kind":"validation-loss","validator":0,"validation_loss":0.25}
            {"kind":"status","status":"Completed","previous":null}"#]],
        );
    }
}
