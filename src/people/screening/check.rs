//! The check of a text before the transaction that stores it: our word lists, then WeChat within two seconds.

use std::sync::Arc;

use base::clients::wechat::{Errcode, Scene, Suggest, TextCheck, TextVerdict, WeChat, WeChatError};
use base::db::Db;
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use futures_util::future::join_all;
use moka::sync::Cache;

use super::fold::Folded;
use super::words::{Effect, Found, Matcher};
use super::{Noun, Reason, Verdict, Why, WordListId, rows_lists};
use crate::identity;

/// Characters of one question to WeChat.
const PART: usize = 2_500;

/// What a check needs; an app datum, cheap to clone.
#[derive(Clone)]
pub struct Screener {
    db: Db,
    wechat: Arc<WeChat>,
    ring: Arc<KeyRing>,
    nouns: &'static [Noun],
    /// A version never changes, so what was made of it never ages.
    lists: Cache<WordListId, Arc<Matcher>>,
    community: Option<GridUnitId>,
}

impl Screener {
    /// With the nouns whose things are checked.
    pub fn new(db: Db, wechat: Arc<WeChat>, ring: Arc<KeyRing>, nouns: &'static [Noun]) -> Self {
        Self { db, wechat, ring, nouns, lists: Cache::new(1_000), community: None }
    }

    /// With the word list of a community too.
    #[must_use]
    pub fn of(&self, community: GridUnitId) -> Self {
        Self { community: Some(community), ..self.clone() }
    }

    /// A noun by its name.
    pub(super) fn noun(&self, name: &str) -> Option<&'static Noun> {
        self.nouns.iter().find(|noun| noun.name == name)
    }

    /// All nouns.
    pub(super) fn nouns(&self) -> &'static [Noun] {
        self.nouns
    }

    /// The lists in force here, and the author's openid.
    async fn known(&self, person: Option<PersonId>) -> Result<(Vec<Arc<Matcher>>, Option<String>), ApiError> {
        let (community, lists, ring) = (self.community, self.lists.clone(), Arc::clone(&self.ring));
        let read = self.db.read(move |connection| -> Result<_, ApiError> {
            let mut matchers = Vec::new();
            for id in rows_lists::in_force(connection, community)? {
                let matcher = match lists.get(&id) {
                    Some(known) => Some(known),
                    None => rows_lists::find(connection, id)?.map(|list| Arc::new(list.matcher())),
                };
                if let Some(matcher) = matcher {
                    lists.insert(id, Arc::clone(&matcher));
                    matchers.push(matcher);
                }
            }
            let openid = match person {
                Some(person) => identity::openid_of(connection, &ring, person)?,
                None => None,
            };
            Ok((matchers, openid))
        });
        read.await
    }
}

/// Checks a text that its author wants to be public. `person`: the author, if they have an account. Takes two seconds at most when WeChat
/// is unwell, and answers at once while its breaker is open. An error only when the database fails.
pub async fn check_text(screener: &Screener, person: Option<PersonId>, text: &str) -> Result<Verdict, ApiError> {
    let (matchers, openid) = screener.known(person).await?;
    let folded = Folded::of(text);
    let found = matchers.iter().map(|matcher| matcher.find(&folded)).fold(Found::default(), Found::and);
    let by_words = || Why { words: found.words.iter().cloned().collect(), ..Why::from(Reason::Words) };
    if found.effect == Some(Effect::Refuse) {
        return Ok(Verdict::Refuse(by_words()));
    }
    let by_wechat = match openid {
        Some(openid) => ask(&screener.wechat, &openid, text).await,
        None => Verdict::Queue(Reason::NoOpenid.into()),
    };
    Ok(match by_wechat {
        Verdict::Publish | Verdict::Queue(_) if found.effect.is_some() => Verdict::Queue(by_words()),
        other => other,
    })
}

/// Asks WeChat, in parts when the text is long; the worst answer counts.
async fn ask(wechat: &WeChat, openid: &str, text: &str) -> Verdict {
    let letters: Vec<char> = text.chars().collect();
    let questions = letters.chunks(PART).map(|part| {
        let check = TextCheck { openid: openid.to_owned(), content: part.iter().collect(), title: None, scene: Scene::Forum };
        async move { wechat.check_text(&check).await }
    });
    let answers = join_all(questions).await;
    answers.into_iter().map(verdict).fold(Verdict::Publish, worse)
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (&one, &other) {
        (Verdict::Refuse(_), _) | (Verdict::Queue(_), Verdict::Publish | Verdict::Queue(_)) => one,
        _ => other,
    }
}

fn verdict(answer: TextVerdict) -> Verdict {
    let why = |reason| Why { reason, words: Vec::new(), label: answer.label, trace: answer.trace_id.clone() };
    match answer.suggest {
        Suggest::Pass => Verdict::Publish,
        Suggest::Review => Verdict::Queue(why(Reason::WeChatInDoubt)),
        Suggest::Risky => Verdict::Refuse(why(Reason::WeChatRisky)),
        Suggest::Unavailable => Verdict::Queue(why(match answer.error {
            Some(WeChatError::Refused(Errcode::UserInactive)) => Reason::AuthorInactive,
            Some(WeChatError::Refused(Errcode::OpenidInvalid | Errcode::OpenidForeign)) => Reason::NoOpenid,
            _ => Reason::WeChatUnavailable,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_answer_counts() {
        let queue = || Verdict::Queue(Reason::WeChatInDoubt.into());
        let refuse = || Verdict::Refuse(Reason::WeChatRisky.into());
        assert_eq!(worse(Verdict::Publish, queue()), queue());
        assert_eq!(worse(queue(), Verdict::Publish), queue());
        assert_eq!(worse(queue(), refuse()), refuse());
        assert_eq!(worse(refuse(), queue()), refuse());
        assert_eq!(worse(Verdict::Publish, Verdict::Publish), Verdict::Publish);
    }
}
