//! The root command line.

use clap::Parser;

use crate::commands::Command;
use crate::console::Color;

/// List the repositories, images and tags of Amazon ECR Public
///
/// Reads any public repository without an AWS account, and your own registry with the credentials of
/// the AWS CLI, whatever region they are for. Reads every page. Changes nothing.
#[derive(Debug, Parser)]
#[command(
    name = "ecrpub",
    version,
    propagate_version = false,
    disable_help_flag = true,
    max_term_width = 100,
    next_help_heading = "General",
    next_display_order = 900
)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Cli {
    /// Log requests, retries and timings to stderr
    #[arg(short, long, alias = "debug", global = true)]
    pub(crate) verbose: bool,

    /// Print errors and their hints only, no notes
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Colour the output
    #[arg(
        long,
        alias = "colour",
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        ignore_case = true
    )]
    pub(crate) color: Color,

    /// Do not read or write the cache
    ///
    /// Manifests are kept, at most 64 MiB of them, in a folder that only you can read:
    /// `ECRPUB_CACHE_DIR`, or `ecrpub` in the folder of `XDG_CACHE_HOME` or in the system's folder for
    /// caches.
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_cache: bool,

    /// Print help: `-h` a summary, `--help` every option with its details
    #[arg(short, long, global = true, action = clap::ArgAction::Help)]
    help: Option<bool>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub tags public.ecr.aws/docker/library/nginx
  ecrpub images --repo web
  ecrpub repos public.ecr.aws/eks-distro
  ecrpub tags web --output json | jq -r '.imageTagDetails[].imageTag'";

const EXIT_CODES: &str = "\
Exit codes:
  0  done, also for an empty repository
  1  any other failure, such as a full disk
  2  wrong usage or settings, or a value that the service refuses
  3  a named repository or image does not exist, or nothing is listed with `--fail-if-empty`
  4  credentials missing, expired, or not allowed
  5  the service or the network: unreachable, timed out, throttled, or an invalid response
  130  interrupted";
