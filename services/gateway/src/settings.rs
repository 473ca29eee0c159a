//! The policy: which paths exist, who answers them, and for whom. Written in `routes.toml`; an unknown word in it, or
//! two routes for one path and method, is an error.

use axum::http::Method;
use bodega_contracts::identity::PERMISSIONS;
use bodega_kernel::Role;
use serde::Deserialize;
use std::{collections::HashSet, sync::LazyLock};

const ROUTES: &str = include_str!("../routes.toml");

static POLICY: LazyLock<Vec<Route>> = LazyLock::new(|| {
    read_policy(ROUTES).unwrap_or_else(|error| unreachable!("routes.toml is tested to be a policy: {error}"))
});

/// The policy that is compiled in.
pub fn policy() -> &'static [Route] {
    &POLICY
}

/// A path with some of its methods.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `/v1/products/{id}`; `{*rest}` at the end stands for one segment or more.
    pub path: String,
    /// In capitals; `GET` stands for `HEAD`, too.
    pub methods: Vec<String>,
    /// Who answers.
    pub service: String,
    /// For whom.
    pub access: Access,
    /// What a member of staff whose role is narrowed needs besides; without one they are not let in as staff.
    pub permission: Option<String>,
    /// How often one client may ask.
    #[serde(default)]
    pub limit: LimitClass,
    /// Whether the answer may be held back until something happens: such a request takes no place of the working ones.
    #[serde(default)]
    pub waits: bool,
    /// Until the head of the answer, milliseconds; else that of the settings.
    pub timeout_ms: Option<u64>,
    /// Of the request; else that of the settings.
    pub body_limit_bytes: Option<usize>,
}

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody; the service looks for a guest's token or the owner.
    Token,
    /// Whoever is logged in.
    User,
    /// Whoever may buy.
    Customer,
    /// Whoever runs the shop.
    Staff,
    /// Whoever manages people.
    Admin,
}

/// How often one client may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitClass {
    /// As the settings say for all requests.
    #[default]
    Default,
    /// Few a minute: passwords are guessed here.
    Login,
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It does not have the shape of one.
    #[error("{0}")]
    Shape(String),
    /// A path that no request can have, or a parameter that is none.
    #[error("the path {0:?} cannot be")]
    Path(String),
    /// A method that is not routed here.
    #[error("{path}: the method {method:?} cannot be")]
    Method {
        /// On which path.
        path: String,
        /// What was written.
        method: String,
    },
    /// A permission that there is none, or that nobody is asked for: admins need none.
    #[error("{path}: the permission {permission:?} cannot be asked for")]
    Permission {
        /// On which path.
        path: String,
        /// What was written.
        permission: String,
    },
    /// The path and method are there already, perhaps with other names of parameters.
    #[error("{method} {path} is there twice")]
    Twice {
        /// Which path.
        path: String,
        /// Which method.
        method: String,
    },
}

/// The methods that can be routed.
pub(crate) const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    route: Vec<Route>,
}

/// Reads a policy.
pub fn read_policy(text: &str) -> Result<Vec<Route>, PolicyError> {
    let file: File = toml::from_str(text).map_err(|error| PolicyError::Shape(error.to_string()))?;
    let mut seen = HashSet::new();
    for route in &file.route {
        if let Some(permission) = &route.permission
            && (route.access == Access::Admin || !PERMISSIONS.contains(&permission.as_str()))
        {
            let (path, permission) = (route.path.clone(), permission.clone());
            return Err(PolicyError::Permission { path, permission });
        }
        let Some(shape) = shape(&route.path) else { return Err(PolicyError::Path(route.path.clone())) };
        for method in &route.methods {
            let (path, method) = (route.path.clone(), method.clone());
            if !METHODS.iter().any(|known| known.as_str() == method) {
                return Err(PolicyError::Method { path, method });
            }
            if !seen.insert((shape.clone(), method.clone())) {
                return Err(PolicyError::Twice { path, method });
            }
        }
    }
    Ok(file.route)
}

/// The path without the names of its parameters.
fn shape(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let last = segments.len() - 1;
    let mut shape = String::new();
    for (index, segment) in segments.into_iter().enumerate() {
        let inner = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
        shape.push('/');
        match inner {
            Some(name) if name.starts_with('*') && name.len() > 1 && index == last => shape.push_str("{*}"),
            Some(name) if !name.is_empty() && !name.contains(['{', '}', '*']) => shape.push_str("{}"),
            Some(_) => return None,
            None if segment.contains(['{', '}', '%']) || (segment.is_empty() && index != last) => return None,
            None => shape.push_str(segment),
        }
    }
    Some(shape)
}

impl Access {
    /// The role that is asked for, where it is one; `None`: being logged in is enough, or nothing is asked.
    pub(crate) const fn role(self) -> Option<Role> {
        match self {
            Self::Public | Self::Token | Self::User => None,
            Self::Customer => Some(Role::Customer),
            Self::Staff => Some(Role::Staff),
            Self::Admin => Some(Role::Admin),
        }
    }

    /// Whether guests come in.
    pub(crate) const fn takes_guests(self) -> bool {
        matches!(self, Self::Public | Self::Token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[route]]\npath = \"/a/{id}\"\nmethods = [\"GET\"]\nservice = \"s\"\naccess = \"public\"\n";

    #[test]
    fn the_policy_that_is_compiled_in_is_one() {
        let policy = policy();
        assert!(policy.len() > 30);
        // Pages have a guard of their own, and write by the routes of the API alone.
        let pages = |route: &&Route| ["storefront", "admin"].contains(&route.service.as_str());
        assert!(policy.iter().filter(pages).all(|route| !route.path.starts_with("/v1/")));
        let api = policy.iter().filter(|route| !pages(route));
        let open = api.filter(|route| route.access == Access::Public && route.methods != ["GET"]);
        let open: Vec<&str> = open.map(|route| route.path.as_str()).collect();
        let expected = [
            "/v1/auth/register",
            "/v1/auth/login",
            "/v1/auth/refresh",
            "/v1/auth/logout",
            "/v1/auth/verify-email",
            "/v1/auth/forgot-password",
            "/v1/auth/password/forgot",
            "/v1/auth/reset-password",
            "/v1/auth/password/reset",
            "/v1/auth/accept-invitation",
            "/v1/carts",
            "/v1/checkouts",
            "/v1/gift-cards/check",
            "/v1/mails/unsubscribe",
        ];
        // Whoever reports something signs it, which its service checks.
        let signed = ["/v1/webhooks/", "/v1/simulator/"];
        for path in &open {
            let known = expected.contains(path) || signed.iter().any(|start| path.starts_with(start));
            assert!(known, "{path} lets anybody write");
        }
    }

    #[test]
    fn every_route_for_staff_says_which_permission_opens_it() {
        let staff = policy().iter().filter(|route| route.access == Access::Staff);
        let without: Vec<&str> =
            staff.filter(|route| route.permission.is_none()).map(|route| route.path.as_str()).collect();
        assert!(without.is_empty(), "{without:?}");
        for permission in PERMISSIONS {
            let opens = |route: &Route| route.permission.as_deref() == Some(permission);
            let reads = permission.split_once('.').is_some_and(|(_, what)| what == "read");
            assert!(policy().iter().any(opens) || reads, "{permission} opens nothing");
        }
    }

    #[test]
    fn a_permission_is_one_of_the_catalogue_and_not_for_admins() {
        let with = |access: &str, permission: &str| {
            read_policy(&format!("{}permission = \"{permission}\"\n", GOOD.replace("public", access)))
        };
        assert!(with("staff", "orders.read").is_ok() && with("token", "orders.read").is_ok());
        for (access, permission) in [("admin", "orders.read"), ("staff", "orders"), ("staff", "users.write")] {
            let refused = with(access, permission);
            assert!(matches!(refused, Err(PolicyError::Permission { .. })), "{access} {permission}");
        }
    }

    #[test]
    fn a_policy_with_unknown_words_is_none() {
        assert!(read_policy(GOOD).is_ok());
        for (from, to) in [
            ("public", "everybody"),
            ("GET", "FETCH"),
            ("GET", "HEAD"),
            ("/a/{id}", "a/{id}"),
            ("/a/{id}", "/a/{id"),
            ("/a/{id}", "/a/{*id}/b"),
            ("/a/{id}", "/a//b"),
            ("service", "servant"),
        ] {
            assert!(read_policy(&GOOD.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn one_path_and_method_cannot_have_two_policies() {
        let twice = format!("{GOOD}{}", GOOD.replace("{id}", "{slug}"));
        assert_eq!(
            read_policy(&twice),
            Err(PolicyError::Twice { path: "/a/{slug}".to_owned(), method: "GET".to_owned() })
        );
        assert!(read_policy(&format!("{GOOD}{}", GOOD.replace("GET", "PUT"))).is_ok());
    }
}
