//! Who can hold points: kinds of account, their owners, and the ways to name an account in a posting.

use base::ids::{OrganizationId, PersonId};
use uuid::Uuid;

base::typed_ids! {
    /// A book: the community's id.
    BookId;
    /// An account of a book. Make new ones with [`AccountId::random`]: it must not tell when it was opened.
    AccountId;
    /// A posted transaction; a hold is named by the transaction that made it. UUIDv7, made before the transaction.
    TransactionId;
}

impl AccountId {
    /// A new random id (UUIDv4).
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

base::words! {
    /// What an account is for; decides where its points may come from and go to.
    AccountKind {
        /// Contra account, one per book: −(points in circulation or in budgets).
        Issuance = "issuance",
        /// Funded by a sponsor; awards come out of it.
        Budget = "budget",
        /// What a person may spend.
        Wallet = "wallet",
        /// What an organization earned; buys the community's own services, never reaches a merchant.
        Organization = "organization",
        /// Donations and group rewards of a community, family or entrance; never reaches a merchant.
        Pool = "pool",
        /// Points held for open redemptions, one per book.
        Escrow = "escrow",
        /// Captured, not yet settled: what the community owes.
        Merchant = "merchant",
        /// Expired points, one per book.
        Breakage = "breakage",
    }
}

impl AccountKind {
    /// Is it a wallet, organization or pool: an account whose points are dated and belong to somebody?
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Wallet | Self::Organization | Self::Pool)
    }

    /// Are its buckets dated by month ends (else one bucket, `infinity`)?
    pub const fn is_dated(self) -> bool {
        self.is_own() || matches!(self, Self::Escrow)
    }

    /// May a claw-back leave it in debt?
    pub const fn may_owe(self) -> bool {
        matches!(self, Self::Wallet | Self::Organization)
    }

    /// Is there exactly one per book, owned by the book itself?
    pub const fn is_of_the_book(self) -> bool {
        matches!(self, Self::Issuance | Self::Escrow | Self::Breakage)
    }
}

base::words! {
    /// What kind of thing owns an account.
    OwnerKind {
        /// The book itself.
        Book = "book",
        /// A person.
        Person = "person",
        /// A budget.
        Budget = "budget",
        /// A merchant.
        Merchant = "merchant",
        /// An organization: merchant, property company, social organization, team.
        Organization = "organization",
        /// A community, for its donation pool.
        Community = "community",
        /// A household, for its family pool.
        Household = "household",
        /// An entrance, for its pool.
        Entrance = "entrance",
    }
}

/// The owner of an account. The link owner → account is one erasable row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// What it is.
    pub kind: OwnerKind,
    /// Its id in the table of its noun.
    pub id: Uuid,
}

/// An account as a posting names it: by id, or by what owns it. An account named by its owner is opened by the first
/// posting that moves points into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A known account.
    Account(AccountId),
    /// The account of this kind that belongs to this owner.
    Of(AccountKind, Owner),
    /// The book's single account of this kind.
    Book(AccountKind),
}

impl Party {
    /// Out of circulation: the source of funds, and where payments to the community go.
    pub const ISSUANCE: Self = Self::Book(AccountKind::Issuance);
    /// Expired points.
    pub const BREAKAGE: Self = Self::Book(AccountKind::Breakage);
    /// Held points.
    pub const ESCROW: Self = Self::Book(AccountKind::Escrow);

    /// A person's wallet.
    pub const fn wallet(person: PersonId) -> Self {
        Self::Of(AccountKind::Wallet, Owner { kind: OwnerKind::Person, id: person.0 })
    }

    /// A budget's account.
    pub const fn budget(budget: Uuid) -> Self {
        Self::Of(AccountKind::Budget, Owner { kind: OwnerKind::Budget, id: budget })
    }

    /// A merchant's captured points.
    pub const fn merchant(merchant: Uuid) -> Self {
        Self::Of(AccountKind::Merchant, Owner { kind: OwnerKind::Merchant, id: merchant })
    }

    /// An organization's wallet.
    pub const fn organization(organization: OrganizationId) -> Self {
        Self::Of(AccountKind::Organization, Owner { kind: OwnerKind::Organization, id: organization.0 })
    }

    /// A pool of a community, household or entrance.
    pub const fn pool(owner: Owner) -> Self {
        Self::Of(AccountKind::Pool, owner)
    }
}
