//! Parsed texts: whatever comes in from outside is bounded, trimmed and free of control characters before any code sees it.

use serde::{Deserialize, Deserializer, Serialize, de};

/// One text of 1 to `MAX` characters, trimmed; line breaks and tabs are allowed, other control characters and
/// direction overrides are refused. Length counts characters, not bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than allowed.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// NUL, another control character or a direction override.
    #[error("contains a control character")]
    Control,
}

fn forbidden(c: char) -> bool {
    let direction = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}');
    direction || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

impl<const MAX: usize> Text<MAX> {
    /// Checks and trims.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().nth(MAX).is_some() {
            return Err(TextError::TooLong(MAX));
        }
        if text.chars().any(forbidden) {
            return Err(TextError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> std::ops::Deref for Text<MAX> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> std::fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(d)?).map_err(de::Error::custom)
    }
}

impl<const MAX: usize> utoipa::PartialSchema for Text<MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX))
            .into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for Text<MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Text{MAX}").into()
    }
}

/// A whole number between `MIN` and `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> Whole<MIN, MAX> {
    /// Checks the range.
    pub fn new(value: i32) -> Option<Self> {
        (MIN..=MAX).contains(&value).then_some(Self(value))
    }
    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl<'de, const MIN: i32, const MAX: i32> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = i32::deserialize(d)?;
        Self::new(value).ok_or_else(|| de::Error::custom(format!("must be between {MIN} and {MAX}")))
    }
}

impl<const MIN: i32, const MAX: i32> utoipa::PartialSchema for Whole<MIN, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .into()
    }
}

impl<const MIN: i32, const MAX: i32> utoipa::ToSchema for Whole<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Whole{MIN}To{MAX}").into()
    }
}

/// A list of at most `MAX` items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Few<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Few<T, MAX> {
    /// The items.
    pub fn items(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Few<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(d)?;
        if items.len() > MAX {
            return Err(de::Error::custom(format!("has more than {MAX} items")));
        }
        Ok(Self(items))
    }
}

impl<T: utoipa::ToSchema, const MAX: usize> utoipa::PartialSchema for Few<T, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ArrayBuilder::new().items(T::schema()).max_items(Some(MAX)).into()
    }
}

impl<T: utoipa::ToSchema, const MAX: usize> utoipa::ToSchema for Few<T, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Few{MAX}{}", T::name()).into()
    }
}

/// A cell that no spreadsheet takes for a formula: a leading sign gets an apostrophe, NUL goes.
pub fn harmless(cell: &str) -> String {
    let cell = cell.replace('\0', "");
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell }
}

/// Shows only the first character: `张*`.
pub fn mask_name(name: &str) -> String {
    name.chars().next().map_or_else(String::new, |first| format!("{first}*"))
}

/// Shows the first three and last four digits: `138****1234`.
pub fn mask_phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(phone.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if phone.len() >= 8 => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\0=1"] {
            assert!(harmless(evil).starts_with('\''), "{evil:?}");
        }
        assert_eq!(harmless("路灯=坏"), "路灯=坏");
        assert_eq!(harmless("a\0b"), "ab");
    }

    #[test]
    fn texts_are_bounded_and_clean() {
        assert_eq!(Text::<3>::new(" 三个字 ").map(Text::into_string), Ok("三个字".to_owned()));
        assert_eq!(Text::<3>::new("四个字啊"), Err(TextError::TooLong(3)));
        assert_eq!(Text::<9>::new("a\0b"), Err(TextError::Control));
        assert_eq!(Text::<9>::new("a\u{202E}b"), Err(TextError::Control));
        assert_eq!(Text::<9>::new(" \n"), Err(TextError::Empty));
    }

    #[test]
    fn masks_keep_little() {
        assert_eq!(mask_name("欧阳某"), "欧*");
        assert_eq!(mask_phone("13800001234"), "138****1234");
        assert_eq!(mask_phone("12"), "****");
    }
}
