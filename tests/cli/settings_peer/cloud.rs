//! All services that provide credentials, on loopback: STS, SSO, a container's agent, an
//! instance's metadata, and a proxy that refuses requests to other hosts. Also an ECR Public of empty
//! repositories.
//!
//! Each run has a name, which begins the path of its endpoints and is the user of its proxy. The
//! trace of a run has one line per request. The keys that a service returns are made from that line,
//! so that equal keys mean equal requests.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The services, until the process ends.
pub(crate) struct Cloud {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    traces: Mutex<HashMap<String, Vec<String>>>,
    /// Responses instead of the correct ones, each once, to requests whose lines begin like this.
    faults: Mutex<Vec<(&'static str, Answer)>>,
    /// How far the services' clocks are ahead. Signatures of other times are refused.
    ahead: Option<SignedDuration>,
}

struct Request {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

impl Cloud {
    /// The URL of the services for a run of this name.
    pub(crate) fn url(&self, run: &str) -> String {
        format!("http://{}/{run}", self.address)
    }

    pub(crate) fn start() -> Self {
        Self::with(Vec::new(), None)
    }

    /// Services that answer with these statuses and bodies first, to requests whose lines in the trace
    /// begin like this; or whose clocks are ahead.
    pub(crate) fn with(faults: Vec<(&'static str, Answer)>, ahead: Option<SignedDuration>) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            faults: Mutex::new(faults),
            ahead,
            ..Shared::default()
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, shared }
    }

    /// How many of the faults were not met.
    pub(crate) fn faults_left(&self) -> usize {
        self.shared.faults.lock().expect("no thread panics").len()
    }

    /// The requests of the run; consecutive equal requests count once.
    pub(crate) fn trace(&self, run: &str) -> Vec<String> {
        let traces = self.shared.traces.lock().expect("no thread panics");
        let mut trace = traces.get(run).cloned().unwrap_or_default();
        trace.dedup();
        trace
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    let Some(request) = Request::read(&stream) else {
        return;
    };
    let (run, line, mut answer) = answer(&request);
    if let Some(line) = line {
        let mut faults = shared.faults.lock().expect("no thread panics");
        if let Some(number) = faults.iter().position(|(begin, _)| line.starts_with(begin)) {
            answer = faults.remove(number).1;
        }
        let mut traces = shared.traces.lock().expect("no thread panics");
        traces.entry(run).or_default().push(line);
    }
    let mut date = String::new();
    if let Some(ahead) = shared.ahead {
        let now = Timestamp::now() + ahead;
        let http = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        date = format!("date: {}\r\n", http.expect("a date of this century"));
        if request.is_signed_at_another_time(now) {
            answer = if request.header("x-amz-target").is_empty() {
                sts_error("SignatureDoesNotMatch", "Signature expired")
            } else {
                (
                    400,
                    json!({ "__type": "InvalidSignatureException" }).to_string(),
                )
            };
        }
    }
    let (status, body) = answer;
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {}\r\ncontent-length: {}\r\n\
         {date}x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nconnection: close\r\n\r\n",
        if body.starts_with('<') {
            "text/xml"
        } else {
            "application/json"
        },
        body.len()
    );
    // A client that left is no error here.
    let _ = stream.write_all((head + &body).as_bytes());
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers
            .get("content-length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        Some(Self {
            method,
            path,
            headers,
            body,
        })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Whether it is signed for a time more than five minutes away.
    fn is_signed_at_another_time(&self, now: Timestamp) -> bool {
        let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", self.header("x-amz-date"));
        let signed = signed.map(|time| time.to_zoned(TimeZone::UTC).expect("in range"));
        signed.is_ok_and(|time| time.timestamp().duration_since(now).abs().as_mins() >= 5)
    }

    /// The access key id, the region and the session token of the signature.
    fn signature(&self) -> String {
        let authorization = self.header("authorization");
        let scope = authorization
            .split_once("Credential=")
            .map_or("", |(_, rest)| rest);
        let scope: Vec<_> = scope
            .split(',')
            .next()
            .unwrap_or_default()
            .split('/')
            .collect();
        match scope[..] {
            [key, _, region, ..] => {
                let token = self.header("x-amz-security-token");
                format!("by={key} token={token} region={region}")
            }
            _ => "unsigned".to_owned(),
        }
    }
}

pub(crate) type Answer = (u16, String);

/// The run, the line of its trace, and the response.
fn answer(request: &Request) -> (String, Option<String>, Answer) {
    if request.method == "CONNECT" {
        let run = user(request.header("proxy-authorization"));
        return (
            run,
            Some(format!("connect {}", request.path)),
            (403, String::new()),
        );
    }
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    let (run, path) = path.split_once('/').unwrap_or((path, ""));
    let (label, path) = path.split_once('/').unwrap_or((path, ""));
    let (line, answer) = route(request, label, path);
    (run.to_owned(), line, answer)
}

fn route(request: &Request, label: &str, path: &str) -> (Option<String>, Answer) {
    if !request.header("x-amz-target").is_empty() {
        let line = format!("ecr@{label} {}", request.signature());
        return (
            Some(line),
            (200, json!({ "imageTagDetails": [] }).to_string()),
        );
    }
    let line = match path {
        "latest/api/token" => return (None, (200, "imds-token".to_owned())),
        "latest/meta-data/iam/security-credentials/" if label == "page" => {
            return (None, (200, "<html>a page</html>".to_owned()));
        }
        "latest/meta-data/iam/security-credentials/" => return (None, (200, "role".to_owned())),
        "latest/meta-data/iam/security-credentials/role" if label == "untrusted" => {
            let said = json!({
                "Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role",
            });
            return (None, (200, said.to_string()));
        }
        "latest/meta-data/iam/security-credentials/role" => {
            format!(
                "instance@{label} {}",
                request.header("x-aws-ec2-metadata-token")
            )
        }
        "token" => {
            return (
                Some(format!("oidc@{label} {}", refresh(&request.body))),
                renewed(&request.body),
            );
        }
        _ if path.starts_with("federation/credentials?") => {
            let token = request.header("x-amz-sso_bearer_token");
            let mut query: Vec<_> = path.split(['?', '&']).skip(1).collect();
            query.sort_unstable();
            format!("sso@{label} {} token={token}", query.join(" "))
        }
        _ if path.starts_with("container") => {
            format!(
                "container@{label} {path} {}",
                request.header("authorization")
            )
        }
        _ if request.body.contains("Action=") => {
            format!(
                "sts@{label} {} {}",
                form(&request.body),
                request.signature()
            )
        }
        _ => format!("unknown {} {label} {path}", request.method),
    };
    let answer = if line.starts_with("unknown") {
        (404, String::new())
    } else if line.contains("denied") {
        denied(&line)
    } else {
        (200, keys(&line))
    };
    (Some(line), answer)
}

/// The fields of a form, without the names that clients make up.
fn form(body: &str) -> String {
    let mut fields: Vec<String> = url::form_urlencoded::parse(body.as_bytes())
        .filter(|(name, value)| name != "RoleSessionName" || !is_made_up(value))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    fields.sort_unstable();
    fields.join(" ")
}

fn is_made_up(session: &str) -> bool {
    session.starts_with("botocore-session-") || session.starts_with("ecrpub-")
}

fn keys(line: &str) -> String {
    // The same request may be made at another endpoint, with the same keys.
    let (service, request) = line.split_once(' ').unwrap_or((line, ""));
    let service = service.split('@').next().unwrap_or(service);
    let mut hasher = DefaultHasher::new();
    (service, request).hash(&mut hasher);
    let (id, token) = (
        format!("ASIA{:016X}", hasher.finish()),
        format!("token-{:016x}", !hasher.finish()),
    );
    let expires = "2099-01-01T00:00:00Z";
    match service {
        "sts" => {
            let operation = if request.contains("WebIdentityToken") {
                "AssumeRoleWithWebIdentity"
            } else {
                "AssumeRole"
            };
            format!(
                "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><Credentials>\
                 <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>{token}</SessionToken>\
                 <Expiration>{expires}</Expiration></Credentials></{operation}Result></{operation}Response>"
            )
        }
        "sso" => json!({ "roleCredentials": {
            "accessKeyId": id, "secretAccessKey": "secret", "sessionToken": token, "expiration": 4_070_908_800_000_u64,
        } })
        .to_string(),
        _ => json!({
            "Code": "Success", "AccessKeyId": id, "SecretAccessKey": "secret", "Token": token, "Expiration": expires,
        })
        .to_string(),
    }
}

/// The response of a service that refuses, with the request in its message.
fn denied(line: &str) -> Answer {
    if line.starts_with("sts@") {
        return (403, sts_error("AccessDenied", &format!("no: {line}")).1);
    }
    let body = json!({ "__type": "UnauthorizedException", "message": format!("no: {line}") });
    (401, body.to_string())
}

/// An error of STS.
pub(crate) fn sts_error(code: &str, message: &str) -> Answer {
    let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
    let namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    let body =
        format!("<ErrorResponse xmlns=\"{namespace}\"><Error>{error}</Error></ErrorResponse>");
    (400, body)
}

fn refresh(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    format!(
        "{} {} {} {}",
        body["clientId"], body["clientSecret"], body["grantType"], body["refreshToken"]
    )
}

fn renewed(body: &str) -> Answer {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    if body["refreshToken"] == "refused" {
        return (400, json!({ "error": "invalid_grant" }).to_string());
    }
    let body = json!({ "accessToken": "renewed", "expiresIn": 28_800, "refreshToken": "next", "tokenType": "Bearer" });
    (200, body.to_string())
}

/// The user of a basic authorization.
fn user(authorization: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut decoded = Vec::new();
    for (index, digit) in authorization
        .trim_start_matches("Basic ")
        .bytes()
        .enumerate()
    {
        let Some(value) = DIGITS.iter().position(|known| *known == digit) else {
            break;
        };
        bits = (bits << 6) | u32::try_from(value).unwrap_or_default();
        if index % 4 > 0 {
            let shift = 6 - 2 * (index % 4);
            decoded.push(u8::try_from((bits >> shift) & 0xff).unwrap_or_default());
        }
    }
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    decoded.split(':').next().unwrap_or_default().to_owned()
}
