//! Words of danger: whoever writes them is told at once whom to call, before anybody has read the request. The words are `screening`'s; here
//! stands how a request shows and stores what was heard.

use people::screening::{Danger, EmergencyHint, dangers, hint_of};
use serde::Serialize;

/// What to do at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Emergency {
    /// gas, fire, life, medical, crime, trapped.
    pub kind: String,
    /// Number to call.
    pub call: String,
    /// What to do, in Chinese.
    pub hint: String,
    /// What to do, in English.
    pub hint_en: String,
}

fn shown(hint: EmergencyHint) -> Emergency {
    Emergency {
        kind: hint.danger.name().to_owned(),
        call: hint.numbers.first().copied().unwrap_or("110").to_owned(),
        hint: hint.text.to_owned(),
        hint_en: hint.text_en.to_owned(),
    }
}

/// What the text says of danger, the gravest first; none for most texts.
pub(super) fn emergencies(text: &str) -> Vec<Emergency> {
    dangers(text).into_iter().map(shown).collect()
}

/// A kind as it is stored; what older requests call by another name is found too.
fn stored(kind: &str) -> Option<Danger> {
    match kind {
        "electricity" | "lift" | "collapse" => Some(Danger::Trapped),
        "injury" => Some(Danger::Medical),
        other => Danger::parse(other),
    }
}

/// Emergencies by their stored kinds, joined by commas.
pub(super) fn of_kinds(kinds: &str) -> Vec<Emergency> {
    kinds.split(',').filter_map(stored).filter_map(hint_of).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard_stored_and_shown_again() {
        let kinds = |text: &str| emergencies(text).into_iter().map(|found| found.kind).collect::<Vec<_>>();
        assert_eq!(kinds("楼道里有很浓的煤气味，还冒烟"), ["gas", "fire"]);
        assert_eq!(kinds("3号楼电梯困人了"), ["trapped"]);
        assert!(kinds("路灯不亮，晚上看不清").is_empty());
        assert_eq!(of_kinds("gas,fire").len(), 2);
        assert_eq!(of_kinds("lift,injury").len(), 2, "what was stored by another name");
    }
}
