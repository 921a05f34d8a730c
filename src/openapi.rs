//! The OpenAPI document: completed after the routes are collected, served, checked in as `api-docs/openapi.json`, and asked which
//! methods an unmatched path would take.

use actix_web::http::Method;
use base::error::{self, ApiError};
use base::http::Problem;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, License, OpenApi, OpenApiBuilder, Ref, RefOr, ServerBuilder};
use utoipa::{PartialSchema as _, ToSchema};

/// The document before any route is in it.
pub fn skeleton() -> OpenApi {
    let mut license = License::new("MIT OR Apache-2.0");
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    let info = InfoBuilder::new()
        .title("Palm Community 掌上社区")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Backend of a community's mini program, with a points ledger. Conventions: errors are problem documents (errors.md), \
             who may do what stands in permissions.md.",
        ))
        .license(Some(license))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").description(Some("this server")).build()]))
        .build()
}

/// Adds what every operation has: the bearer scheme, the problem schema.
pub fn complete(mut document: OpenApi, is_public: impl Fn(&str) -> bool) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
    components.add_security_scheme("bearer", bearer);
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    schemas.push((Problem::name().into_owned(), Problem::schema()));
    for (name, schema) in schemas {
        components.schemas.entry(name).or_insert(schema);
    }
    name_items(components);
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
            let public = operation.operation_id.as_deref().is_some_and(&is_public);
            operation.security =
                Some(if public { vec![] } else { vec![SecurityRequirement::new("bearer", Vec::<String>::new())] });
        }
    }
    document
}

/// A page's schema has its item written out: it names the item's own schema instead, so that a client gets one type for both.
fn name_items(components: &mut Components) {
    let items = components.schemas.keys().filter_map(|name| name.strip_prefix("Page_"));
    let named: Vec<String> = items.filter(|item| components.schemas.contains_key(*item)).map(str::to_owned).collect();
    for item in named {
        let Some(RefOr::T(Schema::Object(page))) = components.schemas.get_mut(&format!("Page_{item}")) else { continue };
        let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") else { continue };
        items.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(&item))));
    }
}

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path with `{id}`.
    pub path: String,
    /// Name of the action.
    pub id: String,
}

/// Every operation, by path and method.
pub fn operations(document: &OpenApi) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods =
            [(Method::GET, &item.get), (Method::POST, &item.post), (Method::PUT, &item.put), (Method::DELETE, &item.delete)];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                all.push(Operation { method, path: path.clone(), id: operation.operation_id.clone().unwrap_or_default() });
            }
        }
    }
    all
}

/// What to answer to a request that no handler took: 405 with the methods that the path has, else 404.
pub fn unmatched(operations: &[Operation], path: &str) -> ApiError {
    let methods: Vec<&str> =
        operations.iter().filter(|operation| fits(&operation.path, path)).map(|operation| operation.method.as_str()).collect();
    if methods.is_empty() {
        ApiError::of(&error::NOT_FOUND)
    } else {
        ApiError::of(&error::METHOD_NOT_ALLOWED).allow(methods.join(", "))
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut left, mut right) = (template.split('/'), path.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part.starts_with('{') && !given.is_empty() || part == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmatched_paths_are_looked_up_by_whole_segments() {
        let operations = [Operation { method: Method::GET, path: "/a/{id}/b".to_owned(), id: "x".to_owned() }];
        assert_eq!(unmatched(&operations, "/a/1/b").code().status, 405);
        assert_eq!(unmatched(&operations, "/a/1/b").allowed(), Some("GET"));
        for other in ["/a/1", "/a//b", "/a/1/b/", "/A/1/b"] {
            assert_eq!(unmatched(&operations, other).code().status, 404, "{other}");
        }
    }
}
