//! The last line of defence: a panic ends the run with one sentence that holds nothing of its payload,
//! which may be a secret.

use std::io::Write;
use std::panic::Location;

/// Has every panic of this process, in whatever thread, end it with exit code 1.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, place);
        // Whoever closed stderr does not want to know.
        let _ = writeln!(std::io::stderr(), "error: internal error{place}");
        std::process::exit(1);
    }));
}

/// The file's own name, without the folders of the machine that built it, and the line.
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

    /// Runs in a process of its own, started by the test below.
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
