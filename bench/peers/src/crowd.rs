//! Shoppers who go through a shop at once, each one journey after the other, and what is counted of it.
//!
//! They come in one by one, and nothing counts until all are under way; then whatever comes to its end in the
//! measured time counts, and what is still under way at its end does not.

use crate::{
    shop::{Guest, LISTED, Shop, go},
    usage::{Meter, Used, cpu_of_all},
};
use anyhow::{Context as _, ensure};
use std::{collections::BTreeMap, fs::read_to_string, rc::Rc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// Different faults that are told one from another.
const KINDS: usize = 10;
/// After a journey that failed.
const PAUSE: Duration = Duration::from_millis(200);

/// How to measure.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) shoppers: usize,
    pub(crate) warm_up: Duration,
    pub(crate) span: Duration,
    /// Whose CPU counts, with that of their children.
    pub(crate) processes: Vec<u32>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Of each journey that ended well: how long its steps took, in milliseconds.
    pub(crate) journeys: Vec<Vec<f64>>,
    /// How many ended otherwise, by what the peer said.
    pub(crate) failures: BTreeMap<String, usize>,
    /// The CPU of each process that was named.
    pub(crate) used: Vec<Used>,
    /// This program's own.
    pub(crate) driver_cpu: Duration,
    /// Of all processes of the machine.
    pub(crate) whole_cpu: Duration,
}

/// What all of the crowd know.
struct Crowd<S: Shop> {
    door: S::Door,
    /// How many lists there are.
    pages: usize,
    /// Unlike any other measurement's, so that every guest is new to the shop.
    run: String,
    begin: Instant,
    end: Instant,
}

/// Goes one journey alone, which has to end well, and then measures.
pub(crate) async fn measure<S: Shop>(door: S::Door, plan: &Plan) -> anyhow::Result<Seen> {
    let run = read_to_string("/proc/sys/kernel/random/uuid").context("this is no Linux")?.trim().to_owned();
    let mut shop = S::enter(&door).await?;
    let total = shop.list(0).await.context("list")?.total;
    ensure!(total > 0, "the shop has nothing on sale");
    let first = Guest { page: 0, wish: 0, email: format!("first-{run}@example.com") };
    go(&mut shop, &first).await.context("a journey alone failed")?;

    let begin = Instant::now() + plan.warm_up;
    let crowd = Crowd::<S> { door, pages: total.div_ceil(LISTED), run, begin, end: begin + plan.span };
    let crowd = Rc::new(crowd);
    let going: Vec<_> = (0..plan.shoppers)
        .map(|shopper| {
            let crowd = Rc::clone(&crowd);
            let delay = plan.warm_up.mul_f64(0.5 * shopper as f64 / plan.shoppers as f64);
            tokio::task::spawn_local(async move {
                sleep(delay).await;
                crowd.send(shopper).await
            })
        })
        .collect();

    sleep_until(crowd.begin).await;
    let whole = cpu_of_all()?;
    let (own, meters) = (Meter::start(std::process::id())?, Meter::start_all(&plan.processes)?);
    sleep_until(crowd.end).await;
    let used = meters.iter().map(Meter::used).collect::<anyhow::Result<_>>()?;
    let whole_cpu = cpu_of_all()?.saturating_sub(whole);
    let mut all = Seen { used, driver_cpu: own.used()?.cpu, whole_cpu, ..Seen::default() };
    for one in going {
        all.add(one.await?);
    }
    Ok(all)
}

impl<S: Shop> Crowd<S> {
    /// A shopper until the end; neighbours want different things.
    async fn send(&self, shopper: usize) -> Seen {
        let (mut seen, mut shop) = (Seen::default(), None);
        for number in 0.. {
            let guest = Guest {
                page: (shopper * 31 + number * 17) % self.pages,
                wish: shopper + number * 7,
                email: format!("{shopper}-{number}-{}@example.com", self.run),
            };
            let Ok(ended) = timeout_at(self.end, self.go(&mut shop, &guest)).await else { break };
            let counts = Instant::now() >= self.begin;
            match ended {
                Ok(times) if counts => seen.journeys.push(times),
                Ok(_) => {}
                Err(error) => {
                    if counts {
                        seen.fail(format!("{error:#}"), 1);
                    }
                    shop = None;
                    sleep(PAUSE).await;
                }
            }
        }
        seen
    }

    async fn go(&self, shop: &mut Option<S>, guest: &Guest) -> anyhow::Result<Vec<f64>> {
        let shop = match shop {
            Some(shop) => shop,
            none => none.insert(S::enter(&self.door).await?),
        };
        go(shop, guest).await
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.journeys.extend(other.journeys);
        for (fault, times) in other.failures {
            self.fail(fault, times);
        }
    }

    fn fail(&mut self, fault: String, times: usize) {
        let is_told = self.failures.contains_key(&fault) || self.failures.len() < KINDS;
        let fault = if is_told { fault } else { "for other reasons".to_owned() };
        *self.failures.entry(fault).or_default() += times;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_counted_by_kind_and_kinds_are_bounded() {
        let mut all = Seen::default();
        for number in 0..100 {
            let mut one = Seen { journeys: vec![vec![1.0]], ..Seen::default() };
            one.fail("sold out".to_owned(), 2);
            one.fail(format!("cart {number} is gone"), 1);
            all.add(one);
        }
        assert_eq!((all.journeys.len(), all.failures["sold out"]), (100, 200));
        assert_eq!((all.failures.len(), all.failures.values().sum::<usize>()), (KINDS + 1, 300));
    }
}
