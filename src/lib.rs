//! `ecrpub` lists the images and tags of Amazon ECR Public repositories. A listing is complete, or the
//! exit code says that it is not.
//!
//! This crate is the program; `main` calls its one public function.
//!
//! ```text
//! argv → clap → Args → targets → sources → pages of rows → relate → filter → sort → skip → limit → Format → stdout
//! ```

mod aws;
mod cli;
mod commands;
mod complete;
mod console;
mod env;
mod error;
mod escape;
mod exit;
mod facts;
mod listing;
mod model;
mod net;
mod output;
mod progress;
mod redact;
mod reference;
mod relations;
mod select;
mod session;
mod shell;
mod source;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::Cli;
use crate::console::Console;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::listing::Missing;
use crate::progress::Progress;
use crate::session::Session;

/// Runs the program with `arguments`, which begin with its own name, and returns its exit code. Data
/// goes to stdout, everything else to stderr.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    exit::on_panic();
    let arguments: Vec<_> = arguments.into_iter().collect();
    if let Some(code) = complete::answer(&arguments, Cli::command) {
        return code;
    }
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            let console = Console::new(cli.color, cli.quiet);
            exit::report(execute(&cli, &console), &console)
        }
        Err(answer) => usage::explain(&answer, &arguments).into(),
    }
}

fn execute(cli: &Cli, console: &Console) -> Result<Missing, Error> {
    let env = Env::read()?;
    let progress = Progress::new(cli.verbose);
    // One thread: `Pages` sends the request for a page before the thread is busy with another one.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Other, format!("cannot start: {error}")))?;
    let cache_folder = source::cache_folder(env.cache_dir.clone());
    let session = Session {
        console,
        progress: &progress,
        env: &env,
        cache_folder: cache_folder.as_deref().filter(|_| !cli.no_cache),
    };
    let outcome = runtime.block_on(async {
        if console.has_watcher() || cfg!(not(unix)) {
            exit::clear_on_ctrl_c(&progress);
        }
        cli.command.run(session, Cli::command).await
    });
    progress.end_line();
    // Dropping the runtime would wait for a DNS look-up without a time limit.
    runtime.shutdown_background();
    outcome
}
