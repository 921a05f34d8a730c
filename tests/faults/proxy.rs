//! Between the application and PostgreSQL: passes everything on, and on request sends a COMMIT to the server, swallows its answer and cuts
//! the line. The application then knows that it asked, and not what became of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base::cluster::Scratch;

/// A simple query `COMMIT` as the protocol has it.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// Listens on a unix socket of its own; libpq speaks plainly there.
pub(super) struct Proxy {
    folder: Scratch,
    user_and_query: (String, String),
    armed: Arc<AtomicUsize>,
    pub(super) cut: Arc<AtomicUsize>,
}

/// One side of a passed-on connection.
enum Line {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Line {
    /// Connects as a libpq URL says: `host=` names a folder of sockets, else it is TCP.
    fn to_server(url: &str) -> (impl Fn() -> Self + Send + 'static, String, String) {
        let (scheme_and_user, rest) = url.split_once('@').expect("a URL with a role");
        let (authority, path) = rest.split_once('/').expect("a URL with a database");
        let (database, query) = path.split_once('?').unwrap_or((path, ""));
        let parameter =
            |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
        let port = parameter("port").unwrap_or_else(|| "5432".to_owned());
        let socket = parameter("host").map(|folder| format!("{}/.s.PGSQL.{port}", folder.replace("%2F", "/")));
        let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:{port}") };
        let connect = move || match &socket {
            Some(path) => Self::Unix(UnixStream::connect(path).expect("the server's socket")),
            None => Self::Tcp(TcpStream::connect(&address).expect("the server")),
        };
        (connect, scheme_and_user.to_owned(), database.to_owned())
    }

    fn twin(&self) -> Self {
        match self {
            Self::Unix(stream) => Self::Unix(stream.try_clone().expect("a handle")),
            Self::Tcp(stream) => Self::Tcp(stream.try_clone().expect("a handle")),
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> usize {
        match self {
            Self::Unix(stream) => stream.read(bytes),
            Self::Tcp(stream) => stream.read(bytes),
        }
        .unwrap_or(0)
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        match self {
            Self::Unix(stream) => stream.write_all(bytes),
            Self::Tcp(stream) => stream.write_all(bytes),
        }
        .is_ok()
    }

    /// Closes both directions. The other thread may have done so already.
    fn close(&self) {
        let _closed = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

impl Proxy {
    /// Starts one before the server of this URL.
    pub(super) fn before(url: &str) -> Self {
        let folder = Scratch::new().expect("a folder");
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
        let (connect, user, database) = Line::to_server(url);
        let (armed, cut) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (arm, count) = (Arc::clone(&armed), Arc::clone(&cut));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass(Line::Unix(client), connect(), Arc::clone(&arm), Arc::clone(&count));
            }
        });
        Self { folder, user_and_query: (user, database), armed, cut }
    }

    /// The URL that leads through here.
    pub(super) fn url(&self) -> String {
        let host = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("{}@/{}?host={host}&port=5432&connect_timeout=3", self.user_and_query.0, self.user_and_query.1)
    }

    /// The next COMMIT is passed on and its answer swallowed.
    pub(super) fn swallow_next_answer(&self) {
        self.armed.fetch_add(1, Ordering::SeqCst);
    }
}

/// Passes one connection on, in two threads.
fn pass(mut client: Line, mut server: Line, armed: Arc<AtomicUsize>, cut: Arc<AtomicUsize>) {
    let swallow = Arc::new(AtomicBool::new(false));
    let (mut to_client, mut from_server, swallowed) = (client.twin(), server.twin(), Arc::clone(&swallow));
    std::thread::spawn(move || {
        let mut bytes = [0_u8; 16 * 1024];
        loop {
            let read = client.read(&mut bytes);
            let part = &bytes[..read];
            if part.windows(COMMIT.len()).any(|window| window == COMMIT)
                && armed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            {
                swallow.store(true, Ordering::SeqCst);
            }
            if read == 0 || !server.write(part) {
                server.close();
                return client.close();
            }
        }
    });
    std::thread::spawn(move || {
        let mut bytes = [0_u8; 16 * 1024];
        loop {
            let read = from_server.read(&mut bytes);
            // The server has answered, so it has committed.
            let swallowed = read > 0 && swallowed.load(Ordering::SeqCst);
            if swallowed {
                cut.fetch_add(1, Ordering::SeqCst);
            }
            if read == 0 || swallowed || !to_client.write(&bytes[..read]) {
                from_server.close();
                return to_client.close();
            }
        }
    });
}
