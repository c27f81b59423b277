//! What a built directory is for: its manifest, and the profile that it is judged by.

use std::sync::Arc;

use bedload_bedrock::{Catalogue, Life, Profile};
use bedload_engine::{Manifest, read_output};

use super::refuse_remote;
use crate::args::TargetArgs;
use crate::config::Config;
use crate::exit::Failure;

/// A built directory and its target.
pub(crate) struct Target {
    pub(crate) manifest: Manifest,
    pub(crate) profile: Arc<Profile>,
    pub(crate) catalogue: Catalogue,
    /// What is to be said of the choice of the profile, and of the state of the directory and the model.
    pub(crate) notes: Vec<String>,
}

impl Target {
    /// Reads the manifest, and finds the profile: the one that is named, the one that the directory was built for, or
    /// the general one for records of its format.
    pub(crate) fn read(args: &TargetArgs) -> Result<Self, Failure> {
        refuse_remote(args.dir.as_os_str())?;
        let config = Config::load(&args.config)?;
        let catalogue = config.catalogue(args.profile_file.as_deref())?;
        let manifest = read_output(&args.dir)?;
        let mut notes = Vec::new();
        let name = match (&args.profile, &manifest.profile) {
            (Some(name), built_for) => {
                if let Some(built_for) = built_for.as_ref().filter(|built_for| *built_for != name) {
                    notes
                        .push(format!("the directory was built and checked for {built_for}, not for {name}"));
                }
                name.clone()
            }
            (None, Some(name)) => name.clone(),
            (None, None) => {
                let name = general(manifest.format.as_deref());
                notes.push(format!("the directory was built without a profile; {name} is assumed"));
                name.to_owned()
            }
        };
        let profile = catalogue.get(&name).map_err(|error| Failure::Usage(error.to_string()))?;
        if !manifest.ready {
            notes.push("the directory is not ready for its target: `bedload verify` shows why".to_owned());
        }
        let since = match profile.life {
            Life::Live => None,
            Life::Legacy => profile.legacy.as_ref().map(|since| ("takes no new jobs", since)),
            Life::EndOfLife => profile.end_of_life.as_ref().map(|since| ("is past its end of life", since)),
        };
        if let Some((what, since)) = since {
            notes.push(format!("{} {what}, since {since} ({})", profile.model, since.source));
        }
        Ok(Self { manifest, profile, catalogue, notes })
    }

    /// Lines of the training file: records and their variants.
    pub(crate) fn training_records(&self) -> u64 {
        self.manifest.counts.train.saturating_add(self.manifest.counts.variants)
    }
}

/// The general profile for records of a format.
fn general(format: Option<&str>) -> &'static str {
    match format {
        Some("text" | "input") => "generic-cpt",
        Some("preference" | "converse-preference") => "generic-preference",
        Some("prompt") => "generic-distillation",
        _ => "generic-sft",
    }
}
