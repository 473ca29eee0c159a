//! The pictures that people show of themselves.
//!
//! A file is noted, kept, and then named, each in this order: no row names a file that is not there. What nobody names, since
//! another one took its place, or its upload came to nothing, or its owner is gone, is removed by a job an hour later.

use super::throttle;
use crate::{
    Identity,
    error::Error,
    model::{AVATAR_SIDE, AVATARS, AvatarId, UNNAMED_FOR, UserView},
    store,
};
use axum::body::Bytes;
use bodega_blobs::{BlobError, Blobs, Key};
use bodega_db::{DbError, Tx};
use bodega_kernel::UserId;
use bodega_pictures::{Seat, Studio, square};
use bodega_settings::Settings;

/// Pictures worked on at the same time.
const MAKERS: usize = 1;
/// Uploads that are read, wait or are worked on at the same time: each takes up to 5 MiB.
const SEATS: usize = 8;

/// The files of pictures, and places for those who send one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Portraits {
    blobs: Blobs,
    studio: Studio,
}

impl Portraits {
    /// Those at the place that the settings name.
    pub(crate) fn open(settings: &Settings) -> Result<Self, BlobError> {
        Ok(Self { blobs: Blobs::open(settings, "identity")?, studio: Studio::new(SEATS, MAKERS) })
    }

    /// A place for an upload, until it is dropped; refused where all are taken.
    pub(crate) fn seat(&self) -> Result<Seat, Error> {
        self.studio.seat().ok_or(Error::Busy)
    }

    /// Makes a picture of what was sent, when it is its turn.
    async fn make(&self, sent: Bytes) -> Result<Bytes, Error> {
        let made = self.studio.make(move || square(&sent, AVATAR_SIDE)).await;
        let made = made.map_err(|error| DbError::Unavailable(error.to_string().into()))?;
        Ok(made.map_err(Error::Picture)?.into())
    }
}

fn key(id: &AvatarId) -> Result<Key, BlobError> {
    Key::new(format!("avatars/{}", id.file()))
}

/// Makes what was sent the picture of a user, in place of the one before.
pub(crate) async fn set_avatar(identity: &Identity, user: UserId, sent: Bytes) -> Result<UserView, Error> {
    throttle(identity, "avatar", &user.to_string(), AVATARS).await?;
    let file = identity.portraits.make(sent).await?;
    let id = note(identity, user).await?;
    identity.portraits.blobs.put(&key(&id)?, file).await?;
    let named = identity.db.write(async move |tx: &mut Tx| {
        store::lock_enabled(tx, user).await?;
        if !store::name_avatar(tx, &id, user, tx.now().plus(UNNAMED_FOR)).await? {
            return Err(Error::Files("a file was removed before it was named".to_owned()));
        }
        store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))
    });
    named.await
}

async fn note(identity: &Identity, user: UserId) -> Result<AvatarId, Error> {
    let id = AvatarId::new(&identity.world);
    let noted = identity.db.write(async move |tx: &mut Tx| {
        store::read_user(tx, user).await?.ok_or(Error::NotFound("user_not_found"))?;
        store::note_avatar_file(tx, &id, user, tx.now().plus(UNNAMED_FOR)).await?;
        Ok::<_, Error>(id.clone())
    });
    noted.await
}

/// Takes the picture of a user away: nobody gets it here any more, and its file goes soon after. Fine where there is none.
pub(crate) async fn remove_avatar(identity: &Identity, user: UserId) -> Result<(), Error> {
    let removed = identity.db.write(async move |tx: &mut Tx| {
        store::lock_enabled(tx, user).await?;
        Ok(store::unname_avatar(tx, user, tx.now().plus(UNNAMED_FOR)).await?)
    });
    removed.await
}

/// The file of a picture that somebody shows, for anybody; nothing of it where its reader has it.
pub(crate) async fn read_avatar(identity: &Identity, id: &AvatarId, has_it: bool) -> Result<Bytes, Error> {
    if !store::is_shown(&identity.db, id).await? {
        return Err(Error::NotFound("avatar_not_found"));
    }
    if has_it {
        return Ok(Bytes::new());
    }
    let file = identity.portraits.blobs.get(&key(id)?).await?;
    file.ok_or(Error::NotFound("avatar_not_found"))
}

/// Removes some files that nobody names; whether there were any.
pub(crate) async fn sweep_avatars(identity: &Identity) -> Result<bool, Error> {
    let dropped = identity.db.write(async move |tx: &mut Tx| store::drop_avatar_files(tx).await);
    let dropped: Vec<AvatarId> = dropped.await.map_err(Error::Db)?;
    for id in &dropped {
        identity.portraits.blobs.remove(&key(id)?).await?;
    }
    let gone = dropped.clone();
    let forgotten = identity.db.write(async move |tx: &mut Tx| {
        for id in &gone {
            store::forget_avatar_file(tx, id).await?;
        }
        Ok::<_, Error>(())
    });
    forgotten.await?;
    Ok(!dropped.is_empty())
}
