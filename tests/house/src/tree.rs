//! The project's files, as the tests that read them see them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be read fails the test that asks for it"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// A text file of the project.
#[derive(Debug, Clone)]
pub struct File {
    /// From the root, with slashes.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl File {
    /// The name's ending, without the dot.
    pub fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// The lines before the file's unit tests.
    pub fn lines_of_code(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// Every text file of the project; what tools make (`target`, `.local`, `.git`) is left out.
pub fn files() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let mut files = Vec::new();
        collect(&root(), "", &mut files);
        assert!(files.len() > 50, "only {} files were found", files.len());
        files
    });
    &FILES
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        let ours = !name.starts_with('.') || [".ci", ".cargo"].contains(&name.as_str());
        if entry.file_type().unwrap().is_dir() {
            if ours && name != "target" {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}

/// One file of the project, which must be there.
pub fn read(path: &str) -> String {
    let file = root().join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the folders in a folder, sorted.
pub fn folders(path: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(path)).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
