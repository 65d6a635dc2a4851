//! The links to all video walls of an organisation: one request for the walls, and one for each that may
//! have links. Each is read, or none is believed.

use super::call::Limits;
use super::client::{json, nothing};
use super::envelope::Completeness;
use super::shares::video_walls::{Request, VideoWall, WALLS_PATH, Walls, walls_reader};
use super::{Ask, Client, Credential, Error};
use crate::share::{Listing, Share};

impl Client {
    /// Asks for the walls, and then for the links to each.
    pub(super) async fn video_walls(
        &self,
        ask: Ask,
        credential: &Credential,
    ) -> Result<Listing, Error> {
        let limits = &self.caller.limits;
        let operation = ask.operation(WALLS_PATH, nothing(), credential);
        let reader = |_| walls_reader(limits.max_value_bytes());
        let (mut walls, completeness) = self.whole_list(&operation, reader).await?;
        let shared = std::mem::take(&mut walls.shared);
        let mut all = AllLinks::new(walls, completeness);
        let options = ask.options(credential);
        for wall in shared {
            let request = json(&Request {
                video_wall_uuid: wall.id.to_string(),
            });
            let mut listing = self.list::<VideoWall>(request, ask, credential).await?;
            wall.complete(&mut listing, &options);
            all.add(listing, limits)?;
        }
        all.finish()
    }
}

/// The links that were read so far.
struct AllLinks {
    listing: Listing,
    kept_bytes: u64,
    /// Whether each wall so far has said how many links it has.
    is_counted: bool,
    /// How many walls can't be asked about.
    unknown: u64,
}

impl AllLinks {
    /// Begins with what the list of walls says of itself.
    fn new(walls: Walls, completeness: Completeness) -> Self {
        let unknown = walls.unknown;
        let listing = Listing {
            malformed: walls.malformed,
            partial: completeness == Completeness::Partial || unknown > 0,
            ..Listing::default()
        };
        Self {
            listing,
            kept_bytes: 0,
            is_counted: unknown == 0,
            unknown,
        }
    }

    /// Adds the links to one wall, as long as all of them take no more than one answer may.
    fn add(&mut self, listing: Listing, limits: &Limits) -> Result<(), Error> {
        self.is_counted &= listing.unlisted.is_some();
        self.kept_bytes += listing.shares.iter().map(Share::bytes).sum::<u64>();
        limits.check_kept(self.kept_bytes)?;
        self.listing.append(listing, "orgUuid");
        Ok(())
    }

    fn finish(self) -> Result<Listing, Error> {
        let mut listing = self.listing;
        // Nothing known of some walls and nothing listed of the others would look like no link at all.
        if self.unknown > 0 && listing.shares.is_empty() {
            let unknown = self.unknown;
            return Err(Error::Decode(format!(
                "{unknown} video walls have no uuid, so that their shares can't be asked for"
            )));
        }
        // That none is missing is known only where each wall has said how many there are.
        listing.unlisted = match listing.unlisted.unwrap_or(0) {
            0 => self.is_counted.then_some(0),
            some => Some(some),
        };
        Ok(listing)
    }
}
