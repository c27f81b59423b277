//! What Amazon Bedrock customization accepts, as data: record formats and target profiles.
//!
//! Not here: checking. The stages read these tables; a new format or target is a new entry, not new code there.

mod detect;
mod format;
mod profile;
mod rule;

pub use detect::{Detection, detect};
pub use format::{FORMATS, Field, Format, Kind, Part, Rule};
pub use profile::{Limit, Profile, ProfileError, Training, profiles};
pub use rule::{Bound, Citation, Level, Point, Rule as TargetRule};
