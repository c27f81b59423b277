//! What the metrics of a job show, and what to change then.

use crate::job::Customization;
use crate::profile::Profile;

/// Something to see in the metrics of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Its name, a word or two.
    pub name: &'static str,
    /// How it looks.
    pub sign: &'static str,
    /// What to change, the best first.
    pub action: &'static str,
}

const LOSS: &[Sign] = &[
    Sign {
        name: "overfitting",
        sign: "training loss falls while validation loss rises",
        action: "fewer epochs, then a lower learning rate; more varied data helps more than either",
    },
    Sign {
        name: "underfitting",
        sign: "training and validation loss both stay high",
        action: "more epochs first; a higher learning rate second, as it can make training unstable",
    },
    Sign {
        name: "instability",
        sign: "loss jumps, or rises from one step to the next",
        action: "a lower learning rate, a larger batch where the model takes one, or more warm-up steps",
    },
];

const REWARD: &[Sign] = &[
    Sign {
        name: "no signal",
        sign: "the reward of the base model is 0 %",
        action: "supervised fine-tuning first: there is nothing to reinforce",
    },
    Sign {
        name: "nothing to gain",
        sign: "the reward of the base model is above 95 %",
        action: "no reinforcement fine-tuning: the model is good enough",
    },
    Sign {
        name: "overfitting",
        sign: "training reward rises while validation reward falls",
        action: "stop, and mend the grader: the model learns to please it",
    },
    Sign {
        name: "plateau",
        sign: "reward stays below 0.15, or varies more and more",
        action: "stop, and mend the grader; a batch size of 64 where reward oscillates",
    },
];

/// The signs of the training of a target; none where it is not trained.
pub(super) fn of(profile: &Profile) -> &'static [Sign] {
    match profile.customization {
        Some(Customization::ReinforcementFineTuning) => REWARD,
        None if profile.hyperparameters.is_empty() && profile.elsewhere.is_none() => &[],
        _ => LOSS,
    }
}
