#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/home` and `/me/todo`.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Query, Tagged};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Can;
use super::hooks::{HomeItem, Hooks};
use super::role::Role;
use super::todo::{self, Whose};
use super::{HomeFind, TodoList, rows};

/// How many things of one kind wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    /// Kind, as in the items.
    pub kind: String,
    /// Items of it.
    pub items: usize,
}

/// The home screen.
#[derive(Debug, Serialize, ToSchema)]
pub struct HomeView {
    /// What others see of me.
    pub nickname: String,
    /// My roles, by name.
    pub roles: Vec<Role>,
    /// What is to do or matters now; deadlines first.
    pub items: Vec<HomeItem>,
    /// The same counted by kind.
    pub counts: Vec<KindCount>,
    /// With nothing to do: what comes next.
    pub empty_text: Option<String>,
}

fn counts(items: &[HomeItem]) -> Vec<KindCount> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        *kinds.entry(item.kind.as_str()).or_default() += 1;
    }
    kinds.into_iter().map(|(kind, items)| KindCount { kind: kind.to_owned(), items }).collect()
}

/// My home screen: what each part of the product says is to do or matters now.
#[utoipa::path(tag = "people", responses((status = 200, body = HomeView, description = "What is to do or matters now"), (status = 304, description = "Unchanged since the ETag sent"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/home")]
pub async fn home_find(can: Can<HomeFind>, db: Data<Db>, hooks: Data<Hooks>) -> Result<Tagged<HomeView>, ApiError> {
    let actor = can.actor().clone();
    let view = db
        .read(move |connection| -> Result<_, ApiError> {
            let nickname = rows::find(connection, actor.person)?.map_or_else(String::new, |row| row.nickname);
            let items = todo::gather(connection, &actor, &hooks)?;
            let mut roles: Vec<Role> = actor.roles.iter().map(|held| held.role).collect();
            roles.sort();
            roles.dedup();
            let empty_text = items.is_empty().then(|| todo::empty_text(&actor).to_owned());
            Ok(HomeView { nickname, roles, counts: counts(&items), items, empty_text })
        })
        .await?;
    Ok(Tagged::content(view))
}

/// Which things.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TodoQuery {
    /// `mine`: without what waits for anybody of my office (default `all`).
    #[param(inline)]
    pub whose: Option<Whose>,
    /// Only of this kind.
    #[param(max_length = 40)]
    pub kind: Option<String>,
    /// Only at or below this unit, with what concerns its whole community (budgets, registrations).
    pub unit: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// A page of the to-do list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoView {
    /// Things to do; deadlines first.
    pub items: Vec<HomeItem>,
    /// Give it as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
    /// All that the filters leave but `kind`, counted by kind.
    pub counts: Vec<KindCount>,
    /// With nothing to do: what comes next.
    pub empty_text: Option<String>,
}

/// My to-do list: one for all parts of the product, by deadline.
#[utoipa::path(tag = "people", params(TodoQuery), responses((status = 200, body = TodoView, description = "a page"), (status = 304, description = "Unchanged since the ETag sent"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/todo")]
pub async fn todo_list(
    can: Can<TodoList>,
    query: Query<TodoQuery>,
    db: Data<Db>,
    hooks: Data<Hooks>,
) -> Result<Tagged<TodoView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<todo::Key>()?;
    let (actor, whose, unit, kind) = (can.actor().clone(), query.whose.unwrap_or(Whose::All), query.unit, query.kind.clone());
    let view = db
        .read(move |connection| -> Result<_, ApiError> {
            let all = todo::todo_of(connection, &actor, &hooks, whose, unit)?;
            let counts = counts(&all);
            let wanted = |item: &HomeItem| kind.as_ref().is_none_or(|kind| item.kind == *kind);
            let after = |item: &HomeItem| window.after.as_ref().is_none_or(|after| todo::key(item) > *after);
            let left: Vec<HomeItem> = all.into_iter().filter(|item| wanted(item) && after(item)).collect();
            let empty_text = (left.is_empty() && window.after.is_none()).then(|| todo::empty_text(&actor).to_owned());
            let Page { items, next_cursor } = window.page(left, todo::key, |item| item);
            Ok(TodoView { items, next_cursor, counts, empty_text })
        })
        .await?;
    Ok(Tagged::content(view))
}
