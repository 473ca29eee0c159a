//! A visit: who looks at which page, in which language, and what they may ask the API.

use crate::{
    api::{Answer, Api, Ask, Fault},
    cookies::Cookies,
    session::{SESSION, Session},
    words::{Lang, Text},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, request::Parts},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bodega_kernel::{Currency, Money, World};
use bodega_settings::Settings;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const FLASH: &str = "flash";

/// A request for a page. Handlers take it as an argument; it is cheap to clone.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    api: Api,
    world: World,
    settings: Arc<Settings>,
    shop: Option<Shop>,
    lang: Lang,
    /// Without the language.
    path: String,
    query: Option<String>,
    nonce: String,
    session: Mutex<Option<Session>>,
    cookies: Mutex<Cookies>,
}

/// What the shop says of itself.
#[derive(Deserialize)]
struct Shop {
    name: String,
    #[serde(default)]
    legal: Option<Legal>,
}

/// Its legal texts, each with its languages.
#[derive(Deserialize)]
struct Legal {
    #[serde(default)]
    texts: BTreeMap<String, Vec<String>>,
}

/// Told once, on the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// Whether something went wrong.
    pub is_bad: bool,
    /// In the visitor's language.
    pub text: String,
}

impl Visit {
    /// The visit of a request, and why it cannot be answered: nobody can say now who is logged in.
    pub(crate) async fn begin(
        api: &Api,
        world: &World,
        settings: &Arc<Settings>,
        request: &Parts,
    ) -> (Self, Option<Fault>) {
        let mut cookies = Cookies::read(&request.headers);
        let shop = api.ask(Method::GET, "/v1/shop").read();
        let (session, shop) = futures_util::join!(Session::resume(&mut cookies, api, world.now()), shop);
        let (session, fault) = match session {
            Ok(session) => (session, None),
            Err(fault) => (None, Some(fault)),
        };
        let (lang, path) = Lang::split(request.uri.path());
        let visit = Self(Arc::new(Inner {
            api: api.clone(),
            world: world.clone(),
            settings: Arc::clone(settings),
            shop: shop.ok(),
            lang,
            path: path.to_owned(),
            query: request.uri.query().map(str::to_owned),
            nonce: BASE64_URL_SAFE_NO_PAD.encode(world.bytes::<16>()),
            session: Mutex::new(session),
            cookies: Mutex::new(cookies),
        }));
        (visit, fault)
    }

    /// The language of the page.
    pub fn lang(&self) -> Lang {
        self.0.lang
    }

    /// A text in the language of the page.
    pub fn say(&self, text: Text) -> &'static str {
        self.0.lang.say(text)
    }

    /// An amount as the language of the page writes it.
    pub fn money(&self, money: Money) -> String {
        self.0.lang.money(money)
    }

    /// An amount that the API told as text, `19.99 GBP`, as the language of the page writes it; `None` where it is none.
    pub fn money_told(&self, text: &str) -> Option<String> {
        let (amount, code) = text.split_once(' ')?;
        Some(self.money(Money::parse(amount, Currency::new(code).ok()?)?))
    }

    /// The address of another page in the same language.
    pub fn link(&self, path: &str) -> String {
        self.0.lang.link(path)
    }

    /// The path of the page, without its language.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What stands behind the question mark.
    pub fn query(&self) -> Option<&str> {
        self.0.query.as_deref()
    }

    /// Path and query: where to come back to.
    pub fn here(&self) -> String {
        match self.query() {
            Some(query) => format!("{}?{query}", self.link(self.path())),
            None => self.link(self.path()),
        }
    }

    /// Lets our own scripts run, on this one answer.
    pub fn nonce(&self) -> &str {
        &self.0.nonce
    }

    /// Clock, ids, randomness.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// How the shop is set.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What the shop is called: as staff say, or as its settings do while nobody can be asked.
    pub fn shop(&self) -> &str {
        self.0.shop.as_ref().map_or(&self.0.settings.shop.name, |shop| &shop.name)
    }

    /// Whether the shop has this legal text. Where nobody can be asked it may.
    pub fn has_legal_text(&self, name: &str) -> bool {
        let has = |shop: &Shop| shop.legal.as_ref().is_some_and(|legal| legal.texts.contains_key(name));
        self.0.shop.as_ref().is_none_or(has)
    }

    /// A key for a form whose effect must happen once, however often it is sent.
    pub fn new_key(&self) -> String {
        self.0.world.uuid().to_string()
    }

    /// Whether somebody is logged in.
    pub fn is_logged_in(&self) -> bool {
        self.session().is_some()
    }

    /// The tokens of whoever is logged in.
    pub fn tokens(&self) -> Option<Session> {
        self.session().clone()
    }

    /// Logs in: the session is kept in the browser.
    pub fn open_session(&self, session: Session) {
        session.keep(&mut self.cookies());
        *self.session() = Some(session);
    }

    /// Logs out here.
    pub fn close_session(&self) {
        self.cookies().forget(SESSION);
        *self.session() = None;
    }

    /// A request to the API as the visitor.
    pub fn ask(&self, method: Method, path: impl Into<String>) -> Ask {
        let ask = self.0.api.ask(method, path);
        match &*self.session() {
            Some(session) => ask.bearer(&session.access_token),
            None => ask,
        }
    }

    /// A request to the API as anybody: its answers are the same for all, and come from its shelf.
    pub fn ask_as_guest(&self, method: Method, path: impl Into<String>) -> Ask {
        self.0.api.ask(method, path)
    }

    /// Reads from the API as the visitor.
    pub async fn get<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<T, Fault> {
        self.ask(Method::GET, path).read().await
    }

    /// Reads from the API as anybody.
    pub async fn get_public<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<T, Fault> {
        self.ask_as_guest(Method::GET, path).read().await
    }

    /// Posts to the API as the visitor.
    pub async fn post(&self, path: impl Into<String>, body: &impl Serialize) -> Result<Answer, Fault> {
        self.ask(Method::POST, path).json(body).send().await
    }

    /// What the browser keeps under `name`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).map(str::to_owned)
    }

    /// Has the browser keep `value`, at most 3.5 KB, for `age`.
    pub fn keep(&self, name: &str, value: &str, age: Duration) {
        self.cookies().set(name, value, Some(age));
    }

    /// Has the browser forget it.
    pub fn forget(&self, name: &str) {
        self.cookies().forget(name);
    }

    /// Told on the next page that is shown.
    pub fn tell_next(&self, flash: &Flash) {
        let sign = if flash.is_bad { '!' } else { '+' };
        self.cookies().set(FLASH, &format!("{sign}{}", flash.text), Some(Duration::from_mins(1)));
    }

    /// What the page before left to be told. It is told once.
    pub fn told(&self) -> Option<Flash> {
        let mut cookies = self.cookies();
        let kept = cookies.get(FLASH)?.to_owned();
        cookies.forget(FLASH);
        let text = kept.get(1..)?.to_owned();
        Some(Flash { is_bad: kept.starts_with('!'), text })
    }

    pub(crate) fn cookie_lines(&self) -> Vec<HeaderValue> {
        self.cookies().told().cloned().collect()
    }

    fn session(&self) -> MutexGuard<'_, Option<Session>> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookies(&self) -> MutexGuard<'_, Cookies> {
        self.0.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Fault::of(500, "unguarded"))
    }
}
