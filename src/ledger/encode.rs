//! Canonical bytes: every field is preceded by its length (u32, big-endian), so no two different values share an
//! encoding by moving a border. What is hashed (leaves, private parts, contents of facts) is written here only.

use aws_lc_rs::digest::{SHA256, digest};

/// A SHA-256 value.
pub(crate) type Hash = [u8; 32];

/// Collects length-prefixed fields.
#[derive(Debug, Default)]
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    /// Starts with the name of the format, so that bytes of one format never pass for another.
    pub(crate) fn new(format: &str) -> Self {
        let mut bytes = Self::default();
        bytes.text(format);
        bytes
    }

    /// One field. Everything encoded here is bounded far below 4 GiB; a longer one would be cut in its prefix only.
    pub(crate) fn bytes(&mut self, field: &[u8]) {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(field);
    }

    /// A text field, UTF-8.
    pub(crate) fn text(&mut self, field: &str) {
        self.bytes(field.as_bytes());
    }

    /// A number field: 8 bytes, big-endian, two's complement.
    pub(crate) fn number(&mut self, field: i64) {
        self.bytes(&field.to_be_bytes());
    }

    /// A field that may be missing: one byte 0, or 1 followed by the value.
    pub(crate) fn optional(&mut self, field: Option<&[u8]>) {
        match field {
            None => self.bytes(&[0]),
            Some(value) => {
                self.bytes(&[1]);
                self.bytes(value);
            }
        }
    }

    /// Length of a list whose items follow as fields.
    pub(crate) fn count(&mut self, items: usize) {
        self.number(i64::try_from(items).unwrap_or(i64::MAX));
    }

    /// The finished bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// SHA-256 of the parts, joined.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        joined.extend_from_slice(part);
    }
    let mut hash = Hash::default();
    for (to, from) in hash.iter_mut().zip(digest(&SHA256, &joined).as_ref()) {
        *to = *from;
    }
    hash
}

/// A closed set of words that is stored as text: `as_str`, `FromStr`, `Display`, and the diesel traits for `Text`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word that is stored and shown to machines.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::fact::TextError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($word => Ok(Self::$variant),)* _ => Err($crate::fact::TextError::UnknownWord(stringify!($name))) }
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(std::str::from_utf8(bytes.as_bytes())?.parse()?)
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.as_str(), out)
            }
        }
        base::sql_newtype!($name, diesel::sql_types::Text);
    };
}
pub(crate) use words;
