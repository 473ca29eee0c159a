//! Asks: finds who answers, here or elsewhere, and waits for at most two seconds, or for as long as books take to be read.

use crate::{Answers, Places, RpcError, answers::encode, error::unknown, remote::Remote};
use bodega_kernel::{Question, World};
use bodega_web::InternalKeys;
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// How long a question may take, tries and all.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same where nobody waits for a page: a whole ledger may have to be added up.
const PATIENCE_WITH_BOOKS: Duration = Duration::from_mins(1);

/// Asks questions of other services. Cheap to clone; clones share what is registered.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    here: RwLock<BTreeMap<String, Answers>>,
    elsewhere: BTreeMap<String, Places>,
    remote: Remote,
}

impl Client {
    /// A client for `own_service`; `upstreams` holds the base address (`http://host:port`) of each service that runs
    /// elsewhere, several with commas between them. What is no address is as good as none, and is logged.
    pub fn new(own_service: &str, upstreams: BTreeMap<String, String>, internal: InternalKeys, world: World) -> Self {
        let remote = Remote::new(own_service, internal, world);
        let places = |(service, text): (String, String)| {
            let places = Places::parse(&text);
            if places.is_none() {
                tracing::error!(service, text, "is no address of a service: http://host:port");
            }
            Some((service, places?))
        };
        let elsewhere = upstreams.into_iter().filter_map(places).collect();
        Self(Arc::new(Inner { here: RwLock::default(), elsewhere, remote }))
    }

    /// Where `service` runs, if that is elsewhere.
    pub fn places(&self, service: &str) -> Option<Places> {
        self.0.elsewhere.get(service).cloned()
    }

    /// Looks, once a second, which places of services that have several can serve. Ends when this process does.
    pub fn watch(&self) {
        for (service, places) in self.0.elsewhere.clone().into_iter().filter(|(_, places)| places.count() > 1) {
            let client = Arc::clone(&self.0);
            tokio::spawn(async move { client.remote.watch(&service, &places).await });
        }
    }

    /// Lets `service`, which runs in this process, answer. It goes before an upstream of the same name.
    pub fn register(&self, service: impl Into<String>, answers: Answers) {
        self.0.here.write().unwrap_or_else(PoisonError::into_inner).insert(service.into(), answers);
    }

    /// Nobody here answers any more. Who answers often asks as well, so the two hold each other until then.
    pub fn forget_all(&self) {
        self.0.here.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Asks `question` of the service it belongs to.
    pub async fn ask<Q: Question>(&self, question: Q) -> Result<Q::Answer, RpcError> {
        self.ask_service(Q::SERVICE, question).await
    }

    /// Asks a question that every service answers of one of them.
    pub async fn ask_service<Q: Question>(&self, service: &str, question: Q) -> Result<Q::Answer, RpcError> {
        self.ask_within(PATIENCE, service, question).await
    }

    /// The same for what proves the books: it may take a minute.
    pub async fn ask_for_books<Q: Question>(&self, service: &str, question: Q) -> Result<Q::Answer, RpcError> {
        self.ask_within(PATIENCE_WITH_BOOKS, service, question).await
    }

    async fn ask_within<Q: Question>(
        &self,
        patience: Duration,
        service: &str,
        question: Q,
    ) -> Result<Q::Answer, RpcError> {
        let encoded = encode(Q::NAME, &question)?;
        let asking = tokio::time::timeout(patience, self.ask_encoded(service, Q::NAME, encoded));
        let answer = asking.await.unwrap_or_else(|_| Err(unavailable::<Q>("took too long")))?;
        serde_json::from_slice(&answer).map_err(|error| unavailable::<Q>(&format!("not an answer: {error}")))
    }

    async fn ask_encoded(&self, service: &str, name: &str, question: Bytes) -> Result<Bytes, RpcError> {
        let here = self.0.here.read().unwrap_or_else(PoisonError::into_inner).get(service).cloned();
        if let Some(answers) = here {
            return match answers.answer(name, question) {
                Some(answer) => answer.await,
                None => Err(unknown(name)),
            };
        }
        match self.0.elsewhere.get(service) {
            Some(places) => self.0.remote.ask(places, service, name, question).await,
            None => Err(RpcError::Unavailable(format!("{service} is neither here nor among the upstreams"))),
        }
    }
}

fn unavailable<Q: Question>(reason: &str) -> RpcError {
    RpcError::Unavailable(format!("{}/{}: {reason}", Q::SERVICE, Q::NAME))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let here = self.0.here.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Client")
            .field("here", &here.keys())
            .field("elsewhere", &self.0.elsewhere)
            .finish_non_exhaustive()
    }
}
