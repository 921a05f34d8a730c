//! Passing points on: gifts inside a household, donations to the community's pool, each up to a cap per month. Dates go along:
//! passing points round never renews them. Owns `point_transfers` and `point_transfer_caps`.

mod give;
pub mod http;
mod rows;
mod schema;

base::typed_ids! {
    /// A gift or donation.
    TransferId;
}

base::error_codes! {
    GIFT_OUTSIDE_HOUSEHOLD 403 "gift_outside_household" "积分只能赠与同一户的家人。" "Points can be given to members of one's own household only.";
    TRANSFER_CAP 409 "transfer_cap_reached" "已超过本月赠与或捐赠上限。" "This month's limit of gifts or donations is reached.";
}

people::permissions! {
    /// Give points to a member of one's household.
    GiftCreate "gift_create" [Resident Own, NewEmployment Own];
    /// Donate points to the community's pool.
    DonationCreate "donation_create" [Resident Own, NewEmployment Own];
}
