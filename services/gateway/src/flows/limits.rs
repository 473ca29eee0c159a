//! How often one client may ask: per address, and per account where there is one. The tables are bounded: when too
//! many clients come at once, new ones share a few places until the table was swept.

use crate::{error::Refusal, settings::LimitClass};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bodega_kernel::{UserId, World};
use bodega_settings::Settings;
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::{StateInformationMiddleware, StateSnapshot},
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

/// Clients that have a place of their own.
const CLIENTS: usize = 100_000;
/// Places that are shared when there are more.
const SHARED: u64 = 1_024;
/// Requests after which the table is looked at.
const SWEEP_EVERY: u32 = 4_096;

/// All limits.
pub(crate) struct Limits(Option<Classes>);

struct Classes {
    general: Limiter,
    login: Limiter,
}

struct Limiter {
    cells: RateLimiter<Client, DashMapStateStore<Client>, WorldClock, StateInformationMiddleware>,
    clock: WorldClock,
    burst: u32,
    cell: Duration,
    requests: AtomicU32,
    full: AtomicBool,
    hash: RandomState,
}

/// Who asks, as limits tell clients apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    Address(u64),
    Account(UserId),
    Shared(u64),
}

/// What is left to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    burst: u32,
    requests: u32,
    full_again_s: u64,
}

/// The clock of the world, for the limiter.
#[derive(Clone, Debug)]
struct WorldClock(World);

impl Clock for WorldClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now().ms()).unwrap_or(0).saturating_mul(1_000_000))
    }
}

impl Limits {
    pub(crate) fn new(settings: &Settings, world: &World) -> Self {
        let limits = &settings.limits;
        if !limits.enabled {
            return Self(None);
        }
        let second = Duration::from_secs(1) / limits.per_second_per_address.max(1);
        let minute = Duration::from_mins(1) / limits.login_per_minute.max(1);
        Self(Some(Classes {
            general: Limiter::new(second, limits.burst, world),
            login: Limiter::new(minute, limits.login_per_minute, world),
        }))
    }

    /// Counts a request of an address.
    pub(crate) fn count_address(&self, class: LimitClass, address: Option<IpAddr>) -> Result<Option<Left>, Refusal> {
        self.count(class, Client::Address(network(address)))
    }

    /// Counts a request of an account.
    pub(crate) fn count_account(&self, user: UserId) -> Result<Option<Left>, Refusal> {
        self.count(LimitClass::Default, Client::Account(user))
    }

    fn count(&self, class: LimitClass, client: Client) -> Result<Option<Left>, Refusal> {
        let Some(classes) = &self.0 else { return Ok(None) };
        let limiter = match class {
            LimitClass::Default => &classes.general,
            LimitClass::Login => &classes.login,
        };
        limiter.count(client).map(Some)
    }
}

impl Limiter {
    fn new(cell: Duration, burst: u32, world: &World) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(cell).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let clock = WorldClock(world.clone());
        Self {
            cells: RateLimiter::dashmap_with_clock(quota, clock.clone()).with_middleware(),
            clock,
            burst: burst.get(),
            cell,
            requests: AtomicU32::new(0),
            full: AtomicBool::new(false),
            hash: RandomState::new(),
        }
    }

    fn count(&self, client: Client) -> Result<Left, Refusal> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
        let crowded = self.full.load(Ordering::Relaxed);
        let client = if crowded { Client::Shared(self.hash.hash_one(client) % SHARED) } else { client };
        match self.cells.check_key(&client) {
            Ok(state) => Ok(self.left(&state)),
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(Refusal::TooMany((wait.as_millis() as u64).div_ceil(1000).max(1)))
            }
        }
    }

    fn left(&self, state: &StateSnapshot) -> Left {
        let requests = state.remaining_burst_capacity();
        let used = self.cell * self.burst.saturating_sub(requests);
        Left { burst: self.burst, requests, full_again_s: (used.as_millis() as u64).div_ceil(1000) }
    }

    /// Forgets clients that asked nothing for a while, and notes whether there is room for new ones.
    fn sweep(&self) {
        if self.cells.len() > CLIENTS {
            self.cells.retain_recent();
        }
        self.full.store(self.cells.len() > CLIENTS, Ordering::Relaxed);
    }
}

impl Left {
    /// The smaller of two.
    pub(crate) fn tighter(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other.requests < one.requests { other } else { one }),
            (one, other) => one.or(other),
        }
    }

    /// Tells the client.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("ratelimit-limit"), HeaderValue::from(self.burst));
        headers.insert(HeaderName::from_static("ratelimit-remaining"), HeaderValue::from(self.requests));
        headers.insert(HeaderName::from_static("ratelimit-reset"), HeaderValue::from(self.full_again_s));
    }
}

/// An IPv4 address, or the network of an IPv6 address: a customer has 2^64 of those.
fn network(address: Option<IpAddr>) -> u64 {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => u64::from(u32::from(address)),
        Some(IpAddr::V6(address)) => (u128::from(address) >> 64) as u64,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::{ManualClock, Time};

    fn limits(variables: &[(&str, &str)], clock: &ManualClock) -> Limits {
        let variables = variables.iter().map(|(name, value)| (format!("BODEGA__LIMITS__{name}"), (*value).to_owned()));
        let settings = Settings::load_from(None, variables).unwrap();
        Limits::new(&settings, &World::simulated(1, clock.clone()))
    }

    fn clock() -> ManualClock {
        ManualClock::at(Time::from_ms(1_790_000_000_000))
    }

    fn from(limits: &Limits, class: LimitClass, address: &str) -> Result<Option<Left>, Refusal> {
        limits.count_address(class, Some(address.parse().unwrap()))
    }

    #[test]
    fn ten_log_ins_a_minute_and_the_eleventh_is_told_when() {
        let clock = clock();
        let limits = limits(&[], &clock);
        let try_once = || from(&limits, LimitClass::Login, "10.0.0.1");
        for left in (0..10).rev() {
            assert_eq!(try_once().unwrap().unwrap().requests, left);
        }
        assert_eq!(try_once(), Err(Refusal::TooMany(6)));
        assert!(from(&limits, LimitClass::Login, "10.0.0.2").is_ok());
        assert!(from(&limits, LimitClass::Default, "10.0.0.1").is_ok());
        clock.advance(Duration::from_secs(6));
        assert!(try_once().is_ok());
        assert_eq!(try_once(), Err(Refusal::TooMany(6)));
    }

    #[test]
    fn addresses_of_one_network_are_one_client_and_accounts_are_clients_of_their_own() {
        let clock = clock();
        let limits = limits(&[("BURST", "1")], &clock);
        let from = |address| from(&limits, LimitClass::Default, address);
        assert!(from("2001:db8::1").is_ok());
        assert!(from("2001:db8::2").is_err());
        assert!(from("2001:db8:0:1::1").is_ok());
        assert!(from("10.0.0.1").is_ok());
        assert!(from("::ffff:10.0.0.1").is_err());
        let user = UserId(uuid::Uuid::nil());
        assert!(limits.count_account(user).is_ok());
        assert!(limits.count_account(user).is_err());
    }

    #[test]
    fn without_limits_nothing_is_counted() {
        let limits = limits(&[("ENABLED", "false"), ("BURST", "1")], &clock());
        for _ in 0..5 {
            assert_eq!(limits.count_address(LimitClass::Login, None), Ok(None));
        }
    }

    #[test]
    fn more_clients_than_there_is_room_for_share_a_few_places() {
        let clock = clock();
        let limiter = Limiter::new(Duration::from_secs(1), 5, &World::simulated(1, clock.clone()));
        for number in 0..300_000 {
            let _ = limiter.count(Client::Address(number));
        }
        assert!(limiter.cells.len() <= CLIENTS + SWEEP_EVERY as usize + SHARED as usize, "{}", limiter.cells.len());
        clock.advance(Duration::from_mins(1));
        limiter.sweep();
        assert!(limiter.cells.is_empty() && limiter.count(Client::Address(1)).is_ok());
    }
}
