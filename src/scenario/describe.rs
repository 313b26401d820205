//! What a scenario describes, in two sentences: who sends what to whom, and whether the consumers keep up.

use super::busiest::busiest_key;
use super::model::{Consumers, Loses, OutageOf, Scenario};
use super::traffic::{Flow, Rate, flows, work_on};
use crate::broker::{Active, QueueId};
use crate::client::{Carries, Faults, Follows, Hangs, Uplink, Way};
use crate::time::{Span, Time};
use crate::workload::distribution::share_below_zero;
use crate::workload::{Arrivals, Batch, Distribution, Shaped};

/// More queues than these are counted instead of described.
const MOST_CLAUSES: usize = 3;

/// Says what is published, who works on it, what load that is, and whether it is stable.
pub fn describe(scenario: &Scenario) -> String {
    let flows = flows(scenario);
    let fed: Vec<usize> = (0..flows.len()).filter(|at| flows[*at].published.mean > 0.0).collect();
    let mut clauses: Vec<String> = fed.iter().take(MOST_CLAUSES).map(|at| who(scenario, *at, &flows[*at])).collect();
    // Where dead letters rest is no queue to keep up with.
    let is_resting_place = |at: usize| work_on(scenario, id_of(at)).consumers == 0 && flows[at].published.mean == 0.0;
    let is_busy = |at: &usize| flows[*at].inflow.mean > 0.0 && !is_resting_place(*at);
    let name_it = (0..flows.len()).filter(is_busy).count() > 1;
    // Queues that share consumers are one load.
    let shares_with_an_earlier =
        |at: &usize| (0..*at).any(|other| is_busy(&other) && share_consumers(scenario, other, *at));
    let busy: Vec<usize> = (0..flows.len()).filter(|at| is_busy(at) && !shares_with_an_earlier(at)).collect();
    let mut loads: Vec<String> =
        busy.iter().take(MOST_CLAUSES).map(|at| load(scenario, *at, &flows, name_it)).collect();
    for (list, all) in [(&mut clauses, &fed), (&mut loads, &busy)] {
        if all.len() > MOST_CLAUSES {
            list.push(format!("and {} more queues", all.len() - MOST_CLAUSES));
        }
    }
    let loads = loads.join("; ").replace("; Offered", "; offered");
    format!("{}. {loads}.{}", clauses.join("; "), outages(scenario))
}

/// ` Away: the broker at 10min for 30s, which loses everything.`
fn outages(scenario: &Scenario) -> String {
    let each = scenario.outages.iter().map(|outage| {
        let of = match outage.of {
            OutageOf::Broker => "the broker".to_owned(),
            OutageOf::Queue(queue) => format!("`{}`", scenario.queue(queue).name),
            OutageOf::Consumers(entry) => format!("`{}`", scenario.consumers[entry].name),
        };
        let loses = if outage.loses == Loses::Everything { ", which loses everything" } else { "" };
        format!("{of} at {} for {}{loses}", outage.at, outage.lasts)
    });
    let mut each: Vec<String> = each.take(MOST_CLAUSES).collect();
    let more = scenario.outages.len() - each.len();
    if more > 0 {
        each.push(format!("and {more} more times"));
    }
    if each.is_empty() { String::new() } else { format!(" Away: {}.", each.join("; ")) }
}

fn id_of(at: usize) -> QueueId {
    QueueId(at as u16)
}

fn who(scenario: &Scenario, at: usize, flow: &Flow) -> String {
    let queue = &scenario.queues[at];
    let producers: Vec<_> = scenario.producers.iter().filter(|p| p.publishes_to.contains(&id_of(at))).collect();
    let kinds: Vec<String> = producers.iter().map(|p| kind(&p.arrivals) + &uplink(p.network.as_ref())).collect();
    let is_one = kinds.windows(2).all(|two| two[0] == two[1]);
    let kind = if is_one { kinds[0].as_str() } else { "from several producers" };
    let entries: Vec<_> = scenario.consumers_of(id_of(at)).collect();
    let workers = match entries.as_slice() {
        [] => "which nothing takes from".to_owned(),
        entries => {
            let each: Vec<String> = entries.iter().take(MOST_CLAUSES).map(|entry| worker(scenario, entry)).collect();
            let more = if entries.len() > MOST_CLAUSES { " and others" } else { "" };
            format!("worked on by {}{more}", each.join(" and "))
        }
    };
    format!("{} ({kind}) to queue `{}`, {workers}", messages(flow.published), queue.name)
}

fn kind(arrivals: &Arrivals) -> String {
    let kind = match arrivals {
        Arrivals::Poisson { .. } => "Poisson",
        Arrivals::Regular { .. } => "evenly spaced",
        Arrivals::Renewal { .. } => "independent gaps",
        Arrivals::Trace(_) => "recorded",
        Arrivals::Closed { .. } => "at most: clients wait for their answers",
        Arrivals::Bursts(_) => "in bursts",
        Arrivals::Shaped(shaped) => return shape(shaped),
    };
    kind.to_owned()
}

/// `, 5ms to the broker and 5ms back`
fn uplink(network: Option<&Uplink>) -> String {
    network.map_or(String::new(), |network| {
        let [there, back] = legs([&network.publish, &network.confirm]);
        format!(", {there} to the broker and {back} back")
    })
}

/// The mean of each way through a network.
fn legs(both: [&Distribution; 2]) -> [String; 2] {
    both.map(|leg| short(Span::from_seconds(leg.mean_s())))
}

fn shape(shaped: &Shaped) -> String {
    let mut said = kind(&shaped.arrivals);
    match shaped.batch {
        Batch::Fixed(1) => {}
        Batch::Fixed(count) => said += &format!(", {count} at once"),
        batch => said += &format!(", {} at once on average", figure(batch.mean())),
    }
    if shaped.start > Time::ZERO {
        said += &format!(", from {}", shaped.start.since(Time::ZERO));
    }
    if shaped.stop < Time::NEVER {
        said += &format!(", until {}", shaped.stop.since(Time::ZERO));
    }
    if let Some(limit) = shaped.limit {
        said += &format!(", at most {limit}");
    }
    said
}

fn worker(scenario: &Scenario, entry: &Consumers) -> String {
    let mean = Span::from_seconds(entry.rules.service.mean_s());
    let each = if entry.count > 1 { " each" } else { "" };
    let shared = if entry.takes_from.len() > 1 { " (shared)" } else { "" };
    let onward = onward(scenario, &entry.then);
    let faults = faults(&entry.rules.faults, scenario.keeps_what_is_unheard(entry));
    let truncated = truncated(&entry.rules.service);
    let follows = entry.rules.follows.map_or(String::new(), law);
    let up_to = if entry.shifts.is_some() { "up to " } else { "" };
    let together = entry.rules.takes.map_or(String::new(), |takes| format!(", up to {} together", takes.up_to));
    format!(
        "{up_to}{} `{}` at {}{each}{follows}{shared}{together}{truncated}{faults}{onward}",
        entry.count,
        entry.name,
        short(mean)
    )
}

/// ` (30ms for each unit of work and 200ms)`
fn law(follows: Follows) -> String {
    let (what, units) = match follows.what {
        Carries::Work => ("unit of work", 1.0),
        Carries::Size => ("KiB", 1024.0),
    };
    let plus = if follows.plus == Span::ZERO { String::new() } else { format!(" and {}", short(follows.plus)) };
    format!(" on average ({} for each {what}{plus})", short(Span::from_seconds(follows.each_s * units)))
}

/// A normal distribution has times below zero, which take part in the mean that is written.
fn truncated(service: &Distribution) -> String {
    match service {
        Distribution::Normal { mean_s, sd_s } => {
            let below = share_below_zero(*mean_s, *sd_s);
            let share = if below < 1e-6 { "next to nothing" } else { &format!("{} %", figure(below * 100.0)) };
            format!(" (normal, truncated at zero, which takes off {share})")
        }
        _ => String::new(),
    }
}

/// Whether somebody takes from both queues.
fn share_consumers(scenario: &Scenario, one: usize, other: usize) -> bool {
    let takes_from = |entry: &Consumers, at: usize| entry.takes_from.contains(&id_of(at));
    scenario.consumers.iter().any(|entry| takes_from(entry, one) && takes_from(entry, other))
}

/// All that comes to the consumers of a queue: what comes to it, and to the queues that it shares them with, in the
/// attempts that a message takes there, as many messages of this queue.
fn shared_inflow(scenario: &Scenario, at: usize, flows: &[Flow]) -> Rate {
    let mut all = flows[at].inflow;
    let attempts = work_on(scenario, id_of(at)).attempts;
    for other in (0..flows.len()).filter(|other| *other != at && share_consumers(scenario, at, *other)) {
        all.add(flows[other].inflow, work_on(scenario, id_of(other)).attempts / attempts);
    }
    all
}

/// `, of which 1 % of the messages are poison, each up for 1h on average and down for 30s`
fn faults(faults: &Faults, is_for_good: bool) -> String {
    let Faults { poison, acks_lost, crashes, hangs, network } = faults;
    let mut said = String::new();
    if *poison > 0.0 {
        said += &format!(", to whom {} % of the messages are poison", figure(poison * 100.0));
    }
    if *acks_lost > 0.0 {
        said += &format!(", of whose acknowledgements {} % get lost", figure(acks_lost * 100.0));
        said +=
            if is_for_good { " and nothing brings their messages back (give the queue an ack_timeout)" } else { "" };
    }
    if let Some(network) = network {
        let [there, back] = legs([&network.deliver, &network.acknowledge]);
        said += &format!(", {there} from the broker and {back} back");
    }
    if let Some(Hangs { share, lasts }) = hangs {
        let lasts = short(Span::from_seconds(lasts.mean_s()));
        said += &format!(", hanging for {lasts} before {} % of the attempts", figure(share * 100.0));
    }
    if let Some(crashes) = crashes {
        let [up, down] = [&crashes.every, &crashes.restart].map(|time| short(Span::from_seconds(time.mean_s())));
        said += &format!(", each crashing after {up} and back after {down}");
    }
    said
}

/// `, who pass on to …`
fn onward(scenario: &Scenario, ways: &[Way]) -> String {
    let name = |way: &Way| format!("`{}`", scenario.queue(way.to).name);
    match ways {
        [] => String::new(),
        [way] if way.share == 1.0 => format!(", then to {}", name(way)),
        ways => {
            let each = ways.iter().map(|way| format!("{} ({})", name(way), percent(way.share)));
            format!(", then to {}", each.collect::<Vec<_>>().join(" or "))
        }
    }
}

fn messages(rate: Rate) -> String {
    if rate.peak > rate.mean * 1.001 {
        let (many, unit) = often(rate.mean);
        let peak = figure(rate.peak * many / rate.mean);
        format!("{} messages {unit} on average and {peak} at the peak", figure(many))
    } else {
        by(rate.mean)
    }
}

/// `12 messages a minute`
fn by(rate: f64) -> String {
    let (many, unit) = often(rate);
    format!("{} messages {unit}", figure(many))
}

/// As many as are easily imagined: one at least, if not in too long a time.
fn often(rate: f64) -> (f64, &'static str) {
    // A rate of 1/min times 60 may miss 1 by its last digit.
    let is_one = |many: f64| many >= 1.0 - 1e-9;
    match rate {
        rate if is_one(rate) || rate == 0.0 => (rate, "a second"),
        rate if is_one(rate * 60.0) => (rate * 60.0, "a minute"),
        rate if is_one(rate * 3600.0) => (rate * 3600.0, "an hour"),
        rate => (rate * 86_400.0, "a day"),
    }
}

fn load(scenario: &Scenario, at: usize, flows: &[Flow], name_it: bool) -> String {
    let of_all = load_of_all(scenario, at, flows, name_it);
    let busiest = busiest_key(scenario, id_of(at)).map(|key| key.busy);
    match (busiest, is_fed_by_clients(scenario, at)) {
        (None, _) => of_all,
        (Some(busy), false) if busy >= 1.0 - 1e-9 => {
            let of_all = of_all.replace(", stable", "");
            let limited = scenario.queues[at].rules.is_limited() || scenario.may_expire(id_of(at));
            let stable = if limited { "" } else { ": not stable" };
            let times = figure(busy);
            format!("{of_all}, but messages of one key come {times} times as fast as one after the other{stable}")
        }
        (Some(busy), _) => format!("{of_all}, and {} for the busiest key alone", percent(busy)),
    }
}

fn load_of_all(scenario: &Scenario, at: usize, flows: &[Flow], name_it: bool) -> String {
    let queue = &scenario.queues[at];
    let work = work_on(scenario, id_of(at));
    let inflow = shared_inflow(scenario, at, flows);
    let together = (0..flows.len()).filter(|other| *other == at || share_consumers(scenario, at, *other));
    let names: Vec<String> = together.map(|at| format!("`{}`", scenario.queues[at].name)).collect();
    let of = if name_it { format!(" of {}", names.join(" and ")) } else { String::new() };
    let may_expire = scenario.may_expire(id_of(at));
    if work.consumers == 0 && may_expire {
        return format!("Nothing takes from `{}`, from which messages expire", queue.name);
    }
    if work.consumers == 0 {
        return format!("`{}` only fills, by {}", queue.name, by(inflow.mean));
    }
    if work.attempts.is_infinite() {
        let is_poison = |entry: &Consumers| entry.rules.faults.poison > 0.0 && entry.rules.fails < 1.0;
        let which = if scenario.consumers_of(id_of(at)).any(is_poison) { "on poison in" } else { "on" };
        return format!("Every attempt {which} `{}` fails and is repeated without end: not stable", queue.name);
    }
    let busy = |rate: f64| if work.capacity.is_finite() { rate * work.attempts / work.capacity } else { 0.0 };
    let offered = |rate: f64| format!("{:.2}", busy(rate) * f64::from(work.consumers));
    let is_single = queue.rules.active == Active::Single;
    let on = match work.consumers {
        1 if is_single => "1 consumer at a time".to_owned(),
        1 => "1 consumer".to_owned(),
        several => format!("{several} consumers"),
    };
    let limited = match queue.rules.is_limited() {
        _ if may_expire => Some("what waits too long expires"),
        true => Some("the queue fills up"),
        false => None,
    };
    if is_fed_by_clients(scenario, at) {
        let busy = busy(inflow.mean);
        let verdict = match busy < 1.0 {
            true => format!("utilization {} if nobody waits, less if clients do", percent(busy)),
            false => format!("load {} if nobody waits: the clients wait, and send so much the less", percent(busy)),
        };
        return format!("Offered load{of} at most {} on {on}: {verdict}", offered(inflow.mean));
    }
    let (mean, peak) = (inflow.mean, inflow.peak);
    let retries = if work.attempts > 1.0 { ", retries included," } else { "" };
    let entries = || scenario.consumers_of(id_of(at));
    let full = if entries().any(|entry| entry.rules.takes.is_some()) { " with full batches" } else { "" };
    if entries().any(|entry| entry.shifts.is_some() || entry.rules.faults.crashes.is_some()) {
        // Whether they keep up all the time depends on who is there when.
        let present: f64 = entries().map(|entry| entry.mean_count(scenario.run.duration)).sum();
        if present == 0.0 {
            return format!("Nobody takes from `{}` during the run", queue.name);
        }
        let load = busy(mean);
        let stable = if load < 1.0 { "" } else { ", not stable even on average" };
        let there = format!("up to {on}, {} on average", figure(present));
        let (offered, percent) = (format!("{:.2}", load * present), percent(load));
        return format!("Offered load{of} {offered}{retries} on {there}: load {percent} on average{full}{stable}");
    }
    if peak <= mean * 1.001 {
        let verdict = verdict(busy(mean), mean - work.capacity / work.attempts, limited);
        // Batches that are not full keep consumers busy for fewer messages.
        let hangs = entries().any(|entry| entry.rules.faults.hangs.is_some() || entry.rules.faults.network.is_some());
        let verdict = if full.is_empty() && !hangs { verdict } else { verdict.replace("utilization", "load") };
        return format!("Offered load{of} {}{retries} on {on}{full}: {verdict}", offered(mean));
    }
    let at_peak = verdict(busy(peak), peak - work.capacity / work.attempts, limited);
    // Whether it is stable is a question to the average.
    let at_peak = at_peak.replace(", not stable: the queue", ": meanwhile the queue");
    let average = percent(busy(mean).min(1.0));
    let over = if busy(mean) >= 1.0 { ", not stable even on average" } else { "" };
    format!(
        "Offered load{of} {} on average and {} at the peak{retries} on {on}{full}: utilization {average} on average{over}; at the peak {at_peak}",
        offered(mean),
        offered(peak)
    )
}

fn is_fed_by_clients(scenario: &Scenario, at: usize) -> bool {
    let mut producers = scenario.producers.iter().filter(|p| p.publishes_to.contains(&id_of(at)));
    producers.any(|producer| producer.arrivals.is_closed())
}

/// `limited` is what happens to more than the consumers can do, if it does not pile up.
fn verdict(busy: f64, excess: f64, limited: Option<&str>) -> String {
    // Sums of shares miss a load of exactly 1 by their last digits.
    if busy < 1.0 - 1e-9 {
        return format!("utilization {}, stable", percent(busy));
    }
    let grows = if excess > 0.0 { format!("grows by {}", by(excess)) } else { "has no steady state".to_owned() };
    match limited {
        Some(what) => format!("load {}, more than they can do: {what}", percent(busy)),
        None => format!("load {}, not stable: the queue {grows}", percent(busy)),
    }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // Never rounded up to what would be another verdict.
    if share < 1.0 && percent > 99.5 { format!("{percent:.3} %") } else { format!("{percent:.0} %") }
}

/// Three digits, or all of a larger whole number.
fn figure(number: f64) -> String {
    let digits = match number.abs() {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        n if n >= 1.0 => 2,
        0.0 => 0,
        n => (2 - n.log10().floor() as i32).clamp(0, 12) as usize,
    };
    let text = format!("{number:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A span in three digits of the unit that fits it.
fn short(span: Span) -> String {
    let nanos = span.nanos() as f64;
    let units = [(3_600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "us"), (1.0, "ns")];
    let (length, unit) = units.into_iter().find(|(length, _)| nanos >= *length).unwrap_or((1e9, "s"));
    format!("{}{unit}", figure(nanos / length))
}

#[cfg(test)]
mod tests;
