//! The place of a unit in the tree: the codes from the street down, joined by `/`.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

/// Codes from the street down: `S01/C03/E02/B05/D011`. Comparison is by whole segments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridPath(String);

impl GridPath {
    /// From its stored form.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The path of a child.
    #[must_use]
    pub fn child(&self, code: &str) -> Self {
        Self(format!("{}/{code}", self.0))
    }

    /// As stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is `other` this unit or below it?
    pub fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The community above or at this unit; a street stays a street.
    #[must_use]
    pub fn community(&self) -> Self {
        let mut segments = self.0.split('/');
        match (segments.next(), segments.next()) {
            (Some(street), Some(community)) => Self(format!("{street}/{community}")),
            _ => self.clone(),
        }
    }

    /// The street above this unit.
    #[must_use]
    pub fn street(&self) -> Self {
        Self(self.0.split('/').next().unwrap_or_default().to_owned())
    }
}

impl FromSql<Text, Pg> for GridPath {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Pg>>::from_sql(bytes).map(Self)
    }
}

impl ToSql<Text, Pg> for GridPath {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(&self.0, out)
    }
}

base::sql_newtype!(GridPath, Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_covers_itself_and_what_is_below_by_whole_segments() {
        let block = GridPath::new("S1/C1/E1/B1");
        assert!(block.covers(&block));
        assert!(block.covers(&block.child("D1")));
        assert!(!block.covers(&GridPath::new("S1/C1/E1/B10")));
        assert!(!block.covers(&GridPath::new("S1/C1/E1")));
        assert_eq!(block.community(), GridPath::new("S1/C1"));
        assert_eq!(GridPath::new("S1").community(), GridPath::new("S1"));
    }
}
