//! A text of the console in both languages, side by side. Each screen area has one file of them (`words_<area>.rs`), so that whoever
//! corrects a text finds it without knowing the code.

use base::http::Lang;

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// Chinese.
    pub(crate) zh: &'static str,
    /// English.
    pub(crate) en: &'static str,
}

impl Said {
    /// In one of them.
    pub(crate) const fn of(self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}

/// Declares the texts of a screen area: `texts! { TITLE "待办" "To do"; … }`.
macro_rules! texts {
    ($($name:ident $zh:literal $en:literal;)*) => {
        $(pub(crate) const $name: $crate::console::said::Said = $crate::console::said::Said { zh: $zh, en: $en };)*
    };
}
pub(crate) use texts;
