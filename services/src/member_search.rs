//! Members found by the beginning of any word of their name and any part of their address.
//!
//! Invariant: an answer reads the index of one workspace only, in at most four queries, and no more of its rows than the
//! constants below say, however many members there are. Only active members are found.
//!
//! | what is typed | what is read |
//! | --- | --- |
//! | one word | the first rows that begin with it |
//! | several, one of which few members have | the rows of that one, or of a pair with it, each checked for the others |
//! | several that many have | the rows for the pair of two of them, each checked |

mod narrow;
mod token;

use domain::member::PickedMember;
use domain::{MemberId, WorkspaceId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, TryGetable, Value};
use token::{Pair, Word, after, words_of};

pub(crate) use narrow::{Narrowed, narrow};
pub(crate) use token::{Entries, fold};

/// A word with fewer rows than this is gone through, unless a pair has fewer.
const FEW: usize = 200;
/// A word with fewer rows than this is gone through without looking for pairs.
const HANDFUL: usize = 24;
/// How far rows are counted to find out what to begin with, and gone through where there is no better way: a word many
/// members share in their name beside one many share in their domain, or three words of which each two are common. Each
/// further word costs another look for each row, and leaves fewer members to find.
const fn most_read(words: usize) -> usize {
    match words {
        0..=2 => 3_000,
        3 => 2_000,
        _ => 800,
    }
}
/// Rows read for each member looked for: a member can have several tokens that begin alike.
const ROWS_PER_MEMBER: usize = 3;
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
    let search = Search { connection, workspace, words: &words, limit };
    match words.len() {
        0 => return Ok(Vec::new()),
        1 => return search.read(&[Source::Word(0)]).await,
        _ => {}
    }
    let all: Vec<Source> = (0..words.len()).map(Source::Word).collect();
    let counts = search.count(&all, FEW).await?;
    let (rarest_word, count) = rarest(&all, &counts);
    match count.rows() {
        0 => Ok(Vec::new()),
        rows if rows < HANDFUL => search.read(&[rarest_word]).await,
        rows if rows < FEW => search.one_rare(rarest_word, rows, &counts).await,
        _ if words.len() == 2 => search.two_common(&counts).await,
        _ => search.several_common(&counts).await,
    }
}

/// SQL: the member `m` has, for every typed word, a word of the name or a part of the address that begins with it. Nothing
/// is asked of them when nothing is typed. `place` takes a value, and gives its place.
pub(crate) fn matching(typed: &str, mut place: impl FnMut(Value) -> String) -> String {
    let mut within = |prefix: &str| {
        let from = place(prefix.into());
        match after(prefix) {
            Some(end) => format!("(t.token >= {from} AND t.token < {})", place(end.into())),
            None => format!("t.token >= {from}"),
        }
    };
    let condition = |Word { text, domain_only }: Word| {
        let own = (!domain_only).then(|| within(&text));
        let domain = (!text.contains('@')).then(|| within(&format!("@{text}")));
        let either: Vec<String> = own.into_iter().chain(domain).collect();
        format!(" AND EXISTS (SELECT 1 FROM member_search t WHERE t.member_id = m.id AND ({}))", either.join(" OR "))
    };
    words_of(typed).into_iter().map(condition).collect()
}

/// Whether every typed word is the beginning of a word of the name.
pub(crate) fn is_named(name: &str, typed: &str) -> bool {
    let tokens = Entries::of(name, "").tokens;
    words_of(typed).iter().all(|word| !word.domain_only && tokens.iter().any(|token| token.starts_with(&word.text)))
}

/// Puts a member into the index. Whoever is not active is not found by [`find`].
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

/// Takes a member out of the index, who was in it with this name and address.
pub(crate) async fn remove(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    member: MemberId,
    name: &str,
    email: &str,
) -> Result<(), DbErr> {
    let entries = Entries::of(name, email);
    delete(connection, "member_search", "token", workspace, member, entries.tokens).await?;
    delete(connection, "member_search_pair", "pair", workspace, member, entries.pairs).await
}

async fn delete(
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
        let texts = texts.iter().map(|text| question.value(text.into())).collect::<Vec<_>>().join(", ");
        let sql =
            format!("DELETE FROM {table} WHERE workspace_id = $1 AND {column} IN ({texts}) AND member_id = {member}");
        connection.execute_raw(question.statement(sql)).await?;
    }
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

impl Source {
    /// Whether its members are among those of this word.
    fn has(self, word: Self) -> bool {
        match self {
            Self::Pair(one, other) => word == Self::Word(one) || word == Self::Word(other),
            Self::Word(_) => self == word,
        }
    }
}

/// Each two of these words.
fn pairs_of(words: &[usize]) -> impl Iterator<Item = Source> {
    words.iter().flat_map(|one| words.iter().filter(move |other| one < *other).map(|other| Source::Pair(*one, *other)))
}

/// One search.
struct Search<'s, C> {
    connection: &'s C,
    workspace: WorkspaceId,
    words: &'s [Word],
    limit: usize,
}

// Raw SQL: ranges, limits within and looks into an index, whose plan has to stay the same at a million members, are what
// this is about.
impl<C: ConnectionTrait> Search<'_, C> {
    /// For a word that few members have, beside others.
    async fn one_rare(&self, word: Source, rows: usize, counts: &[Count]) -> Result<Vec<PickedMember>, DbErr> {
        // Whoever has one of two words in the domain only is not among the pairs.
        let own: Vec<usize> = (0..counts.len()).filter(|word| counts[*word].domain == 0).take(MOST_PAIRED).collect();
        let pairs: Vec<Source> = pairs_of(&own).filter(|pair| pair.has(word)).collect();
        if pairs.is_empty() {
            return self.read(&[word]).await;
        }
        let (pair, count) = rarest(&pairs, &self.count(&pairs, rows).await?);
        self.read(&[if count.rows() < rows { pair } else { word }]).await
    }

    /// For two words that many members have.
    async fn two_common(&self, counts: &[Count]) -> Result<Vec<PickedMember>, DbErr> {
        let in_domains = counts.iter().any(|count| count.domain > 0);
        let pair = Source::Pair(0, 1);
        let found = if counts.iter().all(|count| count.own > 0) { self.read(&[pair]).await? } else { Vec::new() };
        if !in_domains || found.len() == self.limit {
            return Ok(found);
        }
        // Whoever has one of the two words in the domain only is not among the pairs.
        let words = [Source::Word(0), Source::Word(1)];
        let (rarest_word, _) = rarest(&words, &self.count(&words, most_read(2)).await?);
        if found.is_empty() { self.read(&[rarest_word]).await } else { self.read(&[pair, rarest_word]).await }
    }

    /// For three words and more that many members have.
    async fn several_common(&self, counts: &[Count]) -> Result<Vec<PickedMember>, DbErr> {
        let own: Vec<usize> = (0..counts.len()).filter(|word| counts[*word].own > 0).take(MOST_PAIRED).collect();
        let singles = (0..counts.len()).map(Source::Word);
        let sources: Vec<Source> = singles.chain(pairs_of(&own)).collect();
        let counts = self.count(&sources, most_read(counts.len())).await?;
        let (words, pairs) = sources.split_at(self.words.len());
        let (rarest_word, count) = rarest(words, &counts);
        if pairs.is_empty() || count.rows() < most_read(words.len()) {
            return self.read(&[rarest_word]).await;
        }
        // Whoever has one of two words in the domain only is not among the pairs.
        let in_no_domain = |pair: &Source| match *pair {
            Source::Pair(one, other) => counts[one].domain == 0 && counts[other].domain == 0,
            Source::Word(_) => false,
        };
        let complete: (Vec<Source>, Vec<Count>) =
            pairs.iter().zip(&counts[words.len()..]).filter(|(pair, _)| in_no_domain(pair)).unzip();
        if complete.0.is_empty() {
            let (rarest_pair, _) = rarest(pairs, &counts[words.len()..]);
            return self.read(&[rarest_pair, rarest_word]).await;
        }
        let (rarest_pair, _) = rarest(&complete.0, &complete.1);
        self.read(&[rarest_pair]).await
    }

    /// The members among the rows of these sources who have all words: one query. Rows of the first source come first,
    /// and in each the member's own words before the domains.
    async fn read(&self, sources: &[Source]) -> Result<Vec<PickedMember>, DbErr> {
        let mut question = Question::new(self.connection.get_database_backend(), self.workspace);
        let hits: Vec<String> = sources
            .iter()
            .enumerate()
            .flat_map(|(place, source)| question.hits(self.words, *source, place, self.limit * ROWS_PER_MEMBER))
            .collect();
        // CROSS JOIN keeps SQLite from starting with the table of all members.
        let sql = format!(
            "SELECT m.id AS member, u.name, u.email FROM (\
                SELECT member_id, MIN(place) AS place, MIN(token) AS token FROM ({}) AS hit \
                GROUP BY member_id ORDER BY 2, 3, 1 LIMIT {}\
             ) AS found CROSS JOIN member AS m CROSS JOIN \"user\" AS u \
             WHERE m.id = found.member_id AND u.id = m.user_id \
             ORDER BY found.place, found.token, m.id",
            hits.join(" UNION ALL "),
            self.limit
        );
        let rows = self.connection.query_all_raw(question.statement(sql)).await?;
        rows.into_iter().map(|row| Found::from_query_result(&row, "").map(PickedMember::from)).collect()
    }

    /// How many rows each source has, as far as `most`: one query.
    async fn count(&self, sources: &[Source], most: usize) -> Result<Vec<Count>, DbErr> {
        let mut question = Question::new(self.connection.get_database_backend(), self.workspace);
        let columns: Vec<String> = sources
            .iter()
            .enumerate()
            .flat_map(|(n, source)| {
                let ranges = question.ranges(self.words, *source);
                [("own", Place::Own), ("domain", Place::Domain)].map(|(name, place)| {
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
                    format!("CAST({count} AS bigint) AS {name}_{n}")
                })
            })
            .collect();
        let sql = format!("SELECT {}", columns.join(", "));
        let row = self.connection.query_one_raw(question.statement(sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count".to_owned()))?;
        let column = |name: &str, n| {
            let count = i64::try_get(&row, "", &format!("{name}_{n}"))?;
            Ok::<_, DbErr>(usize::try_from(count).unwrap_or(0))
        };
        (0..sources.len()).map(|n| Ok(Count { own: column("own", n)?, domain: column("domain", n)? })).collect()
    }
}

/// SQL: the member `t.member_id` is active. The index keeps whoever is not, and they must not take up the room of others.
const ACTIVE: &str = "(SELECT m.status FROM member AS m WHERE m.id = t.member_id) = 'active'";

/// SQL under construction: the workspace is `$1`, what is asked for follows.
struct Question {
    backend: DbBackend,
    values: Vec<Value>,
}

impl Question {
    fn new(backend: DbBackend, workspace: WorkspaceId) -> Self {
        Self { backend, values: vec![workspace.into()] }
    }

    fn statement(self, sql: String) -> Statement {
        Statement::from_sql_and_values(self.backend, sql, self.values)
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// The queries for the rows `member_id, place, token` of one source that pass the checks for all words.
    fn hits(&mut self, words: &[Word], source: Source, place: usize, rows: usize) -> Vec<String> {
        let ranges = self.ranges(words, source);
        let hits = ranges.into_iter().map(|Range { table, column, within, place: in_source, says }| {
            let unsaid: Vec<usize> = (0..words.len()).filter(|word| !says.contains(word)).collect();
            let checks: String = unsaid.into_iter().map(|word| self.check(words, word)).collect();
            // Where each row read is a hit, those of former members are not read; of many that are looked at, most fail.
            let (read, within, checks) = if checks.is_empty() {
                (rows, format!("{within} AND {ACTIVE}"), "1 = 1".to_owned())
            } else {
                (most_read(words.len()), within, format!("{ACTIVE}{checks}"))
            };
            let place = place * 2 + usize::from(in_source == Place::Domain);
            format!(
                "SELECT * FROM (SELECT t.member_id, {place} AS place, t.token FROM (\
                    SELECT t.member_id, t.{column} AS token FROM {table} AS t \
                    WHERE t.workspace_id = $1 AND {within} \
                    ORDER BY t.workspace_id, t.{column}, t.member_id LIMIT {read}\
                 ) AS t WHERE {checks} LIMIT {rows}) AS hit_{place}"
            )
        });
        hits.collect()
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
                    ranges.push(self.range("member_search", "token", text, Place::Own, vec![word]));
                }
                if !text.contains('@') {
                    ranges.push(self.range("member_search", "token", &format!("@{text}"), Place::Domain, vec![word]));
                }
                ranges
            }
            Source::Pair(one, other) => [(one, other), (other, one)]
                .into_iter()
                .map(|(one, other)| {
                    let pair = Pair::of(&words[one].text, &words[other].text);
                    let says = [(pair.whole_head, one), (pair.whole_tail, other)];
                    let says = says.into_iter().filter_map(|(whole, word)| whole.then_some(word)).collect();
                    self.range("member_search_pair", "pair", &pair.prefix, Place::Own, says)
                })
                .collect(),
        }
    }

    fn range(
        &mut self,
        table: &'static str,
        column: &'static str,
        prefix: &str,
        place: Place,
        says: Vec<usize>,
    ) -> Range {
        let from = self.value(prefix.into());
        let within = match after(prefix) {
            Some(end) => format!("t.{column} >= {from} AND t.{column} < {}", self.value(end.into())),
            None => format!("t.{column} >= {from}"),
        };
        Range { table, column, within, place, says }
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
    /// The words that whoever is in the range is known to have.
    says: Vec<usize>,
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

/// The source with the fewest rows. Where several have as many as were counted, one that is not about domains: these tend
/// to be everybody's.
fn rarest(sources: &[Source], counts: &[Count]) -> (Source, Count) {
    let pairs = sources.iter().copied().zip(counts.iter().copied());
    pairs.min_by_key(|(_, count)| (count.rows(), count.domain)).expect("there is a source for each word")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;
    use sea_orm::DatabaseConnection;
    use uuid::Uuid;

    const HOST: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const GUEST: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    async fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::connect(&format!("sqlite://{}/a.db", folder.path().display())).await.unwrap();
        database.migrate().await.unwrap();
        for workspace in [HOST, GUEST] {
            run(
                &database,
                "INSERT INTO workspace (id, name, public_id, created_at) VALUES ($1, 'W', $2, '2026-01-01')",
                [workspace.into(), workspace.to_string().into()],
            )
            .await;
        }
        (folder, database)
    }

    async fn run<const N: usize>(database: &Database, sql: &str, values: [Value; N]) {
        let write = database.write();
        write.execute_raw(Statement::from_sql_and_values(write.get_database_backend(), sql, values)).await.unwrap();
    }

    async fn join(database: &Database, workspace: WorkspaceId, name: &str, email: &str) -> MemberId {
        let (user, member) = (Uuid::now_v7(), MemberId(Uuid::now_v7()));
        run(
            database,
            "INSERT INTO \"user\" (id, email, email_folded, name, created_at) VALUES ($1, $2, $3, $4, '2026-01-01')",
            [user.into(), email.into(), user.to_string().into(), name.into()],
        )
        .await;
        run(
            database,
            "INSERT INTO member (id, workspace_id, user_id, role, status, created_at)
             VALUES ($1, $2, $3, 'user', 'active', '2026-01-01')",
            [member.into(), workspace.into(), user.into()],
        )
        .await;
        index(database.write(), workspace, member, name, email).await.unwrap();
        member
    }

    async fn names(connection: &DatabaseConnection, workspace: WorkspaceId, typed: &str) -> Vec<String> {
        let mut names: Vec<String> =
            find(connection, workspace, typed, 10).await.unwrap().into_iter().map(|found| found.name).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn members_are_found_by_the_beginning_of_words_in_any_order() {
        let (_folder, database) = database().await;
        join(&database, GUEST, "Zoë O’Brien", "zoe@north-light.example").await;
        join(&database, GUEST, "Jean-Luc Smith", "jl.smith@paris.example").await;
        join(&database, HOST, "Zoë Smith", "zoe@harbor.example").await;
        for (typed, found) in [
            ("zoe", vec!["Zoë O’Brien"]),
            ("ZOË", vec!["Zoë O’Brien"]),
            ("brien z", vec!["Zoë O’Brien"]),
            ("o'b", vec!["Zoë O’Brien"]),
            ("obrien", vec!["Zoë O’Brien"]),
            ("zoe@north", vec!["Zoë O’Brien"]),
            ("light", vec!["Zoë O’Brien"]),
            ("@light", vec!["Zoë O’Brien"]),
            ("@zoe", vec![]),
            ("luc", vec!["Jean-Luc Smith"]),
            ("jean-l smi", vec!["Jean-Luc Smith"]),
            ("smith@par", vec!["Jean-Luc Smith"]),
            ("exa", vec!["Jean-Luc Smith", "Zoë O’Brien"]),
            ("mith", vec![]),
            ("zoe smith", vec![]),
            ("  ", vec![]),
        ] {
            assert_eq!(names(database.read(), GUEST, typed).await, found, "{typed:?}");
        }
    }

    #[tokio::test]
    async fn a_rare_word_finds_the_few_who_have_another_too() {
        let (_folder, database) = database().await;
        for n in 0..HANDFUL {
            join(&database, GUEST, "Zebedee Jones", &format!("z{n}@x.example")).await;
            join(&database, GUEST, "Anna Smith", &format!("s{n}@x.example")).await;
        }
        assert!(names(database.read(), GUEST, "zebedee smith").await.is_empty());
        join(&database, GUEST, "Zebedee Smith", "zs@x.example").await;
        join(&database, GUEST, "Zebulon Smith", "zu@x.example").await;
        for typed in ["zebedee smith", "smi zebed", "zebedee sm x.exam", "zebedee smith zs", "zebedee zs"] {
            assert_eq!(names(database.read(), GUEST, typed).await, ["Zebedee Smith"], "{typed:?}");
        }
        assert_eq!(names(database.read(), GUEST, "zebedee jones").await.len(), 10);
        assert_eq!(names(database.read(), GUEST, "zebedee example").await.len(), 10);
    }

    #[tokio::test]
    async fn two_common_words_find_the_few_who_have_both() {
        let (_folder, database) = database().await;
        for n in 0..FEW {
            join(&database, GUEST, "Anna Smith", &format!("s{n}@x.example")).await;
            join(&database, GUEST, "Bob Jones", &format!("j{n}@x.example")).await;
        }
        assert!(names(database.read(), GUEST, "anna jones").await.is_empty());
        join(&database, GUEST, "Anna Jones", "aj@x.example").await;
        for typed in ["anna jones", "jo an", "jones a", "anna jones x.exam", "anna jones aj"] {
            assert_eq!(names(database.read(), GUEST, typed).await, ["Anna Jones"], "{typed:?}");
        }
        assert_eq!(names(database.read(), GUEST, "anna example").await.len(), 10);
    }
}
