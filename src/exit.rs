//! How a run ends: the exit code of its outcome, and the end by an interrupt.

use std::process::ExitCode;

use crate::child;
use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;
use crate::progress::Progress;

/// Reports `outcome` and returns its exit code. Whatever does not exist is reported after everything
/// else was listed.
pub(crate) fn report(outcome: Result<Missing, Error>, console: &Console) -> ExitCode {
    let errors = outcome.unwrap_or_else(|error| vec![error]);
    for error in errors.iter().filter(|error| error.is_reported()) {
        console.report(error);
    }
    errors.first().map_or(0, Error::exit_code).into()
}

/// Ends the program on Ctrl-C, wherever it computes or blocks, once the progress line is gone. It ends
/// by the signal itself, so that a shell's loop ends too; an inherited decision to ignore the signal
/// stands.
#[cfg(unix)]
pub(crate) fn end_on_interrupt(progress: &Progress) {
    use signal_hook::consts::SIGINT;
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    if ignores_interrupts() {
        return;
    }
    // Without a handler the signal ends the program as well, and leaves the progress line behind.
    let Ok(mut signals) = Signals::new([SIGINT]) else {
        return;
    };
    let line = progress.line();
    let wait = move || {
        for signal in signals.forever() {
            line.finish_and_clear();
            child::end();
            let _ = emulate_default_handler(signal);
        }
    };
    let _ = std::thread::Builder::new().spawn(wait);
}

/// Ends the program on Ctrl-C with the exit code that shells use for it.
#[cfg(not(unix))]
pub(crate) fn end_on_interrupt(progress: &Progress) {
    let line = progress.line();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            line.finish_and_clear();
            child::end();
            std::process::exit(130);
        }
    });
}

/// Whether the parent process has this one ignore SIGINT, as `nohup` and background jobs of scripts do.
/// Only Linux says so without unsafe code.
#[cfg(unix)]
fn ignores_interrupts() -> bool {
    const SIGINT_BIT: u64 = 1 << (signal_hook::consts::SIGINT - 1);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & SIGINT_BIT != 0)
}
