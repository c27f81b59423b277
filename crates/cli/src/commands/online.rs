//! What commands that talk to Amazon Bedrock have in common: the account, requests that are only shown, and waiting.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

use bedload_client::{Client, ClientError, ErrorKind, Limits, Pace, Waiting};
use bedload_engine::Progress;
use bedload_store::Account;
use serde::Serialize;
use serde_json::{Value, json};

use super::refusal;
use crate::args::{AccountArgs, OutputArgs, OutputFormat, WaitArgs};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};
use crate::signals;

/// The account that the command line and the environment name, for requests until a signal. Nothing is sent yet.
pub(super) fn account(args: &AccountArgs, progress: &Arc<Progress>) -> Result<Account, Failure> {
    let progress = Arc::clone(progress);
    Ok(Account::open(&args.into())?.stopped_by(move || is_stopped(&progress)))
}

/// The clients of an account. What is only shown needs no region.
pub(super) fn client(account: &Account, limits: Limits, is_dry_run: bool) -> Result<Client<'_>, Failure> {
    if is_dry_run {
        return Ok(Client::unsent(account, limits));
    }
    Ok(Client::open(account, limits)?)
}

/// Where requests would go, for people.
pub(super) fn destination(endpoint: &str) -> String {
    if endpoint.is_empty() {
        return "Amazon Bedrock (no region is configured)".to_owned();
    }
    escape(endpoint).into_owned()
}

/// A value that is null where there is none.
pub(super) fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Shows requests in place of sending them.
pub(super) fn dry_run(
    client: &Client<'_>,
    output: &OutputArgs,
    requests: &[(&str, Value)],
) -> Result<Exit, Failure> {
    let endpoint = client.endpoint();
    let mut out = Out::new();
    for (operation, request) in requests {
        // What is not given is not sent.
        let mut request = request.clone();
        if let Some(members) = request.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        match output.output_format {
            OutputFormat::Text => {
                let text = serde_json::to_string_pretty(&request).unwrap_or_default();
                out.write(
                    format!("{}\n", text.lines().map(escape).collect::<Vec<_>>().join("\n")).as_bytes(),
                )?;
                out.flush()?;
                say(&format!("dry run: would send {operation} to {}\n", destination(&endpoint)));
            }
            OutputFormat::Jsonl => out.write_object(&json!({
                "kind": "request", "operation": operation, "endpoint": known(&endpoint),
                "region": known(client.region()),
                "request": request, "sent": false,
            }))?,
        }
    }
    if output.output_format == OutputFormat::Jsonl {
        out.write_object(&json!({"kind": "summary", "dry_run": true, "exit_code": Exit::Clean.code()}))?;
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// How the command line wants to wait; the first signal ends it.
pub(super) fn waiting<'a>(args: &WaitArgs, is_new: bool, is_stopped: &'a dyn Fn() -> bool) -> Waiting<'a> {
    Waiting { pace: Pace::new(args.interval), limit: args.timeout, is_stopped, is_new }
}

/// Whether a signal asks the run to stop.
pub(super) fn is_stopped(progress: &Progress) -> bool {
    progress.watch.check().is_err()
}

/// The exit code where a signal ended the waiting.
pub(super) fn interrupted() -> Exit {
    Exit::Signal(signals::caught().unwrap_or(2))
}

/// Asks before something that costs, or that cannot be undone. Without a terminal nobody can answer.
pub(super) fn ask(question: &str, is_agreed: bool) -> Result<(), Failure> {
    if is_agreed {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "{question} not asked, because standard input is no terminal\nhint: `--yes` answers"
        )));
    }
    say(&format!("{} [y/N] ", escape(question)));
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    match read {
        Ok(_) if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") => Ok(()),
        _ => Err(Failure::Usage("nothing was sent".to_owned())),
    }
}

/// A request to create something that the service does not accept is a usage mistake; every other failure is the
/// environment's.
pub(super) fn not_created(error: ClientError) -> Failure {
    if error.kind != ErrorKind::Invalid {
        return error.into();
    }
    let message = error.to_string();
    Failure::Usage(format!("{message}\n{}", refusal::explained(&message, "")))
}

/// Says that a look failed, and that there will be another.
pub(super) fn say_trouble(output: &OutputArgs, error: &ClientError, pause: Duration) {
    if output.quiet {
        return;
    }
    let message = error.to_string();
    let first = message.lines().next().unwrap_or_default();
    say(&format!("warning: {}; trying again in {:.0?}\n", escape(first), pause));
}

/// A value as an object of a kind.
pub(super) fn object(kind: &str, value: &impl Serialize) -> Value {
    let mut object = json!({"kind": kind});
    if let (Some(object), Ok(Value::Object(members))) = (object.as_object_mut(), serde_json::to_value(value))
    {
        object.extend(members);
    }
    object
}

/// Rows of cells under their titles, as wide as they are; the last column is not padded.
pub(super) fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let escaped: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| escape(cell).into_owned()).collect()).collect();
    let width = |n: usize| {
        let cells = escaped.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count());
        cells.chain([titles[n].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let mut out = String::new();
    let titles: Vec<String> = titles.iter().map(|&title| title.to_owned()).collect();
    for row in std::iter::once(&titles).chain(&escaped) {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A moment for people: to the second, without what RFC 3339 adds.
pub(super) fn moment(time: Option<&String>) -> String {
    time.map_or_else(String::new, |time| time.get(..19).unwrap_or(time).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_table_is_as_wide_as_its_cells_and_escaped() {
        let rows = [vec!["a".to_owned(), "b\u{1b}[31m".to_owned()], vec!["longer".to_owned(), String::new()]];
        expect![[r#"
            NAME    STATUS
            a       b\u{1b}[31m
            longer
        "#]]
        .assert_eq(&table(&["NAME", "STATUS"], &rows));
        assert_eq!(moment(Some(&"2026-11-27T10:00:00.25Z".to_owned())), "2026-11-27 10:00:00");
    }
}
