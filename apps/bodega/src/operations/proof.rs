//! The proof of the books on a shop that runs, and a note of the last one: in memory, and in the data folder so that it is
//! known after a restart. A folder that cannot be written costs the note, never the proof.

use super::Operations;
use crate::verify::{Report, Strictness, verify};
use axum::{Json, extract::State};
use bodega_kernel::{Time, UserId, World};
use bodega_settings::Settings;
use bodega_web::{Admin, Problem, Query};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use utoipa::ToSchema;

/// The name of the note in the data folder.
const NOTE: &str = "last_verify.json";

/// What the last proof of the books came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct LastProof {
    /// When it was asked for.
    at: Time,
    /// Whether all agreed.
    ok: bool,
    /// Whether nothing was allowed to be under way.
    strict: bool,
    /// Orders that were looked at.
    orders: usize,
    /// Who asked.
    #[schema(value_type = Option<String>)]
    by: Option<UserId>,
}

/// The last proof that this process made, or found when it began. Cheap to clone.
#[derive(Clone)]
pub(super) struct Proven(Arc<Inner>);

struct Inner {
    world: World,
    note: PathBuf,
    last: Mutex<Option<LastProof>>,
}

impl Proven {
    /// What a note in the data folder says; nothing where there is none that can be read.
    pub(super) fn read(settings: &Settings, world: &World) -> Self {
        let note = settings.database.data_dir.join(NOTE);
        let last = fs::read(&note).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self(Arc::new(Inner { world: world.clone(), note, last: Mutex::new(last) }))
    }

    /// The last one.
    pub(super) fn last(&self) -> Option<LastProof> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn note(&self, proof: LastProof) {
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(proof.clone());
        let note = self.0.note.clone();
        let written = tokio::task::spawn_blocking(move || write(&note, &proof)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last proof is not noted in the data folder"),
            Err(error) => tracing::warn!(%error, "the last proof is not noted in the data folder"),
        }
    }
}

/// Whole or not at all: whoever reads it finds this note or the one before.
fn write(note: &Path, proof: &LastProof) -> io::Result<()> {
    if let Some(folder) = note.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = note.with_extension("json.new");
    fs::write(&unfinished, serde_json::to_vec(proof)?)?;
    fs::rename(unfinished, note)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyQuery {
    #[serde(default)]
    strict: bool,
}

/// Checks the invariants of the whole shop while it runs.
#[utoipa::path(post, path = "/v1/verify", tag = "operations", params(("strict" = Option<bool>, Query, description = "Nothing may be under way")), responses((status = 200, body = Object)))]
pub(super) async fn verify_books(
    State(operations): State<Operations>,
    Admin(caller): Admin,
    query: Query<VerifyQuery>,
) -> Result<Json<Report>, Problem> {
    let (at, strict) = (operations.proven.0.world.now(), query.0.strict);
    let strictness = if strict { Strictness::Strict } else { Strictness::Live };
    let report = verify(&operations.rpc, &operations.services, strictness).await?;
    let proof = LastProof { at, ok: report.ok, strict, orders: report.orders, by: caller.user };
    operations.proven.note(proof).await;
    Ok(Json(report))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_testkit::{Backend, Home};

    #[tokio::test]
    async fn the_last_proof_is_known_after_a_restart_and_a_broken_note_is_none() {
        let (home, world) = (Home::new(Backend::Sqlite), World::system());
        let settings = home.settings();
        let proven = Proven::read(&settings, &world);
        assert_eq!(proven.last(), None);
        let by = Some(UserId::new(&world));
        for (ok, orders) in [(false, 7), (true, 8)] {
            let proof = LastProof { at: world.now(), ok, strict: true, orders, by };
            proven.note(proof.clone()).await;
            assert_eq!(proven.last(), Some(proof.clone()));
            let known = Proven::read(&settings, &world).last().unwrap();
            assert_eq!((known.ok, known.orders, known.by), (ok, orders, by));
        }
        fs::write(settings.database.data_dir.join(NOTE), b"{").unwrap();
        assert_eq!(Proven::read(&settings, &world).last(), None);
    }
}
