//! How the shop calls itself: staff say so in the catalogue, and may say otherwise tomorrow. Where the catalogue does not
//! answer, as it was called last.

use crate::Notifications;
use bodega_contracts::catalog::ShopProfile;
use bodega_kernel::Time;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a name is good.
const KEPT: Duration = Duration::from_mins(1);

/// The name of the shop, as far as it is known.
#[derive(Debug)]
pub(crate) struct Naming(Mutex<Known>);

#[derive(Debug)]
struct Known {
    name: Arc<str>,
    asked: Option<Time>,
}

impl Naming {
    /// What it is called until somebody says otherwise.
    pub(crate) fn new(name: &str) -> Self {
        Self(Mutex::new(Known { name: name.into(), asked: None }))
    }

    fn fresh(&self, now: Time) -> Option<Arc<str>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = known.asked.is_some_and(|asked| now.since(asked) < KEPT);
        is_fresh.then(|| Arc::clone(&known.name))
    }

    fn note(&self, now: Time, told: Option<&str>) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.asked = Some(now);
        if let Some(name) = told.map(str::trim).filter(|name| !name.is_empty()) {
            known.name = name.into();
        }
        Arc::clone(&known.name)
    }
}

/// What the shop is called now.
pub(crate) async fn shop_name(state: &Notifications) -> Arc<str> {
    let now = state.world.now();
    if let Some(name) = state.naming.fresh(now) {
        return name;
    }
    let told = state.rpc.ask(ShopProfile {}).await;
    let told = told.inspect_err(|error| tracing::debug!(%error, "the shop is called as before"));
    state.naming.note(now, told.ok().as_ref().map(|shop| &*shop.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_good_for_a_minute_and_stays_where_nobody_answers() {
        let (naming, at) = (Naming::new("Tea"), |ms: i64| Time::from_ms(1_800_000_000_000 + ms));
        assert_eq!(naming.fresh(at(0)), None);
        assert_eq!(&*naming.note(at(0), Some(" Harbour ")), "Harbour");
        assert_eq!(naming.fresh(at(59_999)).as_deref(), Some("Harbour"));
        assert_eq!(naming.fresh(at(60_000)), None);
        assert_eq!(&*naming.note(at(60_000), None), "Harbour");
        assert_eq!(&*naming.note(at(120_000), Some(" ")), "Harbour");
    }
}
