//! One description of the whole API from those of the services. Two services may use one name for different shapes:
//! then the later one's gets the name of its part of the API in front.
//!
//! Few ask for it, and it is large: the services are asked for theirs when the first one does. Where one of them is away
//! its part is left out, and they are asked again a while later.

use axum::body::Bytes;
use bodega_rpc::{Client, OwnDescription};
use bodega_web::Problem;
use futures_util::future::join_all;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use utoipa::openapi::{
    Components, Info, OpenApi, Paths,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

const SCHEMAS: &str = "#/components/schemas/";

/// How long a description is told that lacks somebody.
const WITHOUT_SOME: Duration = Duration::from_secs(5);

/// The description of the whole API.
pub struct Description {
    rpc: Client,
    services: Vec<String>,
    besides: OpenApi,
    told: Mutex<Option<Told>>,
}

/// What was told last.
struct Told {
    text: Bytes,
    /// Until when it is good; for good where nobody was away.
    until: Option<Instant>,
}

impl Description {
    /// As JSON.
    pub(super) async fn json(&self) -> Bytes {
        let mut told = self.told.lock().await;
        let is_good = |told: &&Told| told.until.is_none_or(|until| Instant::now() < until);
        if let Some(told) = told.as_ref().filter(is_good) {
            return told.text.clone();
        }
        let made = self.put_together().await;
        let text = made.text.clone();
        *told = Some(made);
        text
    }

    async fn put_together(&self) -> Told {
        let asked = self.services.iter().map(async |service| {
            let described = self.rpc.ask_service(service, OwnDescription {}).await;
            let described = described.inspect_err(|error| tracing::warn!(%error, service, "it is not described"));
            serde_json::from_str(described.ok()?.get()).ok()
        });
        let described: Vec<Option<Value>> = join_all(asked).await;
        let is_whole = described.iter().all(Option::is_some);
        let besides = [json(&self.besides)];
        // A description is plain data; what cannot be written is an empty one.
        let text = serde_json::to_vec(&merged(described.into_iter().flatten().chain(besides))).unwrap_or_default();
        Told { text: text.into(), until: (!is_whole).then(|| Instant::now() + WITHOUT_SOME) }
    }
}

/// What these services say of their routes when they are asked, and what there is `besides`, as one description, with the
/// gateway's own.
pub fn describe(rpc: Client, services: Vec<String>, besides: OpenApi) -> Description {
    Description { rpc, services, besides, told: Mutex::new(None) }
}

fn merged(services: impl IntoIterator<Item = Value>) -> Value {
    let mut own = OpenApi::new(Info::new("Bodega", env!("CARGO_PKG_VERSION")), Paths::new());
    Problem::describe(&mut own);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = own.components.get_or_insert_with(Components::new);
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut whole = json(&own);
    for mut service in services.into_iter().chain([json(&super::described().into_openapi())]) {
        tell_apart(&whole, &mut service);
        take_in(&mut whole, service);
    }
    whole
}

/// A description is plain data, which can be written.
fn json(api: &OpenApi) -> Value {
    serde_json::to_value(api).unwrap_or_default()
}

/// Paths, shapes and tags of a service. What is there already stays as it is.
fn take_in(whole: &mut Value, mut service: Value) {
    for section in ["/paths", "/components/schemas", "/components/responses", "/components/securitySchemes"] {
        let Some(Value::Object(theirs)) = service.pointer_mut(section).map(Value::take) else { continue };
        let (parent, name) = section.rsplit_once('/').unwrap_or_default();
        let Some(parent) = whole.pointer_mut(parent).and_then(Value::as_object_mut) else { continue };
        let ours = parent.entry(name).or_insert_with(|| Value::Object(Map::new()));
        for (key, value) in theirs {
            match ours.get_mut(&key) {
                None => ours[&key] = value,
                // One path, and of each its own methods.
                Some(known) => {
                    for (method, operation) in value.as_object().into_iter().flatten() {
                        if known.get(method).is_none() {
                            known[method] = operation.clone();
                        }
                    }
                }
            }
        }
    }
}

/// Gives the service's own names to shapes that have the name of another one.
fn tell_apart(whole: &Value, service: &mut Value) {
    let Some(part) = part_of(service).map(|part| capitalised(&part)) else { return };
    // A shape that names a renamed one differs then, too.
    while let Some(name) = collision(whole, service) {
        rename(service, &name, &format!("{part}{name}"));
    }
}

fn schemas(api: &Value) -> Option<&Map<String, Value>> {
    api.pointer("/components/schemas")?.as_object()
}

fn collision(whole: &Value, service: &Value) -> Option<String> {
    let theirs = schemas(whole)?;
    let mut own = schemas(service)?.iter();
    own.find(|(name, shape)| theirs.get(*name).is_some_and(|other| other != *shape)).map(|(name, _)| name.clone())
}

/// The first tag of its routes.
fn part_of(api: &Value) -> Option<String> {
    let paths = api.get("paths")?.as_object()?;
    let operations = paths.values().filter_map(Value::as_object).flat_map(Map::values);
    operations.filter_map(|operation| operation.pointer("/tags/0")?.as_str()).map(str::to_owned).next()
}

fn capitalised(word: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.iter().take(1).map(char::to_ascii_uppercase).chain(letters.iter().skip(1).copied()).collect()
}

fn rename(api: &mut Value, from: &str, to: &str) {
    if let Some(schemas) = api.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
        && let Some(shape) = schemas.remove(from)
    {
        schemas.insert(to.to_owned(), shape);
    }
    point(api, &format!("{SCHEMAS}{from}"), &format!("{SCHEMAS}{to}"));
}

fn point(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "$ref" && member == from {
                    *member = to.into();
                }
                point(member, from, to);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point(item, from, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::World;
    use bodega_rpc::Answers;
    use bodega_web::InternalKeys;
    use serde_json::{json, value::to_raw_value};
    use std::{
        collections::BTreeMap,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    fn service(tag: &str, shape: &Value) -> OpenApi {
        let answer =
            json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("{SCHEMAS}Cart")}}}});
        let api = json!({
            "openapi": "3.1.0", "info": {"title": "", "version": ""},
            "paths": {format!("/{tag}"): {"get": {"tags": [tag], "responses": {"200": answer}}}},
            "components": {"schemas": {
                "Cart": {"type": "object", "properties": {"line": {"$ref": format!("{SCHEMAS}Line")}}},
                "Line": shape,
            }},
        });
        serde_json::from_value(api).unwrap()
    }

    #[tokio::test]
    async fn who_is_away_is_left_out_and_the_others_are_not_asked_each_time() {
        let rpc = Client::new("gateway", BTreeMap::new(), InternalKeys::new(&[7; 32]), World::system());
        let asked = Arc::new(AtomicUsize::new(0));
        let (own, counted) = (to_raw_value(&service("cart", &json!({"type": "string"}))).unwrap(), Arc::clone(&asked));
        let answers = Answers::new().on(async move |_: OwnDescription| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(own)
        });
        rpc.register("cart", answers);
        let described = describe(rpc, vec!["cart".to_owned(), "orders".to_owned()], OpenApi::default());
        for _ in 0..3 {
            let told: Value = serde_json::from_slice(&described.json().await).unwrap();
            assert!(told["paths"]["/cart"].is_object() && told["paths"]["/healthz"].is_object(), "{told}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn shapes_of_one_name_are_told_apart_with_all_that_names_them() {
        let (one, other) = (json!({"type": "string"}), json!({"type": "integer"}));
        let services = [service("cart", &one), service("orders", &other), service("more", &one)];
        let whole = merged(services.iter().map(json));
        let names: Vec<&String> = schemas(&whole).unwrap().keys().collect();
        for name in ["Cart", "Line", "OrdersCart", "OrdersLine", "Problem"] {
            assert!(names.iter().any(|known| *known == name), "{names:?}");
        }
        assert!(!names.iter().any(|name| name.starts_with("More")), "{names:?}");
        let shape = |path: &str| {
            whole["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"].clone()
        };
        assert_eq!(shape("/cart"), json!({"$ref": format!("{SCHEMAS}Cart")}));
        assert_eq!(shape("/orders"), json!({"$ref": format!("{SCHEMAS}OrdersCart")}));
        let line = &whole["components"]["schemas"]["OrdersCart"]["properties"]["line"];
        assert_eq!(line, &json!({"$ref": format!("{SCHEMAS}OrdersLine")}));
    }
}
