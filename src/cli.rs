//! The root command line.

use clap::Parser;

use crate::commands::Command;
use crate::console::Color;

/// List the images and tags of Amazon ECR Public repositories
///
/// Reads anybody's public repository without an AWS account, and your own registry with the
/// credentials that the AWS CLI has, whatever the region; to the last page, and only ever reads.
#[derive(Debug, Parser)]
#[command(
    name = "ecrpub",
    version,
    propagate_version = false,
    max_term_width = 100
)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// Tell of requests, attempts, waits and timings on stderr
    #[arg(short, long, global = true, display_order = 900)]
    pub(crate) verbose: bool,

    /// Write no notes to stderr, only errors
    #[arg(short, long, global = true, display_order = 901)]
    pub(crate) quiet: bool,

    /// Use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 902
    )]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, also for an empty repository
  1  anything else, a full disk among it
  2  wrong usage or settings, also values that the service refuses
  3  a repository or an image that was asked for does not exist
  4  credentials missing, expired, or not allowed
  5  the service or the network: unreachable, timed out, throttled, answered nonsense
  130  interrupted";
