//! The short form: Kendall's notation and its numbers, written out as a whole scenario file; everything behind sees
//! only that file.

use std::fmt::Write as _;

use super::consumers::MOST_CONSUMERS;
use super::files::Files;
use super::keys;
use super::model::Scenario;
use super::notation::{Family, System, system};
use super::problem::{Place, Problem, Problems, Text};
use super::quantity::{self, SOME, Wrong};
use super::read::written_out;
use super::reader::{Reader, cut};
use super::yaml::{Node, Value};

/// A queue in Kendall's notation and the numbers that go with it, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortForm {
    pub system: String,
    pub rate: Option<String>,
    /// The utilization; stands for the rate.
    pub load: Option<String>,
    pub service: Option<String>,
    pub cv: Option<String>,
    /// The distribution of a G.
    pub family: Option<String>,
}

/// Writes a short form out as a scenario file and reads that.
pub fn from_short_form(form: &ShortForm, overrides: &[String]) -> Result<Scenario, Problems> {
    written_out(None, &form.system, &expand(form)?, std::path::Path::new(""), overrides)
}

/// Writes a short form out as a scenario file.
pub fn expand(form: &ShortForm) -> Result<String, Problems> {
    let (fields, line) = from_command_line(form);
    let mut reader = Reader::new(Files::beside(std::path::Path::new("")));
    match write_out(&fields, &mut reader) {
        Some(text) if reader.problems.is_empty() => Ok(text),
        _ => {
            let source = Text { name: "command line".to_owned(), text: line };
            Err(Problems::new(vec![source], reader.problems))
        }
    }
}

/// Writes a file that is a short form out as a whole one.
pub fn expand_file(root: &Node, reader: &mut Reader) -> Option<String> {
    let object = reader.object(root, Place::TOP, keys::SHORT_FORM)?;
    let mut field = |name: &str| {
        let node = object.get(name)?;
        let text = reader.text(node, object.example(name))?.to_owned();
        Some(Field { text, place: node.place })
    };
    let system = field("system");
    let fields = Fields {
        rate: field("rate"),
        load: field("load"),
        service: field("service"),
        cv: field("cv"),
        family: field("family"),
        system: system?,
        is_file: true,
    };
    write_out(&fields, reader)
}

/// Whether a file is a short form.
pub fn is_short_form(root: &Node) -> bool {
    matches!(&root.value, Value::Pairs(pairs) if pairs.iter().any(|(key, _)| key.name == "system"))
}

/// A value and where it stands.
struct Field {
    text: String,
    place: Place,
}

struct Fields {
    system: Field,
    rate: Option<Field>,
    load: Option<Field>,
    service: Option<Field>,
    cv: Option<Field>,
    family: Option<Field>,
    /// Keys of a file or options of the command line.
    is_file: bool,
}

impl Fields {
    /// How to write a field.
    fn say(&self, name: &str, value: &str) -> String {
        if self.is_file { format!("`{name}: {value}`") } else { format!("`--{name} {value}`") }
    }
}

fn from_command_line(form: &ShortForm) -> (Fields, String) {
    let mut line = form.system.clone();
    let system = Field { text: form.system.clone(), place: Place::new(0, 0, line.len()) };
    let mut option = |name: &str, text: &Option<String>| {
        let text = text.clone()?;
        let _ = write!(line, " --{name} ");
        let place = Place::new(0, line.len(), line.len() + text.len());
        line.push_str(&text);
        Some(Field { text, place })
    };
    let rate = option("rate", &form.rate);
    let load = option("load", &form.load);
    let service = option("service", &form.service);
    let cv = option("cv", &form.cv);
    let family = option("family", &form.family);
    (Fields { system, rate, load, service, cv, family, is_file: false }, line)
}

fn write_out(fields: &Fields, reader: &mut Reader) -> Option<String> {
    let system = parsed(&fields.system, reader, system);
    let service_s = needed(fields, "service", "12ms", &fields.service, reader)
        .and_then(|field| parsed(field, reader, |text| quantity::seconds(text, &SOME)));
    let rate = fields.rate.as_ref().map(|field| parsed(field, reader, rate_above_zero));
    let load = fields.load.as_ref().map(|field| parsed(field, reader, quantity::load));
    let cv = fields.cv.as_ref().map(|field| parsed(field, reader, |text| quantity::number(text, 0.0, 1000.0)));
    let family = fields.family.as_ref().map(|field| parsed(field, reader, family));
    check_rate(fields, reader);
    let system = system?;
    check_cv(&system, fields, reader);
    check_load(&system, fields, reader);
    let (service_s, rate, load) = (service_s?, rate.flatten(), load.flatten());
    let (rate, rate_text) = match (rate, load) {
        (Some(rate), _) => (rate, fields.rate.as_ref()?.text.clone()),
        (None, load) => {
            let rate = twelve_digits(load? * system.count? as f64 / service_s);
            (rate, format!("{rate}/s"))
        }
    };
    let general =
        General { cv: cv.map_or(Some(None), |cv| cv.map(Some))?, name: family.map_or(Some("lognormal"), |f| f)? };
    let gap = duration(1.0 / rate);
    let arrivals = match (system.population, system.arrivals) {
        (Some(clients), family) => {
            let think = distribution(family, &gap, &general);
            format!("{{closed: {{population: {clients}, think: {think}}}}}")
        }
        (None, Family::Markov) => format!("{{poisson: {{rate: {rate_text}}}}}"),
        (None, Family::Deterministic) => format!("{{regular: {{rate: {rate_text}}}}}"),
        (None, family) => format!("{{renewal: {{gap: {}}}}}", distribution(family, &gap, &general)),
    };
    let service = distribution(system.service, fields.service.as_ref()?.text.as_str(), &general);
    let count = match system.count {
        Some(count) => count,
        None => parsed(&fields.system, reader, |_| endless(&system, rate * service_s))?,
    };
    Some(file(&fields.system.text, &system, count, &arrivals, &service))
}

fn check_rate(fields: &Fields, reader: &mut Reader) {
    match (&fields.rate, &fields.load) {
        (None, None) => {
            let (rate, load) = (fields.say("rate", "200/s"), fields.say("load", "80%"));
            let problem = Problem::at(fields.system.place, "`rate` is missing");
            reader.report(problem.hint(format!("write {rate} or {load}")));
        }
        (Some(_), Some(load)) => {
            let problem = Problem::at(load.place, "`load` stands beside `rate`, which says the same");
            reader.report(problem.hint("keep one of the two"));
        }
        _ => {}
    }
}

/// A load follows from a rate and a number of consumers.
fn check_load(system: &System, fields: &Fields, reader: &mut Reader) {
    let Some(load) = &fields.load else { return };
    let why = match system {
        System { population: Some(_), .. } => {
            "the load of clients who wait for their answers follows from their number"
        }
        System { count: None, .. } => "endlessly many consumers have no load",
        _ => return,
    };
    reader.report(Problem::at(load.place, why).hint(format!("write {} instead", fields.say("rate", "0.2/s"))));
}

/// Standard deviations.
const SAFETY: f64 = 8.0;

/// So many consumers that none of this offered load ever waits: the number at work is Poisson, and eight standard deviations
/// above its mean, and forty more, are beyond 10⁻¹².
fn endless(system: &System, offered: f64) -> Result<u64, Wrong> {
    let most = system.population.map_or(f64::INFINITY, |clients| clients as f64);
    let enough = (offered + SAFETY * offered.sqrt() + 40.0).ceil().min(most);
    if enough > MOST_CONSUMERS as f64 {
        return Err(Wrong::new(
            format!("an offered load of {offered:.0} needs more than the {MOST_CONSUMERS} consumers that there may be"),
            "write a lower rate or a shorter service",
        ));
    }
    Ok(enough as u64)
}

/// What a G is.
struct General {
    cv: Option<f64>,
    name: &'static str,
}

fn family(text: &str) -> Result<&'static str, Wrong> {
    match text {
        "lognormal" => Ok("lognormal"),
        "gamma" => Ok("gamma"),
        _ => Err(Wrong::new(format!("there is no family `{}`", cut(text)), "write `lognormal` or `gamma`")),
    }
}

fn parsed<T>(field: &Field, reader: &mut Reader, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
    let node = Node { place: field.place, value: Value::Text(field.text.clone()) };
    reader.quantity(&node, "", read)
}

fn needed<'f>(
    fields: &Fields,
    name: &str,
    example: &str,
    field: &'f Option<Field>,
    reader: &mut Reader,
) -> Option<&'f Field> {
    if field.is_none() {
        let problem = Problem::at(fields.system.place, format!("`{name}` is missing"));
        reader.report(problem.hint(format!("write {}", fields.say(name, example))));
    }
    field.as_ref()
}

fn rate_above_zero(text: &str) -> Result<f64, Wrong> {
    match quantity::rate(text)? {
        0.0 => Err(Wrong::new("no message would ever come", "write a rate above `0/s`")),
        rate => Ok(rate),
    }
}

fn check_cv(system: &System, fields: &Fields, reader: &mut Reader) {
    let has = |family| system.arrivals == family || system.service == family;
    match &fields.cv {
        None if has(Family::General) => {
            let problem = Problem::at(fields.system.place, "a G needs `cv`, the standard deviation over the mean");
            reader.report(problem.hint(format!("write {}", fields.say("cv", "1.5"))));
        }
        Some(cv) if !has(Family::General) && !has(Family::Hyperexponential) => {
            let problem = Problem::at(cv.place, "only a G or an H2 has a `cv`");
            reader.report(problem.hint("leave it out, or write a G in the notation"));
        }
        Some(cv) if has(Family::Hyperexponential) && cv.text.parse::<f64>().is_ok_and(|cv| cv < 1.0) => {
            let problem = Problem::at(cv.place, "an H2 has a cv of at least 1");
            reader.report(problem.hint("write a number from 1 to 1000, or a G in the notation"));
        }
        _ => {}
    }
    if let Some(family) = fields.family.as_ref().filter(|_| !has(Family::General)) {
        let problem = Problem::at(family.place, "only a G has a `family`");
        reader.report(problem.hint("leave it out, or write a G in the notation"));
    }
}

fn distribution(family: Family, mean: &str, General { cv, name }: &General) -> String {
    match family {
        Family::Markov => format!("{{exponential: {{mean: {mean}}}}}"),
        Family::Deterministic => mean.to_owned(),
        Family::Erlang(phases) => format!("{{erlang: {{mean: {mean}, phases: {phases}}}}}"),
        Family::Hyperexponential => format!("{{hyperexponential: {{mean: {mean}, cv: {}}}}}", cv.unwrap_or(2.0)),
        Family::General => format!("{{{name}: {{mean: {mean}, cv: {}}}}}", cv.unwrap_or(1.0)),
    }
}

fn file(name: &str, system: &System, count: u64, arrivals: &str, service: &str) -> String {
    let capacity = system.capacity.map(|capacity| format!("capacity: {capacity}"));
    let order = system.last_first.then(|| "order: lifo".to_owned());
    let queue = format!("{{{}}}", capacity.into_iter().chain(order).collect::<Vec<_>>().join(", "));
    let endless = if system.count.is_none() { "  # so many that nobody waits" } else { "" };
    format!(
        "\
name: {name}

queues:
  queue: {queue}

producers:
  producer:
    publishes_to: queue
    arrivals: {arrivals}

consumers:
  consumer:
    takes_from: queue
    count: {count}{endless}
    service: {service}
"
    )
}

/// The shortest way to write a duration that is read as exactly this one.
fn duration(seconds: f64) -> String {
    let seconds = twelve_digits(seconds);
    let ways = [("s", 1.0), ("ms", 1e3), ("us", 1e6)];
    let ways = ways.into_iter().map(|(unit, per_s)| format!("{}{unit}", twelve_digits(seconds * per_s)));
    ways.min_by_key(String::len).unwrap_or_default()
}

/// Takes off what arithmetic leaves behind the twelfth digit.
fn twelve_digits(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(system: &str) -> ShortForm {
        let text = |text: &str| Some(text.to_owned());
        ShortForm { system: system.to_owned(), rate: text("200/s"), service: text("12ms"), ..ShortForm::default() }
    }

    fn said(form: &ShortForm) -> String {
        let problems = expand(form).unwrap_err();
        let said: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}; {}", problem.message, problem.hint.as_deref().unwrap_or_default()))
            .collect();
        said.join("\n")
    }

    #[test]
    fn a_short_form_is_written_out_as_a_file() {
        let expected = "\
name: M/M/3

queues:
  queue: {}

producers:
  producer:
    publishes_to: queue
    arrivals: {poisson: {rate: 200/s}}

consumers:
  consumer:
    takes_from: queue
    count: 3
    service: {exponential: {mean: 12ms}}
";
        assert_eq!(expand(&form("M/M/3")).unwrap(), expected);
    }

    #[test]
    fn every_family_is_read_as_the_distribution_it_stands_for() {
        for system in ["D/D/1", "E4/E3/2", "H2/H2/2", "G/G/3", "M/M/3/5", "M/M/2/2", "M/M/1/inf/inf/FIFO"] {
            let cv = system.contains('G').then(|| "1.5".to_owned());
            let scenario = from_short_form(&ShortForm { cv, ..form(system) }, &[]);
            let scenario = scenario.unwrap_or_else(|problems| panic!("{system}: {problems}"));
            let rate = scenario.producers[0].arrivals.steady_rate().unwrap();
            assert!((rate - 200.0).abs() < 1e-9, "{system}: {rate}");
            assert!((scenario.consumers[0].rules.service.mean_s() - 0.012).abs() < 1e-15);
        }
    }

    #[test]
    fn k_counts_what_is_worked_on_too() {
        let scenario = from_short_form(&form("M/M/3/5"), &[]).unwrap();
        assert_eq!(scenario.queues[0].rules.capacity, Some(2));
        assert!(said(&form("M/M/3/2")).starts_with("the system holds 2, fewer than its 3 consumers"));
    }

    #[test]
    fn a_load_stands_for_the_rate() {
        let form = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/3") };
        assert!(expand(&form).unwrap().contains("{rate: 200/s}"));
    }

    #[test]
    fn what_the_notation_lacks_is_asked_for() {
        assert!(said(&form("M/G/1")).contains("write `--cv 1.5`"));
        assert!(said(&ShortForm { rate: None, ..form("M/M/1") }).contains("write `--rate 200/s` or `--load 80%`"));
        assert!(said(&ShortForm { service: None, ..form("M/M/1") }).contains("write `--service 12ms`"));
        assert!(said(&ShortForm { cv: Some("2".to_owned()), ..form("M/M/1") }).contains("leave it out"));
        assert!(said(&ShortForm { cv: Some("0.5".to_owned()), ..form("M/H2/1") }).contains("at least 1"));
        assert!(said(&form("M/X/1")).contains("there is no `X` in the notation"));
        assert!(said(&form("M/M/1/9/inf/RANDOM")).contains("write `FIFO` or `LIFO`"));
        assert!(said(&form("M/M/1///HOL")).contains("kendall new priorities"));
        assert!(
            said(&ShortForm { family: Some("gamma".to_owned()), ..form("M/M/1") }).contains("only a G has a `family`")
        );
        let cv = Some("2".to_owned());
        let pareto = ShortForm { family: Some("pareto".to_owned()), cv, ..form("M/G/1") };
        assert!(said(&pareto).contains("write `lognormal` or `gamma`"));
    }

    #[test]
    fn a_population_is_clients_who_think_for_one_over_the_rate() {
        let text = expand(&form("M/M/2//10")).unwrap();
        assert!(text.contains("{closed: {population: 10, think: {exponential: {mean: 5ms}}}}"), "{text}");
        let load = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/2//10") };
        assert!(said(&load).contains("follows from their number; write `--rate 0.2/s` instead"));
    }

    #[test]
    fn endlessly_many_consumers_are_so_many_that_none_waits() {
        // 200/s × 12 ms are 2.4 at work.
        let scenario = from_short_form(&form("M/M/inf"), &[]).unwrap();
        assert_eq!(scenario.consumers[0].count, 55);
        let too_many = ShortForm { service: Some("10min".to_owned()), ..form("M/G/inf") };
        assert!(said(&ShortForm { cv: Some("1".to_owned()), ..too_many }).contains("more than the 50000 consumers"));
        assert!(said(&form("M/M/inf/9")).contains("leave K out"));
        let load = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/inf") };
        assert!(said(&load).starts_with("endlessly many consumers have no load"));
    }

    #[test]
    fn last_in_first_out_and_a_gamma_are_written_out() {
        assert!(expand(&form("M/M/3/5//LIFO")).unwrap().contains("queue: {capacity: 2, order: lifo}"));
        let gamma = ShortForm { family: Some("gamma".to_owned()), cv: Some("2".to_owned()), ..form("M/G/1") };
        assert!(expand(&gamma).unwrap().contains("service: {gamma: {mean: 12ms, cv: 2}}"));
    }
}
