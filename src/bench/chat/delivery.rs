//! 200 messages a second into topics of 100 readers each, over 1,000 sockets of one process. Every message carries its number, so each
//! reader knows what it has heard, how often, and how long after the tick at which it was due to be sent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{rt, web};
use anyhow::ensure;
use uuid::Uuid;

use super::super::BenchArgs;
use super::super::client;
use super::super::figures::{Figures, ms, number, percentile};
use super::super::load::{self, Pace};
use super::line::Line;
use super::rows;
use super::stage::{RESIDENTS, Stage, TOPICS};

/// Messages a second.
const RATE: u32 = 200;
/// Connections that write.
const WRITERS: usize = 16;
/// How long readers may take to hear the last message.
const PATIENCE: Duration = Duration::from_secs(15);
/// What stands before a message's number.
const MARK: &[u8] = b"\"text\":\"#";

/// What all readers share.
struct Board {
    /// When sending began; none: not yet.
    start: Cell<Option<Instant>>,
    /// Time from a message's tick to a reader.
    late: RefCell<Vec<Duration>>,
    heard: Cell<usize>,
    doubled: Cell<usize>,
    /// Lines that ended.
    ended: Cell<usize>,
}

/// Numbers of the messages in a frame.
fn numbers(frame: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let places = frame.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(place, _)| place);
    places.filter_map(|place| {
        let digits = frame.get(place + MARK.len()..)?.iter().take_while(|byte| byte.is_ascii_digit());
        digits.map(|digit| usize::from(digit - b'0')).reduce(|number, digit| number * 10 + digit)
    })
}

async fn read(mut line: Line, board: Rc<Board>, total: usize) {
    let mut known = vec![false; total];
    loop {
        let Ok(frame) = line.next().await else {
            board.ended.set(board.ended.get() + 1);
            return;
        };
        let now = Instant::now();
        let Some(start) = board.start.get() else { continue };
        for n in numbers(frame) {
            let Some(known) = known.get_mut(n) else { continue };
            if std::mem::replace(known, true) {
                board.doubled.set(board.doubled.get() + 1);
                continue;
            }
            board.heard.set(board.heard.get() + 1);
            let due = start + Duration::from_secs_f64(number(n) / f64::from(RATE));
            board.late.borrow_mut().push(now.saturating_duration_since(due));
        }
    }
}

/// Measures `kb_per_socket`, `delivery_p99_ms`, `messages_lost` and `messages_doubled`.
pub(super) async fn run(stage: &Stage, args: &BenchArgs, figures: &mut Figures) -> anyhow::Result<()> {
    let total = usize::try_from(RATE)? * if args.quick { 3 } else { 20 };
    let server = stage.site.start("serve").await?;
    // Whoever opens a socket has been seen before: what is weighed is the socket.
    let world = Arc::clone(&stage.world);
    let me = move |n: usize| client::request("GET", "/api/v1/governance/chat/groups", Some(&world.resident(n).token), None);
    load::run(server.address, WRITERS, Pace::Open { per_second: 2_000, total: RESIDENTS * 2 }, me).await?;
    let before = server.rss_mb()?;
    let board = Rc::new(Board {
        start: Cell::default(),
        late: RefCell::default(),
        heard: Cell::default(),
        doubled: Cell::default(),
        ended: Cell::default(),
    });
    let (mut owner, all) = (stage.site.owner()?, Arc::clone(&stage.topics));
    let changes =
        web::block(move || all.iter().map(|topic| rows::change(&mut owner, *topic)).collect::<Result<Vec<_>, _>>()).await??;
    let mut lines = Vec::with_capacity(RESIDENTS);
    for reader in 0..RESIDENTS {
        let mut line = Line::open(server.address, &stage.world.resident(reader).token).await?;
        let topic = Stage::topic(&stage.topics, reader);
        let change = changes.get(reader % TOPICS).copied().unwrap_or_default();
        line.say(&format!(r#"{{"do":"follow","topic":"{topic}","after_change":{change}}}"#)).await?;
        line.next().await?;
        lines.push(line);
    }
    let each = (server.rss_mb()? - before) * 1_000.0 / number(RESIDENTS);
    for line in lines {
        rt::spawn(read(line, Rc::clone(&board), total));
    }
    let (world, topics) = (Arc::clone(&stage.world), Arc::clone(&stage.topics));
    board.start.set(Some(Instant::now()));
    let send = move |n: usize| {
        let path = format!("/api/v1/governance/chat/topics/{}/messages", Stage::topic(&topics, n));
        let body = format!(r##"{{"text":"#{n} 今晚八点停水两小时，请提前蓄水"}}"##);
        client::request("POST", &path, Some(&world.resident(n).token), Some((&Uuid::new_v4().to_string(), &body)))
    };
    let tally = load::run(server.address, WRITERS, Pace::Open { per_second: RATE, total }, send).await?;
    let sent = tally.count(201);
    let wanted = sent * (RESIDENTS / TOPICS);
    let deadline = Instant::now() + PATIENCE;
    while board.heard.get() < wanted && Instant::now() < deadline {
        rt::time::sleep(Duration::from_millis(20)).await;
    }
    let mut late = board.late.take();
    let (half, p99) = (percentile(&mut late, 50), percentile(&mut late, 99));
    let lost = wanted.saturating_sub(board.heard.get());
    figures.add("sockets", number(RESIDENTS), "count");
    figures.add("kb_per_socket", each, "kB");
    figures.add("delivery_p50_ms", ms(half), "ms");
    figures.add("delivery_p99_ms", ms(p99), "ms");
    figures.add("messages_lost", number(lost), "count");
    figures.add("messages_doubled", number(board.doubled.get()), "count");
    println!("{:<22} {each:.1} kB each at {RESIDENTS}", "sockets");
    println!(
        "{:<22} p50 {:.0} ms, p99 {:.0} ms; {} heard of {wanted}, {lost} lost, {} twice, {} lines ended ({})",
        "delivery",
        ms(half),
        ms(p99),
        board.heard.get(),
        board.doubled.get(),
        board.ended.get(),
        tally.summary()
    );
    ensure!(sent > 0, "nothing was sent: {}", tally.summary());
    server.stop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_frame_are_read_from_its_bytes() {
        let frame = r##"{"items":[{"text":"#12 水"},{"text":"无"},{"text":"#7"}]}"##;
        assert_eq!(numbers(frame.as_bytes()).collect::<Vec<_>>(), [12, 7]);
    }
}
