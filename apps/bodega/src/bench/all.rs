//! One workload after the other, each in a process of its own, so that none pays for what another left behind.

use super::Plan;
use crate::cli::Place;
use anyhow::Context as _;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::process::Command;

/// Each workload, and whether it is measured on PostgreSQL where one is named.
const WORKLOADS: [(&[&str], bool); 9] = [
    (&["order-saga"], true),
    (&["order-saga", "--wait"], true),
    (&["accept-latency"], false),
    (&["hot-sku"], true),
    (&["catalogue"], false),
    (&["pages"], false),
    (&["events"], true),
    (&["shopper"], false),
    (&["footprint"], false),
];
/// The crowd that comes as well where no other is named.
const CROWD: &str = "512";

/// Runs all of them; whether all books agreed.
pub(super) async fn run(plan: &Plan, place: &Place) -> anyhow::Result<bool> {
    let mut runs: Vec<Vec<String>> = WORKLOADS.iter().map(|(workload, sql)| arguments(plan, workload, *sql)).collect();
    if plan.shoppers.is_none() {
        runs.insert(1, arguments(plan, &["order-saga", "--shoppers", CROWD], true));
    }
    let (mut summaries, mut all_well) = (Vec::new(), true);
    for arguments in runs {
        let mut command = Command::new(std::env::current_exe()?);
        if let Some(config) = &place.config {
            command.arg("--config").arg(config);
        }
        if let Some(data) = &place.data {
            command.arg("--data").arg(data);
        }
        command.args(place.json.then_some("--json")).arg("bench").args(&arguments).stderr(Stdio::inherit());
        if !place.json {
            all_well &= command.status().await?.success();
            continue;
        }
        let output = command.output().await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = text.lines().last().with_context(|| format!("bench {} said nothing", arguments.join(" ")))?;
        summaries.push(serde_json::from_str::<Value>(last)?);
        all_well &= output.status.success();
    }
    if place.json {
        println!("{}", json!({"workloads": summaries, "verified": all_well}));
    }
    Ok(all_well)
}

fn arguments(plan: &Plan, workload: &[&str], sql: bool) -> Vec<String> {
    let mut arguments: Vec<String> = workload.iter().copied().map(str::to_owned).collect();
    let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    add("--seconds", plan.seconds.to_string());
    add("--pairs", plan.pairs.to_string());
    if let Some(shoppers) = plan.shoppers {
        add("--shoppers", shoppers.to_string());
    }
    if let Some(floor) = &plan.floor {
        add("--floor", floor.clone());
    }
    if let Some(database) = plan.database.as_ref().filter(|_| sql) {
        add("--database", database.clone());
    }
    arguments
}
