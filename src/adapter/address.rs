//! Where a target on the network is: `amqp://user:password@host:port/vhost`.

use std::fmt;
use std::net::IpAddr;

const PORT: u16 = 5672;
/// What RabbitMQ lets in from its own machine.
const GUEST: &str = "guest";

/// Why an address is none. What may be part of a password is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("targets are `embedded` and `amqp://…`")]
    Scheme,
    #[error("write `/`, `?`, `#` and `@` in a user's name or password as `%2F`, `%3F`, `%23` and `%40`")]
    Escape,
    #[error("there is no host in it; write `amqp://127.0.0.1:5672`")]
    Host,
    #[error("what stands behind the host is no port; write `amqp://127.0.0.1:5672`")]
    Port,
    #[error("`?` and `#` mean nothing here; leave out what stands there")]
    Options,
}

/// The parts of an address, checked. Shown without user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub user: String,
    pub password: String,
    /// A name or an address, which is without brackets.
    pub host: String,
    pub port: u16,
    pub vhost: String,
}

impl Address {
    /// # Errors
    /// If it is none, in words that may be shown.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let rest = text.strip_prefix("amqp://").ok_or(AddressError::Scheme)?;
        let (authority, vhost) = rest.split_once('/').unwrap_or((rest, ""));
        if vhost.contains('@') {
            return Err(AddressError::Escape);
        }
        if vhost.contains(['?', '#']) || authority.contains(['?', '#']) {
            return Err(if rest.contains('@') { AddressError::Escape } else { AddressError::Options });
        }
        let (who, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = who.split_once(':').unwrap_or((who, if who.is_empty() { GUEST } else { "" }));
        let (host, port) = host_and_port(place)?;
        let decoded = |text: &str| decoded(text).ok_or(AddressError::Escape);
        Ok(Address {
            user: decoded(if user.is_empty() { GUEST } else { user })?,
            password: decoded(password)?,
            host,
            port,
            vhost: decoded(if vhost.is_empty() { "%2F" } else { vhost })?,
        })
    }

    /// Whether it is this machine by every reading: a name may be anybody's, but for `localhost`.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Host and port, as one writes them.
    fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

fn host_and_port(place: &str) -> Result<(String, u16), AddressError> {
    let (host, port) =
        match place.strip_prefix('[').map(|six| six.split_once(']').ok_or(AddressError::Host)).transpose()? {
            Some((six, port)) => {
                (six, port.strip_prefix(':').or(port.is_empty().then_some("")).ok_or(AddressError::Port)?)
            }
            None => place.split_once(':').unwrap_or((place, "")),
        };
    let is_of_a_host = |letter: char| letter.is_ascii_alphanumeric() || ".-_:".contains(letter);
    if host.is_empty() || !host.chars().all(is_of_a_host) {
        return Err(AddressError::Host);
    }
    let port = if port.is_empty() { PORT } else { port.parse().map_err(|_| AddressError::Port)? };
    Ok((host.to_ascii_lowercase(), port))
}

/// `%2F` is `/` (RFC 3986, section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || (rest.next()? as char).to_digit(16);
        bytes.push((digit()? * 16 + digit()?) as u8);
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "amqp://{}", self.place())?;
        if self.vhost == "/" { Ok(()) } else { write!(f, "/{}", self.vhost.replace('/', "%2F")) }
    }
}

/// The same; a password is in no text.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> [String; 5] {
        let Address { user, password, host, port, vhost } = Address::parse(text).unwrap();
        [user, password, host, port.to_string(), vhost]
    }

    #[test]
    fn what_is_left_out_is_as_rabbitmq_has_it() {
        assert_eq!(parts("amqp://localhost"), ["guest", "guest", "localhost", "5672", "/"]);
        assert_eq!(parts("amqp://127.0.0.1:1/"), ["guest", "guest", "127.0.0.1", "1", "/"]);
        assert_eq!(parts("amqp://u@h/v"), ["u", "", "h", "5672", "v"]);
        assert_eq!(parts("amqp://u:p%40%2F@[::1]:7/%2Fa"), ["u", "p@/", "::1", "7", "/a"]);
    }

    #[test]
    fn what_is_shown_has_no_password() {
        for text in ["amqp://u:secret@127.0.0.1:5673/v", "amqp://u:secret@[::1]"] {
            let address = Address::parse(text).unwrap();
            assert!(!format!("{address} {address:?}").contains("secret"));
        }
        assert_eq!(Address::parse("amqp://u:secret@[::1]:5673/a%2Fb").unwrap().to_string(), "amqp://[::1]:5673/a%2Fb");
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_repeating_it() {
        for (text, error) in [
            ("redis://h", AddressError::Scheme),
            ("amqps://h", AddressError::Scheme),
            ("amqp://", AddressError::Host),
            ("amqp://u:p@", AddressError::Host),
            ("amqp://h:http", AddressError::Port),
            ("amqp://[::1]x", AddressError::Port),
            ("amqp://[::1", AddressError::Host),
            ("amqp://127.0.0.1\\", AddressError::Host),
            ("amqp://u:a/b@h", AddressError::Escape),
            ("amqp://u:a?b@h", AddressError::Escape),
            ("amqp://u:%zz@h", AddressError::Escape),
            ("amqp://h/v?heartbeat=1", AddressError::Options),
        ] {
            assert_eq!(Address::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn this_machine_has_several_names() {
        for near in ["amqp://localhost", "amqp://LOCALHOST:1", "amqp://u:p@127.8.9.1", "amqp://[::1]:5672/vhost"] {
            assert!(Address::parse(near).unwrap().is_loopback(), "{near}");
        }
        for far in [
            "localhost.example",
            "10.0.0.1",
            "127.0.0.1@evil.example",
            "127.0.0.1\\@evil.example",
            "[2001:db8::1]",
            "0.0.0.0",
        ] {
            assert!(!Address::parse(&format!("amqp://{far}")).unwrap().is_loopback(), "{far}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(amqp://)?.{0,40}") {
            let _ = Address::parse(&text);
        }
    }
}
