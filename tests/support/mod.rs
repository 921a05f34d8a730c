//! What every test stands on: a database of its own, a running server, and people to act as.

mod actor;
mod app;
mod postgres;
mod world;

pub(crate) use actor::{Actor, Reply};
pub(crate) use app::TestApp;
pub(crate) use postgres::{Database, Server};
pub(crate) use world::World;
