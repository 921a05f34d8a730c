//! The check of what people publish (内容安全): a word list of our own and WeChat's check decide at once, a person decides what they
//! can't, and the author may object once. Owns the tables `word_lists` and `screening_items`.
//!
//! A noun asks [`check_text`] before its transaction (2 s at most, no connection held), records the outcome with [`submit`] in it, and
//! hands in a [`Noun`] in `nouns.rs`, whose `decided` it hears of every decision of a person. Nothing that waits is shown to others.
//!
//! Invariants: WeChat down, silent or without an openid never publishes anything, a person does; nobody decides on their own item, nor
//! on the appeal against their own decision; a word list takes two persons. Who may move an item on stands in [`ItemState::TABLE`].

mod check;
mod danger;
mod decide;
mod fold;
mod hooks;
pub mod http;
pub mod http_lists;
mod lists;
mod rows;
mod rows_lists;
mod schema;
mod submit;
mod view;
mod words;

pub use check::{Screener, check_text};
pub use danger::{Danger, EmergencyHint, danger, dangers, hint_of};
pub use hooks::{erase, export, home, jobs, merge};
pub use lists::{NounTrial, Trial, TrialHit};
pub use submit::{Subject, submit};
pub use view::ItemView;
pub use words::Effect;

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use base::state::{StateTable, Transition};
use diesel::PgConnection;
use uuid::Uuid;

base::typed_ids! {
    /// Something that was checked.
    ItemId;
    /// One version of a word list.
    WordListId;
}

base::words! {
    /// Why the check didn't simply pass.
    Reason {
        /// A word of a list.
        Words = "words" "含词库用语",
        /// WeChat can't tell.
        WeChatInDoubt = "wechat_in_doubt" "微信检测存疑",
        /// WeChat refuses it.
        WeChatRisky = "wechat_risky" "微信检测违规",
        /// WeChat gave no answer.
        WeChatUnavailable = "wechat_unavailable" "微信检测不可用",
        /// WeChat hasn't seen the author for two hours.
        AuthorInactive = "author_inactive" "作者近期未使用微信",
        /// The author has no WeChat here.
        NoOpenid = "no_openid" "作者未使用微信",
    }
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In a word.
    pub reason: Reason,
    /// Words of a list that were found.
    pub words: Vec<String>,
    /// WeChat's label.
    pub label: Option<i64>,
    /// WeChat's number of the check.
    pub trace: Option<String>,
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Self { reason, words: Vec::new(), label: None, trace: None }
    }
}

/// What becomes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be shown.
    Publish,
    /// A person has to look; hidden until then.
    Queue(Why),
    /// It isn't shown; the author may object.
    Refuse(Why),
}

base::words! {
    /// Where an item stands.
    ItemState {
        /// Shown.
        Published = "published" "已发布",
        /// Waits for a person.
        Queued = "queued" "待人工审核",
        /// Not shown.
        Refused = "refused" "未通过",
        /// Its author objects; waits for another person.
        Appealed = "appealed" "申诉中",
        /// The refusal stands.
        Upheld = "upheld" "维持不通过",
    }
}

base::words! {
    /// What moves an item on.
    ItemMove {
        /// Let it be shown.
        Publish = "publish",
        /// Don't.
        Refuse = "refuse",
        /// Object.
        Appeal = "appeal",
    }
}

base::machine! {
    ItemState by ItemMove {
        => Published "the check"; => Queued "the check"; => Refused "the check";
        Queued Publish Published "a worker of the place, not its author";
        Queued Refuse Refused "a worker of the place, not its author";
        Refused Appeal Appealed "its author, once";
        Appealed Publish Published "staff of the community who had no part in it";
        Appealed Refuse Upheld "staff of the community who had no part in it";
    }
}

base::words! {
    /// Where a version of a word list stands.
    ListState {
        /// Waits for a second person.
        Draft = "draft" "待审批",
        /// Searched for.
        InForce = "in_force" "生效",
        /// Superseded.
        Ended = "ended" "已失效",
    }
}

/// Allowed moves of a version of a word list.
const LIST_MOVES: &[Transition] =
    &[("", "draft", "staff"), ("draft", "in_force", "another person of staff"), ("in_force", "ended", "a newer version")];

/// State machines of this noun.
pub const STATES: &[StateTable] = &[("screening_item", ItemState::TABLE), ("word_list", LIST_MOVES)];

base::words! {
    /// Why a person refuses something.
    Refusal {
        /// Insults.
        Abuse = "abuse" "辱骂或人身攻击",
        /// Other people's private data.
        Privacy = "privacy" "泄露他人隐私",
        /// Advertising.
        Advertising = "advertising" "广告或营销",
        /// Untrue.
        Untrue = "untrue" "内容不实",
        /// Against the law.
        Unlawful = "unlawful" "违法违规",
        /// Nothing to do with the matter.
        OffTopic = "off_topic" "与事项无关",
        /// See the note.
        Other = "other" "其他（见说明）",
    }
}

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Show it.
    Publish,
    /// Don't, for this reason.
    Refuse(Refusal),
}

/// What a noun does when a person has decided on its thing, in the transaction of the decision. It may find its thing gone.
pub type Decided = fn(&mut Tx<'_>, Uuid, Decision) -> Result<(), ApiError>;

/// The newest texts of a noun, to try a word list on: of one community, or of all; id and text.
pub type TextSource = fn(&mut PgConnection, Option<GridUnitId>, i64) -> DbResult<Vec<(Uuid, String)>>;

/// A noun whose things are checked; `nouns.rs` lists them.
#[derive(Clone, Copy)]
pub struct Noun {
    /// Its name, as in `Subject`.
    pub name: &'static str,
    /// As people call its things.
    pub zh: &'static str,
    /// Where a thing is looked at: the path before its id.
    pub path: Option<&'static str>,
    /// Hears of decisions.
    pub decided: Decided,
    /// Past texts to try word lists on.
    pub texts: Option<TextSource>,
}

base::error_codes! {
    SCREENING_STATE 409 "screening_state" "该内容已被处理，请刷新。" "It has been decided on meanwhile; reload.";
    SCREENING_SAME_WORKER 403 "screening_same_worker" "申诉须由另一名工作人员处理。" "Another worker has to decide on the appeal.";
    SCREENING_NOTE_MISSING 422 "screening_note_missing" "选择“其他”时请填写说明。" "With the reason `other`, write a note.";
    WORD_TOO_SHORT 422 "word_too_short" "词语至少两个字。" "A word needs two characters at least.";
    WORD_LIST_STATE 409 "word_list_state" "该词库版本已生效或失效，请刷新。" "This version of the word list is no draft any more.";
}

crate::permissions! {
    /// See what waits for a decision in one's scope.
    ScreeningList "screening_list" [GridWorker Grid, CommunityStaff Community];
    /// See one's own checked contents.
    ScreeningListMine "screening_list_mine" [Person Own];
    /// See something that was checked.
    ScreeningFind "screening_find" [Person Own, GridWorker Grid, CommunityStaff Community];
    /// Let something be shown.
    ScreeningPublish "screening_publish" [GridWorker Grid, CommunityStaff Community];
    /// Refuse something, with a reason.
    ScreeningRefuse "screening_refuse" [GridWorker Grid, CommunityStaff Community];
    /// Object to a refusal of one's own content, once.
    ScreeningAppeal "screening_appeal" [Person Own];
    /// Decide on an appeal.
    ScreeningAppealDecide "screening_appeal_decide" [CommunityStaff Community];
    /// Write a new version of a word list.
    WordListCreate "word_list_create" [CommunityStaff Community, StreetStaff Street];
    /// See word lists.
    WordListList "word_list_list" [CommunityStaff Community, StreetStaff Street];
    /// See a version of a word list.
    WordListFind "word_list_find" [CommunityStaff Community, StreetStaff Street];
    /// Try a version of a word list on past texts.
    WordListTry "word_list_try" [CommunityStaff Community, StreetStaff Street];
    /// Put a version that another person wrote in force.
    WordListApprove "word_list_approve" [CommunityStaff Community, StreetStaff Street];
}
