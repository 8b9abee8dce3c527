//! Ends the run on a panic, with one sentence and without the panic's payload, which may be a secret.

use std::io::Write;
use std::panic::Location;

/// Makes every panic, in any thread, end the process with exit code 1.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, place);
        // Ignores a closed stderr.
        let _ = writeln!(std::io::stderr(), "error: internal error{place}");
        std::process::exit(1);
    }));
}

/// Makes every panic end the process silently, while a shell's line is on the terminal.
pub(crate) fn install_silent_hook() {
    std::panic::set_hook(Box::new(|_| std::process::exit(1)));
}

/// The file's name, without the folders of the build machine, and the line.
fn place(location: &Location<'_>) -> String {
    let file = location
        .file()
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    format!(" at `{file}:{}`", location.line())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Runs in a separate process, which the test below starts.
    #[test]
    #[ignore = "panics on purpose"]
    fn panics_with_a_secret() {
        super::install_hook();
        panic!("wJalrXUtnFEMI");
    }

    #[test]
    fn a_panic_ends_the_run_without_its_payload() {
        let program = std::env::current_exe().expect("the tests are a program");
        let output = Command::new(program)
            .args([
                "--exact",
                "panic::tests::panics_with_a_secret",
                "--ignored",
                "--nocapture",
            ])
            .output()
            .expect("the tests start");
        let stderr = String::from_utf8(output.stderr).expect("output is UTF-8");
        assert!(
            stderr.starts_with("error: internal error at `panic.rs:"),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert_eq!(output.status.code(), Some(1));
        assert!(!String::from_utf8_lossy(&output.stdout).contains("wJalr"));
    }
}
