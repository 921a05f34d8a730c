//! Who a person is and what they may do: sign-in, sessions, roles, the permission table. Owns the tables `persons`, `sessions`,
//! `roles`.

mod access;
mod actor;
mod authenticate;
mod role;
mod token;

pub use access::{Can, Permission, Rule, Standing};
pub use actor::{Actor, HeldRole};
pub use authenticate::{Authenticated, Authenticator};
pub use role::Role;
pub use token::{LIFETIME, sign};
