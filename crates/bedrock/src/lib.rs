//! What Amazon Bedrock customization accepts, as data: record formats and target profiles.
//!
//! Not here: checking. The stages read these tables; a new format or target is a new entry, not new code there.

mod advice;
mod catalogue;
pub mod cost;
mod decimal;
mod detect;
mod format;
mod job;
mod keys;
pub mod preferences;
mod prices;
mod profile;
mod record;
mod rule;
mod shape;
mod text;
mod unmapped;

pub use advice::{Advice, DataSize, Recommendation, Sign, Steps};
pub use catalogue::{Catalogue, ProfileError};
pub use decimal::{Decimal, NotDecimal};
pub use detect::{Detection, detect};
pub use format::{
    Answers, Dialect, FOREIGN, FORMATS, Field, FieldKind, FieldRule, Format, FormatId, Part, is_one_edit,
};
pub use job::{
    BaseModel, Customization, Deployment, Hyperparameter, HyperparameterKind, JobApi, Unpublished,
    foundation_id,
};
pub use keys::{Holds, Named};
pub use prices::{Commitment, ModelPrices, Per, Price, PriceError, Prices, Sure};
pub use profile::{
    DisputedFormats, Life, Limit, MediaFormats, Pair, Profile, ReservedWords, Since, TokenCount, Training,
};
pub use record::{Record, TextBuffer};
pub use rule::{Bound, Citation, Level, Point, Rule};
pub use shape::Shape;
pub use text::{Speaker, Text, TextName, Texts};
pub use unmapped::{Seen, Unmapped, is_content};
