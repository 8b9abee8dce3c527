//! A forward proxy on loopback: it passes on what it is asked for, and counts.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A proxy at work; its thread ends with the process.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Starts a proxy on any port that is free.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                // Whoever hangs up ends the conversation, and that is all.
                thread::spawn(move || drop(pass_on(stream)));
            }
        });
        Self {
            url: format!("http://{address}"),
            connections,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections came in.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn pass_on(client: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    let host = target.trim_start_matches("http://").split('/').next();
    let mut server = TcpStream::connect(host.unwrap_or_default())?;
    if method == Some("CONNECT") {
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        server.write_all(line.as_bytes())?;
    }
    let (mut from_server, mut to_client) = (server.try_clone()?, client);
    thread::spawn(move || drop(io::copy(&mut from_server, &mut to_client)));
    io::copy(&mut reader, &mut server)?;
    Ok(())
}
