//! `--live [TARGET]`: what a scenario is run against.

use super::exit::Failure;
use crate::adapter::Address;

/// The word for kendall's own broker, in this process.
pub const EMBEDDED: &str = "embedded";

/// A target that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    Embedded,
    #[cfg(feature = "amqp-client")]
    Amqp(Address),
}

/// The target that a text names. One on another machine must be allowed by name, so that nobody loads somebody else's
/// broker by a slip.
pub fn chosen(text: &str, allow_remote: bool) -> Result<Chosen, Failure> {
    if text == EMBEDDED {
        return Ok(Chosen::Embedded);
    }
    let Some((scheme, _)) = text.split_once("://") else {
        return Err(Failure::Arguments(format!(
            "`--live {text}`: that is no target; write the scenario before `--live`, or `--live {EMBEDDED}`"
        )));
    };
    // What stands behind may be a password.
    let wrong = |why: String| Failure::Arguments(format!("`--live {scheme}://…`: {why}"));
    let address = Address::parse(text).map_err(|why| wrong(encrypted(scheme).unwrap_or(why.to_string())))?;
    if !address.is_loopback() && !allow_remote {
        let host = &address.host;
        return Err(wrong(format!("`{host}` is another machine; add `--allow-remote` if it may be loaded")));
    }
    by_amqp(address).map_err(wrong)
}

fn encrypted(scheme: &str) -> Option<String> {
    (scheme == "amqps").then(|| "encrypted connections are not supported; write `amqp://`".to_owned())
}

#[cfg(feature = "amqp-client")]
fn by_amqp(address: Address) -> Result<Chosen, String> {
    Ok(Chosen::Amqp(address))
}

#[cfg(not(feature = "amqp-client"))]
fn by_amqp(_: Address) -> Result<Chosen, String> {
    Err("this kendall was built without its AMQP client; build it with `cargo build --release --features amqp-client`"
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, allow_remote: bool) -> String {
        chosen(text, allow_remote).err().map_or(String::new(), |failure| failure.to_string())
    }

    #[test]
    fn another_machine_needs_leave_and_its_password_is_not_shown() {
        assert_eq!(said("embedded", false), "");
        let said_of_remote = said("amqp://guest:secret@broker.example:5672/%2f", false);
        assert!(
            said_of_remote.contains("`broker.example` is another machine; add `--allow-remote`"),
            "{said_of_remote}"
        );
        for text in ["amqp://guest:secret@broker.example", "amqp://u:secret@127.0.0.1:http", "amqps://u:secret@h"] {
            assert!(![said(text, true), said(text, false)].concat().contains("secret"), "{text}");
        }
    }

    #[test]
    fn what_there_is_no_client_for_is_said() {
        assert!(said("redis://localhost", false).contains("targets are `embedded` and `amqp://…`"));
        assert!(said("amqps://localhost", false).contains("encrypted connections are not supported"));
    }

    #[cfg(feature = "amqp-client")]
    #[test]
    fn a_broker_on_this_machine_needs_no_leave() {
        let Ok(Chosen::Amqp(address)) = chosen("amqp://127.0.0.1:5673", false) else { panic!("it is no broker") };
        assert_eq!(address.to_string(), "amqp://127.0.0.1:5673");
        assert!(chosen("amqp://broker.example", true).is_ok());
    }

    #[cfg(not(feature = "amqp-client"))]
    #[test]
    fn without_the_client_it_is_said_how_to_get_it() {
        assert!(said("amqp://localhost", false).contains("--features amqp-client"));
    }

    #[test]
    fn a_scenario_behind_live_is_no_target() {
        assert!(said("mm1.yaml", false).contains("write the scenario before `--live`"));
    }
}
