//! Where the chat is measured: a community with a group, ten open topics in it, and a thousand residents known to WeChat.

use std::path::Path;
use std::sync::Arc;

use base::ids::GridUnitId;
use base::keys::KeyRing;
use uuid::Uuid;

use super::super::site::Site;
use super::super::world::World;
use super::rows;

/// People who write and read.
pub(super) const RESIDENTS: usize = 1_000;
/// Topics; each has a tenth of the readers.
pub(super) const TOPICS: usize = 10;

/// The stage.
pub(super) struct Stage {
    pub(super) site: Site,
    pub(super) world: Arc<World>,
    pub(super) topics: Arc<Vec<Uuid>>,
    pub(super) group: Uuid,
}

impl Stage {
    pub(super) fn prepare(data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let site = Site::prepare(data_dir)?;
        let world = World::build(&site, RESIDENTS)?;
        let (mut owner, ring) = (site.owner()?, KeyRing::open_or_create(&site.keys_file())?);
        for resident in &world.residents {
            let id = resident.person.0;
            let openid = format!("o{}", id.simple().to_string().get(5..).unwrap_or_default());
            let sealed = ring.seal(&format!("persons|openid|{id}"), &openid)?;
            rows::known(&mut owner, id, &sealed, &ring.lookup("openid", &openid))?;
        }
        let opener = world.resident(0).person.0;
        let group = rows::group(&mut owner, world.community, opener)?;
        let topics = (0..TOPICS).map(|_| rows::topic(&mut owner, (group, world.community), opener)).collect::<Result<_, _>>()?;
        Ok(Self { site, world: Arc::new(world), topics: Arc::new(topics), group })
    }

    /// The community.
    pub(super) fn community(&self) -> GridUnitId {
        self.world.community
    }

    /// The topic of the n-th message.
    pub(super) fn topic(topics: &[Uuid], n: usize) -> Uuid {
        topics.get(n % topics.len().max(1)).copied().unwrap_or_default()
    }

    pub(super) fn close(self) -> anyhow::Result<()> {
        self.site.close()
    }
}
