//! The one way to change a book: `post` takes the transaction by value and ends it, so that nothing can follow the head
//! lock but COMMIT. Three round trips for any number of postings.

use aws_lc_rs::rand;
use base::db::{DbError, DbResult, Finished, Tx};
use diesel::result::Error;
use diesel::{PgConnection, RunQueryDsl};

use crate::account::BookId;
use crate::engine::{Effects, NewTransaction, apply};
use crate::error::PostError;
use crate::leaf::Salt;
use crate::posting::Posting;
use crate::state::{BookState, Receipt};
use crate::{load, store};

/// The answer to one posting of a batch.
pub type Outcome = Result<Receipt, PostError>;

/// Posts to one book and ends the transaction. One bad posting of a batch fails alone: `value` sees all outcomes, in the
/// order of `postings`, and decides whether the transaction stands (`Ok`) or is rolled back as a whole (`Err`).
pub fn post<T, E>(
    tx: Tx<'_>,
    book: BookId,
    postings: &[Posting],
    value: impl FnOnce(&[Outcome]) -> Result<T, E>,
) -> Result<Finished<T>, E>
where
    E: From<DbError>,
{
    tx.last(|connection, _| {
        let Some(mut state) = load::lock_and_load(connection, book, postings)? else {
            return refused(connection, value(&vec![Err(PostError::BookUnknown); postings.len()])?);
        };
        let (outcomes, new) = decide(&mut state, postings);
        let value = value(&outcomes)?;
        if new.is_empty() {
            return refused(connection, value);
        }
        store::write(connection, &state, &new, &salts(new.len())?)?;
        Ok(value)
    })
}

/// `post` for one posting whose refusal is the caller's refusal.
pub fn post_one<T, E>(tx: Tx<'_>, book: BookId, posting: Posting, value: impl FnOnce(&Receipt) -> T) -> Result<Finished<T>, E>
where
    E: From<DbError> + From<PostError>,
{
    post(tx, book, &[posting], |outcomes| match outcomes {
        [Ok(receipt)] => Ok(value(receipt)),
        [Err(refusal)] => Err((*refusal).into()),
        _ => Err(PostError::Broken("one posting without its outcome").into()),
    })
}

/// Applies the postings in order.
fn decide(state: &mut BookState, postings: &[Posting]) -> (Vec<Outcome>, Vec<NewTransaction>) {
    let (mut outcomes, mut new) = (Vec::with_capacity(postings.len()), Vec::with_capacity(postings.len()));
    for posting in postings {
        match apply(state, posting) {
            Ok(Effects::Posted(transaction)) => {
                outcomes.push(Ok(transaction.receipt.clone()));
                new.push(*transaction);
            }
            Ok(Effects::Replayed(first)) => outcomes.push(Ok(first)),
            Err(refusal) => outcomes.push(Err(refusal)),
        }
    }
    (outcomes, new)
}

/// Nothing to write: the sentinel that `Tx::last` asks for.
fn refused<T, E: From<DbError>>(connection: &mut PgConnection, value: T) -> Result<T, E> {
    diesel::sql_query("SELECT 1").execute(connection).map_err(DbError::from)?;
    Ok(value)
}

/// Fresh random salts.
fn salts(count: usize) -> DbResult<Vec<Salt>> {
    let mut salts = vec![Salt::default(); count];
    for salt in &mut salts {
        rand::fill(salt).map_err(|_unspecified| DbError::from(Error::QueryBuilderError("no randomness".into())))?;
    }
    Ok(salts)
}
