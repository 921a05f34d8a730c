//! What residents of the invented street write, and when. Texts are put together from parts that are parted by punctuation, so the
//! words of a whole text are those of its parts.

use std::collections::HashMap;

use anyhow::Context as _;
use base::clock::shanghai_date;
use base::search::lexemes;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use diesel::PgConnection;
use people::calendar::{self, Calendar, Term};
use people::screening::dangers;
use serde::Deserialize;

use super::place::Street;
use super::rows::{self, Moment, Problem};

/// Texts by item of the duty list; those of the bench, which tries suggestions with them.
const TEXTS: &str = include_str!("../../bench/requests/texts.csv");
/// Days of history.
const DAYS: i64 = 400;
/// Requests of one moment, about.
const OF_MOMENT: i64 = 8;

const TAILS: [&str; 24] = [
    "已经三天了一直没人管",
    "麻烦尽快派人来看看",
    "邻居们都很着急",
    "老人和孩子出入很不方便",
    "昨天晚上就这样了",
    "上个月也出过一次",
    "打过电话没有回音",
    "请社区帮忙协调",
    "影响了好几户人家",
    "希望周末前能解决",
    "下雨天更严重",
    "照片已经拍好了",
    "白天家里有人",
    "请先打电话再上门",
    "业主群里也有人反映",
    "去年修过又坏了",
    "离幼儿园很近",
    "夜里声音特别大",
    "不知道该找哪个部门",
    "谢谢你们",
    "我们愿意配合",
    "请给个准信",
    "一楼住户受影响最大",
    "希望能彻底解决",
];

#[derive(Deserialize)]
struct Labelled {
    code: String,
    text: String,
}

fn joined(text: &str) -> String {
    lexemes(text).join(" ")
}

fn part(text: String) -> (String, String) {
    let lexemes = joined(&text);
    (text, lexemes)
}

/// Fills what rows are picked from.
pub(super) fn fill(owner: &mut PgConnection, street: &Street, total: i64) -> anyhow::Result<()> {
    let items: HashMap<&str, _> = street.items.iter().map(|(item, unit)| (item.code.as_str(), (item, *unit))).collect();
    let mut problems = Vec::new();
    for text in csv::Reader::from_reader(TEXTS.as_bytes()).into_deserialize() {
        let Labelled { code, text } = text?;
        let (item, unit) = items.get(code.as_str()).with_context(|| format!("no item {code}"))?;
        let (title, class, lexemes) = (item.title.clone(), item.deadline_class.name(), joined(&text));
        let danger: Vec<&str> = dangers(&text).into_iter().map(|hint| hint.danger.name()).collect();
        let danger = (!danger.is_empty()).then(|| danger.join(","));
        problems
            .push(Problem { code, title, class, unit: *unit, text: text.trim_end_matches('。').to_owned(), lexemes, danger });
    }
    rows::problems(owner, &problems)?;
    let spots = (1..=40).flat_map(|house| (1..=6).map(move |stair| part(format!("{house}号楼{stair}单元"))));
    rows::parts(owner, "scale_spots", &spots.collect::<Vec<_>>())?;
    rows::parts(owner, "scale_tails", &TAILS.map(|tail| part(tail.to_owned())))?;
    let calendar = calendar::of(owner, street.community)?;
    let now = base::db::now(owner)?;
    rows::moments(owner, &moments(&calendar, now, total)?, total)?;
    Ok(())
}

/// Moments between seven and twenty-two o'clock of each day up to an hour ago, evenly.
fn moments(calendar: &Calendar, now: DateTime<Utc>, total: i64) -> anyhow::Result<Vec<Moment>> {
    let of_day = (total / DAYS / OF_MOMENT).clamp(4, 800);
    let today = shanghai_date(now);
    let mut all = Vec::new();
    for ago in (0..DAYS).rev() {
        let day = today - Duration::days(ago);
        // Seven o'clock in Shanghai is 23 o'clock of the day before in UTC.
        let seven = day.and_time(NaiveTime::MIN).and_utc() - Duration::hours(1);
        for n in 0..of_day {
            let at = seven + Duration::seconds(15 * 3_600 * n / of_day);
            if at > now - Duration::hours(1) {
                break;
            }
            let by = |term| calendar.deadline(at, term).at;
            let (accept_by, general_by, complex_by) =
                (by(Term::WorkingHours(2)), by(Term::WorkingDays(7)), by(Term::WorkingDays(15)));
            all.push(Moment { at, day, accept_by, general_by, complex_by });
        }
    }
    Ok(all)
}
