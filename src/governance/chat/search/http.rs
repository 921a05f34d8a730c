#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handler of the search.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Query};
use base::page::{Page, PageQuery};
use base::text::Text;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ChatMessageSearch;
use super::view::{self, FoundMessageView, Wanted};
use crate::{GroupId, MessageId};

/// What is looked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Words: the message holds all of them.
    #[param(value_type = String, max_length = 100)]
    pub text: Text<100>,
    /// Only in this group.
    pub group: Option<GroupId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// Messages of the groups that one belongs to now whose text holds all of what is asked, the newest first. What is hidden, withdrawn or
/// waits for a check is never among them.
#[utoipa::path(tag = "chat", params(MessageQuery), responses((status = 200, body = Page<FoundMessageView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/messages")]
pub async fn chat_message_search(
    can: Can<ChatMessageSearch>,
    query: Query<MessageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<FoundMessageView>>, ApiError> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (window, actor) = (page.window::<MessageId>()?, can.actor().clone());
    let wanted = Wanted { text: query.text.to_string(), group: query.group };
    let found = db.read(move |connection| view::find(connection, &actor, &wanted, &window)).await?;
    Ok(Json(window.page(found, |view| view.id, |view| view)))
}
