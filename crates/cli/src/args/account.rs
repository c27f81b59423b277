//! Arguments of commands that talk to AWS: which account, and where.

/// The account of a run. Everything that is not given is from the environment and `~/.aws`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct AccountArgs {
    /// Profile in `~/.aws/config` to take credentials and region from [default: `AWS_PROFILE`, or the standard chain].
    #[arg(help_heading = "Account", long, value_name = "NAME")]
    pub(crate) aws_profile: Option<String>,
    /// Region of the account [default: `AWS_REGION`, or that of the profile].
    #[arg(help_heading = "Account", long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// URL to send all requests to, in place of the services' own [default: `AWS_ENDPOINT_URL` and the like].
    #[arg(help_heading = "Account", long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

#[cfg(feature = "s3")]
impl From<&AccountArgs> for bedload_store::AccountOptions {
    fn from(args: &AccountArgs) -> Self {
        Self {
            profile: args.aws_profile.clone(),
            region: args.region.clone(),
            endpoint: args.endpoint_url.clone(),
        }
    }
}

/// The account that inputs in S3 are read with, in a program that can.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct InputAccountArgs {
    #[cfg(feature = "s3")]
    #[command(flatten)]
    pub(crate) account: AccountArgs,
}
