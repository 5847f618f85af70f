//! Load: connections that ask one request after the other, as fast as they are answered or at a steady rate.

use super::http::Connection;
use super::server::keep_off_the_servers_core;
use anyhow::{Context, Result, bail, ensure};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// How a server is asked.
#[derive(Clone, Copy)]
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    pub(super) lasting: Duration,
    /// Requests per second over all connections; as fast as possible when there is none.
    pub(super) rate: Option<f64>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) per_second: f64,
    /// How long each answer took, shortest first.
    pub(super) times: Vec<Duration>,
}

impl Outcome {
    /// The time that this share of the answers, from 0 to 1, took at most.
    pub(super) fn within(&self, share: f64) -> Duration {
        let last = self.times.len().saturating_sub(1);
        // A position in a list: rounding is meant.
        let place = (last as f64 * share).ceil() as usize;
        self.times.get(place).copied().unwrap_or_default()
    }

    /// Several rounds as one: the median of their rates, all of their times.
    pub(super) fn of_rounds(rounds: &[Self]) -> Self {
        let mut rates: Vec<f64> = rounds.iter().map(|round| round.per_second).collect();
        rates.sort_by(f64::total_cmp);
        let mut times: Vec<Duration> = rounds.iter().flat_map(|round| round.times.iter().copied()).collect();
        times.sort_unstable();
        Self { per_second: rates.get(rates.len() / 2).copied().unwrap_or_default(), times }
    }
}

impl Load {
    /// Asks what `request` gives for the connection and the number of the request on it, until the time is over or it
    /// gives nothing more. Any answer but 200 ends the benchmark.
    pub(super) fn put(self, request: impl Fn(usize, usize) -> Option<Vec<u8>> + Sync) -> Result<Outcome> {
        let begin = Instant::now();
        let times = thread::scope(|scope| {
            let request = &request;
            let threads: Vec<_> = (0..self.connections)
                .map(|connection| scope.spawn(move || self.on_one(begin, connection, |n| request(connection, n))))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().ok().context("a connection's thread died")?);
            joined.collect::<Result<Vec<_>>>()
        })?;
        let mut times: Vec<Duration> = times.into_iter().flatten().collect();
        ensure!(!times.is_empty(), "nothing was answered");
        let per_second = times.len() as f64 / begin.elapsed().as_secs_f64();
        times.sort_unstable();
        Ok(Outcome { per_second, times })
    }

    fn on_one(self, begin: Instant, place: usize, request: impl Fn(usize) -> Option<Vec<u8>>) -> Result<Vec<Duration>> {
        keep_off_the_servers_core();
        let mut connection = Connection::open(self.address)?;
        let mut times = Vec::new();
        let every = self.rate.map(|rate| Duration::from_secs_f64(self.connections as f64 / rate));
        // One connection after the other: asking all at once would measure how they wait for each other.
        let begin = begin + every.unwrap_or_default().mul_f64(place as f64 / self.connections as f64);
        for n in 0.. {
            // At a steady rate, waiting for a late answer counts for the requests that had to wait behind it.
            let due = every.map(|every| begin + every.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX)));
            if let Some(due) = due {
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            if begin.elapsed() >= self.lasting {
                break;
            }
            let Some(request) = request(n) else { break };
            let asked = due.unwrap_or_else(Instant::now);
            let answer = connection.ask(&request)?;
            times.push(asked.elapsed());
            if answer.status != 200 {
                bail!("answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
            }
        }
        Ok(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_medians() {
        let outcome = |per_second, millis: &[u64]| Outcome {
            per_second,
            times: millis.iter().map(|millis| Duration::from_millis(*millis)).collect(),
        };
        let all = Outcome::of_rounds(&[outcome(3.0, &[1, 9]), outcome(1.0, &[2]), outcome(2.0, &[3, 4])]);
        assert_eq!(all.per_second, 2.0);
        assert_eq!(all.within(0.5), Duration::from_millis(3));
        assert_eq!(all.within(0.99), Duration::from_millis(9));
        assert_eq!(Outcome::default().within(0.5), Duration::ZERO);
    }
}
