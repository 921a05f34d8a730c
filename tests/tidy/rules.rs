//! The rules themselves.

use std::collections::{BTreeMap, BTreeSet};

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use super::source::Source;

/// Does a file's path match one of the patterns? `x/` is a folder, `…/http*.rs` a file name anywhere, others exact.
fn listed(source: &Source, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match *pattern {
        "http*.rs" => source.file().starts_with("http") && source.file().ends_with(".rs"),
        folder if folder.ends_with('/') => source.path.starts_with(folder),
        file => source.path == file,
    })
}

/// An outside crate, where it may be named, and what to do instead.
const PLACES: &[(&str, &[&str], &str)] = &[
    (
        "actix_web",
        &[
            "base/http/",
            "base/db/",
            "base/clients/wechat/sandbox/http.rs",
            "people/identity/authenticate.rs",
            "people/identity/access.rs",
            "http*.rs",
            "app.rs",
            "routes/",
            "serve.rs",
            "metrics.rs",
            "openapi.rs",
            "main.rs",
            "console/",
            "demo/",
            "bench/",
        ],
        "HTTP stays in http.rs; let it call a verb or rows",
    ),
    ("reqwest", &["base/clients/", "demo/", "bench/"], "outbound calls live in base/clients"),
    ("utoipa_actix_web", &["app.rs", "routes/"], "routes are listed in routes/, a file a wing"),
    ("jsonwebtoken", &["people/identity/token.rs"], "tokens are made and checked in people/identity/token.rs"),
    ("rust_decimal", &["base/money.rs", "life/settlement/"], "amounts are Points and Fen"),
];

pub(super) fn crates_in_their_place(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (name, line) in &source.names {
        let first = name.split("::").next().unwrap_or_default();
        for (krate, places, instead) in PLACES {
            if first == *krate && !listed(source, places) && !source.is_test() {
                found.push(source.at(*line, &format!("`{krate}` is named here: {instead}")));
            }
        }
    }
    found
}

/// Is this file one that may hold queries?
fn is_rows(source: &Source) -> bool {
    let file = source.file();
    file == "rows.rs" || file == "store.rs" || file == "schema.rs" || file == "reads.rs" || file.starts_with("rows_")
}

pub(super) fn tables_by_their_owner(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (name, line) in &source.names {
        let names_schema =
            name.split("::").any(|part| part == "schema") && !name.starts_with("utoipa") && !name.contains("openapi");
        let allowed = is_rows(source) || source.path.starts_with("base/db/") || name.ends_with("ToSchema::schema");
        if names_schema && !allowed && name.contains("schema::") {
            found.push(source.at(*line, "tables are named only in the rows.rs or store.rs of their noun: add a function there"));
        }
        if name.ends_with("schema::*") || name.ends_with("dsl::*") {
            found.push(source.at(*line, "no glob import of tables or columns: name them"));
        }
    }
    found
}

pub(super) fn raw_database_calls(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let home = source.path.starts_with("base/db/")
        || source.path.starts_with("base/jobs/")
        || source.path.starts_with("demo/")
        || source.path.starts_with("bench/");
    if home || source.is_test() {
        return found;
    }
    for (call, line) in &source.calls {
        if call == "transaction" && source.krate() == "ledger" {
            found.push(source.at(*line, "a posting ends the caller's transaction; it opens none"));
        }
        if call == "build_transaction" || call == "begin_transaction" {
            found.push(source.at(*line, "transactions come from db.transaction and db.once only"));
        }
    }
    for (name, line) in &source.names {
        let raw = name == "sql_query" || name.ends_with("::sql_query");
        if raw && !is_rows(source) && !listed(source, RAW_SQL) {
            found.push(source.at(*line, "raw SQL belongs to rows.rs or store.rs"));
        }
    }
    found
}

/// Files outside rows that hold SQL, each for its own reason: actor and attempts are one statement each; the ledger is one noun whose
/// statements stand in a file each.
const RAW_SQL: &[&str] = &[
    "people/identity/actor.rs",
    "base/attempts.rs",
    "ledger/audit.rs",
    "ledger/accounts.rs",
    "ledger/post.rs",
    "ledger/records.rs",
];

pub(super) fn wall_clock(source: &Source) -> Vec<String> {
    const READS: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "chrono::Utc::now", "std::time::SystemTime::now"];
    let mut found = Vec::new();
    if listed(source, &["base/clock.rs"]) || source.is_test() {
        return found;
    }
    for (name, line) in &source.names {
        if READS.contains(&name.as_str()) {
            found.push(source.at(*line, "use tx.now() or db::now: the product's clock; durations take Instant"));
        }
    }
    found
}

struct Functions<'a> {
    source: &'a Source,
    found: Vec<String>,
}

impl Functions<'_> {
    fn look(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], block: &syn::Block) {
        let lines = block.span().end().line.saturating_sub(block.span().start().line) + 1;
        let line = name.span().start().line;
        let handler = attributes
            .iter()
            .any(|attribute| ["get", "post", "put", "delete"].iter().any(|method| attribute.path().is_ident(method)));
        if handler && lines > 25 {
            self.found
                .push(self.source.at(line, &format!("handler `{name}` has {lines} lines (25 at most): move the work to a verb")));
        } else if lines > 70 {
            self.found.push(self.source.at(line, &format!("function `{name}` has {lines} lines (70 at most): split it")));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.look(&item.sig.ident, &item.attrs, &item.block);
        syn::visit::visit_item_fn(self, item);
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.look(&item.sig.ident, &item.attrs, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

pub(super) fn sizes(source: &Source) -> Vec<String> {
    let mut functions = Functions { source, found: Vec::new() };
    functions.visit_file(&source.syntax);
    let mut found = functions.found;
    if source.lines > 600 && source.file() != "schema.rs" {
        found.push(source.at(1, &format!("{} lines (600 at most): split the file by what it does", source.lines)));
    }
    found
}

fn derives(attributes: &[syn::Attribute], what: &str) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("derive")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().split(',').any(|d| d.trim().ends_with(what)))
    })
}

pub(super) fn bounded_requests(source: &Source) -> Vec<String> {
    const UNBOUNDED: &[&str] =
        &["String", "Vec", "i32", "i64", "u32", "u64", "f32", "f64", "Decimal", "Value", "HashMap", "BTreeMap"];
    let mut found = Vec::new();
    if !source.file().starts_with("http") || source.path.starts_with("base/") {
        return found;
    }
    for item in &source.syntax.items {
        let syn::Item::Struct(item) = item else { continue };
        let body =
            derives(&item.attrs, "Deserialize") && !derives(&item.attrs, "IntoParams") && !derives(&item.attrs, "Serialize");
        if !body {
            continue;
        }
        for field in &item.fields {
            let mut names = FieldTypes(Vec::new());
            names.visit_type(&field.ty);
            for name in names.0.iter().filter(|name| UNBOUNDED.contains(&name.as_str())) {
                let line = field.span().start().line;
                found.push(
                    source.at(line, &format!("`{name}` in a request body: take Text, Whole, Few, Points, Fen or a typed id")),
                );
            }
        }
    }
    found
}

struct FieldTypes(Vec<String>);

impl<'ast> Visit<'ast> for FieldTypes {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.to_string()));
        syn::visit::visit_path(self, path);
    }
}

pub(super) fn module_names(source: &Source) -> Vec<String> {
    const BANNED: &[&str] = &["service", "services", "manager", "helper", "helpers", "util", "utils", "common", "types", "misc"];
    let stem = source.file().trim_end_matches(".rs");
    if source.path == "routes/service.rs" {
        // The wing of that name: palm service 掌上服务.
        return Vec::new();
    }
    let folders = source.path.split('/').skip(1).any(|part| BANNED.contains(&part));
    let bad = BANNED.contains(&stem) || folders;
    if bad { vec![source.at(1, "a module is named after a thing or a verb of the field")] } else { Vec::new() }
}

/// The edges that a crate's `lib.rs` lists: lines such as ``//! Edges: `offers → merchants`; …``.
fn listed_edges(source: &Source) -> BTreeSet<(String, String)> {
    let docs: Vec<String> = source
        .syntax
        .attrs
        .iter()
        .filter_map(|attribute| {
            let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
            let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
            Some(text.value())
        })
        .collect();
    let mut edges = BTreeSet::new();
    for part in docs.join(" ").split('`').filter(|part| part.contains('→')) {
        if let Some((from, to)) = part.split_once('→') {
            for target in to.split(',') {
                edges.insert((from.trim().to_owned(), target.trim().to_owned()));
            }
        }
    }
    edges
}

pub(super) fn edges(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for krate in ["people", "points", "life", "service", "governance"] {
        let root = format!("{krate}/lib.rs");
        let Some(lib) = sources.iter().find(|source| source.path == root) else { continue };
        let allowed = listed_edges(lib);
        let nouns: BTreeSet<&str> = sources.iter().filter(|source| source.krate() == krate).filter_map(Source::noun).collect();
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.krate() == krate) {
            let Some(from) = source.noun() else { continue };
            for (name, line) in &source.names {
                let mut parts = name.split("::");
                let (Some("crate"), Some(to)) = (parts.next(), parts.next()) else { continue };
                if to == from || !nouns.contains(to) {
                    continue;
                }
                used.entry(from.to_owned()).or_default().insert(to.to_owned());
                if !allowed.contains(&(from.to_owned(), to.to_owned())) {
                    found.push(source.at(*line, &format!("`{from}` uses `{to}`, an edge that {root} does not list")));
                }
            }
        }
        found.extend(cycles(&used).into_iter().map(|cycle| format!("src/{krate}: nouns in a circle: {cycle}")));
    }
    found
}

fn cycles(used: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    fn visit(node: &str, used: &BTreeMap<String, BTreeSet<String>>, way: &mut Vec<String>, found: &mut BTreeSet<String>) {
        if let Some(start) = way.iter().position(|seen| seen == node) {
            found.insert(way[start..].join(" → "));
            return;
        }
        way.push(node.to_owned());
        for next in used.get(node).into_iter().flatten() {
            visit(next, used, way, found);
        }
        way.pop();
    }
    let mut found = BTreeSet::new();
    for node in used.keys() {
        visit(node, used, &mut Vec::new(), &mut found);
    }
    found.into_iter().collect()
}
