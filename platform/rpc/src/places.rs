//! Where a service runs: one place or several, and which of them is asked next.
//!
//! Of two places taken at random the one with less under way is asked. One that was not reached is left out for a while,
//! twice as long each time it happens again; one that says that it cannot serve, until it says otherwise. Where every place
//! is left out, all of them are tried: what we know of them may be wrong.

use axum::http::{Uri, uri};
use bodega_kernel::World;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize, Ordering},
};

/// For so long a place is left out that was not reached once, milliseconds.
const AWAY_MS: i64 = 500;
/// For so long at most, milliseconds.
const LONGEST_AWAY_MS: i64 = 16_000;

/// Where a service runs. Cheap to clone; clones share what is known of the places.
#[derive(Clone, Debug)]
pub struct Places(Arc<[Place]>);

#[derive(Debug)]
struct Place {
    authority: uri::Authority,
    prefix: String,
    under_way: AtomicUsize,
    failures: AtomicU32,
    away_until_ms: AtomicI64,
    cannot_serve: AtomicBool,
}

/// A place that is being asked: it has one more under way for as long as this lives.
#[derive(Debug)]
pub struct Asked {
    places: Places,
    number: usize,
}

impl Places {
    /// From `http://host:port`, perhaps with a path before all paths; several with commas between them. `None` where one
    /// of them is no such address.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|one| Place::parse(one.trim())).collect::<Option<Vec<Place>>>().map(|all| Self(all.into()))
    }

    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The next one to ask, rather none of those that were `tried`.
    pub fn pick(&self, world: &World, tried: &[usize]) -> Asked {
        let now = world.now().ms();
        let all = || 0..self.0.len();
        let untried = || all().filter(|number| !tried.contains(number));
        let good: Vec<usize> = untried().filter(|number| self.0[*number].is_good(now)).collect();
        let from = if good.is_empty() { untried().collect() } else { good };
        let from = if from.is_empty() { all().collect() } else { from };
        let number = self.less_busy(world, &from);
        self.0[number].under_way.fetch_add(1, Ordering::Relaxed);
        Asked { places: self.clone(), number }
    }

    /// Power of two choices: as even as asking all of them, without everybody running to the same one.
    fn less_busy(&self, world: &World, from: &[usize]) -> usize {
        if let [one] = from {
            return *one;
        }
        let first = world.below(from.len() as u64) as usize;
        let second = (first + 1 + world.below(from.len() as u64 - 1) as usize) % from.len();
        let busy = |at: usize| self.0[from[at]].under_way.load(Ordering::Relaxed);
        from[if busy(second) < busy(first) { second } else { first }]
    }

    /// Each of them, to be asked how it is.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, String)> {
        self.0.iter().enumerate().map(|(number, place)| (number, format!("http://{}", place.authority)))
    }

    /// What a place said, or did not say, when it was asked whether it can serve.
    pub(crate) fn heard(&self, number: usize, can_serve: bool) {
        if let Some(place) = self.0.get(number) {
            place.cannot_serve.store(!can_serve, Ordering::Relaxed);
        }
    }
}

impl Place {
    fn parse(url: &str) -> Option<Self> {
        let parts = url.parse::<Uri>().ok()?.into_parts();
        parts.scheme.filter(|scheme| *scheme == uri::Scheme::HTTP)?;
        let prefix = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        Some(Self {
            authority: parts.authority?,
            prefix,
            under_way: AtomicUsize::new(0),
            failures: AtomicU32::new(0),
            away_until_ms: AtomicI64::new(0),
            cannot_serve: AtomicBool::new(false),
        })
    }

    fn is_good(&self, now_ms: i64) -> bool {
        !self.cannot_serve.load(Ordering::Relaxed) && self.away_until_ms.load(Ordering::Relaxed) <= now_ms
    }
}

impl Asked {
    /// Which one it is, for [`Places::pick`] to leave out.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The address of `path` there; `None` where that is no path.
    pub fn address(&self, path: &str) -> Option<Uri> {
        let place = self.place();
        let mut parts = uri::Parts::default();
        parts.scheme = Some(uri::Scheme::HTTP);
        parts.authority = Some(place.authority.clone());
        parts.path_and_query = Some(format!("{}{path}", place.prefix).parse().ok()?);
        Uri::from_parts(parts).ok()
    }

    /// It answered, whatever it said.
    pub fn reached(&self) {
        self.place().failures.store(0, Ordering::Relaxed);
        self.place().away_until_ms.store(0, Ordering::Relaxed);
    }

    /// It was not reached, or broke off before it answered.
    pub fn not_reached(&self, world: &World) {
        let place = self.place();
        let before = place.failures.fetch_add(1, Ordering::Relaxed).min(16);
        let away = (AWAY_MS << before).min(LONGEST_AWAY_MS);
        place.away_until_ms.store(world.now().ms() + away, Ordering::Relaxed);
        tracing::warn!(upstream = %place.authority, away_ms = away, "a service is not reached");
    }

    fn place(&self) -> &Place {
        &self.places.0[self.number]
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.place().under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::{ManualClock, Time};
    use std::{collections::BTreeMap, time::Duration};

    fn three() -> (Places, World, ManualClock) {
        let clock = ManualClock::at(Time::from_ms(1_800_000_000_000));
        let places = Places::parse("http://a:1, http://b:2/stock,http://c:3/").unwrap();
        (places, World::simulated(7, clock.clone()), clock)
    }

    /// How often each is picked of a thousand, when each is done at once.
    fn picked(places: &Places, world: &World) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for _ in 0..1_000 {
            *counts.entry(places.pick(world, &[]).number()).or_default() += 1;
        }
        counts
    }

    #[test]
    fn only_addresses_without_encryption_are_places() {
        for text in ["", "a:1", "https://a:1", "http://a:1,", "http://a:1,b"] {
            assert!(Places::parse(text).is_none(), "{text}");
        }
        let (places, world, _) = three();
        let addresses = |tried: &[usize]| places.pick(&world, tried).address("/v1/stock?limit=1").unwrap().to_string();
        assert_eq!(addresses(&[0, 2]), "http://b:2/stock/v1/stock?limit=1");
        assert_eq!(addresses(&[0, 1]), "http://c:3/v1/stock?limit=1");
    }

    #[test]
    fn work_goes_to_whoever_has_less_of_it() {
        let (places, world, _) = three();
        let even = picked(&places, &world);
        assert!(even.values().all(|count| (250..420).contains(count)), "{even:?}");
        let held: Vec<Asked> = (0..300).map(|_| places.pick(&world, &[])).collect();
        let busy = |number| held.iter().filter(|asked| asked.number() == number).count();
        assert!((0..3).all(|number| (95..=105).contains(&busy(number))), "{} {} {}", busy(0), busy(1), busy(2));
        drop(held);
        assert_eq!(places.0.iter().map(|place| place.under_way.load(Ordering::Relaxed)).sum::<usize>(), 0);
    }

    #[test]
    fn who_is_not_reached_is_left_out_longer_each_time_and_forgiven_once_reached() {
        let (places, world, clock) = three();
        let first = || places.pick(&world, &[1, 2]);
        let is_picked = || picked(&places, &world).contains_key(&0);
        first().not_reached(&world);
        assert!(!is_picked());
        clock.advance(Duration::from_millis(500));
        assert!(is_picked());
        first().not_reached(&world);
        clock.advance(Duration::from_millis(999));
        assert!(!is_picked());
        first().reached();
        assert!(is_picked());
        for _ in 0..40 {
            first().not_reached(&world);
        }
        clock.advance(Duration::from_millis(15_999));
        assert!(!is_picked());
        clock.advance(Duration::from_millis(1));
        assert!(is_picked());
    }

    #[test]
    fn who_cannot_serve_is_asked_only_where_nobody_can() {
        let (places, world, _) = three();
        places.heard(0, false);
        places.heard(2, false);
        assert_eq!(picked(&places, &world).into_keys().collect::<Vec<_>>(), [1]);
        places.heard(1, false);
        assert_eq!(picked(&places, &world).len(), 3);
        places.heard(2, true);
        assert_eq!(picked(&places, &world).into_keys().collect::<Vec<_>>(), [2]);
        assert_ne!(places.pick(&world, &[2]).number(), 2, "what was tried is not tried again while there are others");
    }
}
