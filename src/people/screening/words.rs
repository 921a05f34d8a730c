//! Looking for the words of a list in a text. Pure.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::fold::Folded;

base::words! {
    /// What a word of a list does.
    Effect {
        /// The text is refused.
        Refuse = "refuse" "拒绝",
        /// A person has to look.
        Queue = "queue" "人工审核",
    }
}

/// A list of words, ready to be looked for.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    /// `None`: no words.
    automaton: Option<AhoCorasick>,
    words: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    written: String,
    effect: Effect,
    latin: bool,
}

/// What was found: the worst effect and the words as the list writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Of all words.
    pub(super) effect: Option<Effect>,
    /// Each once, in order.
    pub(super) words: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, effect: Effect, word: &str) {
        // The first of the list is the worse.
        self.effect = Some(self.effect.map_or(effect, |worst| worst.min(effect)));
        self.words.insert(word.to_owned());
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.effect = [self.effect, other.effect].into_iter().flatten().min();
        self.words.extend(other.words);
        self
    }
}

/// Is a word long enough to be looked for? One letter would be found everywhere.
pub(super) fn usable(word: &str) -> bool {
    Folded::of(word).text().chars().count() >= 2
}

impl Matcher {
    /// Words that aren't usable are left out.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = (&'a str, Effect)>) -> Self {
        let (mut patterns, mut entries) = (Vec::new(), Vec::new());
        for (written, effect) in words {
            let folded = Folded::of(written);
            if folded.text().chars().count() < 2 {
                continue;
            }
            entries.push(Entry { written: written.to_owned(), effect, latin: folded.text().is_ascii() });
            patterns.push(folded.text().to_owned());
        }
        // Too many patterns to count is the only way to fail; a list is far smaller.
        let automaton = (!patterns.is_empty()).then(|| AhoCorasick::new(&patterns).ok()).flatten();
        Self { automaton, words: entries }
    }

    /// Looks for the words. One that reaches over the end of a sentence may be chance: a refused one is then for a person, a doubtful one
    /// isn't counted.
    pub(super) fn find(&self, text: &Folded) -> Found {
        let mut found = Found::default();
        let Some(automaton) = &self.automaton else { return found };
        for hit in automaton.find_overlapping_iter(text.text()) {
            let Some(entry) = self.words.get(hit.pattern().as_usize()) else { continue };
            if entry.latin && !text.stands_alone(hit.start(), hit.end()) {
                continue;
            }
            match (entry.effect, text.crosses_sentence(hit.start(), hit.end())) {
                (effect, false) => found.add(effect, &entry.written),
                (Effect::Refuse, true) => found.add(Effect::Queue, &entry.written),
                (Effect::Queue, true) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Matcher {
        Matcher::new([("赌博", Effect::Refuse), ("办证", Effect::Queue), ("casino", Effect::Refuse), ("博", Effect::Refuse)])
    }

    fn effect(text: &str) -> Option<Effect> {
        list().find(&Folded::of(text)).effect
    }

    #[test]
    fn hidden_words_are_found() {
        for text in [
            "来赌博",
            "来赌\u{200B}博",
            "来赌\u{2060}\u{FE0F}博",
            "来 赌 . 博",
            "赌★博",
            "ｃａｓｉｎｏ",
            "ＣＡＳＩＮＯ",
            "c a s i n o",
            "c.a.s.i.n.o",
            "саѕіnо",
            "ćasínö",
            "ⓒⓐⓢⓘⓝⓞ",
            "𝐜𝐚𝐬𝐢𝐧𝐨",
            "去casino玩",
        ] {
            assert_eq!(effect(text), Some(Effect::Refuse), "{text}");
        }
        assert_eq!(effect("办-证"), Some(Effect::Queue));
        let both = list().find(&Folded::of("办证，赌博"));
        assert_eq!((both.effect, both.words.len()), (Some(Effect::Refuse), 2));
    }

    #[test]
    fn ordinary_text_is_not_caught() {
        for text in [
            "三号楼路灯坏了，请尽快修理。",
            "禁赌，博物馆周末开放吗？",
            "请问居住证在哪里办？证件照要几寸？",
            "occasion ok",
            "casinos are not the word",
            "my cas in order",
            "",
            "🙂",
        ] {
            let found = list().find(&Folded::of(text));
            assert_ne!(found.effect, Some(Effect::Refuse), "{text}: {:?}", found.words);
        }
        assert_eq!(effect("请问居住证在哪里办？证件照要几寸？"), None, "a doubtful word over a sentence's end is chance");
        assert_eq!(effect("禁赌，博物馆"), Some(Effect::Queue), "a refused one is for a person");
    }
}
