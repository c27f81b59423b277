//! No source file is outside the tree of modules: one that nothing declares is neither compiled nor tested, and looks as
//! if it were.

use std::fs;
use std::path::{Path, PathBuf};

use super::{root, sources};

/// Directories below that of a crate, in which each file is compiled by itself.
const ROOTS: &[&str] = &["tests", "fuzz"];

/// Where the module of a file is to be declared; none for the root of a crate.
fn parents(path: &Path) -> Vec<PathBuf> {
    let dir = path.parent().expect("a file is in a directory");
    let is_mod = path.ends_with("mod.rs");
    let dir = if is_mod { dir.parent().expect("a module is in a directory") } else { dir };
    let beside = dir.with_extension("rs");
    ["mod.rs", "lib.rs", "main.rs"].iter().map(|name| dir.join(name)).chain([beside]).collect()
}

#[test]
fn every_source_file_is_a_module() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let mut seen = 0;
    for path in files {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let name = if name == "mod" {
            path.parent().and_then(Path::file_name).expect("a directory").to_string_lossy()
        } else {
            name
        };
        // What cargo itself compiles.
        let is_target = |dir: &Path| {
            let is_of_crate = dir.parent().is_some_and(|dir| dir.join("Cargo.toml").is_file());
            is_of_crate && ROOTS.iter().any(|root| dir.ends_with(root))
        };
        let is_root = ["main", "lib", "build"].contains(&&*name) || path.parent().is_some_and(is_target);
        if is_root {
            continue;
        }
        let declares = |file: &PathBuf| {
            let text = fs::read_to_string(file).unwrap_or_default();
            text.lines().any(|line| line.ends_with(&format!("mod {name};")))
        };
        assert!(parents(&path).iter().any(declares), "{}: no module declares it", path.display());
        seen += 1;
    }
    assert!(seen > 300, "{seen}");
}
