//! Settings of the search for personal data and secrets: flags over what is configured.

use bedload_stages::Stages;
use bedload_stages::pii::Action;

use crate::args::PiiArgs;
use crate::exit::Failure;

/// Puts the flags in their place.
pub(super) fn put_pii(args: &PiiArgs, stages: &mut Stages) -> Result<(), Failure> {
    let pii = &mut stages.pii;
    pii.action = args.action.or(pii.action);
    pii.kinds = args.kinds.unwrap_or(pii.kinds);
    if args.kinds.is_some() && pii.action.is_none() {
        return Err(Failure::Usage("--pii-kinds needs --pii".to_owned()));
    }
    Ok(())
}

/// The same for commands that look at the data as it is: they report what others would drop or mask.
pub(super) fn put_pii_to_report(args: &PiiArgs, stages: &mut Stages, skip: &[String]) -> Result<(), Failure> {
    put_pii(args, stages)?;
    if args.action.is_some() && stages.pii.action != Some(Action::Report) {
        let name = stages.pii.action.map_or("", Action::name);
        return Err(Failure::Usage(format!(
            "--pii {name} is for build; this command changes nothing\nhint: --pii report"
        )));
    }
    if args.action.is_some() && skip.iter().any(|stage| stage == "pii") {
        return Err(Failure::Usage("--pii cannot be used with --skip pii".to_owned()));
    }
    stages.pii.action = stages.pii.action.map(|_| Action::Report);
    Ok(())
}
