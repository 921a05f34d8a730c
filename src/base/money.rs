//! Exact amounts. `Points` in hundredths, `Fen` in hundredths of a yuan; both show as decimal strings
//! (`"12.5"`), are parsed exactly and never touch a float.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The largest amount that is accepted anywhere: 10^15 hundredths.
pub const MAX_HUNDREDTHS: i64 = 1_000_000_000_000_000;

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a plain decimal number: exponent, sign where none is allowed, other digits than 0-9.
    #[error("not a plain decimal number such as 12.5")]
    Malformed,
    /// More than two places; nothing is ever rounded silently.
    #[error("more than two decimal places")]
    TooPrecise,
    /// Beyond 10^15 hundredths, or an overflow in arithmetic.
    #[error("too large")]
    TooLarge,
}

/// Parses a plain non-negative decimal of at most two places into hundredths.
fn parse_hundredths(text: &str) -> Result<i64, AmountError> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > 40 || !digits(whole) || !digits(places) {
        return Err(AmountError::Malformed);
    }
    let exact: Decimal = text.parse().map_err(|_parse| AmountError::TooLarge)?;
    let hundredths = exact.checked_mul(Decimal::ONE_HUNDRED).ok_or(AmountError::TooLarge)?;
    if !hundredths.fract().is_zero() {
        return Err(AmountError::TooPrecise);
    }
    let value = i64::try_from(hundredths).map_err(|_wide| AmountError::TooLarge)?;
    if value > MAX_HUNDREDTHS {
        return Err(AmountError::TooLarge);
    }
    Ok(value)
}

/// Writes hundredths as a decimal without trailing zeros.
fn show_hundredths(value: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    match rest {
        0 => write!(f, "{sign}{whole}"),
        r if r % 10 == 0 => write!(f, "{sign}{whole}.{}", r / 10),
        r => write!(f, "{sign}{whole}.{r:02}"),
    }
}

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// From hundredths, as stored.
            pub const fn from_hundredths(value: i64) -> Self {
                Self(value)
            }
            /// Hundredths, as stored.
            pub const fn hundredths(self) -> i64 {
                self.0
            }
            /// Sum, or `None` on overflow.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }
            /// Difference, or `None` on overflow.
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }
            /// Product with a whole number, or `None` on overflow.
            pub fn checked_mul(self, times: i64) -> Option<Self> {
                self.0.checked_mul(times).map(Self)
            }
            /// Above zero?
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl std::str::FromStr for $name {
            type Err = AmountError;
            fn from_str(text: &str) -> Result<Self, AmountError> {
                parse_hundredths(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show_hundredths(self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(r"^-?\d{1,13}(\.\d{1,2})?$"))
                    .description(Some(concat!("Exact decimal string, at most two places, such as ", $example)))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::BigInt, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::BigInt, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }
        $crate::sql_newtype!($name, diesel::sql_types::BigInt);
    };
}

amount! {
    /// Points of a community's book, in hundredths.
    Points, "12.5"
}
amount! {
    /// Money: yuan (CNY) in fen.
    Fen, "5.27"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_exactly_and_shows_without_trailing_zeros() {
        for (text, hundredths, shown) in [("12.5", 1250, "12.5"), ("12.50", 1250, "12.5"), ("0.07", 7, "0.07"), ("8", 800, "8")] {
            let parsed: Points = text.parse().unwrap_or_default();
            assert_eq!(parsed.hundredths(), hundredths, "{text}");
            assert_eq!(parsed.to_string(), shown, "{text}");
        }
        assert_eq!(Points::from_hundredths(-1205).to_string(), "-12.05");
    }

    #[test]
    fn refuses_what_is_not_a_plain_amount() {
        use AmountError::{Malformed, TooLarge, TooPrecise};
        for (text, error) in [
            ("-1", Malformed),
            ("+1", Malformed),
            ("1e3", Malformed),
            ("", Malformed),
            (".5", Malformed),
            ("5.", Malformed),
            ("１２", Malformed),
            ("1 ", Malformed),
            ("1_000", Malformed),
            ("0.001", TooPrecise),
            ("10000000000000.01", TooLarge),
            ("99999999999999999999999999999999999", TooLarge),
        ] {
            assert_eq!(text.parse::<Points>(), Err(error), "{text}");
        }
        assert!("10000000000000".parse::<Fen>().is_ok());
    }
}
