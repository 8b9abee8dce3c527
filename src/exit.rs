//! Ends a run: its outcome becomes an exit code, Ctrl-C clears the progress line, a panic is one sentence.

use std::io::Write;
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

/// Makes every panic, in any thread, end the process with exit code 1 and one sentence, without the
/// panic's payload, which may be a secret, and without the folders of the build machine.
pub(crate) fn on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| {
            let file = at.file().rsplit(['/', '\\']).next();
            format!(" at `{}:{}`", file.unwrap_or_default(), at.line())
        });
        // Ignores a closed stderr.
        let _ = writeln!(std::io::stderr(), "error: internal error{place}");
        std::process::exit(1);
    }));
}

pub(crate) fn silently_on_panic() {
    std::panic::set_hook(Box::new(|_| std::process::exit(1)));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Runs in a separate process, which the test below starts.
    #[test]
    #[ignore = "panics on purpose"]
    fn panics_with_a_secret() {
        super::on_panic();
        panic!("wJalrXUtnFEMI");
    }

    #[test]
    fn a_panic_ends_the_run_without_its_payload() {
        let program = std::env::current_exe().expect("the tests are a program");
        let test = "--exact exit::tests::panics_with_a_secret --ignored --nocapture";
        let output = Command::new(program).args(test.split(' ')).output();
        let output = output.expect("the tests start");
        let stderr = String::from_utf8(output.stderr).expect("output is UTF-8");
        assert!(
            stderr.starts_with("error: internal error at `exit.rs:"),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert_eq!(output.status.code(), Some(1));
        assert!(!String::from_utf8_lossy(&output.stdout).contains("wJalr"));
    }
}
