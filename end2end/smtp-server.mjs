// A mail server for the tests of `services`: the npm package smtp-server on a random port of this machine.
//
// Its only argument is JSON:
//   secure    TLS from the beginning, otherwise STARTTLS is offered when there is a key
//   key, cert files of the key and the certificate; without them no TLS at all
//   user, password   sign-in is required, and only after TLS
//   answers   { "ann@example.com": "550 5.1.1 No such user" }: answers to RCPT TO
//   data      an answer to every message, after it has been read
//   silent    messages are read and never answered
//
// Prints JSON lines: first { "port": … }, then each message as { secure, user, from, to, raw }. Ends with its input.

import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";

const settings = JSON.parse(process.argv[2] ?? "{}");
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function refusal(answer) {
  const [code, ...words] = answer.split(" ");
  const error = new Error(words.join(" "));
  error.responseCode = Number(code);
  return error;
}

const hidden = [];
if (!settings.key) hidden.push("STARTTLS");
if (!settings.user) hidden.push("AUTH");

const server = new SMTPServer({
  secure: settings.secure ?? false,
  ...(settings.key && { key: readFileSync(settings.key), cert: readFileSync(settings.cert) }),
  disabledCommands: hidden,
  authOptional: !settings.user,
  disableReverseLookup: true,
  onAuth(given, _session, done) {
    if (given.username === settings.user && given.password === settings.password) return done(null, { user: given.username });
    return done(refusal("535 5.7.8 Authentication credentials invalid"));
  },
  onRcptTo(recipient, _session, done) {
    const answer = settings.answers?.[recipient.address];
    return done(answer ? refusal(answer) : null);
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => {
      print({
        secure: session.secure,
        user: session.user ?? null,
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map((recipient) => recipient.address),
        raw: Buffer.concat(chunks).toString("utf8"),
      });
      if (settings.silent) return;
      done(settings.data ? refusal(settings.data) : null);
    });
  },
});

// A client that hangs up, or does not trust the certificate, is part of the tests.
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => print({ port: server.server.address().port }));

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
