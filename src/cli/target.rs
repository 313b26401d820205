//! `--live [TARGET]`: what a scenario is run against.

use super::exit::Failure;

/// The word for kendall's own broker, in this process.
pub const EMBEDDED: &str = "embedded";

/// Fails unless the text names a target that there is. One on another machine must be allowed by name, so that nobody
/// loads somebody else's broker by a slip.
pub fn check(text: &str, allow_remote: bool) -> Result<(), Failure> {
    if text == EMBEDDED {
        return Ok(());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(Failure::Arguments(format!(
            "`--live {text}`: that is no target; write the scenario before `--live`, or `--live {EMBEDDED}`"
        )));
    };
    let host = host(rest);
    if !is_loopback(host) && !allow_remote {
        return Err(Failure::Arguments(format!(
            "`--live {scheme}://…`: `{host}` is another machine; add `--allow-remote` if it may be loaded"
        )));
    }
    Err(Failure::Arguments(format!(
        "`--live {scheme}://…`: targets other than `{EMBEDDED}` are not supported yet; write `--live`"
    )))
}

/// Between credentials and port; what stands before `@` is not to be shown.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    match place.strip_prefix('[').and_then(|six| six.split_once(']')) {
        Some((six, _)) => six,
        None => place.split(':').next().unwrap_or(""),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, allow_remote: bool) -> String {
        check(text, allow_remote).err().map_or(String::new(), |failure| failure.to_string())
    }

    #[test]
    fn another_machine_needs_leave_and_its_password_is_not_shown() {
        assert_eq!(said("embedded", false), "");
        let said_of_remote = said("amqp://guest:secret@broker.example:5672/%2f", false);
        assert!(
            said_of_remote.contains("`broker.example` is another machine; add `--allow-remote`"),
            "{said_of_remote}"
        );
        for text in ["amqp://guest:secret@broker.example", "amqp://u:secret@127.0.0.1:5672"] {
            assert!(said(text, true).contains("not supported yet"), "{}", said(text, true));
            assert!(![said(text, true), said(text, false)].concat().contains("secret"));
        }
    }

    #[test]
    fn this_machine_has_several_names() {
        for near in ["localhost", "127.0.0.1:5672", "u:p@127.8.9.1", "[::1]:5672/vhost"] {
            assert!(is_loopback(host(near)), "{near}");
        }
        for far in ["localhost.example", "10.0.0.1", "127.0.0.1@evil.example", "[2001:db8::1]", "", "0.0.0.0"] {
            assert!(!is_loopback(host(far)), "{far}");
        }
    }

    #[test]
    fn a_scenario_behind_live_is_no_target() {
        assert!(said("mm1.yaml", false).contains("write the scenario before `--live`"));
    }
}
