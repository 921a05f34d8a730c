//! Words of danger: whoever writes them is told at once whom to call, before anybody has read the request.

use serde::Serialize;

/// What to do at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Emergency {
    /// fire, gas, electricity, injury, water, crime.
    pub kind: String,
    /// Number to call.
    pub call: String,
    /// What to do, in Chinese.
    pub hint: String,
    /// What to do, in English.
    pub hint_en: String,
}

struct Danger {
    kind: &'static str,
    words: &'static [&'static str],
    call: &'static str,
    zh: &'static str,
    en: &'static str,
}

const DANGERS: &[Danger] = &[
    Danger {
        kind: "gas",
        words: &["燃气泄漏", "煤气泄漏", "天然气泄漏", "燃气味", "煤气味", "天然气味", "瓦斯味", "gas leak"],
        call: "119",
        zh: "疑似燃气泄漏：不要开关电器和明火，开窗，离开室内到室外后再拨打 119 和燃气公司抢修电话。",
        en: "Possible gas leak: no switches, no flames; open windows, leave, then call 119 and the gas company from outside.",
    },
    Danger {
        kind: "fire",
        words: &["着火", "起火", "火灾", "冒烟", "浓烟", "自燃", "fire"],
        call: "119",
        zh: "发现火情：先撤离到安全处，马上拨打 119，不要乘电梯。",
        en: "Fire: get to safety first, call 119 at once, don't take the lift.",
    },
    Danger {
        kind: "electricity",
        words: &["漏电", "触电", "电线裸露", "电线断落", "电线掉", "electric shock"],
        call: "95598",
        zh: "疑似漏电：远离现场，不要触碰电线和积水，拨打供电抢修 95598；有人受伤拨打 120。",
        en: "Live wires: stay away, touch neither wires nor standing water, call 95598; 120 if somebody is hurt.",
    },
    Danger {
        kind: "lift",
        words: &["困在电梯", "电梯困人", "被困电梯", "电梯坠"],
        call: "96333",
        zh: "电梯困人：按轿厢内报警按钮，不要扒门，拨打 96333 或 119 救援。",
        en: "Trapped in a lift: press the alarm, don't force the doors, call 96333 or 119.",
    },
    Danger {
        kind: "injury",
        words: &["昏迷", "晕倒", "没有呼吸", "大出血", "坠楼", "溺水", "轻生", "自杀", "中毒", "unconscious"],
        call: "120",
        zh: "有人有生命危险：马上拨打 120，保持电话畅通。",
        en: "Somebody's life is in danger: call 120 at once and stay on the phone.",
    },
    Danger {
        kind: "crime",
        words: &["持刀", "打架", "抢劫", "入室", "家暴", "拐"],
        call: "110",
        zh: "有人身危险：先到安全处，马上拨打 110。",
        en: "Danger from others: get to safety and call 110.",
    },
    Danger {
        kind: "collapse",
        words: &["坍塌", "塌陷", "倒塌", "高空坠物", "外墙脱落"],
        call: "119",
        zh: "有坍塌或坠物危险：不要靠近，提醒他人绕行，拨打 119。",
        en: "Danger of collapse or falling parts: keep away, warn others, call 119.",
    },
];

/// What the text says of danger, the gravest first; none for most texts.
pub(super) fn emergencies(text: &str) -> Vec<Emergency> {
    let lower = text.to_lowercase();
    let hit = |danger: &&Danger| danger.words.iter().any(|word| lower.contains(word));
    DANGERS.iter().filter(hit).map(Danger::shown).collect()
}

impl Danger {
    fn shown(&self) -> Emergency {
        Emergency {
            kind: self.kind.to_owned(),
            call: self.call.to_owned(),
            hint: self.zh.to_owned(),
            hint_en: self.en.to_owned(),
        }
    }
}

/// Emergencies by their stored kinds, joined by commas.
pub(super) fn of_kinds(kinds: &str) -> Vec<Emergency> {
    DANGERS.iter().filter(|danger| kinds.split(',').any(|kind| kind == danger.kind)).map(Danger::shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard_and_an_ordinary_day_is_not() {
        let kinds = |text: &str| emergencies(text).into_iter().map(|found| found.kind).collect::<Vec<_>>();
        assert_eq!(kinds("楼道里有很浓的煤气味，还冒烟"), ["gas", "fire"]);
        assert_eq!(kinds("3号楼电梯困人了"), ["lift"]);
        assert!(kinds("路灯不亮，晚上看不清").is_empty());
        assert_eq!(of_kinds("gas,fire").len(), 2);
    }
}
