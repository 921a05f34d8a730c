//! `palm bench chat`: sending over HTTP beside a bare insert of the same rows; 200 messages a second into topics of 100 readers each, over
//! 1,000 sockets of one process: how late they come, how many are lost or come twice, what a socket weighs; and what unread counts cost,
//! with `--scaled` at ten million messages.

mod delivery;
mod line;
mod rows;
mod sending;
mod stage;
mod unread;

use actix_web::web;
use anyhow::Context as _;

use super::{BenchArgs, Figures};
use stage::Stage;

pub(super) use rows::{Bare, bare};

/// Runs the part.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Figures> {
    if cfg!(debug_assertions) {
        println!("not an optimised build: figures mean little (use `make bench`)");
    }
    let data_dir = args.data_dir.clone();
    let stage = web::block(move || Stage::prepare(data_dir.as_deref())).await??;
    let mut figures = Figures::default();
    sending::run(&stage, args, &mut figures).await?;
    delivery::run(&stage, args, &mut figures).await?;
    unread::run(&stage, args, &mut figures).await?;
    if let Some(file) = &args.json {
        figures.write(file).context("the figures")?;
        println!("{:<22} {}", "written", file.display());
    }
    web::block(move || stage.close()).await??;
    Ok(figures)
}
