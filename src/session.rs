//! The context that every command runs in.

use std::path::Path;

use crate::console::Console;
use crate::env::Env;
use crate::progress::Progress;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Session<'a> {
    pub(crate) console: &'a Console,
    pub(crate) progress: &'a Progress,
    pub(crate) env: &'a Env,
    /// The folder of what is kept from run to run; absent with `--no-cache`.
    pub(crate) cache_folder: Option<&'a Path>,
}
