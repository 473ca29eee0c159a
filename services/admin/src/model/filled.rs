//! A form as it was filled in: names and values in their order. Rows are named by their place, `variant.0.sku`, and can
//! be added and taken away before anything is saved.

use super::form::pairs;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use bodega_pages::Fault;

/// The most rows of one kind that a form has.
pub(crate) const MAX_ROWS: usize = 250;

/// What stands in a form, whoever put it there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled(Vec<(String, String)>);

impl Filled {
    /// With one more value.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With a tick, where it is one.
    #[must_use]
    pub(crate) fn ticked(self, name: &str, is_ticked: bool) -> Self {
        if is_ticked { self.with(name, "yes") } else { self }
    }

    /// With this value and no other of the name.
    #[must_use]
    pub(crate) fn instead(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.with(name, value)
    }

    /// The value of a name as it was typed; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value without blanks around it; `None` where nothing is left.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn is(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// All values of a name, such as of boxes that can be ticked together.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parts of a list that is written in one field, apart from each other by commas or lines.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// How many rows there are of a kind.
    pub(crate) fn rows(&self, kind: &str) -> usize {
        let places = self.0.iter().filter_map(|(name, _)| place(name, kind).map(|(place, _)| place + 1));
        places.max().unwrap_or(0)
    }

    /// What the buttons of the form did to its rows: `add=variant` and `remove=variant.2`. `None` where it was not one of
    /// them, and the form is meant to be saved.
    pub(crate) fn rebuilt(&self) -> Option<Self> {
        if let Some(kind) = self.text("add") {
            let place = self.rows(kind);
            let added = self.clone().without("add");
            return Some(if place < MAX_ROWS { added.with(&format!("{kind}.{place}.id"), "") } else { added });
        }
        let row = self.text("remove")?;
        let (kind, place) = row.rsplit_once('.')?;
        Some(self.clone().without("remove").without_row(kind, place.parse().ok()?))
    }

    /// Without any value of this name.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Without the row at a place; those behind it move up.
    #[must_use]
    pub(crate) fn without_row(mut self, kind: &str, gone: usize) -> Self {
        self.0.retain_mut(|(name, _)| match place(name, kind) {
            Some((place, _)) if place == gone => false,
            Some((place, rest)) if place > gone => {
                *name = format!("{kind}.{}{rest}", place - 1);
                true
            }
            Some(_) | None => true,
        });
        self
    }
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let body = Bytes::from_request(request, state).await.map_err(|_| Fault::of(413, "body_too_large"))?;
        Ok(Self(pairs(&body)))
    }
}

/// The place of a row's field, and what follows it: `variant.2.sku` is 2 and `.sku`.
fn place<'a>(name: &'a str, kind: &str) -> Option<(usize, &'a str)> {
    let rest = name.strip_prefix(kind)?.strip_prefix('.')?;
    let end = rest.find('.').unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    digits.parse().ok().filter(|place| *place < MAX_ROWS).map(|place| (place, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Filled {
        let form = Filled::default().with("name", "Mug").with("variant.0.sku", "A").with("variant.1.sku", "B");
        form.with("variant.2.sku", "C").with("variant.2.option.0", "Blue").with("variant.2.option.1", "Small")
    }

    #[test]
    fn a_row_that_is_added_keeps_all_that_was_typed() {
        let more = rows().with("add", "variant").rebuilt().unwrap();
        assert_eq!(more, rows().with("variant.3.id", ""));
        assert_eq!(more.rows("variant"), 4);
    }

    #[test]
    fn rows_behind_one_that_is_taken_away_move_up() {
        let fewer = rows().with("remove", "variant.1").rebuilt().unwrap();
        assert_eq!(fewer.rows("variant"), 2);
        assert_eq!(fewer.get("variant.1.sku"), "C");
        assert_eq!(fewer.get("variant.1.option.1"), "Small");
        let inner = fewer.without_row("variant.1.option", 0);
        assert_eq!(inner.get("variant.1.option.0"), "Small");
        assert_eq!(inner.rows("variant.1.option"), 1);
    }

    #[test]
    fn a_form_has_a_bound_on_its_rows() {
        let wild = Filled::default().with("variant.99999999.sku", "A").with("variant.-1.sku", "B");
        assert_eq!(wild.rows("variant"), 0);
        let full = Filled::default().with("variant.249.sku", "A");
        assert_eq!(full.clone().with("add", "variant").rebuilt().unwrap().rows("variant"), MAX_ROWS);
    }

    #[test]
    fn a_form_without_such_a_button_is_meant_to_be_saved() {
        assert_eq!(rows().rebuilt(), None);
        assert_eq!(rows().with("remove", "nothing").rebuilt(), None);
    }
}
