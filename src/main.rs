//! Calls the library, which is the whole program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ecrpub::run(std::env::args_os())
}
