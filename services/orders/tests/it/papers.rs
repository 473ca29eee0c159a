//! The papers of orders, read back with `pdftotext` (Debian package poppler-utils; `scripts/install`): they add up, they
//! stay what they were, and only those see them whom they concern.

use crate::setup::Shop;
use bodega_contracts::{
    Address, OrderId, Tender, TenderKind, Terms,
    cart::CartCheckedOut,
    catalog::{Shop as Profile, ShopProfile},
};
use bodega_kernel::{Currency, Money, Sku};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping, price};
use bodega_rpc::{Answers, RpcError};
use bodega_testkit::{Ask, Asker};
use http_body_util::BodyExt;
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};
use tokio::task::JoinSet;

/// A file as it came, with its status.
pub struct Read {
    status: u16,
    bytes: Vec<u8>,
    headers: [String; 3],
}

impl Read {
    /// What stands in it, page by page.
    fn pages(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        let mut reader = Command::new("pdftotext")
            .args(["-layout", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("pdftotext is there: scripts/install");
        let (mut stdin, file) = (reader.stdin.take().unwrap(), self.bytes.clone());
        let writer = std::thread::spawn(move || stdin.write_all(&file));
        let output = reader.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
    }

    pub fn text(&self) -> String {
        self.pages().concat()
    }
}

impl Shop {
    pub async fn read(&self, replica: usize, asker: &Asker, path: &str) -> Read {
        let response = self.respond(replica, Ask::get(path).by(asker)).await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let headers = ["content-type", "content-disposition", "cache-control"].map(header);
        let status = response.status().as_u16();
        Read { status, headers, bytes: response.into_body().collect().await.unwrap().to_bytes().into() }
    }

    /// The papers of an order as they are listed: number, kind, url.
    pub async fn listed(&self, order: OrderId) -> Vec<(String, String, String)> {
        let answer = self.get(&Self::staff(), &format!("/v1/orders/{order}/papers")).await.expect(200);
        let text = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap().to_owned();
        let items = answer.json["items"].as_array().unwrap();
        items.iter().map(|item| (text(item, "number"), text(item, "kind"), text(item, "url"))).collect()
    }

    /// An order that is paid, of this basket.
    pub async fn bought(&self, basket: Basket) -> OrderId {
        let order = self.order();
        let checkout = CartCheckedOut {
            priced: price(&basket).unwrap(),
            basket,
            unstocked: Vec::new(),
            shipping_address: Some(address("Łukasz Żółć", "Αθήνα", "GR")),
            billing_address: Some(address("Ada Lovelace", "London", "GB")),
            terms: Some(Terms { version: 3, digest: "ab12".to_owned() }),
            ..self.checkout(order, None)
        };
        self.pay(&checkout).await;
        order
    }

    async fn pay(&self, checkout: &CartCheckedOut) {
        let (order, total) = (checkout.order_id, Money::new(checkout.priced.total, checkout.basket.currency));
        self.deliver(vec![self.said(checkout)]).await;
        self.deliver(vec![self.reserved(order), self.captured_of(order, total)]).await;
    }

    /// Who the shop is from now on.
    pub fn is_called(&self, name: &str) {
        let profile = Profile {
            name: name.to_owned(),
            address: Some(address(name, "London", "GB")),
            email: Some("hello@shop.example".to_owned()),
            tax_number: Some("GB123456789".to_owned()),
            languages: vec!["en".to_owned(), "de".to_owned()],
        };
        self.neighbour("catalog", &Answers::new().on(async move |_: ShopProfile| Ok::<_, RpcError>(profile.clone())));
    }
}

fn address(name: &str, city: &str, country: &str) -> Address {
    Address {
        name: name.to_owned(),
        line1: "12 St James’s Square".to_owned(),
        line2: None,
        city: city.to_owned(),
        region: None,
        postal_code: "12345".to_owned(),
        country: country.to_owned(),
        phone: None,
    }
}

pub fn item(number: i64, unit_price: i64, quantity: i64, tax_rate_bp: i64) -> Item {
    let (sku, name) = (Sku::new(&format!("SKU-{number}")).unwrap(), format!("Thing number {number}"));
    Item { sku, name, unit_price, quantity, tax_rate_bp }
}

pub fn basket(currency: Currency, prices_include_tax: bool, lines: Vec<Item>) -> Basket {
    let discount = |label: &str, kind| Discount { label: label.to_owned(), kind, skus: None };
    Basket {
        currency,
        prices_include_tax,
        lines,
        discounts: vec![
            discount("10 % off", DiscountKind::Percentage { bp: 1_000 }),
            discount("Welcome", DiscountKind::Amount { amount: 333 }),
        ],
        shipping: Some(Shipping {
            method: "standard".to_owned(),
            name: "Standard".to_owned(),
            price: 450,
            tax_rate_bp: 2_000,
        }),
    }
}

/// The amount at the end of a line, in minor units.
pub fn amount(line: &str) -> i64 {
    let last = line.split_whitespace().last().unwrap();
    let digits: String = last.chars().filter(char::is_ascii_digit).collect();
    // The sign stands before the currency.
    let sign = if line.contains('\u{2212}') { -1 } else { 1 };
    sign * digits.parse::<i64>().unwrap_or_else(|_| panic!("no amount at the end of {line:?}"))
}

pub fn line<'a>(text: &'a str, beginning: &str) -> &'a str {
    let found = text.lines().find(|line| line.trim_start().starts_with(beginning));
    found.unwrap_or_else(|| panic!("no {beginning} in {text}"))
}

/// The rows by tax rate: gross less net is tax.
pub fn rates(text: &str) -> Vec<[i64; 3]> {
    let (_, summary) = text.split_once("Tax rate").unwrap();
    let rows = summary.lines().filter(|line| line.split_whitespace().next().is_some_and(|w| w.ends_with('%')));
    rows.map(|row| {
        let mut words = row.split_whitespace().rev();
        let [gross, tax, net] = [(); 3].map(|()| amount(words.next().unwrap()));
        assert_eq!(net + tax, gross, "{row}");
        [net, tax, gross]
    })
    .collect()
}

/// Reads an invoice and adds everything up; says its total.
fn check_sums(text: &str, basket: &Basket) -> i64 {
    let priced = price(basket).unwrap();
    let (table, sums) = text.split_once("Subtotal").unwrap();
    let ends_in_amount =
        |line: &&str| line.split_whitespace().last().is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()));
    let (_, table) = table.split_once("Quantity").unwrap();
    let lines: i64 = table.lines().filter(|line| line.contains("Thing number")).map(amount).sum();
    let is_discount = |line: &&str| ["10 % off", "Welcome"].iter().any(|label| line.trim_start().starts_with(label));
    let discounts: i64 = table.lines().filter(is_discount).filter(ends_in_amount).map(amount).sum();
    assert_eq!((lines, discounts), (priced.subtotal, -priced.discount));
    let sums = format!("Subtotal{sums}");
    let sum = |name: &str| amount(line(&sums, name));
    let taxes: i64 = if basket.prices_include_tax {
        0
    } else {
        sums.lines().filter(|line| line.trim_start().starts_with("Tax ") && line.contains('%')).map(amount).sum()
    };
    let total = sum("Total");
    assert_eq!(sum("Subtotal") + sum("Discount") + sum("Shipping") + taxes, total);
    assert_eq!((sum("Subtotal"), sum("Discount"), total), (lines, discounts, priced.total));
    let rates = rates(&sums);
    assert_eq!(rates.iter().map(|[_, _, gross]| gross).sum::<i64>(), total);
    assert_eq!(rates.iter().map(|[_, tax, _]| tax).sum::<i64>(), priced.tax);
    total
}

async fn an_invoice_adds_up_in_every_currency_and_with_tax_in_or_on_top(shop: &Shop) {
    shop.is_called("The Corner Shop");
    for currency in [Currency::GBP, Currency::EUR, Currency::KWD, Currency::JPY] {
        for prices_include_tax in [true, false] {
            let lines = vec![item(1, 1_999, 3, 2_000), item(2, 123_456, 2, 500), item(3, 700, 1, 0)];
            let basket = basket(currency, prices_include_tax, lines);
            let order = shop.bought(basket.clone()).await;
            let [(number, kind, url)] = &*shop.listed(order).await else { panic!("one paper") };
            let invoice = shop.read(0, &shop.guest(order), url).await;
            let text = invoice.text();
            check_sums(&text, &basket);
            assert_eq!((kind.as_str(), url.ends_with(&format!("/{number}.pdf"))), ("invoice", true));
            for written in
                [number, "The Corner Shop", "VAT no. GB123456789", "Łukasz Żółć", "Αθήνα", "Greece", "version 3"]
            {
                assert!(text.contains(written), "{written} is not in {text}");
            }
            let disposition = format!("inline; filename=\"{number}.pdf\"");
            assert_eq!(invoice.headers, ["application/pdf".to_owned(), disposition, "private".to_owned()]);
        }
    }
}

async fn a_hundred_lines_go_over_pages_and_add_up(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let lines =
        (1..=100).map(|number| item(number, 100 + 37 * number, 1 + number % 4, [0, 500, 2_000][number as usize % 3]));
    let basket = basket(Currency::GBP, true, lines.collect());
    let order = shop.bought(basket.clone()).await;
    let url = shop.listed(order).await[0].2.clone();
    let pages = shop.read(0, &Shop::staff(), &url).await.pages();
    assert!(pages.len() > 4, "{}", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())), "{page}");
        assert_eq!(page.contains("Thing number"), page.contains("Unit price"), "the head is on each page with lines");
    }
    check_sums(&pages.concat(), &basket);
}

async fn credit_notes_name_their_invoice_and_come_to_all_of_it(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let basket =
        basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000), item(2, 3_333, 2, 500), item(3, 700, 1, 0)]);
    let total = price(&basket).unwrap().total;
    let order = shop.bought(basket.clone()).await;
    shop.deliver(vec![shop.refunded(order, 1_234)]).await;
    shop.deliver(vec![shop.refunded(order, total)]).await;
    let papers = shop.listed(order).await;
    let invoice = papers.iter().find(|(_, kind, _)| kind == "invoice").unwrap().0.clone();
    let notes: Vec<_> = papers.iter().filter(|(_, kind, _)| kind == "credit_note").collect();
    assert_eq!(notes.len(), 2, "{papers:?}");
    let mut gross = 0;
    let mut tax = 0;
    for (.., url) in notes {
        let text = shop.read(0, &shop.guest(order), url).await.text();
        assert!(text.contains("Credit note") && text.contains(&format!("for invoice {invoice}")), "{text}");
        let rates = rates(&text);
        assert_eq!(rates.iter().map(|[_, _, gross]| gross).sum::<i64>(), amount(line(&text, "Credited")));
        gross += rates.iter().map(|[_, _, gross]| gross).sum::<i64>();
        tax += rates.iter().map(|[_, tax, _]| tax).sum::<i64>();
    }
    assert_eq!((gross, tax), (total, price(&basket).unwrap().tax));

    let whole = shop.bought(basket.clone()).await;
    shop.deliver(vec![shop.refunded(whole, total)]).await;
    let papers = shop.listed(whole).await;
    let (.., url) = papers.iter().find(|(_, kind, _)| kind == "credit_note").unwrap();
    let text = shop.read(0, &shop.guest(whole), url).await.text();
    assert_eq!(check_sums(&text, &basket), total, "all of it repeats the lines");
}

async fn an_issued_paper_never_changes(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let order = shop.bought(basket(Currency::EUR, true, vec![item(1, 1_999, 3, 1_900)])).await;
    let url = shop.listed(order).await[0].2.clone();
    let first = shop.read(0, &shop.guest(order), &url).await;
    shop.is_called("Another Name");
    let second = shop.read(1, &Shop::staff(), &url).await;
    assert_eq!(first.bytes, second.bytes);
    let german = shop.read(1, &Shop::staff(), &format!("{url}?lang=de")).await.text();
    for written in ["Rechnung", "The Corner Shop", "Rechnungsdatum", "1. Januar 2026", "USt-IdNr.", "Griechenland"] {
        assert!(german.contains(written), "{written} is not in {german}");
    }
    assert!(!german.contains("Another Name"));
    let english = shop.read(0, &Shop::staff(), &format!("{url}?lang=en")).await;
    assert_eq!(english.bytes, first.bytes);
    let later = shop.bought(basket(Currency::EUR, true, vec![item(1, 1_999, 3, 1_900)])).await;
    let later = shop.read(0, &Shop::staff(), &shop.listed(later).await[0].2).await.text();
    assert!(later.contains("Another Name"), "a later paper has the new name");
}

async fn a_hundred_who_read_at_once_read_the_same(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let order = shop.bought(basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000)])).await;
    let url = shop.listed(order).await[0].2.clone();
    let guest = shop.guest(order);
    let mut readers = JoinSet::new();
    for reader in 0..100 {
        let path = if reader % 3 == 0 { url.clone() } else { format!("{url}?lang=en") };
        let (stage, ask) = (shop.on(reader), Ask::get(path).by(&guest));
        readers.spawn(async move {
            let response = stage.respond(0, ask).await;
            assert_eq!(response.status().as_u16(), 200);
            response.into_body().collect().await.unwrap().to_bytes().to_vec()
        });
    }
    let read: BTreeSet<Vec<u8>> = readers.join_all().await.into_iter().collect();
    assert_eq!(read.len(), 1);
    assert!(read.iter().all(|bytes| bytes.starts_with(b"%PDF-")));
}

async fn papers_of_other_people_do_not_exist(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let (order, owner) = (shop.order(), shop.user());
    shop.pay(&shop.checkout(order, Some(owner))).await;
    let other = shop.bought(basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000)])).await;
    let (list, url) = (format!("/v1/orders/{order}/papers"), shop.listed(order).await[0].2.clone());
    let elsewhere = shop.listed(other).await[0].0.clone();
    let strangers = [Asker::default(), shop.guest(other), Shop::customer(shop.user())];
    for stranger in &strangers {
        for path in [&list, &url, &format!("{list}/INV-1.pdf")] {
            let answer = shop.get(stranger, path).await;
            assert_eq!((answer.status, answer.code()), (404, "order_not_found"), "{path}");
        }
    }
    for friend in [shop.guest(order), Shop::customer(owner), Shop::staff()] {
        assert_eq!(shop.get(&friend, &list).await.status, 200);
        assert_eq!(shop.read(0, &friend, &url).await.status, 200);
        for number in [&elsewhere, "INV-2026-99999", "..%2f..%2fsecret", "%00", ""] {
            let path = if number.is_empty() {
                url.trim_end_matches(".pdf").to_owned()
            } else {
                format!("{list}/{number}.pdf")
            };
            let answer = shop.get(&friend, &path).await;
            assert_eq!((answer.status, answer.code()), (404, "paper_not_found"), "{path}");
        }
        for query in ["lang=fr", "lang=EN", "colour=red"] {
            assert_eq!(shop.get(&friend, &format!("{url}?{query}")).await.expect(422).code(), "invalid_query");
        }
    }
    let pending = shop.placed().await;
    assert_eq!(
        shop.get(&shop.guest(pending), &format!("/v1/orders/{pending}/papers")).await.json["items"],
        serde_json::json!([])
    );
}

async fn without_word_of_the_shop_a_paper_has_its_name_from_the_settings_and_is_not_kept(shop: &Shop) {
    let order = shop.bought(basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000)])).await;
    let url = shop.listed(order).await[0].2.clone();
    let first = shop.read(0, &shop.guest(order), &url).await;
    assert!(first.text().contains("Bodega"));
    assert_eq!(first.bytes, shop.read(0, &shop.guest(order), &url).await.bytes);
    shop.is_called("The Corner Shop");
    let known = shop.read(0, &shop.guest(order), &url).await;
    assert!(known.text().contains("The Corner Shop"), "a silent neighbour writes no paper for good");
    shop.is_called("Another Name");
    assert_eq!(shop.read(0, &shop.guest(order), &url).await.bytes, known.bytes);
}

async fn what_a_gift_card_paid_stands_under_the_total(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let order = shop.order();
    let basket = basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000)]);
    let tender = Tender { kind: TenderKind::GiftCard, card_id: None, label: "…A1B2".to_owned(), amount: 1_000 };
    let checkout = CartCheckedOut {
        priced: price(&basket).unwrap(),
        basket: basket.clone(),
        tenders: vec![tender],
        ..shop.checkout(order, None)
    };
    shop.pay(&checkout).await;
    let text = shop.read(0, &shop.guest(order), &shop.listed(order).await[0].2).await.text();
    check_sums(&text, &basket);
    assert_eq!(amount(line(&text, "of which by gift card …A1B2")), 1_000);
}

async fn a_packing_slip_says_what_and_where_and_no_price_and_staff_alone_see_it(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let order = shop.bought(basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000), item(2, 4_711, 2, 500)])).await;
    let path = format!("/v1/admin/orders/{order}/packing-slip.pdf");
    for (stranger, status) in [(Asker::default(), 401), (shop.guest(order), 401), (Shop::customer(shop.user()), 403)] {
        assert_eq!(shop.get(&stranger, &path).await.status, status);
    }
    let slip = shop.read(0, &Shop::staff(), &path).await;
    assert_eq!(slip.headers[2], "private, no-store");
    let text = slip.text();
    let number = shop.get(&Shop::staff(), &format!("/v1/orders/{order}")).await.field("number");
    for written in [number.as_str(), "SKU-1", "Thing number 2", "Łukasz Żółć", "Αθήνα", "Packing slip"] {
        assert!(text.contains(written), "{written} is not in {text}");
    }
    assert_eq!((amount(line(&text, "SKU-1")), amount(line(&text, "SKU-2")), amount(line(&text, "Pieces"))), (3, 2, 5));
    for price in ["19.99", "47.11", "£", "GBP", "Ada Lovelace"] {
        assert!(!text.contains(price), "{price} is in {text}");
    }
    assert!(shop.read(0, &Shop::staff(), &format!("{path}?lang=de")).await.text().contains("Lieferschein"));
    let nothing = format!("/v1/admin/orders/{}/packing-slip.pdf", shop.order());
    assert_eq!(shop.get(&Shop::staff(), &nothing).await.expect(404).code(), "order_not_found");
}

bodega_testkit::stories![
    an_invoice_adds_up_in_every_currency_and_with_tax_in_or_on_top,
    a_hundred_lines_go_over_pages_and_add_up,
    credit_notes_name_their_invoice_and_come_to_all_of_it,
    an_issued_paper_never_changes,
    a_hundred_who_read_at_once_read_the_same,
    papers_of_other_people_do_not_exist,
    without_word_of_the_shop_a_paper_has_its_name_from_the_settings_and_is_not_kept,
    what_a_gift_card_paid_stands_under_the_total,
    a_packing_slip_says_what_and_where_and_no_price_and_staff_alone_see_it,
];
