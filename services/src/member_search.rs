//! Members found by the beginning of any word of their name and any part of their address.
//!
//! Invariant: an answer reads the index of one workspace only, and at most [`MOST_READ`] of its rows for each word,
//! however many members there are. Only active members are in the index: whoever is deactivated is taken out.
//!
//! | what is typed | what is read |
//! | --- | --- |
//! | one word | the first rows that begin with it |
//! | several, one of which few members have | the rows of that one, each checked for the others |
//! | several that many have | the rows for the pair of two of them, each checked |

mod token;

use domain::member::PickedMember;
use domain::{MemberId, WorkspaceId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, TryGetable, Value};
use std::fmt::Write as _;
use token::{Word, after, pair_head, pairs_of, words_of};

pub(crate) use token::{Entries, fold};

/// Rows of a word that are simply gone through.
const FEW: usize = 200;
/// Rows that are gone through where there is no better way: a word many members share in their name beside one they
/// share in their domain.
const MOST_READ: usize = 4_000;
/// Rows read for each member looked for: a member can have several tokens that begin alike.
const ROWS_PER_MEMBER: usize = 4;
/// Words among which pairs are looked for.
const MOST_PAIRED: usize = 4;
/// Rows written by one statement.
const ROWS_PER_INSERT: usize = 300;

/// At most `limit` active members of the workspace for whom every typed word is the beginning of a word of the name or
/// of a part of the address, without regard to order, case and accents. Nobody when nothing is typed.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    typed: &str,
    limit: usize,
) -> Result<Vec<PickedMember>, DbErr> {
    let words = words_of(typed);
    let mut question = Question::new(connection.get_database_backend(), workspace);
    let Some(hits) = question.hits(connection, &words, limit * ROWS_PER_MEMBER).await? else { return Ok(Vec::new()) };
    // CROSS JOIN keeps SQLite from starting with the table of all members.
    let sql = format!(
        "SELECT m.id AS member, u.name, u.email FROM (\
            SELECT member_id, MIN(place) AS place, MIN(token) AS token FROM ({hits}) AS hit \
            GROUP BY member_id ORDER BY 2, 3, 1 LIMIT {limit}\
         ) AS found CROSS JOIN member AS m CROSS JOIN \"user\" AS u \
         WHERE m.id = found.member_id AND m.status = 'active' AND u.id = m.user_id \
         ORDER BY found.place, found.token, m.id"
    );
    let rows = connection.query_all_raw(question.statement(sql)).await?;
    rows.into_iter().map(|row| Found::from_query_result(&row, "").map(PickedMember::from)).collect()
}

/// Puts an active member into the index.
pub(crate) async fn index(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    member: MemberId,
    name: &str,
    email: &str,
) -> Result<(), DbErr> {
    let entries = Entries::of(name, email);
    insert(connection, "member_search", "token", workspace, member, entries.tokens).await?;
    insert(connection, "member_search_pair", "pair", workspace, member, entries.pairs).await
}

/// Takes a member out of the index.
pub(crate) async fn unindex(connection: &impl ConnectionTrait, member: MemberId) -> Result<(), DbErr> {
    let backend = connection.get_database_backend();
    let sql = "SELECT workspace_id, token FROM member_search WHERE member_id = $1 ORDER BY token";
    let rows = connection.query_all_raw(Statement::from_sql_and_values(backend, sql, [member.into()])).await?;
    let mut tokens = Vec::with_capacity(rows.len());
    let mut workspace = None;
    for row in &rows {
        workspace = Some(WorkspaceId::try_get(row, "", "workspace_id")?);
        tokens.push(String::try_get(row, "", "token")?);
    }
    let Some(workspace) = workspace else { return Ok(()) };
    let pairs: Vec<String> = pairs_of(tokens.iter().map(String::as_str)).into_iter().collect();
    for pairs in pairs.chunks(ROWS_PER_INSERT) {
        let mut question = Question::new(backend, workspace);
        let member = question.value(member.into());
        let pairs = pairs.iter().map(|pair| question.value(pair.into())).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "DELETE FROM member_search_pair WHERE workspace_id = $1 AND member_id = {member} AND pair IN ({pairs})"
        );
        connection.execute_raw(question.statement(sql)).await?;
    }
    let sql = "DELETE FROM member_search WHERE member_id = $1";
    connection.execute_raw(Statement::from_sql_and_values(backend, sql, [member.into()])).await?;
    Ok(())
}

async fn insert(
    connection: &impl ConnectionTrait,
    table: &str,
    column: &str,
    workspace: WorkspaceId,
    member: MemberId,
    texts: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let texts: Vec<String> = texts.into_iter().collect();
    for texts in texts.chunks(ROWS_PER_INSERT) {
        let mut question = Question::new(connection.get_database_backend(), workspace);
        let member = question.value(member.into());
        let rows = texts.iter().map(|text| format!("($1, {}, {member})", question.value(text.into())));
        let rows = rows.collect::<Vec<_>>().join(", ");
        let sql =
            format!("INSERT INTO {table} (workspace_id, {column}, member_id) VALUES {rows} ON CONFLICT DO NOTHING");
        connection.execute_raw(question.statement(sql)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    member: MemberId,
    name: String,
    email: String,
}

impl From<Found> for PickedMember {
    fn from(Found { member, name, email }: Found) -> Self {
        Self { member, name, email }
    }
}

/// Where the members are that may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Among those of this word.
    Word(usize),
    /// Among those of these two words, both of the member's own: not by way of the domain.
    Pair(usize, usize),
}

/// SQL under construction: the workspace is `$1`, what is asked for follows.
struct Question {
    backend: DbBackend,
    values: Vec<Value>,
}

// Raw SQL: ranges, limits within and checks by index, whose plan has to stay the same at a million members, are what
// this is about.
impl Question {
    fn new(backend: DbBackend, workspace: WorkspaceId) -> Self {
        Self { backend, values: vec![workspace.into()] }
    }

    fn statement(&self, sql: String) -> Statement {
        Statement::from_sql_and_values(self.backend, sql, self.values.clone())
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// A query for rows `member_id, place, token`, at most `rows` of them, with the member's own words before the
    /// domains. `None` when nobody can match.
    async fn hits(
        &mut self,
        connection: &impl ConnectionTrait,
        words: &[Word],
        rows: usize,
    ) -> Result<Option<String>, DbErr> {
        let all: Vec<usize> = (0..words.len()).collect();
        let sources = match words {
            [] => return Ok(None),
            [_] => vec![Source::Word(0)],
            _ => {
                let singles: Vec<Source> = all.iter().map(|word| Source::Word(*word)).collect();
                let counts = self.count(connection, words, &singles, FEW).await?;
                let (rarest, count) = rarest(&singles, &counts);
                if count.rows() == 0 {
                    return Ok(None);
                }
                if count.rows() < FEW { vec![rarest] } else { self.common(connection, words, &counts).await? }
            }
        };
        let hits: Vec<String> = sources
            .into_iter()
            .enumerate()
            .flat_map(|(place, source)| self.hits_of(words, source, place, rows))
            .collect();
        Ok((!hits.is_empty()).then(|| hits.join(" UNION ALL ")))
    }

    /// The sources for words that all have many rows.
    async fn common(
        &mut self,
        connection: &impl ConnectionTrait,
        words: &[Word],
        counts: &[Count],
    ) -> Result<Vec<Source>, DbErr> {
        let in_domains = counts.iter().any(|count| count.domain > 0);
        if let (2, false) = (words.len(), in_domains) {
            return Ok(vec![Source::Pair(0, 1)]);
        }
        let paired: Vec<usize> = (0..words.len()).filter(|word| counts[*word].own > 0).take(MOST_PAIRED).collect();
        let singles = (0..words.len()).map(Source::Word);
        let pairs = paired
            .iter()
            .flat_map(|one| paired.iter().filter(move |other| one < *other).map(|other| Source::Pair(*one, *other)));
        let sources: Vec<Source> = singles.chain(pairs).collect();
        let most = if words.len() == 2 { MOST_READ } else { MOST_READ / 4 };
        let counts = self.count(connection, words, &sources, most).await?;
        let (rarest_word, _) = rarest(&sources[..words.len()], &counts[..words.len()]);
        let Some(first_pair) = (!paired.is_empty() && sources.len() > words.len()).then_some(words.len()) else {
            return Ok(vec![rarest_word]);
        };
        let (rarest_pair, pair_rows) = rarest(&sources[first_pair..], &counts[first_pair..]);
        let (Source::Pair(one, other), false) = (rarest_pair, pair_rows.rows() == 0 && !in_domains) else {
            return Ok(if in_domains { vec![rarest_word] } else { Vec::new() });
        };
        // Whoever has one of the two words in the domain only is not among the pairs.
        let complete = counts[one].domain == 0 && counts[other].domain == 0;
        Ok(if complete { vec![rarest_pair] } else { vec![rarest_pair, rarest_word] })
    }

    /// How many rows each source has, as far as `most`: one query.
    async fn count(
        &self,
        connection: &impl ConnectionTrait,
        words: &[Word],
        sources: &[Source],
        most: usize,
    ) -> Result<Vec<Count>, DbErr> {
        let mut question = Question { backend: self.backend, values: self.values.clone() };
        let mut columns = String::new();
        for (n, source) in sources.iter().enumerate() {
            let ranges = question.ranges(words, *source);
            for (place, name) in [(Place::Own, "own"), (Place::Domain, "domain")] {
                let counts: Vec<String> = ranges
                    .iter()
                    .filter(|range| range.place == place)
                    .map(|Range { table, within, .. }| {
                        format!(
                            "(SELECT count(*) FROM (SELECT 1 FROM {table} AS t \
                             WHERE t.workspace_id = $1 AND {within} LIMIT {most}) AS few)"
                        )
                    })
                    .collect();
                let count = if counts.is_empty() { "0".to_owned() } else { counts.join(" + ") };
                let comma = if columns.is_empty() { "" } else { ", " };
                // A formatted string always fits into another.
                let _ = write!(columns, "{comma}CAST({count} AS bigint) AS {name}_{n}");
            }
        }
        let row = connection.query_one_raw(question.statement(format!("SELECT {columns}"))).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count".to_owned()))?;
        let column = |name: &str, n| {
            let count = i64::try_get(&row, "", &format!("{name}_{n}"))?;
            Ok::<_, DbErr>(usize::try_from(count).unwrap_or(0))
        };
        (0..sources.len()).map(|n| Ok(Count { own: column("own", n)?, domain: column("domain", n)? })).collect()
    }

    /// The queries for the rows of one source that pass the checks for all words.
    fn hits_of(&mut self, words: &[Word], source: Source, place: usize, rows: usize) -> Vec<String> {
        let checks: String =
            (0..words.len()).filter(|word| source != Source::Word(*word)).map(|word| self.check(words, word)).collect();
        let read = if checks.is_empty() { rows } else { MOST_READ };
        let ranges = self.ranges(words, source);
        ranges
            .into_iter()
            .map(|Range { table, column, within, place: within_place }| {
                let place = place * 2 + usize::from(within_place == Place::Domain);
                format!(
                    "SELECT * FROM (SELECT t.member_id, {place} AS place, t.token FROM (\
                        SELECT t.member_id, t.{column} AS token FROM {table} AS t \
                        WHERE t.workspace_id = $1 AND {within} \
                        ORDER BY t.workspace_id, t.{column}, t.member_id LIMIT {read}\
                     ) AS t WHERE 1 = 1{checks} LIMIT {rows}) AS hit_{place}"
                )
            })
            .collect()
    }

    /// A condition: the member `t.member_id` has a token that begins with the word. A subquery with a limit is not
    /// turned into a join, so it stays a look into the index for each member.
    fn check(&mut self, words: &[Word], word: usize) -> String {
        let ranges = self.ranges(words, Source::Word(word));
        let within: Vec<String> = ranges.iter().map(|range| range.within.replace("t.", "o.")).collect();
        format!(
            " AND (SELECT 1 FROM member_search AS o WHERE o.member_id = t.member_id AND ({}) LIMIT 1) IS NOT NULL",
            within.join(" OR ")
        )
    }

    /// The rows of a source, as ranges of an index.
    fn ranges(&mut self, words: &[Word], source: Source) -> Vec<Range> {
        match source {
            Source::Word(word) => {
                let Word { text, domain_only } = &words[word];
                let mut ranges = Vec::with_capacity(2);
                if !domain_only {
                    ranges.push(self.range("member_search", "token", text, Place::Own));
                }
                if !text.contains('@') {
                    ranges.push(self.range("member_search", "token", &format!("@{text}"), Place::Domain));
                }
                ranges
            }
            Source::Pair(one, other) => {
                let (one, other) = (&words[one].text, &words[other].text);
                [pair_head(one, other), pair_head(other, one)]
                    .iter()
                    .map(|head| self.range("member_search_pair", "pair", head, Place::Own))
                    .collect()
            }
        }
    }

    fn range(&mut self, table: &'static str, column: &'static str, prefix: &str, place: Place) -> Range {
        let from = self.value(prefix.into());
        let within = match after(prefix) {
            Some(end) => format!("t.{column} >= {from} AND t.{column} < {}", self.value(end.into())),
            None => format!("t.{column} >= {from}"),
        };
        Range { table, column, within, place }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Own,
    Domain,
}

struct Range {
    table: &'static str,
    column: &'static str,
    within: String,
    place: Place,
}

/// Rows of a source, counted as far as somebody wants to know.
#[derive(Clone, Copy, Debug)]
struct Count {
    own: usize,
    domain: usize,
}

impl Count {
    fn rows(self) -> usize {
        self.own + self.domain
    }
}

fn rarest(sources: &[Source], counts: &[Count]) -> (Source, Count) {
    let pairs = sources.iter().copied().zip(counts.iter().copied());
    pairs.min_by_key(|(_, count)| count.rows()).expect("there is a source for each word")
}
