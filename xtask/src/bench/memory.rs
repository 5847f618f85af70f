//! The same bytes from memory: what the machine and the network allow at most, and a server that does nothing else.

use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::{fs, thread};

/// Answers every request at the address with the file's bytes, as the body of a page. Ends with the process.
pub(super) fn serve(address: SocketAddr, file: &Path) -> Result<()> {
    let body = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    answer.extend(body);
    for stream in TcpListener::bind(address)?.incoming() {
        let (stream, answer) = (stream?, answer.clone());
        thread::spawn(move || serve_one(stream, &answer));
    }
    Ok(())
}

/// Requests here have no body and come one after the other, each in one piece or more.
fn serve_one(mut stream: TcpStream, answer: &[u8]) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = vec![0; 1 << 14];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).ok().filter(|read| *read > 0)?;
        filled += read;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            stream.write_all(answer).ok()?;
            filled = 0;
        }
    }
}
