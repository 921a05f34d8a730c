//! Open311 GeoReport v2 under `/open311/v2/`: other systems file requests and follow them. Owns the tables `open311_clients`,
//! `open311_reports` and `open311_updates`.
//!
//! A service is an item of the duty list in force, a jurisdiction is a community, its id the community's grid code. Reading is open to
//! everybody and shows published requests only, by what anybody may see of them; filing takes a client's key. A text that a person has to
//! look at first is answered by a token, whose request id comes later. Answers are rendered from one shape (`document`) as XML or JSON,
//! refusals as Open311's list of errors. `/open311/test/v2/` reads the same and checks what is posted, but keeps nothing.

mod arguments;
mod bulk;
mod catalogue;
mod clients;
mod discovery;
mod document;

pub mod http;
pub mod http_clients;
mod http_form;
mod jurisdiction;
mod limits;
mod record;
mod refusal;
mod report;
mod rows;
mod schema;

mod updates;

use std::time::Duration;

use base::jobs::JobKind;

pub use clients::NewOpen311Client;
pub use http::Door;

base::typed_ids! {
    /// A system that files by Open311.
    Open311ClientId;
}

base::error_codes! {
    ALREADY_TOLD 400 "open311_update_exists" "该 update_id 已经存在（already exists）。" "An update with this update_id already exists.";
    CLIENT_REVOKED 409 "open311_client_revoked" "该密钥已吊销。" "This client's key was revoked already.";
}

people::permissions! {
    /// Enter a system that may file by Open311.
    Open311ClientCreate "open311_client_create" [StreetStaff Street, Admin Anyone];
    /// See the systems that may file by Open311.
    Open311ClientList "open311_client_list" [StreetStaff Street, Admin Anyone];
    /// Make a system's key worthless.
    Open311ClientRevoke "open311_client_revoke" [StreetStaff Street, Admin Anyone];
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    let sweep = JobKind::new("open311_sweep", |db, _payload| Ok(db.read_now(rows::sweep)?));
    vec![sweep.every(Duration::from_secs(24 * 3600))]
}
