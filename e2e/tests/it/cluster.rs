//! `up --cluster`: two processes of each service and a gateway, on PostgreSQL and RabbitMQ. What is killed is started again,
//! buyers do not notice, and nothing is left when the first process ends.

use crate::rabbitmq::{EMAIL, PASSWORD, create_user, servers, variables};
use bodega_e2e::{Doors, Process};
use bodega_testkit::{Backend, Home};
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    time::{Duration, Instant},
};

/// Orders of each round.
const ORDERS: usize = 8;

/// The processes that `parent` started, by service.
fn members(parent: u32) -> BTreeMap<String, Vec<u32>> {
    let mut members = BTreeMap::<String, Vec<u32>>::new();
    for task in fs::read_dir(format!("/proc/{parent}/task")).unwrap().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let arguments = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
            let service = arguments.split('\0').nth(2).unwrap_or_default().to_owned();
            members.entry(service).or_default().push(child.parse().unwrap());
        }
    }
    members
}

/// A process that ended may wait to be noticed.
fn runs(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_sells_while_its_processes_are_killed_and_leaves_nothing_behind() {
    let Some(broker) = servers() else { return };
    let home = Home::new(Backend::Postgres);
    let variables = variables(&home, &broker);
    assert!(create_user(&variables), "the user could not be made");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let arguments = ["up", "--cluster", "--replicas", "2", "--listen", &listen];
    let mut cluster = Process::start(&arguments, &variables).unwrap();
    let all = members(cluster.id());
    assert_eq!((all.len(), all["gateway"].len()), (11, 1), "{all:?}");
    assert!(all.iter().all(|(service, ids)| service == "gateway" || ids.len() == 2), "{all:?}");

    let doors = Doors::open(&[&cluster.url], EMAIL, PASSWORD).await.unwrap();
    doors.sell("MUG", 999, 1_000).await.unwrap();
    let mut bought = Vec::new();
    for service in ["orders", "cart", "payments", "inventory"] {
        let killed = members(cluster.id())[service][0];
        kill(killed);
        for _ in 0..ORDERS {
            // Making a cart has no key, so one that broke off is not made twice; a shopper presses the button again.
            let cart = loop {
                match doors.cart(0, &[("MUG", 1)]).await {
                    Ok(cart) => break cart,
                    Err(error) => assert!(error.to_string().contains("503"), "{error}"),
                }
            };
            bought.push(doors.order_of(0, &cart, "sim_success").await.unwrap());
        }
        until("what was killed is started again", || {
            members(cluster.id()).get(service).is_some_and(|ids| ids.len() == 2 && !ids.contains(&killed))
        })
        .await;
    }
    for one in &bought {
        doors.reach(0, one, &["confirmed"]).await.unwrap();
    }
    doors.prove().await.unwrap();
    assert_eq!(doors.stock(0, "MUG").await.unwrap()["available"], 1_000 - bought.len());

    let ids: Vec<u32> = members(cluster.id()).into_values().flatten().collect();
    cluster.kill().unwrap();
    until("nothing is left", || !ids.iter().any(|id| runs(*id))).await;
}

fn kill(id: u32) {
    let killed = std::process::Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
    assert!(killed.success());
}
