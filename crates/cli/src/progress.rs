//! Progress on standard error while long work runs: a line that is redrawn on a terminal, and a plain line from time to
//! time elsewhere, such as in the log of a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bedload_engine::{Phase, Progress};
use bedload_record::plural::{count, plural};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::OutputArgs;
use crate::output::say;

/// Shows a run's progress until it is dropped.
pub(crate) struct Display {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How often a terminal is redrawn.
const REDRAWN_EVERY: Duration = Duration::from_millis(100);
/// How often a plain line is written.
const WRITTEN_EVERY: Duration = Duration::from_secs(30);

/// Whether a line stands on the terminal that the next output would be appended to.
static IS_DRAWN: AtomicBool = AtomicBool::new(false);

/// Clears the line that is being redrawn, for a process that ends without waiting for it.
pub(crate) fn clear() {
    if IS_DRAWN.swap(false, Ordering::SeqCst) {
        // The display may hold the lock of standard error; one short write needs none.
        let _ = rustix::io::write(rustix::stdio::stderr(), b"\r\x1b[2K");
    }
}

impl Display {
    /// Begins to show `progress` of a run over `size_bytes` of input, where that is known.
    pub(crate) fn start(progress: &Arc<Progress>, size_bytes: Option<u64>, output: &OutputArgs) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        if output.quiet || output.no_progress {
            return Self { done, thread: None };
        }
        let target = ProgressDrawTarget::stderr();
        let (progress, stop) = (Arc::clone(progress), Arc::clone(&done));
        let thread = thread::Builder::new().name("progress".to_owned());
        let thread = if target.is_hidden() {
            thread.spawn(move || write_lines(&progress, size_bytes, &stop))
        } else {
            let bar = ProgressBar::with_draw_target(None, target);
            thread.spawn(move || redraw(&progress, size_bytes, &stop, &bar))
        };
        // Without a thread for it, the run continues without progress.
        Self { done, thread: thread.ok() }
    }
}

fn redraw(progress: &Progress, size_bytes: Option<u64>, stop: &AtomicBool, bar: &ProgressBar) {
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        bar.set_style(style);
    }
    let since = Instant::now();
    IS_DRAWN.store(true, Ordering::SeqCst);
    // Once it was cleared from elsewhere the process is about to end.
    while !stop.load(Ordering::Relaxed) && IS_DRAWN.load(Ordering::SeqCst) {
        bar.set_message(Moment::of(progress, size_bytes, since.elapsed()).with_bar());
        bar.tick();
        thread::park_timeout(REDRAWN_EVERY);
    }
    if IS_DRAWN.swap(false, Ordering::SeqCst) {
        bar.finish_and_clear();
    }
}

fn write_lines(progress: &Progress, size_bytes: Option<u64>, stop: &AtomicBool) {
    let since = Instant::now();
    let mut next = WRITTEN_EVERY;
    while !stop.load(Ordering::Relaxed) {
        let elapsed = since.elapsed();
        if elapsed >= next {
            next += WRITTEN_EVERY;
            say(&format!("progress: {}\n", Moment::of(progress, size_bytes, elapsed).plain()));
        }
        thread::park_timeout(next.saturating_sub(elapsed));
    }
}

/// How far a run is.
struct Moment {
    phase: Phase,
    records: u64,
    rejected: u64,
    bytes: u64,
    size_bytes: Option<u64>,
    elapsed: Duration,
}

impl Moment {
    fn of(progress: &Progress, size_bytes: Option<u64>, elapsed: Duration) -> Self {
        Self {
            phase: progress.phase(),
            records: progress.records(),
            rejected: progress.rejected(),
            bytes: progress.watch.bytes_done(),
            size_bytes: size_bytes.filter(|&bytes| bytes > 0),
            elapsed,
        }
    }

    /// Per thousand of the input that is read; none where that is not known, or all is read.
    fn permille(&self) -> Option<u64> {
        let size = self.size_bytes.filter(|_| matches!(self.phase, Phase::Scan | Phase::Upload))?;
        Some((u128::from(self.bytes.min(size)) * 1000 / u128::from(size)) as u64)
    }

    /// A bar and the numbers, in at most 60 columns.
    fn with_bar(&self) -> String {
        const CELLS: u64 = 12;
        let bar = self.permille().map_or_else(String::new, |permille| {
            let full = (permille * CELLS / 1000) as usize;
            format!(" [{}{}]", "#".repeat(full), "-".repeat(CELLS as usize - full))
        });
        format!("{}{bar}{}", self.phase.name(), self.numbers())
    }

    fn plain(&self) -> String {
        let rejected = match self.rejected {
            0 => String::new(),
            n => format!(", {} rejected", count(n)),
        };
        if self.phase == Phase::Upload {
            return format!("{}{}", self.phase.name(), self.numbers());
        }
        let records = plural(self.records, "record", "records");
        format!("{}{}, {records}{rejected}", self.phase.name(), self.numbers())
    }

    fn numbers(&self) -> String {
        let seconds = self.elapsed.as_secs_f64().max(0.001);
        let mut out = String::new();
        if let Some(permille) = self.permille() {
            out += &format!(" {} %", permille / 10);
        }
        if matches!(self.phase, Phase::Scan | Phase::Upload) {
            out += &format!(" {}/s", HumanBytes((self.bytes as f64 / seconds) as u64));
        }
        if self.phase == Phase::Scan {
            out += &format!(" {}", records_a_second(self.records as f64 / seconds));
        }
        if let (Some(size), Some(1..1000)) = (self.size_bytes, self.permille()) {
            let rest = size.saturating_sub(self.bytes) as f64 / self.bytes as f64 * seconds;
            out += &format!(" eta {}", clock(rest as u64));
        }
        out
    }
}

fn records_a_second(rate: f64) -> String {
    match rate {
        1e6.. => format!("{:.1}M records/s", rate / 1e6),
        1e4.. => format!("{:.0}k records/s", rate / 1e3),
        _ => format!("{rate:.0} records/s"),
    }
}

fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(phase: Phase, bytes: u64, size_bytes: Option<u64>, seconds: u64) -> Moment {
        let elapsed = Duration::from_secs(seconds);
        Moment { phase, records: bytes / 100, rejected: bytes / 10_000, bytes, size_bytes, elapsed }
    }

    #[test]
    fn a_plain_line_tells_stage_share_rate_and_rest() {
        let scan = moment(Phase::Scan, 300 << 20, Some(1 << 30), 30);
        let expected = "scan 29 % 10.00 MiB/s 105k records/s eta 1:12, 3,145,728 records, 31,457 rejected";
        assert_eq!(scan.plain(), expected);
        let piped = moment(Phase::Scan, 5 << 20, None, 10);
        assert_eq!(piped.plain(), "scan 512.00 KiB/s 5243 records/s, 52,428 records, 524 rejected");
        assert_eq!(moment(Phase::Write, 900, Some(900), 30).plain(), "write, 9 records");
        let sent = moment(Phase::Upload, 512 << 20, Some(1 << 30), 64);
        assert_eq!(sent.plain(), "upload 50 % 8.00 MiB/s eta 1:04");
    }

    #[test]
    fn the_bar_fits_sixty_columns() {
        for (bytes, size_bytes, seconds) in
            [(0, 1, 0), (1 << 40, 1 << 50, 100_000), (999 << 30, 1 << 40, 999), (1 << 30, 1 << 30, 1)]
        {
            let line = moment(Phase::Scan, bytes, Some(size_bytes), seconds).with_bar();
            assert!(line.len() <= 60, "{} {line}", line.len());
        }
        let line = moment(Phase::Scan, 300 << 20, Some(1 << 30), 30).with_bar();
        assert_eq!(line, "scan [###---------] 29 % 10.00 MiB/s 105k records/s eta 1:12");
        assert!(line.len() <= 60);
    }
}
