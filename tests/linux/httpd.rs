//! An http server of the test's own, which serves well or badly, as it is told.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a path is served.
#[derive(Clone)]
pub enum Serve {
    /// As it ought to be, from the middle if that is asked for.
    Whole,
    /// The connection ends after so many bytes of each answer.
    Cut(usize),
    /// From the beginning, whatever was asked for.
    NoRanges,
    /// Without saying how long it is, and only so many bytes of it.
    Unsaid(usize),
    /// It says that there are so many bytes more than there are.
    TooLong(usize),
    /// So many bytes, and then nothing.
    Stall(usize),
    /// Zeros without end.
    Endless,
    /// There is none.
    Missing,
    /// It is somewhere else.
    Redirect(String),
}

type Files = Arc<Mutex<BTreeMap<String, (Vec<u8>, Serve)>>>;

/// The server. It ends with the test.
pub struct Httpd {
    pub port: u16,
    files: Files,
    log: Arc<Mutex<Vec<String>>>,
}

impl Httpd {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (files, log) = (Files::default(), Arc::<Mutex<Vec<String>>>::default());
        let (f, l) = (Arc::clone(&files), Arc::clone(&log));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (f, l) = (Arc::clone(&f), Arc::clone(&l));
                std::thread::spawn(move || drop(answer(stream, &f, &l)));
            }
        });
        Self { port, files, log }
    }
    pub fn put(&self, path: &str, body: &[u8], serve: Serve) {
        self.files.lock().unwrap().insert(path.to_string(), (body.to_vec(), serve));
    }
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
    /// The paths that were asked for since the last time, with what `Range` said.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

fn answer(mut stream: TcpStream, files: &Files, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_string();
    let range =
        head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_string));
    log.lock().unwrap().push(format!("{path} {}", range.clone().unwrap_or_default()).trim_end().to_string());
    let Some((body, serve)) = files.lock().unwrap().get(&path).cloned() else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let from = range.and_then(|r| r.split('-').next()?.parse::<usize>().ok()).unwrap_or(0);
    let from = if matches!(serve, Serve::NoRanges) { 0 } else { from };
    let rest = body.get(from..).unwrap_or_default();
    let mut open = |more: usize| match from {
        0 => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            rest.len() + more
        ),
        _ if from >= body.len() => {
            write!(
                stream,
                "HTTP/1.1 416 No\r\nContent-Range: bytes */{}\r\nContent-Length: 0\r\n\r\n",
                body.len()
            )
        }
        _ => write!(
            stream,
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len() - 1,
            body.len(),
            rest.len()
        ),
    };
    let some = |n: usize| &rest[..n.min(rest.len())];
    match serve {
        Serve::Whole | Serve::NoRanges => {
            open(0)?;
            stream.write_all(rest)
        }
        Serve::Cut(n) => {
            open(0)?;
            stream.write_all(some(n))
        }
        Serve::Unsaid(n) => {
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n")?;
            stream.write_all(some(n))
        }
        Serve::TooLong(n) => {
            open(n)?;
            stream.write_all(rest)
        }
        Serve::Stall(n) => {
            open(0)?;
            stream.write_all(some(n))?;
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        Serve::Endless => {
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[0; 65536])?;
            }
        }
        Serve::Missing => stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nnone\n"),
        Serve::Redirect(to) => {
            write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        }
    }
}
