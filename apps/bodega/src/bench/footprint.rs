//! Workload 10: what a process takes that only stands there.
//!
//! This same program runs as `bodega up` on a shop that exists: the time from its start to its first 200, the memory and
//! the CPU of its idleness, and what it holds after a while of orders. The floor is this program as a bare axum.

mod child;

use super::{
    buyer::Carts,
    goods,
    ground::{Ground, Run},
    load::{GOODS, Load},
    pairs::{Heading, Sample, Workload, in_pairs, short},
    report::Summary,
    usage::{Meter, Process},
};
use crate::client::{Headers, ShopClient};
use anyhow::{Context as _, ensure};
use bodega_settings::DatabaseKind;
use child::{Child, Program};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const SHOPPERS: usize = 64;
const ADMIN: &str = "admin@bench.invalid";
/// How long a shop is left alone before its idleness is measured.
const REST: Duration = Duration::from_secs(1);
/// How long all that is under way may take to come to rest.
const PATIENCE: Duration = Duration::from_mins(2);

/// Measures it.
pub(super) async fn run(run: &Run) -> anyhow::Result<Summary> {
    ensure!(run.database() == DatabaseKind::Sqlite, "the footprint is that of a shop on SQLite");
    let ground = run.ground()?;
    let program = Program::new(run, &ground)?;
    let password = format!("bench-{}", run.world.uuid());
    program.create_admin(ADMIN, &password).await?;
    let shoppers = run.plan.shoppers.unwrap_or(SHOPPERS);
    let mut footprint = Footprint { run, ground, program, password, shoppers, floor_mb: 0.0, agree: true };
    footprint.fill().await?;
    let heading = Heading { name: "start to first 200".to_owned(), unit: "ms", floor: "hello, same program" };
    let part = in_pairs(heading, &run.plan, run.place.json, &mut footprint).await?;
    Ok(Summary::new("footprint", run, vec![part], Some(footprint.agree)))
}

struct Footprint<'r> {
    run: &'r Run,
    /// Kept as long as it is stood on.
    #[expect(dead_code, reason = "its end takes the folder away")]
    ground: Ground,
    program: Program,
    password: String,
    shoppers: usize,
    floor_mb: f64,
    agree: bool,
}

impl Footprint<'_> {
    async fn fill(&self) -> anyhow::Result<()> {
        let up = self.program.up().await?;
        let admin = self.log_in(&up).await?;
        GOODS.import(&admin).await?;
        goods::make_code(&admin).await?;
        ensure!(at_rest(&admin).await?, "the shop does not come to rest");
        up.stop().await
    }

    async fn log_in(&self, up: &Child) -> anyhow::Result<ShopClient> {
        ShopClient::new(&format!("http://{}", up.address), None)?.log_in(ADMIN, &self.password).await
    }
}

/// Waits until the books agree strictly and every mail is sent, so that a shop that starts again has nothing to do;
/// whether it comes to that.
async fn at_rest(admin: &ShopClient) -> anyhow::Result<bool> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let queued = admin.get("/v1/mails?state=queued&limit=1", Headers::default()).await?;
        if queued["items"].as_array().is_some_and(Vec::is_empty)
            && admin.post("/v1/verify?strict=true", &json!({}), None).await?["ok"] == true
        {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(false)
}

impl Workload for Footprint<'_> {
    async fn floor(&mut self, _: Duration) -> anyhow::Result<Option<f64>> {
        let hello = self.program.hello().await?;
        self.floor_mb = hello.process().memory_mb();
        let ready_ms = hello.ready_ms;
        hello.stop().await?;
        Ok(Some(ready_ms))
    }

    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample> {
        let up = self.program.up().await?;
        tokio::time::sleep(REST).await;
        let idle = Meter::start(up.process());
        tokio::time::sleep(span * 2).await;
        let idle_percent = idle.cpu().as_secs_f64() / idle.elapsed().as_secs_f64() * 100.0;
        let idle_mb = up.process().memory_mb();
        let load = Load {
            address: up.address,
            world: self.run.world.clone(),
            carts: Arc::new(Carts::of_products(GOODS.products).at_once(up.address).await?),
            logins: Arc::new([]),
            shoppers: self.shoppers,
            wait: false,
            by_cart: false,
        };
        let meter = Meter::start(up.process());
        let (started, purchases) = load.buy_for(span).await?;
        let (elapsed, cpu, loaded_mb) = (started.elapsed(), meter.cpu(), up.process().memory_mb());
        let ready_ms = up.ready_ms;
        let peak_mb = up.process().peak_memory_mb();
        let admin = self.log_in(&up).await?;
        self.agree &= at_rest(&admin).await.context("verify")?;
        up.stop().await?;
        let orders = purchases.latencies_ms.len();
        Ok(Sample {
            value: ready_ms,
            operations: orders,
            cpu: Some(cpu),
            latencies_ms: Vec::new(),
            more: vec![
                ("idle_mb", short(idle_mb)),
                ("idle_cpu_percent", idle_percent),
                ("loaded_mb", loaded_mb),
                ("peak_mb", peak_mb),
                ("loaded_orders_per_s", orders as f64 / elapsed.as_secs_f64()),
                ("floor_mb", self.floor_mb),
            ],
        })
    }
}

impl Child {
    fn process(&self) -> Process {
        Process::Other(self.id)
    }
}
