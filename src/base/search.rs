//! Full text in Chinese and English without a dictionary: a text is its character bigrams. One form for what is stored (`tsvector`,
//! GIN) and what is asked, so both always agree.

use std::collections::BTreeSet;

/// Lexemes kept of one text.
const MOST: usize = 1_500;

/// PostgreSQL's `tsvector`, filled from lexemes by `array_to_tsvector`; never read as such.
#[derive(Debug, Clone, Copy, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "tsvector"))]
pub struct Tsvector;

/// Letters and digits in lower case and half width; everything else parts runs.
fn fold(c: char) -> Option<char> {
    let half = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    half.is_alphanumeric().then(|| half.to_lowercase().next().unwrap_or(half))
}

/// The runs of letters and digits of a text, normalised.
fn runs(text: &str) -> Vec<Vec<char>> {
    let mut runs = vec![Vec::new()];
    for c in text.chars() {
        match (fold(c), runs.last_mut()) {
            (Some(c), Some(run)) => run.push(c),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The text with nothing but its letters and digits, in one form: for finding a word in it.
pub fn normalise(text: &str) -> String {
    runs(text).into_iter().flatten().collect()
}

/// The bigrams of a text, each once, in order.
pub fn bigrams(text: &str) -> BTreeSet<String> {
    runs(text).iter().flat_map(|run| run.windows(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>()).collect()
}

/// What is stored of a text: its bigrams and the last character of each run, so that every character begins a lexeme.
pub fn lexemes(text: &str) -> Vec<String> {
    let mut all = bigrams(text);
    all.extend(runs(text).iter().filter_map(|run| run.last().map(char::to_string)));
    all.into_iter().take(MOST).collect()
}

/// The bigrams among what is stored of a text.
pub fn bigrams_of(lexemes: Vec<String>) -> BTreeSet<String> {
    lexemes.into_iter().filter(|lexeme| lexeme.chars().count() == 2).collect()
}

/// A `tsquery` for texts that hold all of what is asked; none: nothing is asked. Lexemes are letters and digits only, so none needs an
/// escape.
pub fn query_all(text: &str) -> Option<String> {
    let mut parts: Vec<String> = bigrams(text).iter().take(60).map(|pair| format!("'{pair}'")).collect();
    let single = runs(text).into_iter().filter(|run| run.len() == 1).flatten();
    parts.extend(single.take(20).map(|one| format!("'{one}':*")));
    (!parts.is_empty()).then(|| parts.join(" & "))
}

/// A `tsquery` for texts that share at least one bigram; none: the text has none.
pub fn query_any(text: &str) -> Option<String> {
    let parts: Vec<String> = bigrams(text).iter().take(200).map(|pair| format!("'{pair}'")).collect();
    (!parts.is_empty()).then(|| parts.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_bigrams_in_one_form() {
        assert_eq!(normalise("３号楼 Ａ座，没水！"), "3号楼a座没水");
        assert_eq!(bigrams("没水了。没水"), ["没水", "水了"].map(str::to_owned).into());
        assert_eq!(lexemes("路灯 坏"), ["坏", "灯", "路灯"]);
        assert_eq!(bigrams_of(lexemes("路灯 坏")), bigrams("路灯 坏"));
        assert!(lexemes("！？ 。").is_empty() && bigrams("灯").is_empty());
        assert!(lexemes(&"长短句".repeat(9_000)).len() <= MOST);
    }

    #[test]
    fn queries_hold_nothing_but_letters_and_digits() {
        assert_eq!(query_all("路灯 坏").as_deref(), Some("'路灯' & '坏':*"));
        assert_eq!(query_any("没水了").as_deref(), Some("'水了' | '没水'"));
        assert_eq!(query_all("灯' | '*").as_deref(), Some("'灯':*"));
        assert_eq!((query_all("'&|!"), query_any("灯")), (None, None));
    }
}
