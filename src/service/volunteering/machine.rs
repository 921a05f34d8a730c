//! How a state machine is written here: states, moves and one table, from which `transition` and the rendered table both come.

macro_rules! machine {
    (
        $(#[$doc:meta])* $state:ident { $($(#[$sdoc:meta])* $s:ident $stored:literal,)* }
        $(#[$mdoc:meta])* $act:ident { $($(#[$adoc:meta])* $a:ident $name:literal,)* }
        $(=> $first:ident $starter:literal;)*
        $($from:ident $action:ident $to:ident $who:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $state { $($(#[$sdoc])* $s,)* }

        $(#[$mdoc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $act { $($(#[$adoc])* $a,)* }

        impl $state {
            /// As stored and shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$s => $stored,)* }
            }
            /// From its stored form.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($stored => Some(Self::$s),)* _ => None }
            }
            /// The state after a move, or `None` where the table has no such row.
            pub const fn transition(self, action: $act) -> Option<Self> {
                match (self, action) { $((Self::$from, $act::$action) => Some(Self::$to),)* _ => None }
            }
            /// The table: from, to, by whom.
            pub const TABLE: &'static [base::state::Transition] =
                &[$(("", Self::$first.name(), $starter),)* $((Self::$from.name(), Self::$to.name(), $who),)*];
        }

        impl $act {
            /// The move's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$a => $name,)* }
            }
        }
    };
}

/// Declares a stored word list: an enum, its stored names and how it is read back.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $v:ident $stored:literal $zh:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $v,)* }

        impl $name {
            /// As stored and shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$v => $stored,)* }
            }
            /// From its stored form.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($stored => Some(Self::$v),)* _ => None }
            }
            /// In Chinese, for people.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$v => $zh,)* }
            }
        }
    };
}

pub(super) use {machine, words};
