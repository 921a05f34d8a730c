//! Pages of a list: `limit` 1..100 and an opaque, versioned cursor. A list has no total; its order is stated.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{self, ApiError};

/// What a caller asks of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// Declares the query of a list: its filters (all optional), then `limit` and `cursor`, and `window()`, which checks these.
#[macro_export]
macro_rules! list_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: Option<$filter:ident>,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$about])* pub $field: Option<$filter>,)*
            /// Items of a page, 1 to 100 (default 20).
            #[param(minimum = 1, maximum = 100)]
            pub limit: Option<u32>,
            /// `next_cursor` of the page before.
            #[param(max_length = 400)]
            pub cursor: Option<String>,
        }

        impl $name {
            /// The page that is asked for.
            pub fn window<K: serde::de::DeserializeOwned>(&self) -> Result<$crate::page::Window<K>, $crate::error::ApiError> {
                $crate::page::PageQuery { limit: self.limit, cursor: self.cursor.clone() }.window()
            }
        }
    };
}

/// A checked page: how many, and after which key.
#[derive(Debug, Clone, Copy)]
pub struct Window<K> {
    /// Items wanted.
    pub limit: i64,
    /// Key of the last item of the page before.
    pub after: Option<K>,
}

/// One page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Leading character of a cursor: the format's version.
const VERSION: char = '1';

fn encode<K: Serialize>(key: &K) -> Option<String> {
    serde_json::to_vec(key).ok().map(|bytes| format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor.strip_prefix(VERSION)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl PageQuery {
    /// Checks the limit and reads the cursor as the list's key.
    pub fn window<K: DeserializeOwned>(&self) -> Result<Window<K>, ApiError> {
        let limit = self.limit.unwrap_or(20);
        if !(1..=100).contains(&limit) {
            return Err(ApiError::of(&error::INVALID_QUERY).field("limit", "must be between 1 and 100"));
        }
        let after = match &self.cursor {
            None => None,
            Some(text) if text.len() <= 400 => Some(
                decode(text)
                    .ok_or_else(|| ApiError::of(&error::INVALID_QUERY).field("cursor", "take next_cursor of the page before"))?,
            ),
            Some(_) => return Err(ApiError::of(&error::INVALID_QUERY).field("cursor", "is too long")),
        };
        Ok(Window { limit: i64::from(limit), after })
    }
}

impl<K> Window<K> {
    /// How many rows to load: one more than wanted tells whether another page follows.
    pub const fn load(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts `load()` rows to a page; `key` gives an item's key.
    pub fn page<R, T>(&self, mut rows: Vec<R>, key: impl Fn(&R) -> K, view: impl FnMut(R) -> T) -> Page<T>
    where
        K: Serialize,
    {
        let limit = usize::try_from(self.limit).unwrap_or(20);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().and_then(|row| encode(&key(row))) } else { None };
        Page { items: rows.into_iter().map(view).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_hands_on_its_last_key_only_when_more_follows() {
        let window: Window<i64> = PageQuery { limit: Some(2), cursor: None }.window().unwrap();
        let page = window.page(vec![9_i64, 8, 7], |row| *row, |row| row);
        assert_eq!(page.items, [9, 8]);
        let next: Window<i64> = PageQuery { limit: Some(2), cursor: page.next_cursor }.window().unwrap();
        assert_eq!(next.after, Some(8));
        assert!(next.page(vec![7_i64], |row| *row, |row| row).next_cursor.is_none());
    }

    #[test]
    fn refuses_forged_cursors_and_limits() {
        for (limit, cursor) in [(Some(0), None), (Some(101), None), (None, Some("1xyz")), (None, Some("2NQ"))] {
            assert!(PageQuery { limit, cursor: cursor.map(str::to_owned) }.window::<i64>().is_err());
        }
    }
}
