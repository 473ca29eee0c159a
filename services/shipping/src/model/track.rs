//! What carriers say of a parcel, in whatever order they say it: it moves forward only, and arrives once.

use bodega_contracts::ShipmentId;
use bodega_kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShipmentState {
    /// Its money is being taken; then it goes on.
    AwaitingCapture,
    /// The carrier has yet to give it a label.
    Preparing,
    /// The carrier refused it, or its money could not be taken; its goods are to be packed again.
    Failed,
    /// It left.
    Dispatched,
    /// It was seen on its way.
    InTransit,
    /// It arrived.
    Delivered,
    /// The customer fetched it.
    HandedOver,
}

/// How a parcel goes on when its money is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Onward {
    /// It is handed in by hand.
    Hand,
    /// Its carrier is asked for a label.
    Label,
    /// The customer takes it from the desk.
    Desk,
}

/// What a carrier says of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was seen.
    InTransit,
    /// It arrived.
    Delivered,
}

/// What a carrier reports by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Unique at its carrier.
    pub(crate) id: String,
    /// Our key for the parcel; `None` where it names none of ours.
    pub(crate) shipment: Option<ShipmentId>,
    /// The carrier's own.
    pub(crate) tracking_number: String,
    pub(crate) step: Step,
    /// Where or how, in the carrier's words.
    pub(crate) words: String,
    /// When it was so.
    pub(crate) at: Time,
}

/// What is known of a parcel's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tracked {
    pub(crate) state: ShipmentState,
    /// The carrier's last words, and when they were true.
    pub(crate) last: Option<(Time, String)>,
}

/// What a report changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Track {
    /// It was seen anew.
    Moved,
    /// It arrived.
    Arrived,
    /// Something later is known already.
    Late,
    /// It has not left, so there is nothing to be seen of it.
    Misfit,
}

impl Track {
    /// Its word in the books.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Arrived => "arrived",
            Self::Late => "late",
            Self::Misfit => "misfit",
        }
    }
}

/// Takes in a report.
pub(crate) fn track(tracked: &mut Tracked, report: &Report) -> Track {
    let (newer, outcome) = match (tracked.state, report.step) {
        (ShipmentState::AwaitingCapture | ShipmentState::Preparing | ShipmentState::Failed, _) => return Track::Misfit,
        (ShipmentState::Delivered | ShipmentState::HandedOver, _) => return Track::Late,
        (ShipmentState::Dispatched | ShipmentState::InTransit, Step::Delivered) => (true, Track::Arrived),
        (ShipmentState::Dispatched, Step::InTransit) => (true, Track::Moved),
        (ShipmentState::InTransit, Step::InTransit) => {
            let said = Some((report.at, report.words.clone()));
            (tracked.last < said, Track::Moved)
        }
    };
    if !newer {
        return Track::Late;
    }
    tracked.state = if outcome == Track::Arrived { ShipmentState::Delivered } else { ShipmentState::InTransit };
    tracked.last = Some((report.at, report.words.clone()));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: Step, minute: i64, words: &str) -> Report {
        let at = Time::from_ms(minute * 60_000);
        let (id, tracking_number) = (format!("{minute}{words}"), "T".to_owned());
        Report { id, shipment: None, tracking_number, step, words: words.to_owned(), at }
    }

    fn dispatched() -> Tracked {
        Tracked { state: ShipmentState::Dispatched, last: None }
    }

    #[test]
    fn reports_in_any_order_end_the_same() {
        let reports = [
            report(Step::InTransit, 1, "in Leeds"),
            report(Step::InTransit, 2, "in York"),
            report(Step::InTransit, 2, "on the road"),
            report(Step::Delivered, 3, "at the door"),
        ];
        for with_end in [true, false] {
            let count = if with_end { 4 } else { 3 };
            let ends: Vec<Tracked> = orders(count)
                .into_iter()
                .map(|order| {
                    let mut tracked = dispatched();
                    for index in order {
                        track(&mut tracked, &reports[index]);
                        assert_eq!(track(&mut tracked, &reports[index]), Track::Late, "twice is once");
                    }
                    tracked
                })
                .collect();
            let expected = if with_end { (3, "at the door") } else { (2, "on the road") };
            let last = Some((Time::from_ms(expected.0 * 60_000), expected.1.to_owned()));
            assert!(ends.iter().all(|end| end.last == last), "{ends:?}");
        }
    }

    fn orders(count: usize) -> Vec<Vec<usize>> {
        if count == 0 {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for shorter in orders(count - 1) {
            for place in 0..=shorter.len() {
                let mut longer = shorter.clone();
                longer.insert(place, count - 1);
                all.push(longer);
            }
        }
        all
    }

    #[test]
    fn a_parcel_that_has_not_left_is_not_seen() {
        for state in [ShipmentState::AwaitingCapture, ShipmentState::Preparing, ShipmentState::Failed] {
            let mut tracked = Tracked { state, last: None };
            assert_eq!(track(&mut tracked, &report(Step::Delivered, 1, "here")), Track::Misfit);
            assert_eq!(tracked, Tracked { state, last: None });
        }
    }
}
