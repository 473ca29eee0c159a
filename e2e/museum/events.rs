//! Faults of events, played on a wire between a bell that rings and a listener that counts.

use crate::shop::{Seen, never};

mod bell;
mod tin_can;

use bell::Bell;
use tin_can::{Flaw, TinCan};

/// Two services and what is between them.
trait Wire {
    /// Rings, committed with the fact.
    async fn ring(&mut self, ring: i64);
    /// The bell's process ends right after its commit and comes back.
    async fn crash(&mut self);
    /// `first` begins before `second` and is committed after it, and the listener looks in between.
    async fn overlap(&mut self, first: i64, second: i64);
    /// The broker hands these over; the listener stumbles so many times before it can handle anything. A negative ring it can
    /// never handle. Whether the broker was rid of them in the end.
    async fn hand_over(&mut self, rings: &[i64], stumbles: usize) -> bool;
    /// The broker hands the same over to two replicas at once.
    async fn hand_over_twice_at_once(&mut self, ring: i64);
    /// Days pass, and old things are tidied away.
    async fn days_pass(&mut self, days: u64);
    /// A job of the listener is begun by a process that ends in the middle of it; then the listener comes back.
    async fn die_in_a_job(&mut self, ring: i64);
    /// How often a ring was heard, once everybody has come to rest.
    async fn heard(&mut self, ring: i64) -> i64;
}

async fn heard_once<W: Wire>(wire: &mut W, ring: i64) -> Seen {
    let times = wire.heard(ring).await;
    never(times != 1, || format!("ring {ring} was heard {times} times"))
}

async fn a_listener_that_stumbles<W: Wire>(wire: &mut W) -> Seen {
    wire.hand_over(&[1, 2], 3).await;
    heard_once(wire, 1).await?;
    heard_once(wire, 2).await
}

async fn a_process_that_ends_after_its_commit<W: Wire>(wire: &mut W) -> Seen {
    wire.ring(1).await;
    wire.crash().await;
    wire.ring(2).await;
    heard_once(wire, 1).await?;
    heard_once(wire, 2).await
}

async fn a_commit_that_comes_late<W: Wire>(wire: &mut W) -> Seen {
    wire.overlap(1, 2).await;
    wire.ring(3).await;
    heard_once(wire, 3).await?;
    heard_once(wire, 2).await?;
    heard_once(wire, 1).await
}

async fn a_ring_that_nobody_can_hear<W: Wire>(wire: &mut W) -> Seen {
    let is_rid_of_it = wire.hand_over(&[1, -1, 2], 0).await;
    never(!is_rid_of_it, || "the broker hands it over for ever".to_owned())?;
    heard_once(wire, 1).await?;
    heard_once(wire, 2).await
}

async fn a_ring_that_comes_again_on_day_eight<W: Wire>(wire: &mut W) -> Seen {
    wire.hand_over(&[1], 0).await;
    wire.days_pass(8).await;
    wire.hand_over(&[1], 0).await;
    heard_once(wire, 1).await
}

async fn a_job_whose_process_ends<W: Wire>(wire: &mut W) -> Seen {
    wire.die_in_a_job(1).await;
    heard_once(wire, 1).await
}

async fn one_ring_at_two_replicas<W: Wire>(wire: &mut W) -> Seen {
    wire.hand_over_twice_at_once(1).await;
    heard_once(wire, 1).await
}

/// An exhibit: seen on the tin can with its flaw, and nowhere else.
macro_rules! exhibit {
    ($(#[$comment:meta])* $name:ident: $flaw:ident, $play:ident) => {
        $(#[$comment])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let seen = $play(&mut TinCan::with(Some(Flaw::$flaw))).await;
            assert!(seen.is_err(), "the fault does not show on a wire that has it");
            $play(&mut TinCan::with(None)).await.expect("a tin can without the fault shows it");
            for backend in bodega_testkit::backends() {
                let mut wire = Bell::hung(backend).await;
                $play(&mut wire).await.unwrap_or_else(|seen| panic!("{backend:?}: {seen}"));
            }
        }
    };
}

exhibit! {
    /// dotnet/eShop's `RabbitMQEventBus`.
    an_event_whose_handler_failed_is_not_acknowledged: AcknowledgesAnyway, a_listener_that_stumbles
}
exhibit! {
    /// eShopOnContainers #279.
    what_is_committed_is_published_by_whoever_comes_back: PublishesAfterTheCommit, a_process_that_ends_after_its_commit
}
exhibit! {
    /// kamu-cli #1398, Eventuous #222.
    a_late_commit_is_not_skipped: ReadsBeyondTheLast, a_commit_that_comes_late
}
exhibit! {
    /// rabbitmq-server #1020, james #5304.
    a_poison_message_is_put_aside: HandsOverForEver, a_ring_that_nobody_can_hear
}
exhibit! {
    /// `NServiceBus` documentation.
    a_redelivery_on_day_eight_changes_nothing: ForgetsAfterAWeek, a_ring_that_comes_again_on_day_eight
}
exhibit! {
    /// vendure #5187.
    a_job_whose_process_ended_is_done_by_another: MarksItRunning, a_job_whose_process_ends
}
exhibit! {
    /// `NServiceBus` documentation: the mail that went twice.
    a_handler_that_runs_twice_acts_once: LooksThenActs, one_ring_at_two_replicas
}
