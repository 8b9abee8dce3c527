//! Runs the one child process of a run, and ends it with the run.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The most output that is kept, in bytes; the rest is read and dropped.
const LONGEST_OUTPUT: u64 = 1 << 20;
const POLL: Duration = Duration::from_millis(5);

static CHILD: Mutex<Option<Child>> = Mutex::new(None);

/// The result of a process that ended.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Blocks [`run`] while it lives.
pub(crate) struct Ended {
    _lock: MutexGuard<'static, Option<Child>>,
}

/// Ends the process, if one runs. [`run`] returns an error as soon as the result is dropped: whoever
/// ends the program keeps it, or the error would be reported meanwhile.
pub(crate) fn end() -> Ended {
    let mut running = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(mut child) = running.take() {
        // It may have ended already; its result no longer matters.
        let _ = child.kill();
        let _ = child.wait();
    }
    Ended { _lock: running }
}

/// Runs `command` to its end. It shares this process's group and stdin, so it can prompt on the
/// terminal. Blocks.
///
/// # Errors
///
/// An I/O error if it cannot start, or if [`end`] ended it.
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

/// Waits without holding the lock, so that [`end`] need not wait.
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
        // After an error, the output read so far is used.
        let _ = pipe.by_ref().take(LONGEST_OUTPUT).read_to_end(&mut kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
    }
    kept
}
