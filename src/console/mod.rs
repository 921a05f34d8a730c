//! The staff console: pages for a computer's browser, rendered here. A second presentation of the product, not a second API: a page
//! calls the same functions of a noun as the JSON route, with the same `Can<P>` and scope. A rule that stands only here is a defect.
//!
//! - A page is an ordinary link, a write an ordinary form: POST, then 303 to the page that shows what came of it. Everything works
//!   without scripts; `console.js` makes it quicker.
//! - `Frame` is what a page has around it; `Form` a form that was sent, its token checked; `Refused` brings a refused form back with
//!   what was typed. `pages::around` stands around every route of `/console`.
//! - A screen area is one `<area>.rs` with its templates `<area>*.html` and its texts `words_<area>.rs`; it adds its lines to
//!   `routes` and to `menu::ENTRIES`.
#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]

mod account;
mod assets;
mod cards;
mod chat;
mod form;
mod frame;
mod imports;
mod menu;
mod moderation;
mod operations;
mod pages;
mod people;
mod places;
mod points;
mod points_rules;
mod refused;
mod requests;
mod requests_acts;
mod said;
mod settlements;
mod sign_in;
mod times;
mod todo;
mod topics;
mod upload;
mod words_chat;
mod words_frame;
mod words_imports;
mod words_moderation;
mod words_operations;
mod words_people;
mod words_points;
mod words_requests;
mod words_settlements;
mod words_todo;

use ::people::identity::{Authenticator, ConsoleCookies};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, ResponseError as _};
use base::error::ApiError;

base::error_codes! {
    FORM_EXPIRED 403 "form_expired" "页面已过期，请返回刷新后重新填写。" "The page is too old; reload it and send the form again.";
}

/// What the pages know of the installation; an app datum.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// A demonstration: sign-in by choosing a person, and cookies that need no TLS.
    pub demo: bool,
}

/// `/console`: every page, with what stands around it.
pub fn mount(config: &mut ServiceConfig, authenticator: &Authenticator, settings: Settings) {
    let cookies = ConsoleCookies { secure: !settings.demo };
    let pages = web::scope("/console")
        .app_data(Data::new(settings))
        .configure(routes)
        .default_service(web::to(nowhere))
        .wrap(authenticator.for_console(cookies))
        .wrap(from_fn(pages::around));
    config.app_data(Data::new(cookies)).service(pages);
}

/// The pages, one line each.
fn routes(config: &mut ServiceConfig) {
    config
        .service(assets::console_asset)
        .service(sign_in::console_sign_in)
        .service(sign_in::console_sign_in_take)
        .service(sign_in::console_sign_in_demo)
        .service(sign_in::console_sign_out)
        .service(account::console_account)
        .service(account::console_type_size)
        .service(account::console_end_all)
        .service(todo::console_todo)
        .service(todo::console_todo_accept)
        .service(chat::console_chat)
        .service(chat::console_chat_measures)
        .service(chat::console_chat_dismiss)
        .service(chat::console_chat_hide)
        .service(chat::console_chat_mute)
        .service(chat::console_chat_restore)
        .service(chat::console_chat_approve)
        .service(chat::console_chat_refuse)
        .service(chat::console_chat_lift)
        .service(chat::console_chat_decide)
        .service(topics::console_chat_topics)
        .service(topics::console_chat_topic_open)
        .service(topics::console_chat_topic)
        .service(topics::console_chat_say)
        .service(topics::console_chat_topic_close)
        .service(topics::console_chat_request)
        .service(topics::console_chat_figures)
        .service(moderation::console_moderation)
        .service(moderation::console_moderation_publish)
        .service(moderation::console_moderation_refuse)
        .service(moderation::console_moderation_appeal)
        .service(requests::console_requests)
        .service(requests::console_request)
        .service(requests::console_request_view)
        .service(requests_acts::console_request_accept)
        .service(requests_acts::console_request_dispatch)
        .service(requests_acts::console_request_return)
        .service(requests_acts::console_request_arbitrate)
        .service(requests_acts::console_request_ask)
        .service(requests_acts::console_request_answer)
        .service(requests_acts::console_request_confirm)
        .service(requests_acts::console_request_pause)
        .service(requests_acts::console_request_extend)
        .service(requests_acts::console_request_progress)
        .service(requests_acts::console_request_note)
        .service(requests_acts::console_request_resume);
    registers_and_points(config);
}

/// The pages of imports, points, operations, people and places.
fn registers_and_points(config: &mut ServiceConfig) {
    config
        .service(imports::console_imports)
        .service(imports::console_import_try)
        .service(imports::console_import_template)
        .service(imports::console_import)
        .service(imports::console_import_confirm)
        .service(points::console_budgets)
        .service(points::console_budget_ask)
        .service(points::console_budget_top_up)
        .service(points::console_budget_unfund)
        .service(points::console_budget_decide)
        .service(points::console_awards)
        .service(points_rules::console_rules)
        .service(points_rules::console_rule_draft)
        .service(points_rules::console_rule_approve)
        .service(points_rules::console_rule_end)
        .service(settlements::console_settlements)
        .service(settlements::console_settlement_close)
        .service(settlements::console_settlement_file)
        .service(settlements::console_settlement)
        .service(settlements::console_settlement_do)
        .service(operations::console_operations)
        .service(operations::console_job_rerun)
        .service(operations::console_practice_reset)
        .service(people::console_claims)
        .service(cards::console_cards)
        .service(cards::console_card_issue)
        .service(cards::console_card_revoke)
        .service(people::console_claims_confirm)
        .service(people::console_claim_decide)
        .service(people::console_households)
        .service(people::console_household)
        .service(people::console_household_reveal)
        .service(places::console_places)
        .service(places::console_roles)
        .service(places::console_role_end)
        .service(places::console_roster)
        .service(places::console_roster_code);
}

async fn nowhere(_request: HttpRequest) -> actix_web::HttpResponse {
    ApiError::of(&base::error::NOT_FOUND).error_response()
}
