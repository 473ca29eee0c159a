//! The workspace as the rules see it: packages with what they depend on, and files with their text.

use serde_json::Value;
use std::{collections::BTreeMap, env, fs, io, path::Path, process::Command};

/// A tree of source files and the packages among them.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// Its members.
    pub packages: Vec<Package>,
    /// Every file but what is built or hidden, by path.
    pub files: Vec<File>,
}

/// A member of the workspace.
#[derive(Debug, Clone)]
pub struct Package {
    /// `bodega-orders`.
    pub name: String,
    /// Its folder from the root: `services/orders`.
    pub dir: String,
    /// What it depends on directly, ours and others', by package name; a name may come once for each kind.
    pub dependencies: Vec<(String, Kind)>,
}

/// When a dependency is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Always.
    Normal,
    /// By tests and benchmarks only.
    Dev,
    /// By the build script only.
    Build,
}

/// A file and its text, empty where it is no text.
#[derive(Debug, Clone)]
pub struct File {
    /// From the root, with `/`: `services/orders/src/api.rs`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl Workspace {
    /// Reads the tree at `root`, its packages from `cargo metadata`.
    pub fn load(root: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        walk(root, "", &mut files)?;
        let files = files.into_iter().map(|(path, text)| File { path, text }).collect();
        Ok(Self { packages: packages(root)?, files })
    }

    /// This tree with one more package, which depends on others normally.
    #[must_use]
    pub fn with_package(mut self, dir: &str, name: &str, dependencies: &[&str]) -> Self {
        let dependencies = dependencies.iter().map(|&name| (name.to_owned(), Kind::Normal)).collect();
        self.packages.push(Package { name: name.to_owned(), dir: dir.to_owned(), dependencies });
        self
    }

    /// This tree with one more dependency of its last package.
    #[must_use]
    pub fn with_dependency(mut self, name: &str, kind: Kind) -> Self {
        if let Some(package) = self.packages.last_mut() {
            package.dependencies.push((name.to_owned(), kind));
        }
        self
    }

    /// This tree with one more file.
    #[must_use]
    pub fn with_file(mut self, path: &str, text: &str) -> Self {
        self.files.push(File { path: path.to_owned(), text: text.to_owned() });
        self
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The files under a folder.
    pub fn under<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.below(dir).is_some())
    }

    /// The folders of the services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().map(|package| &*package.dir).filter(|dir| dir.starts_with("services/"))
    }
}

impl File {
    /// Whether it is Rust source.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Its path from `dir`, where it is under it.
    pub fn below(&self, dir: &str) -> Option<&str> {
        self.path.strip_prefix(dir)?.strip_prefix('/')
    }
}

fn walk(root: &Path, dir: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(dir))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || (dir.is_empty() && ["target", "data"].contains(&&*name)) {
            continue;
        }
        let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(root, &path, files)?;
        } else {
            files.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
    Ok(())
}

fn packages(root: &Path) -> io::Result<Vec<Package>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let root = text(&metadata["workspace_root"]);
    let members = metadata["packages"].as_array().into_iter().flatten();
    Ok(members.map(|member| package(member, root)).collect())
}

fn package(member: &Value, root: &str) -> Package {
    let manifest = text(&member["manifest_path"]);
    let dir = manifest.strip_prefix(root).unwrap_or(manifest).trim_end_matches("Cargo.toml").trim_matches('/');
    let dependencies = member["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&member["name"]).to_owned(),
        dir: dir.to_owned(),
        dependencies: dependencies.map(|one| (text(&one["name"]).to_owned(), kind(text(&one["kind"])))).collect(),
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "dev" => Kind::Dev,
        "build" => Kind::Build,
        _ => Kind::Normal,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
