//! A forward proxy on loopback: it forwards requests or refuses them, and records them.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio_rustls::TlsAcceptor;

use crate::tls::{self, Identity};

/// A running proxy; its thread ends with the process.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    certificate: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// How a proxy treats its clients.
type Answer = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl Proxy {
    /// Starts a proxy on any port that is free.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    #[must_use]
    pub fn start() -> Self {
        Self::answering(|_| None)
    }

    /// The same, but responds with the result of `answer` for a request's head, or else forwards the
    /// request.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    #[must_use]
    pub fn answering(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let (listener, address) = listen();
        let requests = Arc::new(Mutex::default());
        let kept = Arc::clone(&requests);
        let answer: Answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                // A client that disconnects is not an error.
                thread::spawn(move || drop(converse(stream, &kept, &answer)));
            }
        });
        Self {
            url: format!("http://{address}"),
            certificate: String::new(),
            requests,
        }
    }

    /// The same reached by https.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    #[must_use]
    pub fn behind_tls(self) -> Self {
        let identity = Identity::of(tls::PROXY);
        let (listener, address) = listen();
        let inner = self.url.trim_start_matches("http://").to_owned();
        thread::spawn(move || decrypt(listener, &identity.acceptor, &inner));
        Self {
            url: format!("https://{address}"),
            certificate: identity.certificate,
            ..self
        }
    }

    /// The URL at which it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same with a user and a password.
    #[must_use]
    pub fn url_for(&self, user: &str) -> String {
        self.url.replace("://", &format!("://{user}@"))
    }

    /// The certificate that clients of a proxy behind TLS must trust, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The head of the first request of each connection.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of connections received.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.requests().len()
    }
}

fn listen() -> (TcpListener, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    (listener, address)
}

fn converse(client: TcpStream, requests: &Mutex<Vec<String>>, answer: &Answer) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(head.clone());
    if let Some(answer) = answer(&head) {
        (&client).write_all(answer.as_bytes())?;
        // Closing with the request unread would reset the connection before the response is read.
        return io::copy(&mut reader, &mut io::sink()).map(drop);
    }
    pass_on(client, reader, &head)
}

fn pass_on(client: TcpStream, mut reader: BufReader<TcpStream>, head: &str) -> io::Result<()> {
    let mut words = head.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    let host = target.trim_start_matches("http://").split('/').next();
    let mut server = TcpStream::connect(host.unwrap_or_default())?;
    if method == Some("CONNECT") {
        (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        server.write_all(head.as_bytes())?;
    }
    let (mut from_server, mut to_client) = (server.try_clone()?, client);
    thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        to_client.shutdown(Shutdown::Both)
    });
    io::copy(&mut reader, &mut server)?;
    Ok(())
}

/// Decrypts connections and forwards them to `inner`.
fn decrypt(listener: TcpListener, acceptor: &TlsAcceptor, inner: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        listener
            .set_nonblocking(true)
            .expect("a socket can be made non-blocking");
        let listener = tokio::net::TcpListener::from_std(listener).expect("it is non-blocking");
        while let Ok((client, _)) = listener.accept().await {
            let (acceptor, inner) = (acceptor.clone(), inner.to_owned());
            tokio::spawn(async move {
                let mut client = acceptor.accept(client).await?;
                let mut server = tokio::net::TcpStream::connect(inner).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
}
