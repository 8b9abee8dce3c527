//! The one process that this program starts, which must not outlive the run.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What is kept of an output, in bytes; the rest is read and dropped.
const LONGEST_OUTPUT: u64 = 1 << 20;
const POLL: Duration = Duration::from_millis(5);

static CHILD: Mutex<Option<Child>> = Mutex::new(None);

/// What became of a process.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Ends the process, if one runs. Whoever waits for it gets an error.
pub(crate) fn end() {
    let mut running = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(mut child) = running.take() {
        // It may have ended by itself, and nobody is interested in it any more.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Runs `command` to its end, in this process's group and with its stdin, for it may ask on the
/// terminal. Blocks.
///
/// # Errors
///
/// An I/O error where it cannot be started, or was ended by [`end`].
pub(crate) fn run(mut command: Command) -> io::Result<Output> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
    let errors = thread::Builder::new().spawn(move || read(stderr));
    let stdout = read(stdout);
    let status = wait()?;
    Ok(Output {
        status,
        stdout,
        stderr: errors?.join().unwrap_or_default(),
    })
}

/// Waits without holding the lock, or [`end`] would wait too.
fn wait() -> io::Result<ExitStatus> {
    loop {
        {
            let mut running = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
            let child = running.as_mut().ok_or(io::ErrorKind::Interrupted)?;
            if let Some(status) = child.try_wait()? {
                *running = None;
                return Ok(status);
            }
        }
        thread::sleep(POLL);
    }
}

fn read(pipe: Option<impl Read>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        // What could be read is all that there is to say.
        let _ = pipe.by_ref().take(LONGEST_OUTPUT).read_to_end(&mut kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
    }
    kept
}
