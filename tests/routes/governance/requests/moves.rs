//! Every move of the table is tried from every state: what the table doesn't allow is 409 and says what is allowed. And two at once.

use futures_util::future::join;
use governance::requests::{Move, State};
use serde_json::{Value, json};

use super::{REQUESTS, Stage, rating, solved};
use crate::support::Actor;

/// A request in that state; at the lamps' unit wherever that can be.
async fn in_state(stage: &Stage, state: State) -> String {
    match state {
        State::Submitted => stage.queued().await,
        State::Accepted => {
            let request = stage.queued().await;
            stage.done(&stage.worker, &request, "accept", json!({})).await;
            request
        }
        State::Dispatched => stage.dispatched().await,
        State::InProgress => stage.begun().await,
        State::Answered => stage.answered().await,
        State::Closed => {
            let request = stage.answered().await;
            stage.done(&stage.resident, &request, "rating", rating(true, 5)).await;
            request
        }
        State::Returned => {
            let request = stage.dispatched().await;
            stage.done(&stage.lamp_man, &request, "return", json!({"reason": "not_our_duty"})).await;
            request
        }
        State::WaitingForResident => {
            let request = stage.begun().await;
            stage.done(&stage.lamp_man, &request, "ask", json!({"text": "哪一盏？"})).await;
            request
        }
        State::Cancelled => {
            let request = stage.dispatched().await;
            stage.done(&stage.resident, &request, "withdraw", json!({})).await;
            request
        }
    }
}

/// Who makes a move, by which route, with what.
fn route(stage: &Stage, by: Move) -> (&Actor, &'static str, Value) {
    let mut again = rating(false, 1);
    again["redo"] = json!(true);
    match by {
        Move::Accept => (&stage.staff, "accept", json!({})),
        Move::Dispatch => (&stage.staff, "dispatch", json!({"organization": stage.lamps})),
        Move::Return => (&stage.lamp_man, "return", json!({"reason": "not_our_area"})),
        Move::Ask => (&stage.staff, "ask", json!({"text": "哪一盏？"})),
        Move::Answer => (&stage.staff, "answer", solved()),
        Move::Reply => (&stage.resident, "reply", json!({"text": "东边那盏"})),
        Move::Close => (&stage.resident, "rating", rating(true, 5)),
        Move::Redo => (&stage.resident, "rating", again),
        Move::Reopen => (&stage.resident, "reopen", json!({"reason": "又坏了"})),
        Move::Withdraw => (&stage.resident, "withdraw", json!({})),
        Move::Merge => (&stage.staff, "merge", json!({"into": uuid::Uuid::nil()})),
        Move::Unmerge => (&stage.staff, "unmerge", json!({"reason": "是另一件"})),
    }
}

#[actix_web::test]
async fn what_the_table_does_not_allow_is_409_and_says_what_is() {
    let stage = Stage::new().await;
    let mut tried = 0;
    for state in State::ALL {
        let request = in_state(&stage, *state).await;
        for by in Move::ALL.iter().filter(|by| state.transition(**by).is_none()) {
            let (actor, verb, body) = route(&stage, *by);
            let answer = actor.post(&Stage::path(&request, verb), &body).await;
            if *by == Move::Return && [State::Submitted, State::Accepted, State::Returned].contains(state) {
                // No unit has it: there is nobody who could give it back.
                answer.problem(404, "not_found");
                continue;
            }
            let problem = answer.problem(409, "move_not_allowed");
            let fields = problem["errors"].as_array().expect("fields");
            let field = |name: &str| fields.iter().find(|field| field["pointer"] == name).expect("a field")["message"].clone();
            assert_eq!(field("state"), state.name(), "{problem}");
            let allowed: Vec<&str> = state.allowed().map(Move::name).collect();
            assert_eq!(field("allowed"), allowed.join(" "), "{problem}");
            tried += 1;
        }
        let still = stage.staff.get(&format!("{REQUESTS}/{request}")).await.expect(200);
        assert_eq!(still["state"], state.name(), "a refused move changes nothing");
    }
    assert!(tried > 50, "only {tried} were tried");
    stage.assert_sound();
}

#[actix_web::test]
async fn of_two_handlers_at_once_one_wins_and_the_other_hears_the_new_state() {
    let stage = Stage::new().await;
    for _round in 0..8 {
        let request = stage.dispatched().await;
        let (path, body) = (Stage::path(&request, "accept"), json!({}));
        let (one, other) = join(stage.lamp_man.post(&path, &body), stage.road_man.post(&path, &body)).await;
        let (won, lost, winner) = if one.status == 200 { (one, other, stage.lamps) } else { (other, one, stage.roads) };
        let taken = won.expect(200);
        assert_eq!(
            (&taken["state"], &taken["organization"]),
            (&json!("in_progress"), &json!(winner)),
            "the first to accept leads"
        );
        let problem = lost.problem(409, "move_not_allowed");
        assert_eq!(problem["errors"][0]["message"], "in_progress", "{problem}");
    }
    stage.assert_sound();
}
