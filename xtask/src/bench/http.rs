//! As much of HTTP/1.1 as the benchmark speaks: one request after the other on a connection that stays open.

use anyhow::{Context, Result, bail, ensure};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection to the server.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    /// As it came over the wire, compressed or not, without the framing of chunks.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body of an answer that says yes.
    pub(super) fn text(self) -> Result<String> {
        ensure!(self.status == 200, "answered {}: {}", self.status, String::from_utf8_lossy(&self.body));
        Ok(String::from_utf8(self.body)?)
    }
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).context("the server is not there")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, buffer: vec![0; 1 << 16], filled: 0 })
    }

    /// Sends a request and waits for the whole answer.
    pub(super) fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let mut body = Vec::new();
        let answer = self.follow(request, |piece| {
            body.extend_from_slice(piece);
            Ok(true)
        })?;
        Ok(Answer { body, ..answer })
    }

    /// Sends a request and hands over the answer's body as it comes, until it has ended or `take` wants no more; then the
    /// connection is of no use any longer.
    pub(super) fn follow(&mut self, request: &[u8], mut take: impl FnMut(&[u8]) -> Result<bool>) -> Result<Answer> {
        self.stream.write_all(request)?;
        let head_end = self.fill_until(|bytes| position(bytes, b"\r\n\r\n"))?;
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        self.consume(head_end + 4);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let answer = Answer { status, head, body: Vec::new() };
        if let Some(length) = answer.header("content-length") {
            let body = self.take(length.parse()?)?;
            take(&body)?;
        } else if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            loop {
                let line_end = self.fill_until(|bytes| position(bytes, b"\r\n"))?;
                let size = std::str::from_utf8(&self.buffer[..line_end])?;
                let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
                self.consume(line_end + 2);
                let chunk = self.take(size + 2)?;
                if size == 0 || !take(&chunk[..size])? {
                    break;
                }
            }
        }
        Ok(answer)
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        self.fill_until(|bytes| (bytes.len() >= length).then_some(length))?;
        let taken = self.buffer[..length].to_vec();
        self.consume(length);
        Ok(taken)
    }

    fn fill_until(&mut self, found: impl Fn(&[u8]) -> Option<usize>) -> Result<usize> {
        loop {
            if let Some(place) = found(&self.buffer[..self.filled]) {
                return Ok(place);
            }
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            match self.stream.read(&mut self.buffer[self.filled..])? {
                0 => bail!("the server has closed the connection"),
                read => self.filled += read,
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
    }
}

/// Where some bytes stand.
pub(super) fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A request for a page or a file, as a browser would send it, with `headers` each ended by a line break.
pub(super) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html,*/*\r\n{headers}\r\n").into_bytes()
}

/// A call of a server function, as an island would make it.
pub(super) fn post(path: &str, headers: &str, form: &[(&str, &str)]) -> Vec<u8> {
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let body = body.join("&");
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn answers_are_read_to_their_end_however_they_are_framed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1_024];
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            ] {
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(address).unwrap();
        let answer = connection.ask(&get("/", "")).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"hello".as_slice()));
        let answer = connection.ask(&post("/", "", &[("a b", "é")])).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (404, b"abcde".as_slice()));
        server.join().unwrap();
    }

    #[test]
    fn a_form_is_encoded() {
        let request = String::from_utf8(post("/x", "", &[("form[key]", "a b")])).unwrap();
        assert!(request.ends_with("Content-Length: 19\r\n\r\nform%5Bkey%5D=a%20b"), "{request}");
    }
}
