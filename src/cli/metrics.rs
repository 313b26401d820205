//! `--metrics ADDRESS`: how a live run stands, as Prometheus reads it.
//!
//! Text format 0.0.4, over HTTP on a thread of its own: who asks does not make the run late.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::exit::Failure;
use crate::live::Progress;

/// Who asks more at once waits.
const MOST_CONNECTIONS: usize = 16;
/// Whoever is slower is hung up on.
const PATIENCE: Duration = Duration::from_secs(5);
/// After a connection that could not be had.
const PAUSE: Duration = Duration::from_millis(100);

/// What is told; nothing before a live run begins.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Bytes>>);

/// A server of metrics; it ends with this.
pub struct Metrics {
    told: Told,
    runtime: Option<Runtime>,
}

/// Another machine may ask only where that is allowed by name.
pub fn address(text: &str, allow_remote: bool) -> Result<SocketAddr, Failure> {
    let wrong = |why: &str| Failure::Arguments(format!("`--metrics {text}`: {why}"));
    let address: SocketAddr =
        text.parse().map_err(|_| wrong("write an address and a port, such as `127.0.0.1:9100`"))?;
    if !address.ip().is_loopback() && !allow_remote {
        return Err(wrong("other machines could ask there; write `127.0.0.1`, or add `--allow-remote`"));
    }
    if address.port() == 0 {
        return Err(wrong("nobody would know where to ask; name a port, such as 9100"));
    }
    Ok(address)
}

impl Metrics {
    /// # Errors
    /// If nobody can listen there.
    pub fn serve(address: SocketAddr) -> Result<Metrics, Failure> {
        let wrong = |error| Failure::Arguments(format!("`--metrics {address}`: {error}; choose another port"));
        TcpListener::bind(address).and_then(Metrics::on).map_err(wrong)
    }

    fn on(listener: TcpListener) -> io::Result<Metrics> {
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let told = Told::default();
        runtime.spawn(accept(listener, told.clone()));
        Ok(Metrics { told, runtime: Some(runtime) })
    }

    pub fn tell(&self, scenario: &str, progress: &Progress) {
        *self.told.0.lock().unwrap_or_else(PoisonError::into_inner) = text(scenario, progress).into();
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, told: Told) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("nobody closes it");
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, or a client that has gone: later it may fare better.
            sleep(PAUSE).await;
            continue;
        };
        let told = told.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let answer = answer(&request, &told);
                async { Ok::<_, Infallible>(answer) }
            });
            let mut http = http1::Builder::new();
            http.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            // A client that breaks off has its reasons.
            let _ = timeout(2 * PATIENCE, http.serve_connection(TokioIo::new(stream), answer)).await;
            drop(place);
        });
    }
}

fn answer<B>(request: &Request<B>, told: &Told) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    if request.method() != Method::GET {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    } else if !["/", "/metrics"].contains(&request.uri().path()) {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else {
        let text = told.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *response.body_mut() = Full::new(text);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    }
    response
}

/// Times are the scenario's, but for how late messages were sent, which is a real one.
fn text(scenario: &str, progress: &Progress) -> String {
    let standing = &progress.standing;
    let p99 = standing.response_p99.map(|p99| p99.seconds());
    let rows = [
        ("run_seconds", "gauge", "Time of the run so far.", Some(progress.at.seconds())),
        ("published_total", "counter", "Messages whose planned instant was reached.", Some(standing.published as f64)),
        ("processed_total", "counter", "Messages processed.", Some(standing.processed as f64)),
        ("waiting_messages", "gauge", "Messages that wait in queues.", Some(standing.waiting as f64)),
        ("response_p99_seconds", "gauge", "99 % of responses so far were no longer.", p99),
        (
            "sent_late_seconds",
            "gauge",
            "The latest sending of the last second, in real time.",
            Some(progress.speed.real(standing.sent_late).seconds()),
        ),
        ("draining", "gauge", "1 once nothing is published any more.", Some(f64::from(u8::from(progress.is_draining)))),
    ];
    let label = label(scenario);
    let row = |(name, kind, help, value): (&str, &str, &str, Option<f64>)| {
        let value = value.map(|value| format!("kendall_{name}{{scenario=\"{label}\"}} {value}\n")).unwrap_or_default();
        format!("# HELP kendall_{name} {help}\n# TYPE kendall_{name} {kind}\n{value}")
    };
    rows.into_iter().map(row).collect()
}

/// As a label's value is written.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;
    use crate::live::{Speed, Standing};
    use crate::time::{Span, Time};

    fn progress() -> Progress {
        let standing = Standing { published: 42, processed: 40, waiting: 2, ..Standing::default() };
        Progress {
            at: Time::from_nanos(1_500_000_000),
            duration: Span::from_secs(30),
            speed: Speed::REAL,
            standing,
            rate_in: 28.0,
            rate_out: 27.0,
            is_draining: false,
        }
    }

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn whoever_asks_is_told_how_the_run_stands() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let metrics = Metrics::on(listener).unwrap();
        let get = "GET /metrics HTTP/1.1\r\nHost: k\r\n\r\n";
        assert!(ask(address, get).ends_with("\r\n\r\n"), "nothing runs yet");
        metrics.tell("a \"sale\"", &progress());
        let answer = ask(address, get);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        for line in [
            "# TYPE kendall_published_total counter",
            "kendall_published_total{scenario=\"a \\\"sale\\\"\"} 42",
            "kendall_run_seconds{scenario=\"a \\\"sale\\\"\"} 1.5",
            "kendall_draining{scenario=\"a \\\"sale\\\"\"} 0",
        ] {
            assert!(answer.lines().any(|found| found == line), "{line} in {answer}");
        }
        assert!(!answer.contains("kendall_response_p99_seconds{"), "nobody has been answered: {answer}");
        assert!(ask(address, "POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 0\r\n\r\n").contains("405"));
        assert!(ask(address, "GET /else HTTP/1.1\r\nHost: k\r\n\r\n").contains("404"));
        assert!(ask(address, "rubbish\r\n\r\n").contains("400"));
    }

    #[test]
    fn other_machines_ask_only_where_that_is_allowed() {
        let said = |text: &str| address(text, false).unwrap_err().to_string();
        assert!(said("0.0.0.0:9100").contains("add `--allow-remote`"));
        assert!(said("9100").contains("such as `127.0.0.1:9100`"));
        assert!(said("127.0.0.1:0").contains("name a port"));
        assert!(address("0.0.0.0:9100", true).is_ok());
        assert!(address("[::1]:9100", false).is_ok());
    }
}
