//! The least HTTP/1.1 client that measures: one kept-alive connection, requests made before the clock starts, answers with a
//! `Content-Length`. The generator shares two cores with what it measures, so it must cost next to nothing.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(super) fn json(&self) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The answer, if its status is the wanted one.
    pub(super) fn wanted(self, status: u16) -> anyhow::Result<Self> {
        if self.status != status {
            bail!("answered {} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

/// One kept-alive connection.
pub(super) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("no connection to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, buffer: Vec::with_capacity(8192) })
    }

    /// Sends a request made by [`request`] and reads the whole answer.
    pub(super) async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let (status, length) = parse(self.buffer.get(..head).unwrap_or_default())?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(Answer { status, body: self.buffer.get(head..head + length).unwrap_or_default().to_vec() })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("{} closed the connection", self.address);
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Status and length of the body.
fn parse(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let text = std::str::from_utf8(head).context("a head that isn't text")?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("an answer without status")?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse())
        .context("a length that isn't a number")?;
    Ok((status, length))
}

/// The bytes of a request.
pub(super) fn request(method: &str, path: &str, token: Option<&str>, body: Option<(&str, &str)>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    if let Some(token) = token {
        text += &format!("Authorization: Bearer {token}\r\n");
    }
    if let Some((key, body)) = body {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        text += &format!("Idempotency-Key: {key}\r\n\r\n{body}");
    } else {
        text += "\r\n";
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_status_and_length() {
        let head = b"HTTP/1.1 201 Created\r\nx: y\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(parse(head).unwrap(), (201, 12));
        assert_eq!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), (204, 0));
        assert!(parse(b"nonsense").is_err());
        assert_eq!(find(b"ab\r\n\r\ncd", b"\r\n\r\n"), Some(2));
    }
}
