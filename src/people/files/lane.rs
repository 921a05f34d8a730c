//! A few threads of their own with a short line before them: decoding a picture takes a second of one core and a hundred megabytes, and
//! must neither hold a database permit's thread nor be wanted by everybody at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use base::error::{self, ApiError};
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// The threads; they end when this is dropped.
pub(super) struct Lane {
    line: SyncSender<Work>,
}

impl Lane {
    /// `threads` threads, and a line of at most `line` that wait.
    pub(super) fn new(name: &str, threads: usize, line: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Work>(line);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new().name(name.to_owned()).spawn(move || run(&receiver))?;
        }
        Ok(Self { line: sender })
    }

    /// Runs `work` on one of the threads; 503 when the line is full, 500 when it panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (tell, told) = oneshot::channel();
        let job: Work = Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(work))
                .unwrap_or_else(|_panic| Err(ApiError::internal(anyhow::anyhow!("the work of a lane panicked"))));
            // Nobody listens any more when the caller hung up.
            drop(tell.send(result));
        });
        self.line.try_send(job).map_err(|why| ApiError::of(&error::OVERLOADED).because(anyhow::anyhow!("{why}")))?;
        told.await.map_err(ApiError::internal)?
    }
}

fn run(receiver: &Mutex<Receiver<Work>>) {
    loop {
        let work = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match work {
            Ok(work) => work(),
            Err(_closed) => return,
        }
    }
}
