//! What a scenario describes, in two sentences: who sends what to whom, and whether the consumers keep up.
//!
//! Long: what is said of each part of a scenario stands beside the others, so that it reads as one.

use super::busiest::busiest_key;
use super::model::{Consumers, Scenario};
use crate::broker::{Active, QueueId, Then};
use crate::client::{Carries, Follows, OnFailure, Way};
use crate::time::{Span, Time};
use crate::workload::distribution::share_below_zero;
use crate::workload::{Arrivals, Batch, Distribution, Shaped};

/// More queues than these are counted instead of described.
const MOST_CLAUSES: usize = 3;
/// A trace's peak is that of the busiest of so many parts of the run.
const PARTS: u64 = 100;
/// What is passed on at most nine times out of ten to where it was before is known to a millionth after so many rounds.
const MOST_ROUNDS: usize = 150;

/// Says what is published, who works on it, what load that is, and whether it is stable.
pub fn describe(scenario: &Scenario) -> String {
    let flows = flows(scenario);
    let fed: Vec<usize> = (0..flows.len()).filter(|at| flows[*at].published.mean > 0.0).collect();
    let mut clauses: Vec<String> = fed.iter().take(MOST_CLAUSES).map(|at| who(scenario, *at, &flows[*at])).collect();
    // Where dead letters rest is no queue to keep up with.
    let is_resting_place = |at: usize| work_on(scenario, at).consumers == 0 && flows[at].published.mean == 0.0;
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
    format!("{}. {}.", clauses.join("; "), loads.join("; ").replace("; Offered", "; offered"))
}

/// Messages per second, on average over the run and at the highest.
#[derive(Clone, Copy, Default)]
pub(super) struct Rate {
    pub mean: f64,
    peak: f64,
}

impl Rate {
    fn add(&mut self, other: Rate, share: f64) {
        self.mean += other.mean * share;
        self.peak += other.peak * share;
    }

    fn at_most(self, most: f64) -> Rate {
        Rate { mean: self.mean.min(most), peak: self.peak.min(most) }
    }
}

/// What comes into one queue.
#[derive(Clone, Copy, Default)]
struct Flow {
    /// From producers alone.
    published: Rate,
    /// With dead letters, as far as they follow from shares of failures.
    inflow: Rate,
}

fn flows(scenario: &Scenario) -> Vec<Flow> {
    let mut flows = vec![Flow::default(); scenario.queues.len()];
    for producer in &scenario.producers {
        for queue in &producer.publishes_to {
            flows[queue.index()].published.add(rate_of(&producer.arrivals, scenario.run.duration), 1.0);
        }
    }
    // Dead letters pass through at most as many queues as there are; what is passed on may come back now and then.
    for _ in 0..MOST_ROUNDS {
        let before: Vec<Rate> = flows.iter().map(|flow| flow.inflow).collect();
        flows.iter_mut().for_each(|flow| flow.inflow = flow.published);
        for (at, rate) in before.iter().enumerate() {
            let work = work_on(scenario, at);
            let rate = rate.at_most(work.throughput());
            if let Some(to) = scenario.queues[at].rules.dead_letter {
                flows[to.index()].inflow.add(rate, work.dead_share);
            }
            for (way, share) in ways_out(scenario, at) {
                flows[way.to.index()].inflow.add(rate, share * way.share * work.done_share);
            }
        }
    }
    flows
}

pub(super) fn rate_of(arrivals: &Arrivals, duration: Span) -> Rate {
    let end = Time::ZERO + duration;
    let mean = arrivals.expected(end) / duration.seconds();
    Rate { mean, peak: peak(arrivals, duration, mean) }
}

fn peak(arrivals: &Arrivals, duration: Span, mean: f64) -> f64 {
    let end = Time::ZERO + duration;
    match arrivals {
        Arrivals::Bursts(bursts) => bursts.peak(),
        Arrivals::Shaped(shaped) => {
            let within = shaped.stop.since(Time::ZERO).min(duration);
            let of_kind = rate_of(&shaped.arrivals, within).peak;
            // What comes only in a part of the run comes faster there than on average.
            (of_kind * shaped.batch.mean()).max(mean)
        }
        Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.peak(end),
        Arrivals::Renewal { .. } | Arrivals::Closed { .. } => mean,
        Arrivals::Trace(trace) => {
            let until = |part: u64| trace.count_until(Time::from_nanos(duration.nanos() / PARTS * part));
            let most = (0..PARTS).map(|part| until(part + 1) - until(part)).max().unwrap_or(0);
            (most as f64 * PARTS as f64 / duration.seconds()).max(mean)
        }
    }
}

/// Where the messages of a queue are passed on to, with the share of its messages that each entry takes.
fn ways_out(scenario: &Scenario, at: usize) -> impl Iterator<Item = (&Way, f64)> {
    let entries = || scenario.consumers_of(QueueId(at as u16));
    let duration = scenario.run.duration;
    let able = move |entry: &Consumers| capacity_of(entry, duration);
    let capacity: f64 = entries().map(able).sum();
    let share = move |entry: &Consumers| if capacity.is_finite() { able(entry) / capacity } else { 1.0 };
    entries().flat_map(move |entry| entry.then.iter().map(move |way| (way, share(entry))))
}

/// Attempts per second when all who are there are busy, on average over the run, and their batches are full.
fn capacity_of(entry: &Consumers, duration: Span) -> f64 {
    entry.mean_count(duration) / entry.rules.work_s()
}

/// What the consumers of one queue can do, and what their failures add.
pub(super) struct Work {
    pub consumers: u32,
    /// Attempts per second when all are busy.
    pub capacity: f64,
    /// Attempts that one message takes; infinite if it never ends.
    pub attempts: f64,
    /// The share of messages that become dead letters by failing.
    dead_share: f64,
    /// The share of messages that an attempt succeeds on.
    done_share: f64,
}

impl Work {
    /// Messages that leave per second at most: more than consumers can do stays where it is.
    fn throughput(&self) -> f64 {
        if self.consumers == 0 { f64::INFINITY } else { self.capacity / self.attempts }
    }
}

pub(super) fn work_on(scenario: &Scenario, at: usize) -> Work {
    let entries: Vec<&Consumers> = scenario.consumers_of(QueueId(at as u16)).collect();
    if entries.is_empty() && scenario.may_expire(QueueId(at as u16)) {
        return Work { consumers: 0, capacity: 0.0, attempts: 1.0, dead_share: 1.0, done_share: 0.0 };
    }
    let duration = scenario.run.duration;
    let able = move |entry: &Consumers| capacity_of(entry, duration);
    let capacity: f64 = entries.iter().map(|entry| able(entry)).sum();
    let weight = |entry: &Consumers| {
        let is_told_apart = capacity.is_finite() && capacity > 0.0;
        if is_told_apart { able(entry) / capacity } else { 1.0 / entries.len() as f64 }
    };
    // Shares of all attempts, in proportion to what each entry can do.
    let share = |chosen: &dyn Fn(&Consumers) -> bool| -> f64 {
        entries.iter().filter(|entry| chosen(entry)).map(|entry| weight(entry) * entry.rules.fails).sum()
    };
    let is_after = |entry: &Consumers| entry.rules.acknowledge.is_after();
    let again = share(&|entry| is_after(entry) && entry.rules.on_failure == OnFailure::Requeue);
    let rejected = share(&|entry| is_after(entry) && entry.rules.on_failure == OnFailure::Reject);
    let redelivery = &scenario.queues[at].rules.redelivery;
    // The geometric sum 1 + f + … + f^limit, and what is left after it.
    let (attempts, exhausted) = match redelivery.forgiven() {
        None => (1.0 / (1.0 - again), 0.0),
        Some(limit) => {
            let left = again.powi(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1));
            (if again < 1.0 { (1.0 - left) / (1.0 - again) } else { f64::from(limit) + 1.0 }, left)
        }
    };
    let by_limit = if redelivery.then == Then::DeadLetter { exhausted } else { 0.0 };
    let dead_share = if attempts.is_finite() { (rejected * attempts + by_limit).min(1.0) } else { 0.0 };
    let failed_before = share(&|entry| !is_after(entry));
    let done_share = (1.0 - rejected * attempts - exhausted - failed_before).max(0.0);
    let done_share = if attempts.is_finite() { done_share } else { 0.0 };
    let consumers = entries.iter().map(|entry| entry.count).sum();
    match scenario.queues[at].rules.active {
        Active::Single if consumers > 1 => {
            Work { consumers: 1, capacity: capacity / f64::from(consumers), attempts, dead_share, done_share }
        }
        _ => Work { consumers, capacity, attempts, dead_share, done_share },
    }
}

fn who(scenario: &Scenario, at: usize, flow: &Flow) -> String {
    let queue = &scenario.queues[at];
    let producers: Vec<_> =
        scenario.producers.iter().filter(|p| p.publishes_to.contains(&QueueId(at as u16))).collect();
    let kinds: Vec<String> = producers.iter().map(|p| kind(&p.arrivals)).collect();
    let is_one = kinds.windows(2).all(|two| two[0] == two[1]);
    let kind = if is_one { kinds[0].as_str() } else { "from several producers" };
    let entries: Vec<_> = scenario.consumers_of(QueueId(at as u16)).collect();
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
    let truncated = truncated(&entry.rules.service);
    let follows = entry.rules.follows.map_or(String::new(), law);
    let up_to = if entry.shifts.is_some() { "up to " } else { "" };
    let together = entry.rules.takes.map_or(String::new(), |takes| format!(", up to {} together", takes.up_to));
    format!(
        "{up_to}{} `{}` at {}{each}{follows}{shared}{together}{truncated}{onward}",
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
    let takes_from = |entry: &Consumers, at: usize| entry.takes_from.contains(&QueueId(at as u16));
    scenario.consumers.iter().any(|entry| takes_from(entry, one) && takes_from(entry, other))
}

/// All that comes to the consumers of a queue: what comes to it, and to the queues that it shares them with, in the
/// attempts that a message takes there, as many messages of this queue.
fn shared_inflow(scenario: &Scenario, at: usize, flows: &[Flow]) -> Rate {
    let mut all = flows[at].inflow;
    let attempts = work_on(scenario, at).attempts;
    for other in (0..flows.len()).filter(|other| *other != at && share_consumers(scenario, at, *other)) {
        all.add(flows[other].inflow, work_on(scenario, other).attempts / attempts);
    }
    all
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
    let busiest = busiest_key(scenario, QueueId(at as u16)).map(|key| key.busy);
    match (busiest, is_fed_by_clients(scenario, at)) {
        (None, _) => of_all,
        (Some(busy), false) if busy >= 1.0 - 1e-9 => {
            let of_all = of_all.replace(", stable", "");
            let limited = scenario.queues[at].rules.is_limited() || scenario.may_expire(QueueId(at as u16));
            let stable = if limited { "" } else { ": not stable" };
            let times = figure(busy);
            format!("{of_all}, but messages of one key come {times} times as fast as one after the other{stable}")
        }
        (Some(busy), _) => format!("{of_all}, and {} for the busiest key alone", percent(busy)),
    }
}

fn load_of_all(scenario: &Scenario, at: usize, flows: &[Flow], name_it: bool) -> String {
    let queue = &scenario.queues[at];
    let work = work_on(scenario, at);
    let inflow = shared_inflow(scenario, at, flows);
    let together = (0..flows.len()).filter(|other| *other == at || share_consumers(scenario, at, *other));
    let names: Vec<String> = together.map(|at| format!("`{}`", scenario.queues[at].name)).collect();
    let of = if name_it { format!(" of {}", names.join(" and ")) } else { String::new() };
    let may_expire = scenario.may_expire(QueueId(at as u16));
    if work.consumers == 0 && may_expire {
        return format!("Nothing takes from `{}`, from which messages expire", queue.name);
    }
    if work.consumers == 0 {
        return format!("`{}` only fills, by {}", queue.name, by(inflow.mean));
    }
    if work.attempts.is_infinite() {
        return format!("Every attempt on `{}` fails and is repeated without end: not stable", queue.name);
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
    let entries = || scenario.consumers_of(QueueId(at as u16));
    let full = if entries().any(|entry| entry.rules.takes.is_some()) { " with full batches" } else { "" };
    if entries().any(|entry| entry.shifts.is_some()) {
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
        let verdict = if full.is_empty() { verdict } else { verdict.replace("utilization", "load") };
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
    let mut producers = scenario.producers.iter().filter(|p| p.publishes_to.contains(&QueueId(at as u16)));
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
mod tests {
    use super::*;
    use crate::scenario::{ShortForm, from_short_form};

    fn of_system(system: &str, rate: &str) -> String {
        let form = ShortForm {
            system: system.to_owned(),
            rate: Some(rate.to_owned()),
            service: Some("12ms".to_owned()),
            ..ShortForm::default()
        };
        describe(&from_short_form(&form, &[]).unwrap())
    }

    fn of_text(text: &str) -> String {
        describe(&crate::scenario::read(None, text, std::path::Path::new(""), &[]).unwrap())
    }

    #[test]
    fn a_stable_queue_is_told_in_two_sentences() {
        assert_eq!(
            of_system("M/M/3", "200/s"),
            "200 messages a second (Poisson) to queue `queue`, worked on by 3 `consumer` at 12ms each. \
             Offered load 2.40 on 3 consumers: utilization 80 %, stable."
        );
    }

    #[test]
    fn an_overloaded_queue_is_told_by_how_much_it_grows() {
        let grows = "load 120 %, not stable: the queue grows by 16.7 messages a second.";
        assert!(of_system("M/D/1", "100/s").ends_with(grows), "{}", of_system("M/D/1", "100/s"));
        assert!(of_system("M/D/1/9", "100/s").ends_with("load 120 %, more than they can do: the queue fills up."));
    }

    #[test]
    fn a_normal_service_is_told_with_what_truncation_takes_off() {
        let text = "{queues: {a: {}}, producers: {p: {publishes_to: a, arrivals: {poisson: {rate: 10/s}}}}, \
                    consumers: {w: {takes_from: a, service: {normal: {mean: 20ms, sd: 20ms}}}}}";
        let said = of_text(text);
        assert!(said.contains("1 `w` at 25.8ms (normal, truncated at zero, which takes off 15.9 %)"), "{said}");
        assert!(said.contains("Offered load 0.26 on 1 consumer"), "{said}");
    }

    #[test]
    fn retries_count_as_work_and_dead_letters_as_arrivals() {
        let text = "
queues: {a: {dead_letter: b, redelivery: {limit: 1}}, b: {}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers:
  w: {takes_from: a, count: 2, service: 10ms, fails: 50%}
  v: {takes_from: b, service: 10ms}
";
        let said = of_text(text);
        assert!(
            said.contains("Offered load of `a` 1.50, retries included, on 2 consumers: utilization 75 %, stable"),
            "{said}"
        );
        assert!(said.contains("offered load of `b` 0.25 on 1 consumer: utilization 25 %, stable"), "{said}");
    }

    #[test]
    fn what_is_passed_on_is_told_and_counts_as_arrivals() {
        let said = of_text(
            "
queues: {a: {}, b: {}, c: {}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers:
  w: {takes_from: a, service: 5ms, then: {publishes_to: b}}
  v: {takes_from: b, count: 2, service: 10ms, then: [{publishes_to: b, share: 20%}, {publishes_to: c, share: 50%}]}
  u: {takes_from: c, service: 20ms}
",
        );
        assert_eq!(
            said,
            "100 messages a second (evenly spaced) to queue `a`, worked on by 1 `w` at 5ms, then to `b`. \
             Offered load of `a` 0.50 on 1 consumer: utilization 50 %, stable; \
             offered load of `b` 1.25 on 2 consumers: utilization 62 %, stable; \
             offered load of `c` 1.25 on 1 consumer: load 125 %, not stable: the queue grows by 12.5 messages a second."
        );
    }

    #[test]
    fn what_a_retry_queue_sends_back_counts_as_arrivals() {
        let text = "
queues: {a: {dead_letter: later}, later: {ttl: 10s, dead_letter: a}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers: {w: {takes_from: a, count: 2, service: 10ms, fails: 20%, on_failure: reject}}
";
        let said = of_text(text);
        assert!(
            said.contains("Offered load of `a` 1.25 on 2 consumers") || said.contains("Offered load 1.25"),
            "{said}"
        );
    }

    #[test]
    fn clients_who_wait_send_less_instead_of_being_too_many() {
        let said = of_text(
            "
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {closed: {population: 30, think: 900ms}}}}
consumers: {w: {takes_from: a, service: 100ms}}
",
        );
        assert_eq!(
            said,
            "30 messages a second (at most: clients wait for their answers) to queue `a`, worked on by 1 `w` at 100ms. \
             Offered load at most 3.00 on 1 consumer: load 300 % if nobody waits: the clients wait, and send so much the less."
        );
    }

    #[test]
    fn more_than_consumers_can_do_expires_where_messages_have_a_ttl() {
        let text = "
queues: {a: {ttl: 1s}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 200/s}}}}
consumers: {w: {takes_from: a, service: 10ms}}
";
        let said = of_text(text);
        assert!(said.ends_with("load 200 %, more than they can do: what waits too long expires."), "{said}");
    }

    #[test]
    fn rates_are_told_in_the_time_in_which_one_message_comes() {
        let says = |rate: &str, said: &str| {
            let text = format!(
                "{{queues: {{a: {{}}}}, producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: {rate}}}}}}}}}}}"
            );
            let described = of_text(&text);
            assert!(described.starts_with(said), "{rate}: {described}");
            assert!(described.contains(&format!("only fills, by {said}.")), "{rate}: {described}");
        };
        says("1/s", "1 messages a second");
        says("12/min", "12 messages a minute");
        says("7/h", "7 messages an hour");
        says("20/d", "20 messages a day");
    }

    #[test]
    fn work_that_several_messages_share_is_counted_once() {
        let of_time = |time: &str| {
            of_text(&format!(
                "{{queues: {{a: {{}}}}, producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 50/s}}}}}}}}, \
                 consumers: {{w: {{takes_from: a, takes: {{up_to: 10, time: {time}}}, service: 100ms}}}}}}"
            ))
        };
        for time in ["once", "longest"] {
            let said = of_time(time);
            assert!(said.ends_with("Offered load 0.50 on 1 consumer with full batches: load 50 %, stable."), "{said}");
        }
        let said = of_time("sum");
        assert!(said.contains("load 500 %, not stable: the queue grows by 40 messages a second."), "{said}");
    }

    #[test]
    fn consumers_who_come_and_go_count_as_long_as_they_are_there() {
        let of_count = |count: &str| {
            of_text(&format!(
                "{{run: {{duration: 100s}}, queues: {{a: {{}}}}, \
                 producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 30/s}}}}}}}}, \
                 consumers: {{w: {{takes_from: a, count: {{steps: {count}}}, service: 100ms}}}}}}"
            ))
        };
        let said = of_count("{0s: 12, 50s: 0}");
        assert!(
            said.ends_with("Offered load 3.00 on up to 12 consumers, 6 on average: load 50 % on average."),
            "{said}"
        );
        let said = of_count("{0s: 4, 50s: 0}");
        assert!(said.ends_with("2 on average: load 150 % on average, not stable even on average."), "{said}");
    }

    #[test]
    fn a_changing_rate_is_told_by_mean_and_peak() {
        let text = "
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {poisson: {rate: {steps: {0s: 50/s, 10s: 150/s, 20s: 0/s}}}}}}
consumers: {w: {takes_from: a, service: 10ms}}
";
        assert_eq!(
            of_text(text),
            "100 messages a second on average and 150 at the peak (Poisson) to queue `a`, worked on by 1 `w` at 10ms. \
             Offered load 1.00 on average and 1.50 at the peak on 1 consumer: utilization 100 % on average, \
             not stable even on average; at the peak load 150 %: meanwhile the queue grows by 50 messages a second."
        );
    }
}
