//! What a list is filtered by: in its address, so that it can be kept and sent, and in all of its links.

use super::form::pairs;
use bodega_pages::Visit;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The filters of a list, as its address has them. Names that the page does not know are left out.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Filters {
    /// What the address says under these names.
    pub(crate) fn of(visit: &Visit, names: &[&'static str]) -> Self {
        Self::read(visit.path(), visit.query().unwrap_or_default(), names)
    }

    pub(crate) fn read(path: &str, query: &str, names: &[&'static str]) -> Self {
        let given = pairs(query.as_bytes());
        let found = |name: &&'static str| {
            let (_, value) = given.iter().find(|(given, value)| given == name && !value.trim().is_empty())?;
            Some((*name, value.trim().to_owned()))
        };
        Self { path: path.to_owned(), pairs: names.iter().filter_map(found).collect() }
    }

    /// What is filtered by under this name; empty where nothing is.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Whether anything is filtered by.
    pub(crate) fn any(&self) -> bool {
        self.pairs.iter().any(|(name, _)| *name != "cursor")
    }

    /// The list with this filter changed, from its first page on; an empty value takes the filter away.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .filter(|(known, _)| *known != name && *known != "cursor")
            .map(|(k, v)| (*k, &**v))
            .collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        address(&self.path, &pairs)
    }

    /// To the next page of the list and back to its first, for [`bodega_pages::parts::pager`].
    pub(crate) fn pages(&self, next: Option<&str>) -> (Option<String>, Option<String>) {
        let first = (!self.get("cursor").is_empty()).then(|| self.with("cursor", ""));
        (first, next.map(|cursor| self.with("cursor", cursor)))
    }
}

/// An address with its query.
pub(crate) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A text as a part of an address, whatever it holds.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stay_in_links_and_a_changed_one_begins_again() {
        let filters =
            Filters::read("/admin/orders", "q=a%26b&status=confirmed&cursor=xyz&evil=1", &["status", "q", "cursor"]);
        assert_eq!(filters.get("q"), "a&b");
        assert_eq!(filters.with("status", "shipped"), "/admin/orders?q=a%26b&status=shipped");
        assert_eq!(filters.with("q", ""), "/admin/orders?status=confirmed");
        let (first, next) = filters.pages(Some("n=="));
        assert_eq!(first.as_deref(), Some("/admin/orders?status=confirmed&q=a%26b"));
        assert_eq!(next.as_deref(), Some("/admin/orders?status=confirmed&q=a%26b&cursor=n%3D%3D"));
    }
}
