//! Why the catalogue refuses, and how that reads as a problem.

use crate::model::{Fault, TakenCountry};
use bodega_blobs::BlobError;
use bodega_db::DbError;
use bodega_kernel::Sku;
use bodega_pictures::Unfit;
use bodega_web::{Problem, problem};

/// Why something was refused.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such thing, or not for this reader.
    #[error("not found")]
    NotFound,
    /// Fields are wrong.
    #[error("{}", faults(.0))]
    Invalid(Vec<Fault>),
    /// Another product has a variant of this SKU.
    #[error("another product has the SKU `{0}`")]
    SkuTaken(Sku),
    /// Another product, category or brand has this slug.
    #[error("the slug `{0}` is taken")]
    SlugTaken(String),
    /// It was read in another version.
    #[error("it has changed since it was read")]
    OtherVersion,
    /// Products or categories depend on it.
    #[error("{0}")]
    InUse(&'static str),
    /// Another market has the country.
    #[error("the market `{}` has {}", .0.market, .0.country.as_deref().unwrap_or("every country that is in no other"))]
    CountryTaken(TakenCountry),
    /// There is a market of this id.
    #[error("there is a market `{0}`")]
    MarketExists(String),
    /// There are as many as there may be.
    #[error("{0}")]
    TooMany(&'static str),
    /// Staff alone may see this.
    #[error("staff only")]
    StaffOnly,
    /// Only who bought it may say something of it.
    #[error("only who bought it may review it")]
    NotBought,
    /// The cursor belongs to another order of the list.
    #[error("not a cursor of this list")]
    ForeignCursor,
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// The file is no table, or is too long: nothing was imported.
    #[error("{reason}")]
    BadFile {
        /// Where.
        line: Option<u64>,
        /// Why.
        reason: String,
    },
    /// It is no picture for us.
    #[error(transparent)]
    Picture(#[from] Unfit),
    /// Too many pictures are being worked on.
    #[error("many photos are being worked on; try again in a moment")]
    Busy,
    /// The place where files are kept.
    #[error("files cannot be kept or read: {0}")]
    Files(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Error {
    /// One field that is wrong.
    pub(crate) fn invalid(pointer: &str, detail: &str) -> Self {
        Self::Invalid(vec![Fault::new(pointer, detail)])
    }
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Invalid(faults)
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        Self::Files(error.to_string())
    }
}

fn faults(faults: &[Fault]) -> String {
    let each: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
    each.join("; ")
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound => problem(404, "not_found"),
            Error::Invalid(faults) => faults
                .into_iter()
                .fold(problem(422, "invalid_body"), |problem, fault| problem.field(fault.pointer, fault.detail)),
            Error::SkuTaken(sku) => problem(409, "sku_taken").detail(detail).with("sku", sku.as_str()),
            Error::SlugTaken(slug) => problem(409, "slug_taken").detail(detail).with("slug", slug),
            Error::OtherVersion => Self::precondition_failed(),
            Error::InUse(_) => problem(409, "in_use").detail(detail),
            Error::CountryTaken(TakenCountry { country, market }) => {
                problem(409, "country_taken").detail(detail).with("country", country).with("market", market)
            }
            Error::MarketExists(_) => problem(409, "market_exists").detail(detail),
            Error::TooMany(_) => problem(409, "too_many").detail(detail),
            Error::NotBought => problem(403, "not_bought").detail(detail),
            Error::StaffOnly => problem(403, "forbidden"),
            Error::ForeignCursor => problem(422, "invalid_cursor").field("/cursor", detail),
            Error::KeyReused => Self::key_reused(),
            Error::BadFile { line, .. } => problem(422, "malformed_file").detail(detail).with("line", line),
            Error::Picture(Unfit::Type) => problem(415, "photo_type").detail(detail),
            Error::Picture(Unfit::TooLarge) => problem(422, "photo_too_large").detail(detail),
            Error::Picture(Unfit::Unreadable(_)) => problem(422, "photo_unreadable").detail(detail),
            Error::Busy => problem(429, "busy").detail(detail).retry_after(1),
            Error::Files(reason) => {
                tracing::error!(%reason, "files cannot be kept or read");
                Self::unavailable()
            }
            Error::Db(error) => error.into(),
        }
    }
}
