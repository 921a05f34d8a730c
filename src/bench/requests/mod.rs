//! `palm bench requests`: how often the right category stands among the first three suggestions, on invented texts of which one half is
//! past requests and the other was never seen; how fast requests are filed, beside a bare insert of the same rows in the same run; and
//! with `--scaled` what lists, search, map, duplicates and clocks cost on a folder of a million requests.

mod filing;
mod rows;
mod scaled;

use std::path::Path;

use anyhow::Context as _;
use base::search::bigrams;
use governance::requests::suggest::{Candidate, Past, vote};
use governance::starter_packs::starter_items;
use serde::Deserialize;

use super::figures::number;
use super::{BenchArgs, Figures};

const TEXTS: &str = include_str!("texts.csv");

#[derive(Debug, Deserialize)]
struct Labelled {
    split: String,
    code: String,
    text: String,
}

/// How many of the held-out texts there are, and for how many the right item stands first or among the first three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hits {
    texts: usize,
    first: usize,
    three: usize,
}

fn suggestions() -> anyhow::Result<Hits> {
    let texts = csv::Reader::from_reader(TEXTS.as_bytes()).into_deserialize().collect::<Result<Vec<Labelled>, _>>()?;
    let items = starter_items().map_err(|refusal| anyhow::anyhow!("the starter pack: {refusal:?}"))?;
    let items: Vec<Candidate> = items
        .into_iter()
        .map(|item| Candidate { code: item.code, category: [item.major, item.middle, item.title], synonyms: item.synonyms })
        .collect();
    let past = texts.iter().filter(|text| text.split == "train");
    let past: Vec<Past> = past.map(|text| Past { code: text.code.clone(), bigrams: bigrams(&text.text) }).collect();
    let mut hits = Hits { texts: 0, first: 0, three: 0 };
    for text in texts.iter().filter(|text| text.split == "held") {
        let votes = vote(&text.text, &items, &past, 3);
        hits.texts += 1;
        hits.three += usize::from(votes.iter().any(|vote| vote.code == text.code));
        hits.first += usize::from(votes.first().is_some_and(|vote| vote.code == text.code));
    }
    Ok(hits)
}

pub(super) use rows::{Bare, bare};

/// Runs the part.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Figures> {
    if cfg!(debug_assertions) {
        println!("not an optimised build: figures mean little (use `make bench`)");
    }
    let hits = suggestions()?;
    let share = |count: usize| number(count) / number(hits.texts.max(1));
    let mut figures = Figures::default();
    figures.add("suggest_texts", number(hits.texts), "count");
    figures.add("suggest_top1", share(hits.first), "ratio");
    figures.add("suggest_top3", share(hits.three), "ratio");
    let (first, three) = (share(hits.first), share(hits.three));
    println!("{:<22} {} held-out texts: {first:.2} first, {three:.2} among three", "suggestions", hits.texts);
    filing::run(args, &mut figures).await?;
    if args.scaled {
        scaled::run(args, &mut figures).await?;
    }
    if let Some(file) = &args.json {
        write(&figures, file)?;
    }
    Ok(figures)
}

fn write(figures: &Figures, file: &Path) -> anyhow::Result<()> {
    figures.write(file).context("the figures")?;
    println!("{:<22} {}", "written", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_texts_that_were_never_seen_find_their_item_among_three() {
        let hits = suggestions().unwrap();
        assert!(hits.texts >= 100, "{hits:?}");
        assert!(hits.three * 10 >= hits.texts * 9, "{hits:?}");
        assert!(hits.first * 10 >= hits.texts * 7, "{hits:?}");
    }
}
