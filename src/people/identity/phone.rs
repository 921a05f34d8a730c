//! A mainland mobile number as a parsed value. It is personal data: its debug form hides it, it is stored sealed, and it is found by
//! a keyed hash.

use base::keys::KeyRing;
use base::text::mask_phone;
use serde::{Deserialize, Deserializer, de};

/// `1[3-9]` and nine digits; `+86`, `86` or `0086` before it, blanks and hyphens are dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads what people write and files hold; `None` when it is no mainland mobile number.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 30 {
            return None;
        }
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let bare = ["+86", "0086", "86"].iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(&digits);
        let mut bytes = bare.bytes();
        let fine = bare.len() == 11 && bytes.next() == Some(b'1') && bytes.next().is_some_and(|b| (b'3'..=b'9').contains(&b));
        (fine && bytes.all(|b| b.is_ascii_digit())).then(|| Self(bare.to_owned()))
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keyed hash by which it is found, the same in every table.
    pub fn lookup(&self, ring: &KeyRing) -> Vec<u8> {
        ring.lookup("phone", &self.0)
    }

    /// `138****1234`.
    pub fn masked(&self) -> String {
        mask_phone(&self.0)
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("must be a mainland mobile number of 11 digits"))
    }
}

impl utoipa::PartialSchema for Phone {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(30))
            .description(Some("Mainland mobile number, with or without +86"))
            .into()
    }
}

impl utoipa::ToSchema for Phone {
    fn name() -> std::borrow::Cow<'static, str> {
        "Phone".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_ways_people_write_a_number_and_nothing_else() {
        for text in ["19900000001", " 199 0000 0001 ", "+8619900000001", "86 199-0000-0001", "008619900000001"] {
            assert_eq!(Phone::parse(text).map(|phone| phone.0).as_deref(), Some("19900000001"), "{text}");
        }
        for text in
            ["", "1990000000", "199000000011", "12900000001", "29900000001", "1990000000a", "１9900000001", "+119900000001"]
        {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn does_not_show_itself() {
        let phone = Phone::parse("19900000001").unwrap();
        assert!(!format!("{phone:?}").contains("199"));
        assert_eq!(phone.masked(), "199****0001");
    }
}
