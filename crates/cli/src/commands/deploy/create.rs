//! `bedload deploy MODEL`

use std::hash::{BuildHasher as _, RandomState};

use bedload_aws::{WantedDeployment, deployment};
use bedload_bedrock::{Catalogue, Commitment, Deployment as Way};
use bedload_client::{Client, Deployment, DeploymentKind, ErrorKind, Found, Limits, Seen, Waited, poll};
use bedload_engine::Progress;
use serde_json::{Value, json};

use super::price::Cost;
use crate::args::{DeployCreateArgs, OutputFormat, Period};
use crate::commands::{new_progress, online, refusal};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(super) fn run(args: &DeployCreateArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.dry_run)?;
    let given = args.model.as_deref().unwrap_or_default();
    let name = args.name.as_deref().unwrap_or_default();
    let kind = if args.units.provisioned { DeploymentKind::Provisioned } else { DeploymentKind::OnDemand };
    refuse_base(given)?;
    let model = if args.dry_run { Model::unasked(given) } else { Model::find(&client, given)? };
    let (operation, request) = request(args, name, &model.arn)?;
    let cost = Cost::new(kind, &model.base, args.units.units, commitment(args));
    let is_jsonl = args.output.output_format == OutputFormat::Jsonl;
    let existing = if args.dry_run { None } else { existing(&client, args, kind, &model.arn)? };
    if !model.is_arn {
        say("note: what it costs depends on the model, which a dry run does not look up\n");
    } else if existing.is_none() {
        if is_jsonl {
            let mut out = Out::new();
            out.write_object(&cost.object())?;
            out.flush()?;
        } else {
            cost.text().lines().for_each(|line| say(&format!("{}\n", escape(line))));
        }
        warn(&model.base, kind);
    }
    if args.dry_run {
        let look = (!model.is_arn).then(|| ("GetCustomModel", json!({"modelIdentifier": given})));
        let requests: Vec<(&str, Value)> = look.into_iter().chain([(operation, request)]).collect();
        return online::dry_run(&client, &args.output, &requests);
    }
    let is_new = existing.is_none();
    let arn = if let Some(found) = existing {
        found.arn
    } else {
        let question = format!("deploy {} as {name}?", model.arn);
        online::ask(&question, args.yes)?;
        let text = serde_json::to_string(&request).unwrap_or_default();
        client.deploy(kind, &text, name).map_err(online::not_created)?
    };
    let mut out = Out::new();
    if is_jsonl {
        out.write_object(&json!({
            "kind": "deployment", "arn": arn, "name": name, "serving": kind.name(), "existing": !is_new,
        }))?;
    } else {
        out.write(format!("{}\n", escape(&arn)).as_bytes())?;
    }
    out.flush()?;
    if !is_new && !args.output.quiet {
        say(&format!("{}: the same deployment exists already\n", escape(name)));
    }
    if !args.no_wait {
        return watch(&client, args, kind, &arn, is_new, &progress);
    }
    if is_jsonl {
        out.write_object(&json!({"kind": "summary", "arn": arn, "exit_code": Exit::Clean.code()}))?;
        out.flush()?;
    } else if !args.output.quiet {
        say(&format!("  `bedload deploy show {}` shows when it answers\n", escape(name)));
    }
    Ok(Exit::Clean)
}

/// Refuses models that were not customized: they answer as they are, and names of jobs and models have no colon.
fn refuse_base(given: &str) -> Result<(), Failure> {
    let is_base = given.contains(":foundation-model/") || (given.contains(':') && !given.starts_with("arn:"));
    if !is_base {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{given}: this is no custom model\n\
         hint: name a custom model, or the job that made it; other models answer without a deployment"
    )))
}

/// The model that is deployed, and what it was made from.
struct Model {
    arn: String,
    base: String,
    is_arn: bool,
}

impl Model {
    /// What an argument says by itself.
    fn unasked(given: &str) -> Self {
        let is_arn = given.contains(":custom-model/");
        Self { arn: given.to_owned(), base: base_of(given).unwrap_or(given).to_owned(), is_arn }
    }

    fn find(client: &Client<'_>, given: &str) -> Result<Self, Failure> {
        let model = match client.find_model(given)? {
            Found::Model(model) => model,
            Found::Job(job) => {
                let status = job.status.name();
                let hint = if job.status.is_end() {
                    format!("`bedload job show {}` shows why", job.job_name)
                } else {
                    format!("`bedload job monitor {}` waits for it", job.job_name)
                };
                return Err(Failure::Usage(format!(
                    "{given}: the job is {status} and has no model\nhint: {hint}"
                )));
            }
        };
        if let Some(status) = model.status.as_deref().filter(|status| *status != "Active") {
            let why = model.failure_message.map_or_else(String::new, |message| format!(": {message}"));
            return Err(Failure::Usage(format!("{given}: the model is {status}, not Active{why}")));
        }
        let base = model.base_model_arn.as_deref().or_else(|| base_of(&model.model_arn)).unwrap_or_default();
        Ok(Self { base: base.to_owned(), arn: model.model_arn, is_arn: true })
    }
}

/// The identifier of the base model in the ARN of a custom model.
fn base_of(arn: &str) -> Option<&str> {
    arn.split_once(":custom-model/").and_then(|(_, rest)| rest.split('/').next())
}

fn commitment(args: &DeployCreateArgs) -> Commitment {
    match args.units.commitment {
        None => Commitment::None,
        Some(Period::OneMonth) => Commitment::OneMonth,
        Some(Period::SixMonths) => Commitment::SixMonths,
    }
}

/// The request, checked. In a dry run the ARN of a model may not be known, and is not judged then.
fn request(args: &DeployCreateArgs, name: &str, model: &str) -> Result<(&'static str, Value), Failure> {
    let wanted = WantedDeployment {
        name: name.to_owned(),
        model: model.to_owned(),
        token: token(),
        units: args.units.provisioned.then_some(args.units.units),
        commitment: period(args),
        description: args.description.clone(),
        tags: args.tag.clone(),
    };
    let is_known = model.starts_with("arn:") || !args.dry_run;
    let problems = match deployment(&wanted) {
        Ok((operation, request)) => return Ok((operation.name(), request)),
        Err(problems) => problems,
    };
    let left = problems.iter().filter(|p| is_known || p.member.to_string() != "modelArn");
    let told: Vec<String> = left
        .map(|problem| {
            let hint = problem.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
            format!("{}: {}{hint}", problem.member, problem.message)
        })
        .collect();
    if told.is_empty() {
        let request = json!({"modelDeploymentName": name, "modelArn": format!("the ARN of {model}")});
        return Ok(("CreateCustomModelDeployment", request));
    }
    Err(Failure::Usage(told.join("\n")))
}

/// The commitment, by the service's name for it.
fn period(args: &DeployCreateArgs) -> Option<&'static str> {
    args.units.commitment.map(|period| match period {
        Period::OneMonth => "OneMonth",
        Period::SixMonths => "SixMonths",
    })
}

/// Another one for each run: a deployment that was deleted can be made again.
fn token() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("bedload-{:016x}{:016x}", random(), random())
}

/// The deployment of this name, where it is the one that is wanted.
fn existing(
    client: &Client<'_>,
    args: &DeployCreateArgs,
    kind: DeploymentKind,
    model: &str,
) -> Result<Option<Deployment>, Failure> {
    let name = args.name.as_deref().unwrap_or_default();
    let is_wanted = |found: &Deployment| {
        let units = found.units.is_none_or(|units| u32::try_from(units) == Ok(args.units.units));
        let commitment = found.commitment.as_deref() == period(args);
        found.model_arn == model && !found.is_failed() && units && commitment
    };
    match client.deployment_of(kind, name) {
        Ok(found) if is_wanted(&found) => Ok(Some(found)),
        Ok(found) => {
            let units = found.units.map_or_else(String::new, |units| format!(" with {units} units"));
            let what = if found.is_failed() {
                "it failed".to_owned()
            } else {
                format!("it serves {}{units}", found.model_arn)
            };
            Err(Failure::Usage(format!(
                "{name}: there is a deployment of this name already, and {what}\n\
                 hint: give another `--name`, or delete it with `bedload deploy delete {name}`"
            )))
        }
        // Whoever may create deployments need not be allowed to look at them.
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Invalid) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Warns where the documentation has no such way to serve a model.
fn warn(base: &str, kind: DeploymentKind) {
    let id = base.rsplit('/').next().unwrap_or(base);
    let catalogue = Catalogue::built_in();
    let mut models = catalogue.profiles().iter().flat_map(|profile| profile.models.iter());
    let Some(model) = models.find(|model| model.is_named(id)) else { return };
    let way = match kind {
        DeploymentKind::OnDemand => Way::OnDemand,
        DeploymentKind::Provisioned => Way::Provisioned,
    };
    if !model.deployments.is_empty() && !model.deployments.contains(&way) {
        say(&format!(
            "warning: {} is not documented to be served {} ({})\n",
            escape(&model.id),
            if way == Way::OnDemand { "on demand; `--provisioned` is" } else { "by provisioned throughput" },
            escape(&model.deployments_source.to_string())
        ));
    }
}

/// Waits until the deployment answers.
fn watch(
    client: &Client<'_>,
    args: &DeployCreateArgs,
    kind: DeploymentKind,
    arn: &str,
    is_new: bool,
    progress: &Progress,
) -> Result<Exit, Failure> {
    let is_stopped = || online::is_stopped(progress);
    let is_jsonl = args.output.output_format == OutputFormat::Jsonl;
    let name = args.name.as_deref().unwrap_or_default();
    let mut before: Option<Deployment> = None;
    let mut told = Ok(());
    let hurried = client.for_at_most(args.waiting.timeout);
    let waited = poll(
        online::waiting(&args.waiting, is_new, &is_stopped),
        || {
            let now = hurried.deployment_of(kind, arn)?;
            let is_same = before.as_ref().is_some_and(|before| before.status == now.status);
            if !is_same && told.is_ok() {
                told = tell(&now, is_jsonl, args.output.quiet);
            }
            let seen = match (now.is_serving() || now.is_failed() || told.is_err(), is_same) {
                (true, _) => Seen::Ended,
                (false, true) => Seen::Same,
                (false, false) => Seen::Changed,
            };
            before = Some(now);
            Ok(seen)
        },
        |error, pause| online::say_trouble(&args.output, error, pause),
    );
    told?;
    let waited = match waited {
        Ok(waited) => waited,
        Err(error) => {
            let failure = Failure::from(error);
            if is_jsonl {
                summary(arn, before.as_ref(), failure.exit())?;
            }
            return Err(failure);
        }
    };
    let exit = match waited {
        Waited::Ended if before.as_ref().is_some_and(Deployment::is_failed) => Exit::Findings,
        Waited::Ended => Exit::Clean,
        Waited::TimedOut => Exit::GoesOn,
        Waited::Stopped => online::interrupted(),
    };
    if let Some(message) = before.as_ref().and_then(|found| found.failure_message.as_ref()) {
        say(&format!("{}: failed: {}\n{}", escape(name), escape(message), refusal::explained(message, "  ")));
    }
    if matches!(exit, Exit::GoesOn | Exit::Signal(_)) {
        let why = if matches!(exit, Exit::GoesOn) { "the time is up" } else { "interrupted" };
        say(&format!(
            "{0}: {why}; it is still being made\n  hint: the same command waits for it again, `bedload deploy delete {0} \
             --wait` deletes it\n",
            escape(name)
        ));
    }
    if matches!(exit, Exit::Clean) && !args.output.quiet {
        say(&format!("  `bedload evaluate {} OUT` measures it\n", escape(arn)));
    }
    if is_jsonl {
        summary(arn, before.as_ref(), exit)?;
    }
    Ok(exit)
}

fn summary(arn: &str, found: Option<&Deployment>, exit: Exit) -> Result<(), Failure> {
    let mut out = Out::new();
    let status = found.map(|found| &found.status);
    out.write_object(&json!({"kind": "summary", "arn": arn, "status": status, "exit_code": exit.code()}))?;
    Ok(out.flush()?)
}

fn tell(now: &Deployment, is_jsonl: bool, is_quiet: bool) -> Result<(), Failure> {
    if is_jsonl {
        let mut out = Out::new();
        out.write_object(&json!({
            "kind": "status", "name": now.name, "status": now.status, "time": now.last_modified_time,
            "failure_message": now.failure_message,
        }))?;
        out.flush()?;
    } else if !is_quiet {
        let time = online::moment(now.last_modified_time.as_ref().or(now.creation_time.as_ref()));
        say(&format!("{}: {} ({})\n", escape(&now.name), escape(&now.status), escape(&time)));
    }
    Ok(())
}
