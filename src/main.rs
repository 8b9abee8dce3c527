//! The program: parse, run, report, exit code, all of it in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ecrpub::run(std::env::args_os())
}
