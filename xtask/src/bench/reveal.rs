//! Handing secrets out: each answer is an event on record, and durable before it is given.

use super::http::{Connection, post};
use super::load::{Load, Outcome};
use super::report::Report;
use super::server::{Database, Kind, Server};
use super::{Bench, COLLABORATOR, MANAGER, OWNER};
use anyhow::{Result, ensure};

/// What is asked for.
struct Reveal {
    name: &'static str,
    /// Who asks.
    email: &'static str,
    function: &'static str,
    /// What is said beside the account.
    beside: &'static [(&'static str, &'static str)],
}

const REVEALS: [Reveal; 4] = [
    Reveal { name: "an owner has a password shown", email: OWNER, function: "show-password", beside: &[] },
    Reveal { name: "a collaborator copies a password", email: COLLABORATOR, function: "copy-password", beside: &[] },
    Reveal { name: "an account manager copies a password", email: MANAGER, function: "copy-password", beside: &[] },
    Reveal {
        name: "an account manager gets a one-time code",
        email: MANAGER,
        function: "code",
        beside: &[("way", "copied")],
    },
];

impl Bench {
    /// Reveals, one at a time and sixteen at once.
    pub(super) fn reveal(&self, kind: Kind, report: &mut Report) -> Result<()> {
        let database = Database::demo(kind, &[("accounts", 24)])?;
        let server = Server::start(&database)?;
        report.title(&format!("Reveals, {}", kind.name()));
        for Reveal { name, email, function, beside } in REVEALS {
            // Whoever has just signed in has proven who they are.
            let headers = server.sign_in_as(email)?;
            let requests = |account: &String| {
                let form: Vec<_> = [("account", account.as_str())].into_iter().chain(beside.iter().copied()).collect();
                post(&format!("/api/credential/{function}"), &headers, &form)
            };
            let mut given = Vec::new();
            for request in server.accounts(&headers)?.iter().map(requests) {
                // Not each account has a one-time code.
                if Connection::open(server.address)?.ask(&request)?.status == 200 {
                    given.push(request);
                }
            }
            ensure!(!given.is_empty(), "{name}: no account gives any");
            for connections in [1, 16] {
                let load = Load { address: server.address, connections, lasting: self.lasting, rate: None };
                let ask = |place: usize, number: usize| given.get((place + number) % given.len()).cloned();
                let rounds = (0..self.rounds).map(|_| load.put(ask)).collect::<Result<Vec<_>>>()?;
                let times = if connections == 1 { "1 connection" } else { "16 connections" };
                report.rate(&format!("{name}, {times}"), &Outcome::of_rounds(&rounds), "", "");
            }
        }
        report.number("memory after that load", server.memory()?, "MB", "", "");
        Ok(())
    }
}
