//! Reads what was typed, exactly: money and shares are never floats. What does not fit is named by the JSON pointer of
//! the body that it would become, as the API names what it refuses.

use super::{Filled, major, minor};
use bodega_kernel::{Currency, Money};
use bodega_pages::{Fault, FieldFault};

/// Reads a form and collects what is wrong with it.
pub(crate) struct Reading<'a> {
    form: &'a Filled,
    currency: Currency,
    wrong: Vec<FieldFault>,
}

impl<'a> Reading<'a> {
    /// Of this form; amounts without a currency of their own are in `currency`.
    pub(crate) fn of(form: &'a Filled, currency: Currency) -> Self {
        Self { form, currency, wrong: Vec::new() }
    }

    /// What does not fit at a place.
    pub(crate) fn refuse(&mut self, pointer: &str, detail: &str) {
        self.wrong.push(FieldFault { pointer: pointer.to_owned(), detail: detail.to_owned() });
    }

    /// A text that must be there.
    pub(crate) fn needed(&mut self, name: &str, pointer: &str) -> String {
        let text = self.form.text(name).unwrap_or_default().to_owned();
        if text.is_empty() {
            self.refuse(pointer, "is needed");
        }
        text
    }

    /// An amount in major units such as `19.99`, as minor units; `None` where nothing is typed.
    pub(crate) fn money(&mut self, name: &str, pointer: &str) -> Option<i64> {
        let text = self.form.text(name)?;
        let money = whole(text, self.currency);
        if money.is_none() {
            self.refuse(pointer, &not_an_amount(self.currency));
        }
        money.map(|money| money.amount)
    }

    /// An amount that must be there.
    pub(crate) fn price(&mut self, name: &str, pointer: &str) -> i64 {
        if self.form.text(name).is_none() {
            self.refuse(pointer, "is needed");
        }
        self.money(name, pointer).unwrap_or_default()
    }

    /// A whole number; `None` where nothing is typed.
    pub(crate) fn number(&mut self, name: &str, pointer: &str) -> Option<i64> {
        let number = self.form.text(name)?.parse().ok();
        if number.is_none() {
            self.refuse(pointer, "is a whole number such as 12");
        }
        number
    }

    /// A share in percent such as `12.5`, as basis points; `None` where nothing is typed.
    pub(crate) fn percent(&mut self, name: &str, pointer: &str) -> Option<i64> {
        let text = self.form.text(name)?;
        let share = hundredths(text.trim_end_matches('%').trim_end());
        if share.is_none() {
            self.refuse(pointer, "is a share in percent such as 20 or 12.5");
        }
        share
    }

    /// Amounts in several currencies: `GBP 20.00; EUR 25`. One without a currency is in the shop's.
    pub(crate) fn amounts(&mut self, name: &str, pointer: &str) -> Vec<Money> {
        let mut amounts = Vec::new();
        for part in self.form.get(name).split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
            match amount(part, self.currency) {
                Some(money) => amounts.push(money),
                None => self.refuse(pointer, "is amounts such as GBP 20.00; EUR 25"),
            }
        }
        amounts
    }

    /// A moment that a browser gives as `2026-01-31T10:00`, UTC, as the API takes it.
    pub(crate) fn moment(&self, name: &str) -> Option<String> {
        self.form.text(name).map(moment)
    }

    /// Whether all of it fits.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        Err(Fault { errors: self.wrong, ..Fault::of(422, "invalid_body") })
    }
}

/// A moment as the API takes it.
fn moment(text: &str) -> String {
    match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        _ => text.to_owned(),
    }
}

/// Amounts as they are typed into one field.
pub(crate) fn typed_all(amounts: &[Money]) -> String {
    let each: Vec<String> = amounts.iter().map(|money| format!("{} {}", money.currency, major(*money))).collect();
    each.join("; ")
}

/// Basis points as they are typed: `12.5`.
pub(crate) fn percent(bp: i64) -> String {
    let text = format!("{}.{:02}", bp / 100, bp % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn not_an_amount(currency: Currency) -> String {
    let sample = major(Money::new(1_999, currency));
    format!("is an amount such as {sample}")
}

/// An amount that is not less than nothing.
fn whole(text: &str, currency: Currency) -> Option<Money> {
    minor(text, currency).filter(|money| money.amount >= 0)
}

fn amount(text: &str, currency: Currency) -> Option<Money> {
    match text.split_once(char::is_whitespace) {
        Some((code, digits)) => whole(digits, Currency::new(&code.to_ascii_uppercase()).ok()?),
        None => whole(text, currency),
    }
}

fn hundredths(text: &str) -> Option<i64> {
    // The decimals of a pound are those of a share.
    whole(text, Currency::GBP).map(|share| share.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Result<i64, Vec<FieldFault>> {
        let form = Filled::default().with("price", text);
        let mut read = Reading::of(&form, Currency::GBP);
        let amount = read.price("price", "/price");
        read.finish().map(|()| amount).map_err(|fault| fault.errors)
    }

    #[test]
    fn money_is_read_to_the_penny_or_not_at_all() {
        for (text, pence) in
            [("19.99", 1_999), ("5", 500), (" 0.10 ", 10), ("0.1", 10), ("19,99", 1_999), ("1000000.00", 100_000_000)]
        {
            assert_eq!(money(text), Ok(pence), "{text}");
        }
        for text in ["1,999", "1.999,00", "1e3", "-1", "+1", "1.999", "£5", "0x10", "Inf", ".5", "", "١"] {
            let wrong = money(text).unwrap_err();
            assert_eq!(wrong[0].pointer, "/price", "{text}");
        }
    }

    #[test]
    fn amounts_name_their_currency() {
        let form = Filled::default().with("minimum", "20; eur 25.50;\nJPY 3000").with("bad", "GBP 20, EUR 25");
        let mut read = Reading::of(&form, Currency::GBP);
        let amounts = read.amounts("minimum", "/minimum");
        assert_eq!(typed_all(&amounts), "GBP 20.00; EUR 25.50; JPY 3000");
        assert!(read.amounts("bad", "/bad").is_empty());
        assert_eq!(read.finish().unwrap_err().errors[0].pointer, "/bad");
    }

    #[test]
    fn shares_are_basis_points() {
        let form = Filled::default().with("a", "12.5").with("b", "20 %").with("c", "0.01").with("d", "1.005");
        let mut read = Reading::of(&form, Currency::GBP);
        assert_eq!(read.percent("a", "/a"), Some(1_250));
        assert_eq!(read.percent("b", "/b"), Some(2_000));
        assert_eq!(read.percent("c", "/c"), Some(1));
        assert_eq!(read.percent("d", "/d"), None);
        assert_eq!([percent(1_250), percent(2_000), percent(1), percent(0)], ["12.5", "20", "0.01", "0"]);
    }

    #[test]
    fn moments_are_utc() {
        assert_eq!(moment("2026-01-31T10:00"), "2026-01-31T10:00:00Z");
        assert_eq!(moment("2026-01-31"), "2026-01-31T00:00:00Z");
    }
}
