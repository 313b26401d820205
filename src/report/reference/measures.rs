//! What targets may be about: each measure, what it means, and how it is written.

use crate::measure::{Measure, Percentile, QUANTITIES, Quantity, Stat};
use crate::time::Span;

pub const TITLE: &str = "measures";
pub const ABOUT: &str = "what targets and results are about, such as response.p99 < 30s; p99 stands for any percentile, \
                         orders for a queue, payments for a consumers entry";

/// Those that a word or a measure names; all of them if it names what they are for.
pub fn of(word: &str) -> Vec<Quantity> {
    if matches!(word, "targets" | TITLE) {
        return QUANTITIES.to_vec();
    }
    let is_named = |quantity: &&Quantity| word.split(['.', '@']).any(|part| part == quantity.name());
    QUANTITIES.iter().filter(is_named).copied().collect()
}

/// The definitions are those of the scenario language.
pub fn about(quantity: Quantity) -> &'static str {
    use Quantity::*;
    match quantity {
        Wait => "response without service; of a queue, from entering it to the first attempt that succeeds",
        Service => "the work of the attempts that succeeded",
        Response => "from the planned instant to the end of processing; of a queue, from entering it to success there",
        WaitAll => "wait, with messages that were never processed as endless",
        ResponseAll => "response, with messages that were never processed as endless",
        Waited => "messages that waited at all, of those processed",
        Stay => "each time spent waiting in the queue, however it ended",
        Length => "messages waiting",
        InFlight => "messages delivered and not acknowledged",
        Backlog => "messages waiting or in flight",
        Held => "messages that its consumers hold and the broker has forgotten (`acknowledge: on_delivery`)",
        Drained => "when the queue was first empty after its largest backlog",
        Throughput => "successful attempts in a second",
        Goodput => "messages processed in a second, each counted once",
        Utilization => "the share of their time that consumers work",
        Repeated => {
            "the share of the work of consumers that was done once more, on messages that had been processed already"
        }
        Wasted => {
            "the share of the work that went into attempts that failed, crashed, or succeeded once more on the same message"
        }
        Recovered => {
            "from a crash, or the break of a connection, until what the consumer held is delivered again by its queue"
        }
        Published => "messages planned",
        Accepted => "messages that a queue took in",
        Refused => "messages that no queue took in",
        Lost => "messages gone without being processed",
        Dead => "messages set aside: parked, or in a queue that nothing empties",
        Duplicates => "successful attempts beyond the first on the same message",
        Redelivered => "deliveries beyond the first of the same message",
        Reordered => {
            "messages first delivered after one (of the same key, where a queue is ordered by key) that entered later"
        }
        Inversions => {
            "pairs of messages (of one key, where a queue is ordered by key) first delivered in the other order than they entered"
        }
        Displacement => {
            "the most later messages that were first delivered before one message, in a run; an order that is kept has 0"
        }
        Unfinished => "messages still inside at the end",
    }
}

/// Every way to write one: of the whole scenario where it has it, else of a queue, and of consumers.
pub fn ways(quantity: Quantity) -> Vec<String> {
    let stats = [
        Stat::Value,
        Stat::Mean,
        Stat::Sd,
        Stat::Max,
        Stat::Percentile(Percentile::P99),
        Stat::Share,
        Stat::Growth,
        Stat::At(Span::from_secs(1800)),
    ];
    let stats: Vec<Stat> = stats.into_iter().filter(|stat| quantity.has(*stat)).collect();
    let of = |owner: &str| stats.iter().map(|&stat| Measure::of(owner, quantity, stat).to_string()).collect::<Vec<_>>();
    let mut ways = match quantity.of_the_whole() {
        true => stats.iter().map(|&stat| Measure::whole(quantity, stat).to_string()).collect(),
        false if quantity.of_a_queue() => of("orders"),
        false => Vec::new(),
    };
    if quantity.of_the_whole() && quantity.of_a_queue() {
        ways.extend(of("orders").pop());
    }
    if quantity.of_consumers() {
        ways.extend(of("payments"));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_measure_is_read() {
        for quantity in QUANTITIES {
            let ways = ways(quantity);
            assert!(!ways.is_empty(), "{}", quantity.name());
            for way in ways {
                assert_eq!(way.parse::<Measure>().unwrap().to_string(), way);
            }
        }
    }

    #[test]
    fn a_measure_names_its_quantity() {
        assert_eq!(of("orders.length@30min"), [Quantity::Length]);
        assert_eq!(of("response.p99"), [Quantity::Response]);
        assert_eq!(of("targets").len(), QUANTITIES.len());
        assert!(of("orders").is_empty());
    }
}
