//! Text as words are looked for in it: without the tricks by which they are hidden. Pure.
//!
//! Folding takes away width and presentation (NFKC), case, accents put on top, zero-width characters, spaces and symbols put between, and
//! writes Cyrillic and Greek letters as the Latin ones that they look like. Where something was taken away is kept, so that ordinary
//! text isn't caught across its word and sentence borders: `mass extra` doesn't hold `sex`, and a sentence ends at its full stop.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Letters of other scripts and the Latin ones that they look like, after lower-casing.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('ё', 'e'),
    ('ɡ', 'g'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ı', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('ո', 'n'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('т', 't'),
    ('у', 'y'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('α', 'a'),
    ('β', 'b'),
    ('ε', 'e'),
    ('η', 'n'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ϲ', 'c'),
    ('ɑ', 'a'),
];

/// What stands between two sentences; nobody hides a word with it by accident.
const SENTENCE: &[char] = &['。', '，', '！', '？', '；', '：', '、', '\n', '\r'];

/// How the place before a character of a folded text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Border {
    /// Something that separates words stood there.
    word: bool,
    /// How many sentence ends stand before it in the whole text.
    sentences: u32,
}

/// A folded text.
#[derive(Debug, Clone, Default)]
pub(super) struct Folded {
    text: String,
    /// For each byte of `text`, and its end, the border before it.
    borders: Vec<Border>,
}

fn look_alike(letter: char) -> char {
    LOOK_ALIKES.iter().find(|(other, _)| *other == letter).map_or(letter, |(_, latin)| *latin)
}

/// A character's letters; none for what is taken away.
fn letters(original: char) -> impl Iterator<Item = char> {
    // Compatibility decomposition, so that accents come apart and can be dropped.
    let apart = std::iter::once(original).nfkd().filter(|letter| !is_combining_mark(*letter));
    apart.flat_map(char::to_lowercase).map(look_alike).filter(|letter| letter.is_alphanumeric())
}

/// Zero-width characters, joiners and variation selectors: nobody sees them, so they separate nothing.
fn unseen(original: char) -> bool {
    matches!(original, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
        || is_combining_mark(original)
}

impl Folded {
    /// Folds a text.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        let mut border = Border { word: true, sentences: 0 };
        for original in text.chars() {
            if unseen(original) {
                continue;
            }
            let before = folded.text.len();
            for letter in letters(original) {
                folded.text.push(letter);
                // Bytes within a character are no place where a word starts.
                folded.borders.push(border);
                folded.borders.resize(folded.text.len(), Border { word: false, ..border });
                border.word = false;
            }
            if folded.text.len() == before {
                border.word = true;
                border.sentences += u32::from(SENTENCE.contains(&original));
            }
        }
        folded.borders.push(Border { word: true, ..border });
        folded
    }

    /// The letters.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Does a sentence end between these two bytes?
    pub(super) fn crosses_sentence(&self, start: usize, end: usize) -> bool {
        let at = |byte: usize| self.borders.get(byte).map_or(0, |border| border.sentences);
        end > start && at(start) != at(end - 1)
    }

    /// Is a run of Latin letters between these two bytes a word of its own, and no part of a longer one?
    pub(super) fn stands_alone(&self, start: usize, end: usize) -> bool {
        let bordered = |byte: usize| self.borders.get(byte).is_none_or(|border| border.word);
        let latin = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        let before = self.text.get(..start).and_then(|head| head.chars().next_back());
        let after = self.text.get(end..).and_then(|tail| tail.chars().next());
        (bordered(start) || !latin(before)) && (bordered(end) || !latin(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_fold_to_the_same_letters() {
        for (written, folded) in [
            ("赌\u{200B}博", "赌博"),
            ("赌 博", "赌博"),
            ("赌*-博", "赌博"),
            ("ｇａｓ", "gas"),
            ("ⓖⓐⓢ", "gas"),
            ("GÁS", "gas"),
            ("gаѕ", "gas"),
            ("g\u{FEFF}a\u{301}s", "gas"),
            ("⽕", "火"),
            ("①２３", "123"),
            ("", ""),
        ] {
            assert_eq!(Folded::of(written).text(), folded, "{written}");
        }
    }

    #[test]
    fn borders_are_remembered() {
        let text = Folded::of("mass extra");
        assert!(!text.stands_alone(3, 6), "no word of its own");
        assert!(Folded::of("m s e x").stands_alone(1, 4), "spaced out");
        assert!(Folded::of("看sex吧").stands_alone(3, 6), "between characters");
        let stop = Folded::of("他跳。楼");
        assert!(stop.crosses_sentence(3, 9) && !stop.crosses_sentence(0, 6));
        assert!(!Folded::of("跳 楼").crosses_sentence(0, 6));
    }
}
