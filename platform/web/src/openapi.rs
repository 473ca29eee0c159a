//! How a [`Problem`] stands in `OpenAPI`: the schema `Problem`, and the answer of any other status.

use crate::{FieldError, Problem};
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, schema::Schema},
};

/// RFC 9457.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape is for the schema; the body is written from borrowed parts")]
struct Shape {
    /// Names the kind of problem.
    #[schema(example = "urn:bodega:problem:not_found")]
    r#type: String,
    /// For people.
    #[schema(example = "Not found")]
    title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong this time.
    detail: Option<String>,
    /// Stable, in snake case: what programs decide by.
    #[schema(example = "not_found")]
    code: String,
    /// Which fields are wrong, and why.
    #[schema(inline, nullable = false)]
    errors: Option<Vec<FieldError>>,
    /// To be named when asking for help.
    request_id: Option<String>,
}

impl Problem {
    /// The name of its schema.
    pub const SCHEMA: &'static str = "Problem";

    /// Puts the schema of a problem into `api`.
    pub fn describe(api: &mut OpenApi) {
        let components = api.components.get_or_insert_with(Components::new);
        components.schemas.insert(Self::SCHEMA.to_owned(), Self::schema());
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Shape::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(Self::SCHEMA)
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Shape::schemas(schemas);
    }
}

impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Self::SCHEMA))).build();
        let response = ResponseBuilder::new()
            .description("Refused: a problem with a stable `code`")
            .content("application/problem+json", content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_a_problem_names_what_its_body_has() {
        let schema = serde_json::to_value(Problem::schema()).unwrap();
        let body: serde_json::Value =
            serde_json::from_str(&Problem::invalid("/a", "is bad").detail("no").body()).unwrap();
        for member in body.as_object().unwrap().keys() {
            assert!(schema["properties"].get(member).is_some(), "{member} in {schema}");
        }
        assert_eq!(schema["required"], serde_json::json!(["type", "title", "status", "code"]));
        let mut api = OpenApi::default();
        Problem::describe(&mut api);
        assert!(api.components.unwrap().schemas.contains_key("Problem"));
    }

    #[utoipa::path(get, path = "/things", params(crate::Paging), responses((status = 200, body = String), Problem))]
    #[expect(dead_code, reason = "only its description is looked at")]
    fn list_things() {}

    #[test]
    fn an_operation_names_its_problems_and_its_paging() {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths(list_things), components(schemas(Problem)))]
        struct Api;
        let api = serde_json::to_value(<Api as utoipa::OpenApi>::openapi()).unwrap();
        let operation = &api["paths"]["/things"]["get"];
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{operation}");
        assert!(api["components"]["schemas"]["Problem"].is_object(), "{api}");
        let names = operation["parameters"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|one| (one["name"].clone(), one["required"].clone())).collect();
        let optional = |name: &str| (name.into(), false.into());
        assert_eq!(names, [optional("limit"), optional("cursor"), optional("count")]);
    }
}
