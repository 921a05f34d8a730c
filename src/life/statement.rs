//! A statement of SQL text and binds that diesel prepares **once per connection**: `sql_query` is never cached, and the statements of
//! the sale's path are too much for the query builder.

/// Declares a statement: pieces are SQL text, or `(field: bind SqlType)`. The text must not depend on the values.
macro_rules! statement {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* } -> $row:ty { $($piece:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name<'a> { $(pub(super) $field: &'a $type,)* }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                $crate::statement::pieces!(self, out, $($piece)*);
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

/// One piece after the other.
macro_rules! pieces {
    ($self:ident, $out:ident,) => {};
    ($self:ident, $out:ident, ($field:ident: $sql:ty) $($rest:tt)*) => {
        $out.push_bind_param::<$sql, _>($self.$field)?;
        $crate::statement::pieces!($self, $out, $($rest)*);
    };
    ($self:ident, $out:ident, $text:literal $($rest:tt)*) => {
        $out.push_sql($text);
        $crate::statement::pieces!($self, $out, $($rest)*);
    };
}

pub(crate) use {pieces, statement};
