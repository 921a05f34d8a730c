//! Closed lists of words (states, kinds, reasons): what is stored, shown and parsed is the same word. And state machines over
//! them, written as one table from which the code, the documents and the answers "what is allowed now" all come.

/// Declares an enum with its stored words, and what people read where a Chinese text stands beside each:
/// `words! { /// About. Name { /// About. Variant = "stored" "中文", … } }`.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal $zh:literal,)* }) => {
        $crate::words! { $(#[$doc])* $name { $($(#[$each])* $variant = $word,)* } }
        impl $name {
            /// What people read.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// As stored and shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// From its stored form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == text)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = std::str::from_utf8(bytes.as_bytes())?;
                Self::parse(text).ok_or_else(|| concat!("unknown word for ", stringify!($name)).into())
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.name(), out)
            }
        }
        $crate::sql_newtype!($name, diesel::sql_types::Text);
    };
}

/// Declares the moves of a state (a list made by [`words!`](crate::words!)) as one table, from which `transition`, `allowed` and the
/// rendered table come:
/// `machine! { State by Move { => Draft "staff"; Draft Publish Open "staff"; … } }`.
#[macro_export]
macro_rules! machine {
    ($state:ident by $action:ident { $(=> $first:ident $starter:literal;)* $($from:ident $move:ident $to:ident $who:literal;)* }) => {
        impl $state {
            /// Every move of the table, from left to right: from, by which move, to.
            pub const MOVES: &'static [(Self, $action, Self)] = &[$((Self::$from, $action::$move, Self::$to),)*];
            /// As rendered into the documents: from, to, by whom.
            pub const TABLE: &'static [$crate::state::Transition] =
                &[$(("", Self::$first.name(), $starter),)* $((Self::$from.name(), Self::$to.name(), $who),)*];
            /// The state after a move, or `None` where the table has no such row.
            pub fn transition(self, action: $action) -> Option<Self> {
                Self::MOVES.iter().find(|(from, by, _)| (*from, *by) == (self, action)).map(|(_, _, to)| *to)
            }
            /// The moves that the table allows from here.
            pub fn allowed(self) -> impl Iterator<Item = $action> {
                Self::MOVES.iter().filter(move |(from, _, _)| *from == self).map(|(_, by, _)| *by)
            }
        }
    };
}
