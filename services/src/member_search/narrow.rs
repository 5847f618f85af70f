//! All members who match, of whatever status, as a condition of a list that comes in pages of its own order.
//!
//! A word that few members have is looked up, and the list made of them; where each word is common, matches are close to
//! each other in any order, so the list is gone through.

use super::{Question, Search, Source, rarest, words_of};
use domain::WorkspaceId;
use sea_orm::{ConnectionTrait, DbErr, Value};

/// A word with fewer rows than this is looked up.
const FEW: usize = 2_000;

/// What a list of members `m` is narrowed down by.
pub(crate) struct Narrowed {
    /// SQL: a condition on `m`. The workspace is `$1`.
    pub(crate) condition: String,
    /// The values it names, the workspace first.
    pub(crate) values: Vec<Value>,
}

/// The members of the workspace for whom every typed word is the beginning of a word of the name or of a part of the
/// address. All of them when nothing is typed. At most one query.
pub(crate) async fn narrow(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    typed: &str,
) -> Result<Narrowed, DbErr> {
    let words = words_of(typed);
    let mut question = Question::new(connection.get_database_backend(), workspace);
    let mut condition = "m.workspace_id = $1".to_owned();
    if words.is_empty() {
        // Something was typed in which there is no word.
        if !typed.trim().is_empty() {
            condition += " AND 1 = 0";
        }
        return Ok(Narrowed { condition, values: question.values });
    }
    let sources: Vec<Source> = (0..words.len()).map(Source::Word).collect();
    let search = Search { connection, workspace, words: &words, limit: FEW };
    let counts = search.count(&sources, FEW).await?;
    let (rarest_word, count) = rarest(&sources, &counts);
    let looked_up = (count.rows() < FEW).then_some(rarest_word);
    if let Some(source) = looked_up {
        let found = question.ranges(&words, source).into_iter().map(|range| {
            format!("SELECT t.member_id FROM {} AS t WHERE t.workspace_id = $1 AND {}", range.table, range.within)
        });
        let found = found.collect::<Vec<_>>().join(" UNION ALL ");
        condition += &format!(" AND m.id IN ({found})");
    }
    for word in 0..words.len() {
        if looked_up != Some(Source::Word(word)) {
            condition += &question.check(&words, word).replace("t.member_id", "m.id");
        }
    }
    Ok(Narrowed { condition, values: question.values })
}
