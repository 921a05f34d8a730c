//! Danger words: a text about gas, fire or a life in danger gets the emergency numbers at once, whatever else becomes of it. They are
//! looked for on the server as the person sends; nothing waits for it. Pure.

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use super::fold::Folded;
use super::words::{Effect, Matcher};

base::words! {
    /// Which danger.
    Danger {
        /// Gas leaks or poisons.
        Gas = "gas" "燃气泄漏",
        /// Something burns.
        Fire = "fire" "火情",
        /// Somebody may take their life.
        Life = "life" "生命危险",
        /// Somebody needs a doctor now.
        Medical = "medical" "急病受伤",
        /// Violence.
        Crime = "crime" "违法犯罪",
        /// Live wires, a lift that holds people, something about to fall.
        Trapped = "trapped" "触电、被困或坠落",
    }
}

/// Where to call at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmergencyHint {
    /// Which danger was read out of the text.
    pub danger: Danger,
    /// Numbers to call, the first one first.
    pub numbers: &'static [&'static str],
    /// What to do, Chinese.
    pub text: &'static str,
    /// What to do, English.
    pub text_en: &'static str,
}

struct Kind {
    hint: EmergencyHint,
    words: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        hint: EmergencyHint {
            danger: Danger::Gas,
            numbers: &["119", "110"],
            text: "疑似燃气泄漏：请立即开窗、关阀，不要开关电器或使用明火，撤到室外后拨打 119 或燃气公司抢修电话。",
            text_en: "Gas may be leaking: open windows, shut the valve, touch no switch and no flame, go outside, then call 119 or the gas company.",
        },
        words: &[
            "煤气泄漏",
            "燃气泄漏",
            "天然气泄漏",
            "煤气味",
            "燃气味",
            "天然气味",
            "煤气漏了",
            "漏煤气",
            "漏燃气",
            "漏天然气",
            "闻到煤气",
            "闻到燃气",
            "煤气中毒",
            "瓦斯味",
            "一氧化碳中毒",
            "gas leak",
            "smell gas",
            "smell of gas",
            "leaking gas",
        ],
    },
    Kind {
        hint: EmergencyHint {
            danger: Danger::Fire,
            numbers: &["119"],
            text: "如有火情：请立即拨打 119，沿安全通道撤离，不要乘电梯。",
            text_en: "If something burns: call 119 at once, leave by the stairs, don't take the lift.",
        },
        words: &[
            "着火",
            "起火",
            "失火",
            "火灾",
            "冒浓烟",
            "冒烟",
            "浓烟",
            "自燃",
            "烧起来",
            "爆炸",
            "on fire",
            "fire in",
            "house is burning",
            "explosion",
            "smoke everywhere",
        ],
    },
    Kind {
        hint: EmergencyHint {
            danger: Danger::Life,
            numbers: &["110", "120", "12356"],
            text: "如有人要伤害自己：请立即拨打 110 或 120，并陪在身边。全国心理援助热线 12356，随时有人倾听。",
            text_en: "If somebody is about to hurt themselves: call 110 or 120 at once and stay with them. The counselling line 12356 listens at any hour.",
        },
        words: &[
            "跳楼",
            "轻生",
            "自杀",
            "不想活",
            "想死",
            "割腕",
            "烧炭",
            "活不下去",
            "suicide",
            "kill myself",
            "want to die",
            "end my life",
            "jump off",
        ],
    },
    Kind {
        hint: EmergencyHint {
            danger: Danger::Medical,
            numbers: &["120"],
            text: "如有人突发疾病或受伤：请立即拨打 120，说清地址和楼门。",
            text_en: "If somebody is badly ill or hurt: call 120 at once and say the address and the entrance.",
        },
        words: &[
            "昏迷",
            "坠楼",
            "中毒",
            "晕倒",
            "没有呼吸",
            "没呼吸",
            "心脏骤停",
            "心梗",
            "大出血",
            "中风",
            "叫救护车",
            "溺水",
            "unconscious",
            "not breathing",
            "heart attack",
            "bleeding badly",
            "ambulance",
        ],
    },
    Kind {
        hint: EmergencyHint {
            danger: Danger::Crime,
            numbers: &["110"],
            text: "如正在发生违法犯罪或家庭暴力：请先保证自身安全，立即拨打 110，不便说话可发短信至 12110。",
            text_en: "If a crime or violence is happening: keep yourself safe and call 110; where you can't speak, text 12110.",
        },
        words: &[
            "持刀",
            "打架",
            "砍人",
            "打死人",
            "抢劫",
            "绑架",
            "家暴",
            "家庭暴力",
            "强奸",
            "入室盗窃",
            "with a knife",
            "robbery",
            "kidnap",
            "domestic violence",
            "rape",
        ],
    },
    Kind {
        hint: EmergencyHint {
            danger: Danger::Trapped,
            numbers: &["119", "110"],
            text: "如有人触电、被困电梯或有物体将要坠落：请远离危险、不要自行施救，立即拨打 119。",
            text_en: "If somebody is trapped, touches a live wire, or something is about to fall: keep away, don't try it yourself, call 119 at once.",
        },
        words: &[
            "触电",
            "电线掉",
            "电线断落",
            "电线裸露",
            "漏电",
            "困在电梯",
            "电梯困人",
            "被困电梯",
            "电梯被困",
            "电梯坠",
            "坍塌",
            "高空坠物",
            "外墙脱落",
            "墙要塌",
            "要倒塌",
            "楼塌",
            "trapped in the lift",
            "trapped in the elevator",
            "electric shock",
            "live wire",
            "about to collapse",
        ],
    },
];

static MATCHERS: LazyLock<Vec<Matcher>> =
    LazyLock::new(|| KINDS.iter().map(|kind| Matcher::new(kind.words.iter().map(|word| (*word, Effect::Refuse)))).collect());

/// The emergency hint for a text, the most urgent danger first; `None`: no danger was read out of it. It is a hint and decides nothing.
pub fn danger(text: &str) -> Option<EmergencyHint> {
    dangers(text).into_iter().next()
}

/// Every danger that a text speaks of, the most urgent first.
pub fn dangers(text: &str) -> Vec<EmergencyHint> {
    let folded = Folded::of(text);
    let hit = KINDS.iter().zip(MATCHERS.iter()).filter(|(_, matcher)| matcher.find(&folded).effect == Some(Effect::Refuse));
    hit.map(|(kind, _)| kind.hint).collect()
}

/// What is to be done in a danger of this kind.
pub fn hint_of(danger: Danger) -> Option<EmergencyHint> {
    KINDS.iter().map(|kind| kind.hint).find(|hint| hint.danger == danger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_read_in_both_languages_and_through_tricks() {
        for (text, kind, first) in [
            ("楼道里闻到煤气味，很浓", Danger::Gas, "119"),
            ("I can smell gas in the corridor", Danger::Gas, "119"),
            ("地下室着火了！", Danger::Fire, "119"),
            ("有人在六楼要跳楼", Danger::Life, "110"),
            ("我不 想 活 了", Danger::Life, "110"),
            ("老人晕倒在楼下", Danger::Medical, "120"),
            ("有人持刀闹事", Danger::Crime, "110"),
            ("孩子被困电梯", Danger::Trapped, "119"),
        ] {
            let hint = danger(text).unwrap();
            assert_eq!((hint.danger, hint.numbers[0]), (kind, first), "{text}");
        }
    }

    #[test]
    fn ordinary_reports_show_no_alarm() {
        for text in [
            "三号楼路灯不亮",
            "垃圾没人清运，味道很大",
            "健身器材坏了",
            "他跳，楼下的人抱怨太吵",
            "the trapeze is broken",
            "请问怎么领取积分",
        ] {
            assert_eq!(danger(text).map(|hint| hint.danger), None, "{text}");
        }
    }

    #[test]
    fn every_danger_has_numbers_and_both_texts() {
        for danger in Danger::ALL {
            let kind = KINDS.iter().find(|kind| kind.hint.danger == *danger).unwrap();
            assert!(kind.hint.numbers.iter().all(|number| kind.hint.text.contains(number) || number.len() == 3), "{danger:?}");
            assert!(kind.words.iter().all(|word| super::super::words::usable(word)), "{danger:?}");
        }
    }
}
