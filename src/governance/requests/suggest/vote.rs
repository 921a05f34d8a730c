//! The vote, pure: words of the duty list and similar past requests each say which item a text is about. What spoke for it is told.

use std::collections::{BTreeSet, HashMap};

use base::search;
use duty_list::DutyItem;

/// What the vote knows of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Code.
    pub code: String,
    /// The three levels.
    pub category: [String; 3],
    /// Words that residents use for it.
    pub synonyms: Vec<String>,
}

impl From<&DutyItem> for Candidate {
    fn from(item: &DutyItem) -> Self {
        Self { code: item.code.clone(), category: item.category().map(str::to_owned), synonyms: item.synonyms.clone() }
    }
}

/// A past request: its category and its bigrams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Code of its category.
    pub code: String,
    /// Bigrams of its text.
    pub bigrams: BTreeSet<String>,
}

/// A suggested item and what spoke for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    /// Code.
    pub code: String,
    /// 0 to 1; only the order means something.
    pub score: f64,
    /// Words of the duty list that stand in the text.
    pub words: Vec<String>,
    /// Similar past requests of that category.
    pub similar: usize,
}

/// Past requests that vote at most.
const NEIGHBOURS: usize = 12;
/// Less similar ones say nothing.
const LEAST: f64 = 0.12;

#[expect(clippy::cast_precision_loss, reason = "counts of a list are far below 2^53")]
const fn number(count: usize) -> f64 {
    count as f64
}

/// How much each bigram tells the items apart: 1 for one of a single item, near 0 for one that all have.
fn weights(vocabularies: &[BTreeSet<String>]) -> HashMap<&str, f64> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for pair in vocabularies.iter().flatten() {
        *seen.entry(pair).or_default() += 1;
    }
    let all = number(vocabularies.len());
    seen.into_iter().map(|(pair, count)| (pair, (1.0 + all / number(count)).ln() / (1.0 + all).ln())).collect()
}

/// What the words of an item say, and which of them stand in the text.
fn spoken(
    item: &Candidate,
    flat: &str,
    asked: &BTreeSet<String>,
    vocabulary: &BTreeSet<String>,
    weights: &HashMap<&str, f64>,
) -> (f64, Vec<String>) {
    let shared: f64 = asked.intersection(vocabulary).map(|pair| weights.get(pair.as_str()).copied().unwrap_or(0.0)).sum();
    let [_, middle, title] = &item.category;
    let words = item.synonyms.iter().chain([title, middle]);
    let mut found: Vec<String> = words.filter(|word| flat.contains(&search::normalise(word))).cloned().collect();
    found.dedup();
    let said: f64 = found.iter().map(|word| number(word.chars().count().min(6)) * 0.5).fold(0.0, f64::max);
    (shared + said, found)
}

/// Dice's coefficient of two sets.
fn alike(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let sum = one.len() + other.len();
    if sum == 0 { 0.0 } else { 2.0 * number(one.intersection(other).count()) / number(sum) }
}

/// The items that a text is most likely about, best first, at most `most`.
pub fn vote(text: &str, items: &[Candidate], past: &[Past], most: usize) -> Vec<Vote> {
    let (flat, asked) = (search::normalise(text), search::bigrams(text));
    let vocabulary = |item: &Candidate| {
        let words = item.synonyms.iter().chain(&item.category[1..]);
        words.flat_map(|word| search::bigrams(word)).collect::<BTreeSet<String>>()
    };
    let vocabularies: Vec<BTreeSet<String>> = items.iter().map(vocabulary).collect();
    let weights = weights(&vocabularies);
    let mut near: Vec<(f64, &Past)> =
        past.iter().map(|one| (alike(&asked, &one.bigrams), one)).filter(|(near, _)| *near >= LEAST).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.truncate(NEIGHBOURS);
    let mut votes: Vec<Vote> = Vec::new();
    for (item, vocabulary) in items.iter().zip(&vocabularies) {
        let (spoken, words) = spoken(item, &flat, &asked, vocabulary, &weights);
        let alike: Vec<f64> = near.iter().filter(|(_, one)| one.code == item.code).map(|(near, _)| *near).collect();
        let score = spoken + alike.iter().map(|near| near * 4.0).sum::<f64>().min(6.0);
        if score > 0.3 {
            votes.push(Vote { code: item.code.clone(), score, words, similar: alike.len() });
        }
    }
    votes.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.code.cmp(&other.code)));
    votes.dedup_by(|later, first| later.code == first.code);
    votes.truncate(most);
    for vote in &mut votes {
        vote.score = (vote.score / (vote.score + 3.0) * 100.0).round() / 100.0;
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str, title: &str, synonyms: &[&str]) -> Candidate {
        let category = ["大类", "中类", title].map(str::to_owned);
        Candidate { code: code.to_owned(), category, synonyms: synonyms.iter().map(|word| (*word).to_owned()).collect() }
    }

    fn items() -> [Candidate; 3] {
        [
            item("B01-01", "突发停水", &["没水", "断水"]),
            item("C01-01", "突发停电", &["没电", "跳闸"]),
            item("G02-01", "路灯不亮", &["路灯"]),
        ]
    }

    fn codes(votes: &[Vote]) -> Vec<&str> {
        votes.iter().map(|vote| vote.code.as_str()).collect()
    }

    #[test]
    fn words_of_the_duty_list_vote_and_are_named() {
        let votes = vote("家里从早上就没水了", &items(), &[], 3);
        assert_eq!(codes(&votes), ["B01-01"]);
        assert_eq!((votes[0].words.as_slice(), votes[0].similar), (["没水".to_owned()].as_slice(), 0));
        assert!(vote("今天天气真好", &items(), &[], 3).is_empty(), "nothing speaks for anything");
        assert!(vote("", &items(), &[], 3).is_empty());
    }

    #[test]
    fn past_requests_vote_where_the_list_has_no_word() {
        let past = |code: &str, text: &str| Past { code: code.to_owned(), bigrams: search::bigrams(text) };
        let history = [past("G02-01", "小区东门晚上黑漆漆的看不见"), past("C01-01", "整栋楼跳闸")];
        let votes = vote("东门这边晚上黑漆漆", &items(), &history, 3);
        assert_eq!((codes(&votes), votes[0].similar), (vec!["G02-01"], 1));
    }
}
