//! The five levels.

use serde::{Deserialize, Serialize};

/// A level of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 街道
    Street,
    /// 社区: the tenant.
    Community,
    /// 住宅小区
    Estate,
    /// 片区: a grid worker's field.
    Block,
    /// 楼门
    Entrance,
}

impl UnitKind {
    /// All levels from the top.
    pub const ALL: [Self; 5] = [Self::Street, Self::Community, Self::Estate, Self::Block, Self::Entrance];

    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Community => "community",
            Self::Estate => "estate",
            Self::Block => "block",
            Self::Entrance => "entrance",
        }
    }

    /// From its stored form.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The level above; a street has none.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Street => None,
            Self::Community => Some(Self::Street),
            Self::Estate => Some(Self::Community),
            Self::Block => Some(Self::Estate),
            Self::Entrance => Some(Self::Block),
        }
    }
}
