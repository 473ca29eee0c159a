//! Identity alone, under test: registering, logging in, and what is to be seen of it.

use bodega_contracts::identity::{LinkToMail, MailLink, SessionStanding, Standing};
use bodega_db::{DbError, FromValue, Tx};
use bodega_kernel::{Caller, Role, UserId};
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, Stage, Staged};
use serde_json::{Value, json};
use std::ops::Deref;

pub(crate) const PASSWORD: &str = "a walnut under the lamp";

/// One or more replicas of identity.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_identity::service()
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        Self(stage)
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

pub(crate) fn guest() -> Caller {
    Caller::guest()
}

pub(crate) fn user(id: &str, roles: &[Role]) -> Caller {
    Caller { user: Some(id.parse::<UserId>().unwrap()), roles: roles.to_vec() }
}

impl Shop {
    /// Another one, with other settings.
    pub(crate) async fn another(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        Self(self.0.another(adjust).await)
    }

    pub(crate) async fn restarted(self) -> Self {
        Self(self.0.restarted().await)
    }

    pub(crate) async fn call(&self, caller: Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_on(0, caller, method, path, body, &[]).await
    }

    pub(crate) async fn call_on(
        &self,
        replica: usize,
        caller: Caller,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let ask = Ask::new(method, path).by(caller).headers(headers);
        self.ask(replica, ask.json(&body.unwrap_or_default())).await
    }

    pub(crate) async fn register(&self, email: &str) -> String {
        let body = json!({"email": email, "password": PASSWORD});
        self.call(guest(), "POST", "/v1/auth/register", Some(body)).await.expect(201).field("id")
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.call(guest(), "POST", "/v1/auth/login", Some(body)).await
    }

    pub(crate) async fn refresh(&self, token: &Value) -> Answer {
        self.call(guest(), "POST", "/v1/auth/refresh", Some(json!({"refresh_token": token}))).await
    }

    pub(crate) async fn standing(&self, access_token: &Value) -> Standing {
        let claims = claims(access_token);
        let user_id = claims["sub"].as_str().unwrap().parse().unwrap();
        let session = claims["sid"].as_str().unwrap().to_owned();
        self.rpc().ask(SessionStanding { user_id, session }).await.unwrap()
    }

    /// The first column of all rows.
    pub(crate) async fn column<T: FromValue + Send + 'static>(&self, sql: &'static str) -> Vec<T> {
        let work = async move |tx: &mut Tx| {
            tx.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect::<Result<Vec<T>, DbError>>()
        };
        self.db().write(work).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        let work = async move |tx: &mut Tx| tx.execute(sql, &[]).await;
        let executed: Result<u64, DbError> = self.db().write(work).await;
        executed.unwrap();
    }

    /// What the mail of the latest event of this type would hold, which names its request in this field.
    pub(crate) async fn link(&self, kind: &str, field: &str) -> Option<LinkToMail> {
        let events = self.events().await;
        let event = events.iter().rfind(|event| *event.kind == *kind).unwrap();
        let data: Value = serde_json::from_str(&event.data).unwrap();
        let request_id = data[field].as_str().unwrap().to_owned();
        self.rpc().ask(MailLink { request_id }).await.unwrap()
    }

    /// The token with which an address is verified, as in the latest mail.
    pub(crate) async fn email_token(&self) -> String {
        self.link("user.verification_requested.v1", "request_id").await.unwrap().token
    }

    /// The token with which a password is chosen, as in the mail that follows.
    pub(crate) async fn reset_token(&self, email: &str) -> String {
        self.call(guest(), "POST", "/v1/auth/forgot-password", Some(json!({"email": email}))).await.expect(202);
        self.job("forgotten passwords").step().await;
        self.link("user.password_reset_requested.v1", "request_id").await.unwrap().token
    }

    /// The events so far, by type and subject.
    pub(crate) async fn kinds(&self) -> Vec<(String, String)> {
        self.events().await.iter().map(|event| (event.kind.to_string(), event.subject.to_string())).collect()
    }
}

/// What an access token says, unchecked.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
