//! The one-time codes of an account's own login (RFC 6238), which are made here from a secret that never leaves the server.
//!
//! Kept is a line such as `SHA1 6 30 JBSWY3DPEHPK3PXP`: algorithm, digits, seconds, and the secret in base 32.

use crate::Error;
use crate::vault::{Broken, VaultError};
use domain::credential::CodeView;
use domain::secret::Secret;
use domain::{Moment, Problem};
use totp_rs::{Algorithm, Builder, Totp};

/// Seconds for which a code of some site may hold.
const PERIODS: std::ops::RangeInclusive<u64> = 10..=300;
/// Bytes that a secret has at least. Many sites give 10, fewer than RFC 4226 asks for.
const SHORTEST: usize = 5;

/// Reads what a site shows: a secret in base 32, grouped as it may be, or an address that begins with `otpauth://totp`.
///
/// # Errors
///
/// A [`Problem`] on `field`, which does not repeat it.
pub(super) fn read(field: &'static str, typed: &Secret) -> Result<Secret, Problem> {
    let refused = |text: &str| Problem::new(field, text);
    let text = typed.expose().trim();
    let totp = if text.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("otpauth://")) {
        Totp::from_url_unchecked(text).map_err(|_| {
            refused(
                "Enter the whole address behind the QR code: it begins with otpauth://totp/ and has a secret in it.",
            )
        })?
    } else {
        let letters: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '='))
            .flat_map(char::to_uppercase)
            .collect();
        let secret = totp_rs::Secret::try_from_base32(zeroize::Zeroizing::new(letters).as_str());
        let secret =
            secret.map_err(|_| refused("Enter the secret as the site shows it: letters, and digits from 2 to 7."))?;
        Builder::new().with_secret(secret).build_noncompliant()
    };
    if totp.secret().as_ref().len() < SHORTEST {
        return Err(refused("Enter the whole secret: this one is too short to be one."));
    }
    if !(6..=8).contains(&totp.digits()) || !PERIODS.contains(&totp.step()) {
        return Err(refused(
            "Codes of this kind cannot be made here: only those of 6 to 8 digits, for 10 to 300 seconds.",
        ));
    }
    let kept = format!("{} {} {} {}", totp.algorithm(), totp.digits(), totp.step(), totp.secret().to_base32());
    Ok(Secret::new(kept))
}

/// The code at this moment.
///
/// # Errors
///
/// [`Error::Vault`] when what is kept was not written by [`read`].
pub(super) fn code_at(kept: &Secret, now: Moment) -> Result<CodeView, Error> {
    let totp = of(kept).ok_or(VaultError::Broken(Broken))?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let left = totp.next_step(seconds) - seconds;
    Ok(CodeView {
        code: Secret::new(totp.generate(seconds).to_string()),
        seconds_left: u32::try_from(left).unwrap_or(u32::MAX),
        period: u32::try_from(totp.step()).unwrap_or(u32::MAX),
    })
}

fn of(kept: &Secret) -> Option<Totp> {
    let mut parts = kept.expose().split(' ');
    let algorithm = Algorithm::try_from(parts.next()?.to_owned()).ok()?;
    let digits = parts.next()?.parse().ok()?;
    let step = parts.next()?.parse().ok().filter(|step| *step > 0)?;
    let secret = totp_rs::Secret::try_from_base32(parts.next()?).ok()?;
    let builder = Builder::new().with_algorithm(algorithm).with_digits(digits).with_step_duration(step);
    Some(builder.with_secret(secret).build_noncompliant())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment::from_timestamp_secs(seconds).expect("a time")
    }

    fn code(kept: &Secret, seconds: i64) -> (String, u32) {
        let code = code_at(kept, at(seconds)).expect("it was read");
        (code.code.expose().to_owned(), code.seconds_left)
    }

    /// RFC 6238, appendix B: the secrets are the digits 1 to 0 over and over, as long as the hash.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        const TIMES: [i64; 6] = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
        for (algorithm, length, codes) in [
            ("SHA1", 20, ["94287082", "07081804", "14050471", "89005924", "69279037", "65353130"]),
            ("SHA256", 32, ["46119246", "68084774", "67062674", "91819424", "90698825", "77737706"]),
            ("SHA512", 64, ["90693936", "25091201", "99943326", "93441116", "38618901", "47863826"]),
        ] {
            let bytes: Vec<u8> = "1234567890".bytes().cycle().take(length).collect();
            let secret = totp_rs::Secret::from(bytes).to_base32();
            let address = format!("otpauth://totp/x?secret={secret}&algorithm={algorithm}&digits=8&period=30");
            let kept = read("secret", &Secret::new(address)).expect("an address");
            for (time, expected) in TIMES.into_iter().zip(codes) {
                assert_eq!(code(&kept, time).0, expected, "{algorithm} at {time}");
            }
        }
    }

    #[test]
    fn a_code_holds_until_its_step_ends() {
        let kept = read("secret", &Secret::new("JBSW Y3DP ehpk-3pxp")).expect("a secret in groups");
        assert_eq!(kept.expose(), "SHA1 6 30 JBSWY3DPEHPK3PXP");
        let (first, left) = code(&kept, 1_200_000_000);
        assert_eq!(left, 30);
        assert_eq!(code(&kept, 1_200_000_029), (first.clone(), 1));
        let (next, left) = code(&kept, 1_200_000_030);
        assert_ne!(next, first);
        assert_eq!(left, 30);
        // A clock that is a step ahead shows the next code.
        assert_eq!(code(&kept, 1_200_000_000 + 30).0, next);
        assert_eq!(code(&kept, -5), code(&kept, 0), "before all time there is one code");
    }

    #[test]
    fn what_is_no_secret_is_not_repeated() {
        for wrong in [
            "canary!",
            "",
            "18canary",
            "AAAA",
            "otpauth://totp/canary",
            "otpauth://hotp/canary?secret=JBSWY3DPEHPK3PXP",
            "otpauth://totp/canary?secret=JBSWY3DPEHPK3PXP&period=0",
            "otpauth://totp/canary?secret=JBSWY3DPEHPK3PXP&digits=10",
            "otpauth://totp/canary?secret=JBSWY3DPEHPK3PXP&algorithm=MD5",
        ] {
            let problem = read("secret", &Secret::new(wrong)).expect_err(wrong);
            assert!(!problem.text.to_lowercase().contains("canary"), "{}", problem.text);
        }
    }
}
