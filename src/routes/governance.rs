//! `/api/v1/governance`: palm governance 掌上治理.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the wing.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    // `/requests/followed` comes before `/requests/{id}`.
    request_neighbours(routes);
    requests(routes);
    request_clocks(routes);
    mediations(routes);
    root_causes(routes);
    request_kpis(routes);
    duty_list(routes);
    grid_tasks(routes);
    leads(routes);
    facilities(routes);
    connectors(routes);
    joint_cases(routes);
    chat(routes);
    chat_moderation(routes);
    chat_follow_up(routes);
}

fn chat(routes: &mut ServiceConfig<'_>) {
    use governance::chat::{groups, live, messages, search, topics, unread};
    routes
        .service(groups::http::chat_group_open)
        .service(groups::http::chat_group_list)
        .service(groups::http::chat_group_find)
        .service(groups::http::chat_settings_update)
        .service(topics::http::chat_topic_open)
        .service(topics::http::chat_topic_propose)
        .service(topics::http::chat_topic_list)
        .service(topics::http::chat_topic_find)
        .service(topics::http::chat_topic_accept)
        .service(topics::http::chat_topic_decline)
        .service(topics::http::chat_topic_close)
        .service(topics::http::chat_topic_reopen)
        .service(topics::http::chat_topic_pin)
        .service(topics::http::chat_topic_unpin)
        .service(topics::http_poll::chat_vote_create)
        .service(topics::http_poll::chat_receipt_create)
        .service(topics::http_poll::chat_receipt_list)
        .service(topics::http_poll::chat_read_mark)
        .service(live::http::chat_follow)
        .service(unread::http::chat_unread_find)
        .service(search::http::chat_message_search)
        .service(messages::http::chat_message_list)
        .service(messages::http::chat_message_send)
        .service(messages::http::chat_message_withdraw);
}

fn request_neighbours(routes: &mut ServiceConfig<'_>) {
    use governance::requests::{joining, public};
    routes
        .service(public::http::public_request_list)
        .service(public::http::public_request_map)
        .service(public::http::public_request_feed)
        .service(public::http::public_request_find)
        .service(joining::http::request_followed_list)
        .service(joining::http::request_join)
        .service(joining::http::request_join_end)
        .service(joining::http::request_join_rate)
        .service(joining::http::request_follow)
        .service(joining::http::place_follow)
        .service(joining::http::place_follow_end)
        .service(joining::http::place_followed_list);
}

fn requests(routes: &mut ServiceConfig<'_>) {
    use governance::requests;
    routes
        .service(requests::http_intake::request_create)
        .service(requests::http_intake::request_quick)
        .service(requests::http_intake::request_intake)
        .service(requests::http_read::request_list)
        .service(requests::http_read::request_list_mine)
        .service(requests::bulk::http::request_import)
        .service(requests::exports::http::request_export_create)
        .service(requests::exports::http::request_export_list)
        .service(requests::exports::http::request_export_find)
        .service(requests::exports::http::request_export_remove)
        .service(requests::exports::http::request_export_file_find)
        .service(requests::finding::http::request_view_list)
        .service(requests::finding::http::request_view_create)
        .service(requests::finding::http::request_view_update)
        .service(requests::finding::http::request_view_share)
        .service(requests::finding::http::request_view_delete)
        .service(requests::http_read::request_find)
        .service(requests::http_read::request_event_list)
        .service(requests::suggest::http::request_suggest)
        .service(requests::http_read::request_answer_list)
        .service(requests::http_handling::request_accept)
        .service(requests::http_handling::request_dispatch)
        .service(requests::http_handling::request_return)
        .service(requests::http_handling::request_arbitrate)
        .service(requests::http_handling::request_ask)
        .service(requests::http_handling::request_progress)
        .service(requests::http_handling::request_answer)
        .service(requests::http_handling::request_confirm)
        .service(requests::http_merge::request_merge)
        .service(requests::http_merge::request_unmerge)
        .service(requests::http_phone::request_contact_reveal)
        .service(requests::http_phone::request_rate_by_phone)
        .service(requests::http_resident::request_reply)
        .service(requests::http_resident::request_rate)
        .service(requests::http_resident::request_reopen)
        .service(requests::http_resident::request_withdraw)
        .service(requests::http_matters::matter_raise)
        .service(requests::http_matters::matter_direct)
        .service(requests::http_matters::matter_list)
        .service(requests::http_matters::matter_find)
        .service(requests::http_matters::matter_receive)
        .service(requests::http_matters::matter_answer)
        .service(requests::http_templates::reply_template_list)
        .service(requests::http_templates::reply_template_create)
        .service(requests::http_templates::reply_template_update)
        .service(requests::http_templates::reply_template_retire);
}

fn request_clocks(routes: &mut ServiceConfig<'_>) {
    use governance::requests::clocks::{http, http_on_call};
    routes
        .service(http::request_pause)
        .service(http::request_resume)
        .service(http::request_extend)
        .service(http_on_call::on_call_create)
        .service(http_on_call::on_call_list)
        .service(http_on_call::on_call_end);
}

fn mediations(routes: &mut ServiceConfig<'_>) {
    use governance::requests::mediations::{http, http_agree};
    routes
        .service(http::mediation_create)
        .service(http::mediation_list)
        .service(http::mediation_list_mine)
        .service(http::mediation_find)
        .service(http::mediation_session_create)
        .service(http::mediation_session_hold)
        .service(http::mediation_session_cancel)
        .service(http::mediation_fail)
        .service(http::mediation_withdraw)
        .service(http::mediation_follow_up)
        .service(http_agree::mediation_propose)
        .service(http_agree::mediation_confirm)
        .service(http_agree::mediation_reject)
        .service(http_agree::mediation_party_confirm);
}

fn root_causes(routes: &mut ServiceConfig<'_>) {
    use governance::requests::root_causes::http;
    routes
        .service(http::root_cause_create)
        .service(http::root_cause_list)
        .service(http::root_cause_find)
        .service(http::root_cause_request_list)
        .service(http::root_cause_request_add)
        .service(http::root_cause_request_remove)
        .service(http::root_cause_plan)
        .service(http::root_cause_close)
        .service(http::root_cause_drop);
}

fn request_kpis(routes: &mut ServiceConfig<'_>) {
    use governance::requests::kpis::{http, http_appeals, http_briefs};
    routes
        .service(http::kpi_find)
        .service(http::kpi_league)
        .service(http::kpi_exclusion_list)
        .service(http_appeals::kpi_appeal_create)
        .service(http_appeals::kpi_appeal_list)
        .service(http_appeals::kpi_appeal_grant)
        .service(http_appeals::kpi_appeal_refuse)
        .service(http_briefs::brief_html_find)
        .service(http_briefs::brief_xlsx_find)
        .service(http::burden_mine)
        .service(http::burden_find);
}

fn duty_list(routes: &mut ServiceConfig<'_>) {
    use governance::duty_list::{http, http_drafts, http_import};
    use governance::starter_packs;
    routes
        .service(http::duty_item_list)
        .service(http::duty_item_find)
        .service(http::duty_item_end)
        .service(http::duty_changelog_list)
        .service(http::duty_list_export)
        .service(http_drafts::duty_item_draft_create)
        .service(http_drafts::duty_item_draft_list)
        .service(http_drafts::duty_item_draft_find)
        .service(http_drafts::duty_item_draft_edit)
        .service(http_drafts::duty_item_draft_approve)
        .service(http_drafts::duty_item_draft_refuse)
        .service(http_import::duty_list_import)
        .service(http_import::duty_item_draft_approve_bulk)
        .service(starter_packs::http::starter_pack_find)
        .service(starter_packs::http::starter_pack_request)
        .service(starter_packs::http::starter_pack_list)
        .service(starter_packs::http::starter_pack_approve)
        .service(starter_packs::http::starter_pack_refuse);
}

fn grid_tasks(routes: &mut ServiceConfig<'_>) {
    use governance::grid_tasks::{checklists, plans, tasks};
    routes
        .service(checklists::http::checklist_create)
        .service(checklists::http::checklist_list)
        .service(checklists::http::checklist_find)
        .service(checklists::http::checklist_approve)
        .service(checklists::http::checklist_refuse)
        .service(plans::http::grid_task_plan_create)
        .service(plans::http::grid_task_plan_list)
        .service(plans::http::grid_task_plan_find)
        .service(plans::http::grid_task_plan_end)
        .service(tasks::http::grid_task_create)
        .service(tasks::http::grid_task_list)
        .service(tasks::http::grid_task_find)
        .service(tasks::http::grid_task_start)
        .service(tasks::http::grid_task_stop_tick)
        .service(tasks::http::grid_task_stop_hazard)
        .service(tasks::http::grid_task_finish)
        .service(tasks::http::grid_task_review)
        .service(tasks::http::grid_task_return)
        .service(tasks::http::grid_task_cancel);
}

fn leads(routes: &mut ServiceConfig<'_>) {
    use governance::leads;
    routes
        .service(leads::http::lead_create)
        .service(leads::http::lead_list)
        .service(leads::http::lead_figures_find)
        .service(leads::http::lead_find)
        .service(leads::http::lead_verify)
        .service(leads::http::lead_dismiss)
        .service(leads::http_seasons::lead_season_create)
        .service(leads::http_seasons::lead_season_list)
        .service(leads::http_seasons::lead_season_end);
}

fn facilities(routes: &mut ServiceConfig<'_>) {
    use governance::facilities::{http, http_alarm, http_import, http_keys};
    routes
        .service(http_import::facility_import)
        .service(http::facility_create)
        .service(http::facility_list)
        .service(http::facility_scan)
        .service(http::facility_report_create)
        .service(http::facility_find)
        .service(http::facility_update)
        .service(http::facility_qr)
        .service(http_keys::device_key_create)
        .service(http_keys::device_key_list)
        .service(http_keys::device_key_rotate)
        .service(http_keys::device_key_revoke)
        .service(http_alarm::facility_alarm_create);
}

fn connectors(routes: &mut ServiceConfig<'_>) {
    use governance::{connectors, open311};
    routes
        .service(open311::http_clients::open311_client_create)
        .service(open311::http_clients::open311_client_list)
        .service(open311::http_clients::open311_client_revoke)
        .service(connectors::http::connector_create)
        .service(connectors::http::connector_list)
        .service(connectors::http::connector_find)
        .service(connectors::http::connector_update)
        .service(connectors::http::connector_rotate)
        .service(connectors::http::connector_pause)
        .service(connectors::http::connector_resume)
        .service(connectors::http::connector_close)
        .service(connectors::http_deliveries::connector_delivery_list)
        .service(connectors::http_deliveries::connector_replay)
        .service(connectors::http_inbound::connector_update_receive);
}

fn joint_cases(routes: &mut ServiceConfig<'_>) {
    use governance::joint_cases::{http, http_thread};
    routes
        .service(http::joint_case_create)
        .service(http::joint_case_list)
        .service(http::joint_case_find)
        .service(http::joint_member_add)
        .service(http::joint_member_end)
        .service(http::joint_case_decide)
        .service(http::joint_case_resume)
        .service(http::joint_case_close)
        .service(http::joint_case_cancel)
        .service(http_thread::joint_message_list)
        .service(http_thread::joint_message_create)
        .service(http_thread::joint_minutes_create)
        .service(http_thread::joint_task_create)
        .service(http_thread::joint_task_finish)
        .service(http_thread::joint_task_drop);
}

fn chat_moderation(routes: &mut ServiceConfig<'_>) {
    use governance::chat::{moderation, records};
    routes
        .service(moderation::http::chat_reason_list)
        .service(moderation::http::chat_message_report)
        .service(moderation::http::chat_queue_list)
        .service(moderation::http::chat_message_hide)
        .service(moderation::http::chat_message_restore)
        .service(moderation::http::chat_message_dismiss)
        .service(moderation::http::chat_message_move)
        .service(moderation::http::chat_batch)
        .service(moderation::http_measures::chat_author_mute)
        .service(moderation::http_measures::chat_measure_list)
        .service(moderation::http_measures::chat_measure_list_mine)
        .service(moderation::http_measures::chat_measure_find)
        .service(moderation::http_measures::chat_mute_approve)
        .service(moderation::http_measures::chat_mute_refuse)
        .service(moderation::http_measures::chat_mute_lift)
        .service(moderation::http_measures::chat_measure_appeal)
        .service(moderation::http_measures::chat_appeal_decide)
        .service(records::http::chat_record_list)
        .service(records::http::chat_figures);
}

fn chat_follow_up(routes: &mut ServiceConfig<'_>) {
    use governance::chat::{cards, cases, exports, keywords, summaries};
    routes
        .service(cases::http::chat_message_to_request)
        .service(exports::http::chat_topic_export)
        .service(exports::http::chat_group_export)
        .service(keywords::http::chat_keyword_list)
        .service(keywords::http::chat_keyword_create)
        .service(keywords::http::chat_keyword_end)
        .service(summaries::http::chat_summary_create)
        .service(summaries::http::chat_summary_list)
        .service(cards::http::chat_card_create)
        .service(cards::http::chat_card_code)
        .service(cards::http::chat_card_find);
}
