//! The least WebSocket client that measures: it follows one topic, answers pings and hands out the texts of frames as bytes. What the server
//! sends isn't masked; what it is sent is, with a mask of zeros.

use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Opcodes.
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// An open line.
pub(super) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were handed out.
    used: usize,
}

impl Line {
    /// Connects with a token.
    pub(super) async fn open(address: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /api/v1/governance/chat/live HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut line = Self { stream, buffer: Vec::with_capacity(4_096), used: 0 };
        loop {
            let head = line.buffer.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = head {
                ensure!(line.buffer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&line.buffer));
                line.used = end + 4;
                return Ok(line);
            }
            line.more().await?;
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        self.buffer.drain(..self.used);
        self.used = 0;
        ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the line ended");
        Ok(())
    }

    /// Says something short.
    pub(super) async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        self.frame(TEXT, text.as_bytes()).await
    }

    async fn frame(&mut self, opcode: u8, payload: &[u8]) -> anyhow::Result<()> {
        let length = u16::try_from(payload.len()).context("too long")?;
        let mut frame = vec![0x80 | opcode];
        match u8::try_from(length).ok().filter(|length| *length < 126) {
            Some(short) => frame.push(0x80 | short),
            None => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        Ok(self.stream.write_all(&frame).await?)
    }

    /// The head of the frame at hand: opcode, where its payload begins and how long it is; none: not all of the head is there.
    fn head(&self) -> Option<(u8, usize, usize)> {
        let rest = self.buffer.get(self.used..)?;
        let (first, second) = (*rest.first()?, *rest.get(1)?);
        let (begin, length) = match second & 0x7F {
            126 => (4, usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]))),
            127 => (10, usize::try_from(u64::from_be_bytes(rest.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(short)),
        };
        Some((first & 0x0F, self.used + begin, length))
    }

    /// The next text.
    pub(super) async fn next(&mut self) -> anyhow::Result<&[u8]> {
        loop {
            let Some((opcode, begin, length)) = self.head().filter(|(_, begin, length)| self.buffer.len() >= begin + length)
            else {
                self.more().await?;
                continue;
            };
            let end = begin + length;
            match opcode {
                TEXT => {
                    self.used = end;
                    return self.buffer.get(begin..end).context("a frame");
                }
                PING => {
                    let payload = self.buffer.get(begin..end).unwrap_or_default().to_vec();
                    self.used = end;
                    self.frame(PONG, &payload).await?;
                }
                CLOSE => bail!("closed: {}", String::from_utf8_lossy(self.buffer.get(begin..end).unwrap_or_default())),
                _ => self.used = end,
            }
        }
    }
}
