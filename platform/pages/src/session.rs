//! Who is logged in: the tokens of identity, kept in a cookie and renewed before they end.

use crate::{
    api::{Api, Fault},
    cookies::Cookies,
};
use axum::http::Method;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bodega_kernel::Time;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// The name of the cookie.
pub(crate) const SESSION: &str = "session";
/// As long as identity keeps somebody signed in who does not come back.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// A token that ends within this is renewed first.
const SOON: Duration = Duration::from_secs(30);

/// What logging in gave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// Says who asks, for a quarter of an hour.
    pub access_token: String,
    /// Gives the next one.
    pub refresh_token: String,
}

impl Session {
    /// Read from its cookie.
    pub(crate) fn read(cookies: &Cookies) -> Option<Self> {
        let (access, refresh) = cookies.get(SESSION)?.split_once(' ')?;
        Some(Self { access_token: access.to_owned(), refresh_token: refresh.to_owned() })
    }

    /// Kept in its cookie.
    pub(crate) fn keep(&self, cookies: &mut Cookies) {
        cookies.set(SESSION, &format!("{} {}", self.access_token, self.refresh_token), Some(KEPT));
    }

    /// When the access token ends; `None` where it is none.
    fn ends(&self) -> Option<Time> {
        #[derive(Deserialize)]
        struct Claims {
            exp: i64,
        }
        let claims = BASE64_URL_SAFE_NO_PAD.decode(self.access_token.split('.').nth(1)?).ok()?;
        let claims: Claims = serde_json::from_slice(&claims).ok()?;
        Some(Time::from_ms(claims.exp.checked_mul(1_000)?))
    }

    /// The session of these cookies, renewed where it ends soon; `None` where it is over. Where nobody can say now, whoever
    /// is logged in is not taken for a guest: pages would forget their cart with them.
    pub(crate) async fn resume(cookies: &mut Cookies, api: &Api, now: Time) -> Result<Option<Self>, Fault> {
        let Some(session) = Self::read(cookies) else { return Ok(None) };
        if session.ends().is_some_and(|ends| now.plus(SOON) < ends) {
            return Ok(Some(session));
        }
        let body = json!({"refresh_token": session.refresh_token});
        match api.ask(Method::POST, "/v1/auth/refresh").json(&body).read::<Self>().await {
            Ok(renewed) => {
                renewed.keep(cookies);
                Ok(Some(renewed))
            }
            Err(fault) if fault.status == 401 || fault.status == 422 => {
                cookies.forget(SESSION);
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }
}
