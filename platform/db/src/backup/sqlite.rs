//! A moment of `SQLite` files: the write locks of all of them are held while a reading transaction begins in each. What those
//! see stays in the write-ahead logs for as long as they last, whoever else writes.

use super::{Copied, PATIENCE, PAUSE, TRIES, io, too_busy};
use crate::DbError;
use rusqlite::{
    Connection, ErrorCode, OpenFlags,
    backup::{Backup, StepResult},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// The pause before a lock is asked for once more.
const LOOK_AGAIN: Duration = Duration::from_micros(200);
/// How long copying waits for a page that is being written.
const COPY_PATIENCE: Duration = Duration::from_secs(30);

/// A file as it was.
pub(super) struct Moment {
    service: &'static str,
    reader: Connection,
}

/// A file that is to be stopped.
struct Door {
    service: &'static str,
    lock: Connection,
    reader: Connection,
}

/// The file of a service.
pub(super) fn path(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.db"))
}

/// The files as they are at one moment, and for how long they were locked.
pub(super) fn cut(files: &[(&'static str, PathBuf)]) -> Result<(Vec<Moment>, Duration), DbError> {
    let there = files.iter().filter(|(_, file)| file.exists());
    let mut doors = there.map(|(service, file)| Door::open(service, file)).collect::<Result<Vec<_>, _>>()?;
    for _ in 0..TRIES {
        if let Some(paused) = try_cut(&mut doors)? {
            let moments = doors.into_iter().map(|Door { service, reader, .. }| Moment { service, reader });
            return Ok((moments.collect(), paused));
        }
        thread::sleep(PAUSE);
    }
    Err(too_busy())
}

/// `None` where some file was not free in time; then nothing is held any more.
fn try_cut(doors: &mut [Door]) -> Result<Option<Duration>, DbError> {
    let started = Instant::now();
    let deadline = started + PATIENCE;
    // Nobody who writes holds two files, so that all can be waited for at once.
    let locked = thread::scope(|scope| {
        let waiting: Vec<_> = doors.iter_mut().map(|door| scope.spawn(|| wait(&mut door.lock, deadline))).collect();
        waiting.into_iter().map(|lock| lock.join().unwrap_or(Ok(false))).collect::<Result<Vec<_>, _>>()
    });
    let begun = match locked {
        Ok(locked) if locked.iter().all(|locked| *locked) => begin_all(doors).map(|()| true),
        Ok(_) => Ok(false),
        Err(error) => Err(error),
    };
    for door in doors.iter().filter(|door| !door.lock.is_autocommit()) {
        door.lock.execute_batch("ROLLBACK")?;
    }
    let paused = started.elapsed();
    begun.map(|begun| begun.then_some(paused))
}

/// Whether the file is locked before `deadline`.
fn wait(lock: &mut Connection, deadline: Instant) -> Result<bool, DbError> {
    loop {
        match lock.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => return Ok(true),
            Err(error) if !is_busy(&error) => return Err(error.into()),
            Err(_) if Instant::now() > deadline => return Ok(false),
            Err(_) => thread::sleep(LOOK_AGAIN),
        }
    }
}

fn begin_all(doors: &[Door]) -> Result<(), DbError> {
    for door in doors {
        door.reader.execute_batch("BEGIN")?;
        look(&door.reader)?;
    }
    Ok(())
}

fn look(reader: &Connection) -> Result<(), DbError> {
    Ok(reader.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).map(drop)?)
}

impl Door {
    fn open(service: &'static str, file: &Path) -> Result<Self, DbError> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(file, flags)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            // What has to be read of the file once is read before anybody is stopped.
            look(&connection)?;
            Ok::<_, DbError>(connection)
        };
        let (lock, reader) = (open()?, open()?);
        lock.busy_timeout(Duration::ZERO)?;
        Ok(Self { service, lock, reader })
    }
}

impl Moment {
    /// Copies the file, and sees that the copy is sound.
    pub(super) fn copy(self, folder: &Path) -> Result<Copied, DbError> {
        let to = path(folder, self.service);
        let mut copy = Connection::open(&to)?;
        copy.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")?;
        let deadline = Instant::now() + COPY_PATIENCE;
        {
            let backup = Backup::new(&self.reader, &mut copy)?;
            loop {
                match backup.step(-1)? {
                    StepResult::Done => break,
                    StepResult::More => {}
                    _ if Instant::now() > deadline => return Err(too_busy()),
                    StepResult::Busy | StepResult::Locked | _ => thread::sleep(LOOK_AGAIN),
                }
            }
        }
        let verdict: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(DbError::refused(&format!("{} is damaged: {verdict}", self.service)));
        }
        let mut names = copy.prepare("SELECT version FROM seaql_migrations ORDER BY version")?;
        let migrations = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        drop(names);
        copy.close().map_err(|(_, error)| error)?;
        File::open(&to).and_then(|file| file.sync_all()).map_err(|error| io(&to, &error))?;
        Ok(Copied { service: self.service.to_owned(), migrations })
    }
}

/// Copies a file back.
pub(super) fn put_back(from: &Path, to: &Path) -> Result<(), DbError> {
    fs::copy(from, to).map_err(|error| io(from, &error))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| io(to, &error))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
