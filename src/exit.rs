//! Ends a run: turns its outcome into an exit code, and handles signals.

use std::process::ExitCode;

use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;
use crate::progress::Progress;

/// Reports `outcome` and returns its exit code. Missing repositories and images are reported after
/// the listing.
pub(crate) fn report(outcome: Result<Missing, Error>, console: &Console) -> ExitCode {
    let errors = outcome.unwrap_or_else(|error| vec![error]);
    for error in errors.iter().filter(|error| error.is_reported()) {
        console.report(error);
    }
    errors.first().map_or(0, Error::exit_code).into()
}

/// Ends the program on Ctrl-C and other signals that end it, even while it computes or blocks, after
/// removing the progress line. A child process gets Ctrl-C from the terminal too. The program ends by the signal itself, so
/// that a shell's loop ends too. It ignores signals that its parent process ignores.
#[cfg(unix)]
pub(crate) fn end_on_signals(progress: &Progress) {
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // Without a handler the signals still end the program, but the progress line stays.
    let Ok(mut signals) = Signals::new(handled_signals()) else {
        return;
    };
    let line = progress.line();
    let wait = move || {
        for signal in signals.forever() {
            line.finish_and_clear();
            let _ = emulate_default_handler(signal);
        }
    };
    let _ = std::thread::Builder::new().spawn(wait);
}

/// Ends the program on Ctrl-C with the exit code that shells use for it.
#[cfg(not(unix))]
pub(crate) fn end_on_signals(progress: &Progress) {
    let line = progress.line();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            line.finish_and_clear();
            std::process::exit(130);
        }
    });
}

/// The signals to end on: those that the parent process did not make this one ignore, as scripts do
/// for background jobs, and `nohup`. Only Linux exposes them without unsafe code; elsewhere `nohup` is
/// respected because SIGHUP keeps its default, which also ends the child of a closed terminal.
#[cfg(unix)]
fn handled_signals() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let Some(ignored) = ignored else {
        return vec![SIGINT, SIGTERM];
    };
    let is_ignored = |signal: i32| ignored & (1 << (signal - 1)) != 0;
    let all = [SIGHUP, SIGINT, SIGTERM].into_iter();
    all.filter(|signal| !is_ignored(*signal)).collect()
}
