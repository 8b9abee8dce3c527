//! Programs on a pseudo-terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::Winsize;
use rustix_openpty::{Pty, openpty};

use crate::harness::assert_keeps_secrets;

/// The stdout and stderr of `command` on a terminal of this many columns.
pub(crate) fn screen(columns: u16, command: Command) -> String {
    Screen::start(columns, command).end().0
}

/// A terminal with a running program, which is killed with it.
pub(crate) struct Screen {
    keyboard: File,
    output: Receiver<Vec<u8>>,
    shown: Vec<u8>,
    child: Child,
}

impl Screen {
    pub(crate) fn start(columns: u16, mut command: Command) -> Self {
        let size = Winsize {
            ws_row: 50,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let Pty { controller, user } = openpty(None, Some(&size)).expect("a terminal opens");
        let clone = || user.try_clone().expect("a file can be cloned");
        command.stdin(clone()).stdout(clone()).stderr(clone());
        let child = command.spawn().expect("the program starts");
        let keyboard = File::from(controller);
        let mut screen = keyboard.try_clone().expect("a file can be cloned");
        let (sender, output) = channel();
        // The end of this function closes `command` and `user`, which would keep the terminal open.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux reports the end of a terminal as an error.
            while let Ok(length @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            keyboard,
            output,
            shown: Vec::new(),
            child,
        }
    }

    /// Waits until the terminal shows `text`; returns the output before it since the last call.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let started = Instant::now();
        loop {
            let mut windows = self.shown.windows(text.len());
            if let Some(start) = windows.position(|window| window == text.as_bytes()) {
                let rest = self.shown.split_off(start + text.len());
                let before = std::mem::replace(&mut self.shown, rest);
                return String::from_utf8_lossy(&before[..start]).into_owned();
            }
            let left = Duration::from_secs(20).saturating_sub(started.elapsed());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                let shown = String::from_utf8_lossy(&self.shown);
                panic!("`{text}` is not shown: {shown:?}");
            };
            self.shown.extend(bytes);
        }
    }

    /// Presses these keys.
    pub(crate) fn press(&mut self, keys: &str) {
        let written = self.keyboard.write_all(keys.as_bytes());
        written.expect("the terminal takes keys");
    }

    /// Interrupts the program as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::INT).expect("the program runs");
    }

    /// Waits for the program to end; returns the rest of what the terminal shows.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
        let mut shown = std::mem::take(&mut self.shown);
        while let Ok(bytes) = self.output.recv() {
            shown.extend(bytes);
        }
        let status = self.child.wait().expect("the program ends");
        let shown = String::from_utf8(shown).expect("output is UTF-8");
        assert_keeps_secrets(&shown);
        (shown.replace("\r\n", "\n"), status)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
