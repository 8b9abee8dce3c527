//! `ecrpub` lists the images and tags of Amazon ECR Public repositories: all of them or an exit code
//! that says otherwise, newest first, for eyes and for scripts.
//!
//! This crate is the program; its one public function is what `main` calls.
//!
//! ```text
//! argv → clap → Args → source → pages of rows → select → output → stdout
//! ```

#[cfg(feature = "bench")]
pub mod bench;
mod cli;
mod commands;
mod console;
mod error;
mod escape;
mod facts;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod listing;
mod model;
mod net;
mod options;
mod output;
mod progress;
mod reference;
mod select;
mod source;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::console::Console;
use crate::error::{Error, Kind};
use crate::listing::Missing;
use crate::progress::Progress;

/// Runs the program with the arguments `arguments`, the first of them its own name, and returns its
/// exit code. Data goes to stdout, words to stderr.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => return explain(&answer),
    };
    let console = Console::new(cli.color, cli.quiet);
    match execute(&cli, &console) {
        Ok(missing) => {
            for error in &missing {
                console.report(error);
            }
            missing.first().map_or(0, Error::exit_code)
        }
        Err(error) => {
            if error.is_told() {
                console.report(&error);
            }
            error.exit_code()
        }
    }
    .into()
}

fn execute(cli: &Cli, console: &Console) -> Result<Missing, Error> {
    let progress = Progress::new(cli.verbose);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Other, format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = cli.command.run(console, &progress) => outcome,
            Ok(()) = tokio::signal::ctrl_c() => Err(Error::new(Kind::Interrupted, "interrupted")),
        }
    });
    progress.end_line();
    // Dropping the runtime would wait for a name look-up without limit.
    runtime.shutdown_background();
    outcome
}

/// Help and version go to stdout, wrong usage to stderr.
fn explain(answer: &clap::Error) -> ExitCode {
    match answer.print() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}
