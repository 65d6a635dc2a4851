//! What cameras are called, and where they are. What people wrote: for pages and policies, never a label.

use std::collections::HashMap;

use super::Id;

/// What a camera is called, and where it is. Empty where Rhombus doesn't say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameraName {
    /// Its name.
    pub camera: Box<str>,
    /// The name of its location.
    pub location: Box<str>,
    /// The uuid of its location.
    pub location_uuid: Option<Id>,
}

impl CameraName {
    /// How much memory it takes, about, in bytes.
    pub fn bytes(&self) -> u64 {
        let location = self.location_uuid.as_ref().map_or(0, Id::heap_bytes);
        (size_of::<Self>() + self.camera.len() + self.location.len() + location) as u64
    }

    /// Takes from another what this one does not say.
    fn fill(&mut self, other: Self) {
        for (text, other) in [
            (&mut self.camera, other.camera),
            (&mut self.location, other.location),
        ] {
            if text.is_empty() {
                *text = other;
            }
        }
        self.location_uuid = self.location_uuid.take().or(other.location_uuid);
    }
}

/// The cameras of an organisation, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameraNames(HashMap<Id, CameraName, foldhash::fast::RandomState>);

impl CameraNames {
    /// What is known of this camera.
    pub fn get(&self, camera: &Id) -> Option<&CameraName> {
        self.0.get(camera)
    }

    /// Takes in what a camera is called. Of what is said twice, the first holds.
    pub fn add(&mut self, camera: Id, name: CameraName) {
        self.0.entry(camera).or_default().fill(name);
    }

    /// Each camera with what it is called, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &CameraName)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Id, CameraName)> for CameraNames {
    fn from_iter<I: IntoIterator<Item = (Id, CameraName)>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}
