//! The scripts of the broker's rules once more, carried out through a host whose clock is moved by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use kendall::broker::{Effect, QueueId};
use kendall::host::{Consumer, Delivery, Host, MOST_PREFETCH, Options, Outage, Parcel, Publisher, Watch};
use kendall::time::Time;
use tokio::runtime::Builder;

use crate::script::{prefix, queue_named, read_queues, span, tell};

/// What a host does with the script; `None` if that has what a host does not: time that passes unseen, deliveries given
/// back by name, and consumers of other kinds.
pub fn run(queues: &str, script: &str) -> Option<String> {
    let is_possible = |command: &str| match command.trim().split(' ').collect::<Vec<_>>()[..] {
        ["jump" | "tick" | "return", ..] => false,
        ["publish", _, "priority" | "ttl" | "size" | "takes" | "key", ..] => false,
        ["subscribe", "in", _] | ["subscribe"] => true,
        // The number of a consumer that has left may be another's.
        ["subscribe", "prefetch", _] => !script.contains("cancel"),
        ["subscribe", ..] => false,
        _ => true,
    };
    if !script.split(", ").all(is_possible) {
        return None;
    }
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    Some(runtime.block_on(async {
        let outages = ["suspend", "empty"].iter().any(|word| script.contains(word));
        let mut world = World::new(queues, outages);
        for command in script.split(", ") {
            world.carry_out(command.trim()).await;
            world.collect();
        }
        let told = world.told.lock().expect("nobody panicked");
        told.said.join(", ")
    }))
}

/// What is said of the effects, in the words of the script.
struct Told {
    names: Vec<String>,
    said: Vec<String>,
    at: Time,
}

struct Listener(Arc<Mutex<Told>>);

impl Watch for Listener {
    fn told(&mut self, at: Time, effect: &Effect<Parcel>, payload: &Bytes) {
        let mut told = self.0.lock().expect("nobody panicked");
        let names: Vec<&str> = told.names.iter().map(String::as_str).collect();
        let said = tell(&names, effect, std::str::from_utf8(payload).expect("a name"));
        let said = format!("{}{said}", prefix(at, told.at));
        told.said.push(said);
        told.at = at;
    }
}

struct World<'a> {
    names: Vec<&'a str>,
    host: Host,
    publisher: Publisher,
    consumers: Vec<Option<Consumer>>,
    deliveries: BTreeMap<String, Vec<Option<Delivery>>>,
    told: Arc<Mutex<Told>>,
}

impl<'a> World<'a> {
    fn new(queues: &'a str, outages: bool) -> World<'a> {
        let (names, read) = read_queues(queues);
        let told =
            Told { names: names.iter().map(|&name| name.to_owned()).collect(), said: Vec::new(), at: Time::ZERO };
        let told = Arc::new(Mutex::new(told));
        let options = Options { watch: Some(Box::new(Listener(Arc::clone(&told)))), outages, ..Options::default() };
        let host = Host::start_with(read.iter().map(|(rules, ..)| rules.clone()), options).expect("a host");
        let publisher = host.publisher().expect("a publisher").window(u32::MAX);
        let mut world = World { names, host, publisher, consumers: Vec::new(), deliveries: BTreeMap::new(), told };
        for (at, (_, count, prefetch)) in read.iter().enumerate() {
            (0..*count).for_each(|_| world.subscribe(QueueId(at as u16), *prefetch));
        }
        world
    }

    async fn carry_out(&mut self, command: &str) {
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            ["publish", name] => self.publish(QueueId(0), name),
            ["publish", name, "in", queue] => self.publish(queue_named(queue, &self.names), name),
            ["ack", what] => self.answer(what, Delivery::ack),
            ["nack", what] => self.answer(what, Delivery::nack),
            ["reject", what] => self.answer(what, Delivery::reject),
            ["cancel", who] => self.consumers[who.parse::<usize>().expect("a number") - 1] = None,
            ["close", who] => self.close(who, true),
            ["close", who, "unbegun"] => self.close(who, false),
            ["suspend", queue] => self.host.begin_outage(&self.outage(queue, false)).expect("it knows outages"),
            ["resume", queue] => self.host.end_outage(&self.outage(queue, false)),
            // A host empties queues that are out.
            ["empty", queue] => {
                self.host.begin_outage(&self.outage(queue, true)).expect("it knows outages");
                self.host.end_outage(&self.outage(queue, true));
            }
            ["subscribe", "prefetch", number] => self.subscribe(QueueId(0), number.parse().expect("a number")),
            ["subscribe"] => self.subscribe(QueueId(0), 1),
            ["subscribe", "in", queue] => self.subscribe(queue_named(queue, &self.names), 1),
            ["wait", how_long] => self.wait(span(how_long).nanos() / 1_000_000).await,
            _ => panic!("no such command: {command}"),
        }
    }

    /// All that it was handed has been received.
    fn close(&mut self, who: &str, is_failure: bool) {
        let consumer = self.consumers[who.parse::<usize>().expect("a number") - 1].as_mut();
        assert!(consumer.expect("it is there").close(is_failure).is_empty());
    }

    fn outage(&self, queue: &str, loses: bool) -> Outage {
        Outage { queues: vec![queue_named(queue, &self.names)], loses, ..Outage::default() }
    }

    fn publish(&mut self, queue: QueueId, name: &str) {
        self.publisher.offer(queue, Bytes::copy_from_slice(name.as_bytes())).expect("the host is open");
    }

    fn subscribe(&mut self, queue: QueueId, prefetch: u32) {
        self.consumers.push(Some(self.host.consumer(queue, prefetch.min(MOST_PREFETCH)).expect("a consumer")));
    }

    /// A broker knows an answer that was given before by its number; here it is gone, and has no effect either.
    fn answer(&mut self, what: &str, answer: fn(Delivery)) {
        let (name, nth) = what.split_once('#').unwrap_or((what, "0"));
        let deliveries = self.deliveries.get_mut(name).unwrap_or_else(|| panic!("{name} was not delivered"));
        let nth: usize = nth.parse().expect("a number behind #");
        let nth = if nth == 0 { deliveries.len() } else { nth };
        if let Some(delivery) = deliveries[nth - 1].take() {
            answer(delivery);
        }
    }

    /// By the millisecond, so that the deliveries of a message are met in their order.
    async fn wait(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds {
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::task::yield_now().await;
            self.collect();
        }
    }

    fn collect(&mut self) {
        for consumer in self.consumers.iter_mut().flatten() {
            while let Some(delivery) = consumer.try_recv() {
                let name = String::from_utf8(delivery.payload().to_vec()).expect("a name");
                self.deliveries.entry(name).or_default().push(Some(delivery));
            }
        }
    }
}
