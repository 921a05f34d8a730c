//! A statement of SQL text and binds that diesel prepares **once per connection**. What diesel builds for `sql_query` and for inserts
//! is parsed and planned anew each time; on the way of every write that costs more than running it.

/// Declares a statement: pieces are SQL text, or `(field: bind SqlType)`. The text must not depend on the values.
#[macro_export]
macro_rules! statement {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($field:ident: $type:ty,)* } -> $row:ty { $($piece:tt)* }) => {
        $crate::statement! { $(#[$doc])* $vis $name<'a> { $($field: $type,)* } -> $row { $($piece)* } }
    };
    ($(#[$doc:meta])* $vis:vis $name:ident<$life:lifetime> { $($field:ident: $type:ty,)* } -> $row:ty { $($piece:tt)* }) => {
        $(#[$doc])*
        $vis struct $name<$life> { $($vis $field: &$life $type,)* }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                $crate::statement_pieces!(self, out, $($piece)*);
                Ok(())
            }
        }
        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $row;
        }
        impl<C> diesel::RunQueryDsl<C> for $name<'_> {}
    };
}

/// One piece of a [`statement!`](crate::statement) after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! statement_pieces {
    ($self:ident, $out:ident,) => {};
    ($self:ident, $out:ident, ($field:ident: $sql:ty) $($rest:tt)*) => {
        $out.push_bind_param::<$sql, _>($self.$field)?;
        $crate::statement_pieces!($self, $out, $($rest)*);
    };
    ($self:ident, $out:ident, $text:literal $($rest:tt)*) => {
        $out.push_sql($text);
        $crate::statement_pieces!($self, $out, $($rest)*);
    };
}
