//! The context that every command runs in.

use crate::console::Console;
use crate::env::Env;
use crate::progress::Progress;

/// The run's output, its progress and its environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session<'a> {
    pub(crate) console: &'a Console,
    pub(crate) progress: &'a Progress,
    pub(crate) env: &'a Env,
}
