//! What is printed for a parcel: its label, with where it goes in large letters and what it is known by as bars. Pure: facts
//! in, a described paper out.

use crate::views::ShipmentView;
use bodega_contracts::{Address, catalog::Shop};
use bodega_papers::{Barcode, Block, Fact, Footer, Paper, Part};

/// The most characters of a name or a line of an address.
const MAX_CHARS: usize = 100;
/// Countries that write the town before the postal code.
const TOWN_FIRST: [&str; 8] = ["AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US"];

/// What a label is about.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    /// Who sends.
    pub(crate) shop: Shop,
    /// Of the order.
    pub(crate) order_number: String,
    pub(crate) address: Option<Address>,
    pub(crate) shipment: ShipmentView,
    /// Which parcel of its order, from 1 on.
    pub(crate) place: usize,
}

/// The label of a parcel. Without a number of its carrier, the bars say the order's.
pub(crate) fn label(about: &Labelled) -> Paper {
    let Labelled { shop, shipment, place, .. } = about;
    let number = plain(&about.order_number);
    let tracking = shipment.tracking_number.as_deref().map(plain).filter(|number| !number.is_empty());
    let pieces: i64 = shipment.lines.iter().map(|line| line.quantity).sum();
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let mut facts = vec![
        fact("Order", number.clone()),
        fact("Parcel", place.to_string()),
        fact("Pieces", pieces.to_string()),
        fact("Carrier", plain(&shipment.carrier_name)),
    ];
    let sent = shipment.dispatched_at.map(|at| at.to_string().chars().take(10).collect());
    facts.extend(sent.map(|day| fact("Sent", day)));
    let (heading, text) = match tracking {
        Some(tracking) => ("Tracking number", tracking),
        None => ("Order", number.clone()),
    };
    let to = Block { heading: "Ship to".to_owned(), lines: about.address.as_ref().map(lines_of).unwrap_or_default() };
    Paper {
        language: "en".to_owned(),
        title: format!("Parcel {place} of order {number}"),
        issuer: plain(&shop.name),
        issuer_lines: shop.address.as_ref().map(lines_of).unwrap_or_default(),
        facts,
        parts: vec![Part::Address(to), Part::Barcode(Barcode { heading: heading.to_owned(), text })],
        footer: Footer { page: "Page".to_owned(), of: "of".to_owned(), ..Footer::default() },
        ..Paper::default()
    }
}

/// An address as it stands on a parcel; its country as its code, which every carrier reads.
fn lines_of(address: &Address) -> Vec<String> {
    let (city, code) = (&address.city, &address.postal_code);
    let town = if TOWN_FIRST.contains(&address.country.as_str()) {
        format!("{city} {code}")
    } else {
        format!("{code} {city}")
    };
    let parts =
        [Some(&address.name), Some(&address.line1), address.line2.as_ref(), Some(&town), address.region.as_ref()];
    let lines = parts.into_iter().flatten().chain([&address.country]);
    lines.map(|line| plain(line)).filter(|line| !line.is_empty()).collect()
}

/// A text on one line, cut where it is long: names come from people.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::ShipmentState, views::PieceView};
    use bodega_contracts::{OrderId, ShipmentId};
    use bodega_kernel::{Sku, Time, uuid::Uuid};

    fn about(tracking: Option<&str>) -> Labelled {
        let piece = |sku: &str, quantity| PieceView { sku: Sku::new(sku).unwrap(), quantity };
        let address = Address {
            name: "Ada\nLovelace".to_owned(),
            line1: "Hauptstr. 1".to_owned(),
            line2: None,
            city: "Köln".to_owned(),
            region: Some(String::new()),
            postal_code: "50667".to_owned(),
            country: "DE".to_owned(),
            phone: None,
        };
        Labelled {
            shop: Shop { name: "The Corner Shop".to_owned(), ..Shop::default() },
            order_number: "B1000".to_owned(),
            address: Some(address),
            shipment: ShipmentView {
                id: ShipmentId(Uuid::nil()),
                order_id: OrderId(Uuid::nil()),
                state: ShipmentState::Dispatched,
                carrier: "manual".to_owned(),
                carrier_name: "Royal Mail".to_owned(),
                tracking_number: tracking.map(str::to_owned),
                tracking_url: None,
                lines: vec![piece("A", 2), piece("B", 1)],
                tracking_status: None,
                failure: None,
                dispatched_at: Some(Time::from_ms(0)),
                delivered_at: None,
            },
            place: 2,
        }
    }

    fn bars(paper: &Paper) -> (&str, &str) {
        let code = paper.parts.iter().find_map(|part| if let Part::Barcode(code) = part { Some(code) } else { None });
        code.map(|code| (code.heading.as_str(), code.text.as_str())).unwrap()
    }

    #[test]
    fn a_label_says_where_the_parcel_goes_and_what_it_is_known_by() {
        let paper = label(&about(Some("RM123456789GB")));
        let facts: Vec<_> = paper.facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
        let expected =
            [("Order", "B1000"), ("Parcel", "2"), ("Pieces", "3"), ("Carrier", "Royal Mail"), ("Sent", "1970-01-01")];
        assert_eq!(facts, expected);
        let to = Block {
            heading: "Ship to".to_owned(),
            lines: ["Ada Lovelace", "Hauptstr. 1", "50667 Köln", "DE"].map(str::to_owned).into(),
        };
        assert_eq!(paper.parts[0], Part::Address(to));
        assert_eq!(bars(&paper), ("Tracking number", "RM123456789GB"));
        assert!(paper.to_pdf().unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn a_parcel_without_a_number_of_its_carrier_is_known_by_its_order() {
        assert_eq!(bars(&label(&about(None))), ("Order", "B1000"));
        let nowhere = Labelled { address: None, ..about(Some(" ")) };
        assert_eq!(bars(&label(&nowhere)), ("Order", "B1000"));
        assert!(label(&nowhere).to_pdf().is_ok());
    }
}
