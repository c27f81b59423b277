//! A line on standard error while long work runs; hidden where that is no terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bedload_engine::{Phase, Progress};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::OutputArgs;

/// Shows a run's progress until it is dropped.
pub(crate) struct Display {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const EVERY: Duration = Duration::from_millis(100);

impl Display {
    /// Begins to show `progress` of a run over `size_bytes` of input, where that is known.
    pub(crate) fn start(progress: &Arc<Progress>, size_bytes: Option<u64>, output: &OutputArgs) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let target = ProgressDrawTarget::stderr();
        if output.quiet || output.no_progress || target.is_hidden() {
            return Self { done, thread: None };
        }
        let (template, len) = match size_bytes {
            Some(len) => ("{msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} eta {eta}", len),
            None => ("{msg} {spinner} {bytes} {bytes_per_sec}", 0),
        };
        let bar = ProgressBar::with_draw_target(size_bytes.map(|_| len), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (progress, stop) = (Arc::clone(progress), Arc::clone(&done));
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                bar.set_message(message(&progress, bar.elapsed()));
                bar.set_position(progress.watch.bytes_done());
                bar.tick();
                thread::park_timeout(EVERY);
            }
            bar.finish_and_clear();
        });
        Self { done, thread: Some(thread) }
    }
}

fn message(progress: &Progress, elapsed: Duration) -> String {
    let records = progress.records();
    let phase = progress.phase();
    if phase != Phase::Scan {
        return format!("{}: {} records", phase.name(), HumanCount(records));
    }
    let rate = records as f64 / elapsed.as_secs_f64().max(0.001);
    format!(
        "{}: {} records, {}/s, {} rejected",
        phase.name(),
        HumanCount(records),
        HumanCount(rate as u64),
        HumanCount(progress.rejected())
    )
}

impl Drop for Display {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A display that failed has nothing left to say.
            let _ = thread.join();
        }
    }
}
