//! A profile that the command line names: its credentials, and whether there is such a profile.
//!
//! The standard chain looks into the environment first, and passes over a profile that there is not. Whoever names one
//! means it: the credentials of another account must not be used in its place.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use aws_config::Region;
use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;

use crate::error::StoreError;

/// Where the credentials of a profile come from: what its section says, or else the machine.
pub(crate) async fn credentials(name: &str, region: Option<&str>) -> CredentialsProviderChain {
    let region = match region {
        Some(region) => Some(Region::new(region.to_owned())),
        None => DefaultRegionChain::builder().profile_name(name).build().region().await,
    };
    let config = ProviderConfig::without_region().with_region(region);
    let of_profile = ProfileFileCredentialsProvider::builder().profile_name(name).configure(&config).build();
    CredentialsProviderChain::first_try("Profile", of_profile)
        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&config).build())
        .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(&config).build())
}

/// Makes sure that a profile is defined, in the configuration or among the credentials.
pub(crate) fn check(name: &str) -> Result<(), StoreError> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let file = |variable: &str, name: &str| {
        env::var_os(variable).map_or_else(|| home.join(".aws").join(name), PathBuf::from)
    };
    let (config, credentials) =
        (file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
    let is_there = |path: &Path| match fs::read(path) {
        Ok(bytes) => is_defined(&String::from_utf8_lossy(&bytes), name),
        // What cannot be read is left to the chain.
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if is_there(&config) || is_there(&credentials) {
        return Ok(());
    }
    Err(StoreError::Usage(format!(
        "there is no AWS profile `{name}` in {} or {}\nhint: `aws configure list-profiles` lists those that there are",
        config.display(),
        credentials.display()
    )))
}

/// Whether a section of this name begins in a file: `[name]`, or `[profile name]`.
fn is_defined(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let section = line.trim_start().strip_prefix('[').and_then(|rest| rest.split(']').next());
        section.map(str::trim).is_some_and(|section| {
            let of_profile =
                section.strip_prefix("profile").filter(|rest| rest.starts_with([' ', '\t', '"', '\'']));
            let unquoted = |name: &str| name.trim().trim_matches(['"', '\'']).to_owned();
            section == name || of_profile.is_some_and(|rest| unquoted(rest) == name)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_found_as_they_are_written() {
        let text = "# [profile no]\n[default]\nregion = x\n[profile training]\n [ profile  two words ] ; why\n[old]\n\
                    [profile \"quoted\"]\n[sso-session s]\n";
        for name in ["default", "training", "two words", "old", "quoted"] {
            assert!(is_defined(text, name), "{name}");
        }
        for name in ["no", "s", "train", "profile", "sso-session"] {
            assert!(!is_defined(text, name), "{name}");
        }
    }
}
