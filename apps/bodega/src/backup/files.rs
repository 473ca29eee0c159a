//! Folders and files of a backup: only their owner may read them, as they hold the shop's secret, and each is on the disk
//! before anything says that it is there.

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Bytes that are read at once.
const CHUNK: usize = 1024 * 1024;
/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 16;

/// Makes a folder, and those above it.
pub(super) fn make(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(|| folder.display().to_string())
}

/// Makes a folder that must be empty if it is there.
pub(super) fn make_empty(folder: &Path) -> anyhow::Result<()> {
    refuse_full(folder)?;
    make(folder)
}

/// Refuses a folder that holds something.
pub(super) fn refuse_full(folder: &Path) -> anyhow::Result<()> {
    let mut inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    match inside.next().transpose()? {
        None => Ok(()),
        Some(found) => bail!("{} is not empty: it holds {}", folder.display(), found.file_name().display()),
    }
}

/// Copies a file that is not there yet.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy_file(from, to).with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut source, &mut file)?;
    file.sync_all()
}

/// Copies all files below a folder, if it is there. One that goes away meanwhile was never finished.
pub(super) fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for name in below(from)? {
        let target = to.join(&name);
        make(target.parent().unwrap_or(to))?;
        match copy_file(&from.join(&name), &target) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => copied.with_context(|| from.join(&name).display().to_string())?,
        }
    }
    Ok(())
}

/// Moves what is in a folder into the one above it, and removes it.
pub(super) fn move_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    for found in fs::read_dir(from)? {
        let found = found?;
        fs::rename(found.path(), to.join(found.file_name()))?;
    }
    fs::remove_dir(from)?;
    sync(to)
}

/// Puts the names in a folder on the disk.
pub(super) fn sync(folder: &Path) -> anyhow::Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(|| folder.display().to_string())
}

/// The files below a folder, as paths from it, in the order of their names.
pub(super) fn below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.exists() {
        list(folder, Path::new(""), 0, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn list(root: &Path, inner: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    ensure!(depth < MAX_DEPTH, "{} lies too deep", root.join(inner).display());
    for entry in fs::read_dir(root.join(inner))? {
        let entry = entry?;
        let (name, kind) = (inner.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            list(root, &name, depth + 1, found)?;
        } else if kind.is_file() {
            found.push(name);
        }
    }
    Ok(())
}

/// The bytes of a file and its SHA-256 in hexadecimal digits.
pub(super) fn measure(file: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut digest, mut bytes) = (File::open(file)?, Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, format!("{:x}", digest.finalize())));
        }
        bytes += read as u64;
        digest.update(chunk.get(..read).unwrap_or_default());
    }
}
