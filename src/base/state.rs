//! How a state machine is written down: the moves that a noun allows, collected into `api-docs/states.md`.

/// One allowed move: from, to, by whom or what. An empty `from` is the beginning, an empty `to` the row's removal.
pub type Transition = (&'static str, &'static str, &'static str);

/// The state machine of one kind of row: its name and every allowed move.
pub type StateTable = (&'static str, &'static [Transition]);
