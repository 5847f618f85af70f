//! Checkpoints kept elsewhere: what was delivered once, nobody who changes the database can take back.

use super::record::Checkpoint;
use crate::database::statement;
use crate::entity::activity_checkpoint;
use crate::shell::shell;
use crate::{Error, Services, chain};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// Checkpoints delivered at a time.
const AT_ONCE: i64 = 1_000;
/// How often is looked whether one is to be delivered.
const EVERY: Duration = Duration::from_secs(1);
/// How long a command may take.
const LONGEST: Duration = Duration::from_secs(30);
/// Bytes at the end of a file in which its last checkpoint is looked for.
const LONGEST_END: u64 = 64 << 10;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(30);

/// Where checkpoints are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// A file that lines are added to.
    File(PathBuf),
    /// A command of the shell that gets the lines on its standard input.
    Command(String),
}

impl Keeper {
    /// By which is known what it has got.
    fn way(&self) -> String {
        match self {
            Self::File(file) => format!("file {}", file.display()),
            Self::Command(command) => format!("command {command}"),
        }
    }

    async fn take(&self, lines: Vec<u8>) -> std::io::Result<()> {
        match self {
            Self::File(file) => {
                let broken_off = breaks_off(file).await;
                let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
                if broken_off {
                    // The disk was full in the middle of a line, which comes once more now.
                    file.write_all(b"\n").await?;
                }
                file.write_all(&lines).await?;
                file.sync_all().await
            }
            Self::Command(command) => {
                let mut shell = shell(command);
                shell.stdin(Stdio::piped()).stdout(Stdio::null());
                let mut running = shell.spawn()?;
                let mut input = running.stdin.take();
                let told = async {
                    if let Some(input) = &mut input {
                        input.write_all(&lines).await?;
                    }
                    drop(input);
                    running.wait().await
                };
                let ended = tokio::time::timeout(LONGEST, told).await.map_err(|_| std::io::ErrorKind::TimedOut)??;
                if ended.success() { Ok(()) } else { Err(std::io::Error::other(ended.to_string())) }
            }
        }
    }
}

/// The checkpoint of the last whole line of a file; none where it cannot be read, 0 where there is no line.
async fn last_in(file: &Path) -> Option<i64> {
    let metadata = match tokio::fs::metadata(file).await {
        Ok(metadata) => metadata,
        Err(error) => return (error.kind() == ErrorKind::NotFound).then_some(0),
    };
    if !metadata.is_file() {
        return None;
    }
    let mut opened = tokio::fs::File::open(file).await.ok()?;
    opened.seek(SeekFrom::Start(metadata.len().saturating_sub(LONGEST_END))).await.ok()?;
    let mut end = Vec::new();
    opened.read_to_end(&mut end).await.ok()?;
    let lines = end.split(|byte| *byte == b'\n').rev();
    let mut checkpoints = lines.filter_map(|line| serde_json::from_slice::<Checkpoint>(line).ok());
    Some(checkpoints.next().map_or(0, |checkpoint| checkpoint.number))
}

/// Whether a file ends in the middle of a line. One that is not there, or cannot be read, does not.
async fn breaks_off(file: &Path) -> bool {
    let last = async {
        if !tokio::fs::metadata(file).await?.is_file() {
            // A pipe has no end to look at.
            return Err(ErrorKind::InvalidInput.into());
        }
        let mut file = tokio::fs::File::open(file).await?;
        file.seek(SeekFrom::End(-1)).await?;
        file.read_u8().await
    };
    last.await.is_ok_and(|last: u8| last != b'\n')
}

impl Services {
    /// Delivers checkpoints until the future is dropped. What fails is tried again: nothing is left out.
    pub async fn keep_delivering(&self, keeper: &Keeper) {
        let mut delivered = None;
        loop {
            let pause = match self.deliver_after(keeper, &mut delivered).await {
                Ok(_) => EVERY,
                Err(error) => {
                    tracing::warn!(error = %chain(&error), "checkpoints of the activity could not be kept elsewhere");
                    PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn last_checkpoint_number(&self) -> Result<i64, Error> {
        let sql = "SELECT number FROM activity_checkpoint ORDER BY number DESC LIMIT 1";
        let row = self.reader().query_one_raw(statement(self.reader(), sql, [])).await?;
        Ok(row.map(|row| row.try_get("", "number")).transpose()?.unwrap_or(0))
    }

    /// Delivers the checkpoints that this keeper has not got, in order, each at least once. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the keeper does not take them, [`Error::Database`].
    pub async fn deliver_checkpoints(&self, keeper: &Keeper) -> Result<u64, Error> {
        self.deliver_after(keeper, &mut None).await
    }

    /// Of what was delivered, a file says itself how far it goes, and otherwise this process knows what it has delivered: the
    /// table is believed no further than that, since whoever writes it may want nothing to be kept.
    async fn deliver_after(&self, keeper: &Keeper, last_delivered: &mut Option<i64>) -> Result<u64, Error> {
        let (way, mut delivered) = (keeper.way(), 0);
        loop {
            let known = "SELECT checkpoint FROM activity_delivery WHERE way = $1";
            let row = self.reader().query_one_raw(statement(self.reader(), known, [way.as_str().into()])).await?;
            let said: i64 = row.map(|row| row.try_get("", "checkpoint")).transpose()?.unwrap_or(0);
            let there = match keeper {
                Keeper::File(file) => last_in(file).await,
                Keeper::Command(_) => *last_delivered,
            };
            let known = there.unwrap_or(said);
            let after = if known > self.last_checkpoint_number().await? {
                // Somebody has written it who wants nothing to be kept, or an older backup was restored.
                tracing::warn!(
                    known,
                    "more checkpoints are said to be kept elsewhere than there are: all are sent again"
                );
                0
            } else {
                known
            };
            let next = format!("SELECT * FROM activity_checkpoint WHERE number > $1 ORDER BY number LIMIT {AT_ONCE}");
            let asked = statement(self.reader(), &next, [after.into()]);
            let rows = activity_checkpoint::Model::find_by_statement(asked).all(self.reader()).await?;
            let Some(last) = rows.last().map(|row| row.number) else { return Ok(delivered) };
            let mut lines = Vec::new();
            for row in rows {
                serde_json::to_writer(&mut lines, &Checkpoint::try_from(row)?)?;
                lines.push(b'\n');
                delivered += 1;
            }
            keeper.take(lines).await?;
            let sql = "INSERT INTO activity_delivery (way, checkpoint) VALUES ($1, $2)
                       ON CONFLICT (way) DO UPDATE SET checkpoint = excluded.checkpoint";
            let write = self.database().write();
            write.execute_raw(statement(write, sql, [way.as_str().into(), last.into()])).await?;
            *last_delivered = Some(last);
        }
    }
}
