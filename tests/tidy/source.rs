//! The sources, parsed.

use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// One file.
pub(super) struct Source {
    /// Path below `src/`, such as `people/grid/rows.rs`.
    pub(super) path: String,
    pub(super) lines: usize,
    pub(super) syntax: syn::File,
    /// Every path that is named, with its line: `diesel::prelude::*` as `diesel::prelude::*`.
    pub(super) names: Vec<(String, usize)>,
    /// Every method that is called, with its line.
    pub(super) calls: Vec<(String, usize)>,
    /// Every text in the code, with its line; those inside macros too.
    pub(super) texts: Vec<(String, usize)>,
}

impl Source {
    /// Crate: the first folder, or `palm`.
    pub(super) fn krate(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        if ["base", "people", "ledger", "points", "life", "service", "governance"].contains(&first) { first } else { "palm" }
    }
    /// Noun: the second folder, when the file is below one.
    pub(super) fn noun(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        let (_, second, third) = (parts.next(), parts.next(), parts.next());
        third.and(second)
    }
    pub(super) fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
    pub(super) fn at(&self, line: usize, message: &str) -> String {
        format!("src/{}:{line}: {message}", self.path)
    }
    /// Files that hold tests only.
    pub(super) fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.contains("/properties/")
            || self.file() == "tests.rs"
            || self.file().ends_with("_tests.rs")
    }
}

/// Collects names and calls outside of `#[cfg(test)]` modules.
#[derive(Default)]
struct Names {
    names: Vec<(String, usize)>,
    calls: Vec<(String, usize)>,
    texts: Vec<(String, usize)>,
}

impl Names {
    /// Texts of a macro's tokens, which `syn` leaves unparsed.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.texts.push((text.value(), line));
                    }
                }
                _ => {}
            }
        }
    }
}

fn flatten(tree: &syn::UseTree, head: &str, out: &mut Vec<(String, usize)>) {
    let join = |part: &str| if head.is_empty() { part.to_owned() } else { format!("{head}::{part}") };
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree, &join(&path.ident.to_string()), out),
        syn::UseTree::Name(name) => out.push((join(&name.ident.to_string()), name.ident.span().start().line)),
        syn::UseTree::Rename(name) => out.push((join(&name.ident.to_string()), name.ident.span().start().line)),
        syn::UseTree::Glob(glob) => out.push((join("*"), glob.star_token.spans[0].start().line)),
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, head, out)),
    }
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test_only(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, "", &mut self.names);
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let name: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        self.names.push((name.join("::"), line));
        syn::visit::visit_path(self, path);
    }
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        syn::visit::visit_macro(self, call);
    }
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.texts.push((text.value(), text.span().start().line));
    }
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.calls.push((call.method.to_string(), call.method.span().start().line));
        syn::visit::visit_expr_method_call(self, call);
    }
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            out.push(path);
        }
    }
}

/// Every source file.
pub(super) fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let syntax = syn::parse_file(&text).expect("Rust");
        let mut names = Names::default();
        names.visit_file(&syntax);
        let path = file.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        Source { path, lines: text.lines().count(), syntax, names: names.names, calls: names.calls, texts: names.texts }
    };
    files.into_iter().map(read).collect()
}
