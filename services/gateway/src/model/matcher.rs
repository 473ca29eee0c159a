//! Finds the route of a path, as the services' own routers would: segment by segment, a literal before a parameter.

use crate::settings::{METHODS, Route};
use axum::http::Method;

/// All routes by path.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: Vec<(Box<str>, Node)>,
    parameter: Option<Box<Node>>,
    rest: Entry,
    here: Entry,
}

/// The route of each method, as its place in the policy.
#[derive(Debug, Default, Clone, Copy)]
struct Entry([Option<usize>; METHODS.len()]);

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The route at this place in the policy.
    Route(usize),
    /// The path, but not with this method; these it has.
    OtherMethods([bool; METHODS.len()]),
    /// Nothing.
    Nothing,
}

impl Matcher {
    pub(crate) fn new(routes: &[Route]) -> Self {
        let mut matcher = Self::default();
        for (place, route) in routes.iter().enumerate() {
            matcher.insert(place, route);
        }
        matcher
    }

    fn insert(&mut self, place: usize, route: &Route) {
        let mut node = &mut self.root;
        let mut rest = false;
        for segment in route.path.split('/').skip(1) {
            if segment.starts_with("{*") {
                rest = true;
            } else if segment.starts_with('{') {
                node = node.parameter.get_or_insert_default();
            } else {
                node = node.literal(segment);
            }
        }
        let entry = if rest { &mut node.rest } else { &mut node.here };
        for method in &route.methods {
            if let Some(slot) = METHODS.iter().position(|known| known.as_str() == method) {
                entry.0[slot].get_or_insert(place);
            }
        }
    }

    /// The route of a path as it was sent. A path whose segments say `.` or `..`, in whatever writing, has none.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Found {
        let Some(path) = path.strip_prefix('/') else { return Found::Nothing };
        if path.split('/').any(is_dots) {
            return Found::Nothing;
        }
        let Some(entry) = self.root.find(path) else { return Found::Nothing };
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        let slot = METHODS.iter().position(|known| known == wanted);
        match slot.and_then(|slot| entry.0[slot]) {
            Some(place) => Found::Route(place),
            None => Found::OtherMethods(entry.0.map(|place| place.is_some())),
        }
    }
}

impl Node {
    fn literal(&mut self, segment: &str) -> &mut Node {
        let place = self.literals.iter().position(|(literal, _)| **literal == *segment);
        let place = place.unwrap_or_else(|| {
            self.literals.push((segment.into(), Node::default()));
            self.literals.len() - 1
        });
        &mut self.literals[place].1
    }

    fn find(&self, path: &str) -> Option<&Entry> {
        let (segment, after) = match path.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (path, None),
        };
        let literal = self.literals.iter().find(|(literal, _)| **literal == *segment).map(|(_, node)| node);
        let parameter = self.parameter.as_deref().filter(|_| !segment.is_empty());
        let further = [literal, parameter].into_iter().flatten().find_map(|node| match after {
            Some(after) => node.find(after),
            None => Some(&node.here).filter(|entry| entry.is_some()),
        });
        further.or_else(|| Some(&self.rest).filter(|entry| entry.is_some() && !path.is_empty()))
    }
}

impl Entry {
    fn is_some(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

fn is_dots(segment: &str) -> bool {
    // Only a segment that begins so can be one; most do not.
    segment.starts_with(['.', '%']) && [".", ".."].contains(&segment.to_ascii_lowercase().replace("%2e", ".").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::read_policy;
    use proptest::prelude::*;

    fn matcher(paths: &[(&str, &str)]) -> Matcher {
        let routes: Vec<String> = paths
            .iter()
            .map(|(methods, path)| {
                format!("[[route]]\npath = \"{path}\"\nmethods = [{methods}]\nservice = \"s\"\naccess = \"public\"\n")
            })
            .collect();
        Matcher::new(&read_policy(&routes.concat()).unwrap())
    }

    fn shop() -> Matcher {
        matcher(&[
            ("'GET', 'POST'", "/v1/products"),
            ("'GET'", "/v1/products/{id}"),
            ("'POST'", "/v1/products/import"),
            ("'GET'", "/v1/products/{id}/photos"),
            ("'GET'", "/docs/"),
            ("'GET'", "/docs/{*rest}"),
        ])
    }

    fn find(method: &Method, path: &str) -> Found {
        shop().find(method, path)
    }

    #[test]
    fn a_path_has_its_route_and_a_literal_goes_before_a_parameter() {
        assert_eq!(find(&Method::GET, "/v1/products"), Found::Route(0));
        assert_eq!(find(&Method::HEAD, "/v1/products/teapot"), Found::Route(1));
        assert_eq!(find(&Method::POST, "/v1/products/import"), Found::Route(2));
        assert_eq!(find(&Method::GET, "/v1/products/import/photos"), Found::Route(3));
        assert_eq!(find(&Method::GET, "/docs/"), Found::Route(4));
        assert_eq!(find(&Method::GET, "/docs/a/b.css"), Found::Route(5));
    }

    #[test]
    fn a_path_without_this_method_tells_those_it_has() {
        let Found::OtherMethods(methods) = find(&Method::DELETE, "/v1/products") else { panic!() };
        assert_eq!(methods, [true, true, false, false, false]);
        assert!(matches!(find(&Method::TRACE, "/v1/products"), Found::OtherMethods(_)));
    }

    #[test]
    fn what_is_not_listed_is_nothing_however_it_is_written() {
        for path in [
            "/",
            "",
            "v1/products",
            "/v1",
            "/v1/products/",
            "//v1/products",
            "/v1//products",
            "/V1/products",
            "/v1/%70roducts",
            "/v1/products/..",
            "/v1/products/%2e%2E",
            "/v1/products/.%2e/photos",
            "/v1/products/.",
            "/v1/products//photos",
            "/v1/products/a/photos/b",
            "/docs/../v1/products",
        ] {
            assert_eq!(find(&Method::GET, path), Found::Nothing, "{path}");
        }
    }

    #[test]
    fn dots_within_a_segment_are_text() {
        assert_eq!(find(&Method::GET, "/v1/products/..."), Found::Route(1));
        assert_eq!(find(&Method::GET, "/v1/products/a.b"), Found::Route(1));
    }

    proptest! {
        #[test]
        fn no_path_breaks_it(path in "[/.%a-z2eE{}*]{0,40}") {
            let found = shop().find(&Method::GET, &path);
            prop_assert!(found == Found::Nothing || path.starts_with("/v1/products") || path.starts_with("/docs/"));
        }
    }
}
