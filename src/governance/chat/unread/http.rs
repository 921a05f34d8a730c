#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handler of unread counts.

use actix_web::get;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Tagged};
use people::identity::Can;

use super::ChatUnreadFind;
use super::view::{self, UnreadView};

/// What one hasn't read yet, by group and topic. The tag is of the content: as long as nothing has changed, the answer is 304.
#[utoipa::path(tag = "chat", responses((status = 200, body = UnreadView, description = "the counts"), (status = 304, description = "nothing has changed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/unread")]
pub async fn chat_unread_find(can: Can<ChatUnreadFind>, db: Data<Db>) -> Result<Tagged<UnreadView>, ApiError> {
    let actor = can.actor().clone();
    Ok(Tagged::content(db.read(move |connection| view::unread(connection, &actor)).await?))
}
