//! What people are told of their accounts. A link is asked for when its mail is written: no event holds it.

use super::{of_user, queue};
use crate::model::{About, Kind, Params, Wanted};
use bodega_bus::{Delivery, Subscriptions};
use bodega_contracts::identity::{
    StaffInvited, UserEmailChanged, UserPasswordChanged, UserPasswordResetRequested, UserRegisteredAgain,
    UserVerificationRequested,
};
use bodega_db::Tx;
use bodega_kernel::{Time, UserId};

pub(super) fn of_accounts(subscriptions: Subscriptions) -> Subscriptions {
    let subscriptions = subscriptions
        .on(async |tx: &mut Tx, batch: &[Delivery<UserVerificationRequested>]| {
            queue(tx, batch, |event| {
                of_user(Kind::EmailVerification, event.user_id, &event.request_id, linked(&event.request_id))
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<UserPasswordResetRequested>]| {
            queue(tx, batch, |event| {
                of_user(Kind::PasswordReset, event.user_id, &event.request_id, linked(&event.request_id))
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<StaffInvited>]| {
            queue(tx, batch, |event| {
                let (subject, params) = (event.invitation_id.clone(), linked(&event.invitation_id));
                Wanted { kind: Kind::StaffInvitation, subject, about: About::default(), params }
            })
            .await
        });
    of_changes(subscriptions)
}

fn of_changes(subscriptions: Subscriptions) -> Subscriptions {
    subscriptions
        .on(async |tx: &mut Tx, batch: &[Delivery<UserPasswordChanged>]| {
            queue(tx, batch, |event| {
                of_user(Kind::PasswordChanged, event.user_id, &once(event.user_id, event.at), Params::default())
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<UserRegisteredAgain>]| {
            queue(tx, batch, |event| {
                of_user(Kind::AlreadyRegistered, event.user_id, &once(event.user_id, event.at), Params::default())
            })
            .await
        })
        .on(async |tx: &mut Tx, batch: &[Delivery<UserEmailChanged>]| {
            queue(tx, batch, |event| {
                // It goes to the address that the account has no more; identity only knows the new one.
                let about = About { recipient: Some(event.old_email.clone()), ..About::default() };
                let params = Params { reader: Some(event.user_id), ..Params::default() };
                Wanted { kind: Kind::EmailChanged, subject: once(event.user_id, event.at), about, params }
            })
            .await
        })
}

fn linked(request: &str) -> Params {
    Params { request: Some(request.to_owned()), ..Params::default() }
}

/// Such a thing happens to a user more than once, and each time is told once.
fn once(user: UserId, at: Time) -> String {
    format!("{user}/{}", at.ms())
}
