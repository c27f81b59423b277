//! How many of the similar records each engine finds, in corpora in which that is known: `near SEEDS [RECORDS]`. Prints
//! the tables of `benches/results/near.md`. The same arguments give the same tables.

mod measure;
mod plant;
mod truth;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use bedload_record::NoRoom;
use bedload_stages::near::{Engine, NotThreshold, Threshold};

use measure::{Counts, Dropped};
use plant::Kind;
use truth::Truth;

/// Hundredths.
const THRESHOLDS: [u32; 4] = [50, 70, 80, 90];
const ENGINES: [Engine; 2] = [Engine::Exact, Engine::Lsh];
const RECORDS: usize = 20_000;

/// What was measured at a threshold.
#[derive(Default)]
struct Measured {
    /// By kind, and by engine.
    bins: BTreeMap<Kind, [Counts; 2]>,
    dropped: [Dropped; 2],
}

fn measure(seeds: u64, records: usize) -> Result<BTreeMap<u32, Measured>, String> {
    let mut all: BTreeMap<u32, Measured> = BTreeMap::new();
    for seed in 1..=seeds {
        let planted = plant::plant(records, seed);
        let truth = Truth::of(planted.iter().map(|planted| planted.text.as_str()), THRESHOLDS[0]);
        let failed = |NoRoom(error): NoRoom| error.to_string();
        let sets = measure::sets(&planted).map_err(failed)?;
        for hundredths in THRESHOLDS {
            let of = all.entry(hundredths).or_default();
            let at = (hundredths, threshold(hundredths)?);
            for (nth, engine) in ENGINES.into_iter().enumerate() {
                let bins = measure::pairs(&planted, &truth, &sets, at, engine).map_err(failed)?;
                for (kind, counts) in bins {
                    of.bins.entry(kind).or_default()[nth] += counts;
                }
                of.dropped[nth] += measure::dropped(&truth, &sets, at, engine).map_err(failed)?;
            }
        }
    }
    Ok(all)
}

fn threshold(hundredths: u32) -> Result<Threshold, String> {
    format!("0.{hundredths}").parse().map_err(|error: NotThreshold| error.to_string())
}

/// The part of all that was found.
fn recall(missed: u64, all: u64) -> String {
    format!("{:.5}", 1.0 - missed as f64 / all.max(1) as f64)
}

fn print(all: &BTreeMap<u32, Measured>, out: &mut impl Write) -> io::Result<()> {
    for (&hundredths, Measured { bins, .. }) in all {
        writeln!(out, "\n## Pairs of 0.{hundredths} or more\n")?;
        writeln!(out, "| planted | pairs | exact: missed | extra | lsh: missed | extra | recall |")?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        let mut sum = [Counts::default(); 2];
        let row = |name: &str, [exact, lsh]: &[Counts; 2]| {
            let recall = recall(lsh.missed, lsh.pairs);
            let Counts { pairs, missed, extra, .. } = exact;
            format!("| {name} | {pairs} | {missed} | {extra} | {} | {} | {recall} |", lsh.missed, lsh.extra)
        };
        for (kind, counts) in bins {
            writeln!(out, "{}", row(&kind.name(), counts))?;
            sum.iter_mut().zip(counts).for_each(|(sum, &counts)| *sum += counts);
        }
        writeln!(out, "{}", row("all", &sum))?;
    }
    writeln!(out, "\n## Recall of `lsh`, as printed and as measured\n")?;
    writeln!(
        out,
        "| threshold | printed | pairs up to 0.01 above it | missed | recall | all pairs | missed | recall |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (&hundredths, Measured { bins, .. }) in all {
        let mut sum = Counts::default();
        bins.values().for_each(|counts| sum += counts[1]);
        let Counts { pairs, missed, at, missed_at, .. } = sum;
        let printed = threshold(hundredths).map_or(1.0, |threshold| Engine::Lsh.recall(threshold));
        let (recall_at, recall) = (recall(missed_at, at), recall(missed, pairs));
        writeln!(
            out,
            "| 0.{hundredths} | {printed:.5} | {at} | {missed_at} | {recall_at} | {pairs} | {missed} | {recall} |"
        )?;
    }
    writeln!(out, "\n## Records that are dropped\n")?;
    writeln!(out, "| threshold | engine | dropped | for the wrong reason | pairs left |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (hundredths, Measured { dropped, .. }) in all {
        for (engine, Dropped { records, wrong, left }) in ["exact", "lsh"].iter().zip(dropped) {
            writeln!(out, "| 0.{hundredths} | {engine} | {records} | {wrong} | {left} |")?;
        }
    }
    Ok(())
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (seeds, records) = match arguments {
        [seeds] => (seeds.parse(), Ok(RECORDS)),
        [seeds, records] => (seeds.parse(), records.parse()),
        _ => return Err("usage: near SEEDS [RECORDS]".to_owned()),
    };
    let number = |error: std::num::ParseIntError| error.to_string();
    let measured = measure(seeds.map_err(number)?, records.map_err(number)?)?;
    print(&measured, &mut io::stdout().lock()).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "near: {problem}");
            ExitCode::FAILURE
        }
    }
}
