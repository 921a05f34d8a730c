//! The HTTP shell: how a request is read (`Valid`, `Query`, `PathId`, `IdempotencyKey`), how an answer is written (`Created`,
//! problem documents, ETags) and what stands around every handler (request id, language, deadlines, rate limits, access log).

mod body;
mod headers;
mod limits;
mod problem;
mod reply;
mod shell;

pub use body::{BODY_LIMIT, Upload, Valid, hash_on, parse_json, read_body};
pub use headers::{IdempotencyKey, IfMatch, PathId, Query, TrustedProxies, cookie, peer, request_id};
pub use limits::{Limits, RateLimit};
pub use problem::{Lang, OwnFormat, Problem, failure_of, problem_of};
pub use reply::{Changed, Created, NoContent, Tagged};
pub use shell::Shell;
