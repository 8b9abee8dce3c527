//! Ends a run: turns its outcome into an exit code, and clears the progress line on Ctrl-C.

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

/// Removes the progress line on Ctrl-C, even while the program computes or blocks, before the signal
/// itself ends the program, so that a shell's loop ends too. Only for a run with a line: in any other,
/// signals keep what the parent process made of them.
#[cfg(unix)]
pub(crate) fn clear_on_ctrl_c(progress: &Progress) {
    use signal_hook::consts::SIGINT;
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // Without a handler, the line stays.
    let Ok(mut signals) = Signals::new([SIGINT]) else {
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

/// Removes the progress line on Ctrl-C and ends the program with the exit code that shells use for it.
#[cfg(not(unix))]
pub(crate) fn clear_on_ctrl_c(progress: &Progress) {
    let line = progress.line();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            line.finish_and_clear();
            std::process::exit(130);
        }
    });
}
