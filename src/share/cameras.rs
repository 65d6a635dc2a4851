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

/// The cameras of an organisation, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameraNames(HashMap<Id, CameraName, foldhash::fast::RandomState>);

impl CameraNames {
    /// What is known of this camera.
    pub fn get(&self, camera: &Id) -> Option<&CameraName> {
        self.0.get(camera)
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
