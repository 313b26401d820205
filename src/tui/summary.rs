//! What was seen, in a few lines, once the screen is gone.

use super::view::{accounts, instant};
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::report::{number, pacing, text};
use crate::result::{Live, Progress, Scene};
use crate::scenario::Scenario;

/// Says how the run stood when it was left, and of a live one, whether it kept to its plan.
pub fn summary(scene: &Scene, scenario: &Scenario, live: Option<&Live>) -> String {
    let name = text::clean(&scenario.name);
    let until = match scene.stage {
        Progress::Over => "to its end".to_owned(),
        Progress::Overloaded => format!("until too much was inside, at {}", instant(scene.at.seconds())),
        _ => format!("until {} of {}", instant(scene.at.seconds()), number::span(scene.duration)),
    };
    let seed = scenario.run.seed;
    let mut lines = vec![format!("{name}, watched {until} (a single run, seed {seed})")];
    let accounts: String = accounts(scene).into_iter().map(|(_, piece)| piece).collect();
    lines.push(format!("{accounts}; balance {}", scene.accounts.residual()));
    lines.extend(response(scene));
    lines.extend(live.map(|live| format!("pacing {}", pacing(live))));
    if scene.is_altered {
        lines.push("altered by hand: no theory, no verdict".to_owned());
    }
    lines.join("\n") + "\n"
}

fn response(scene: &Scene) -> Option<String> {
    let nanos = 1e-9;
    let of = |stat, value: f64| number::value(&Measure::whole(Quantity::Response, stat), value * nanos);
    let p99 = Percentile::P99;
    (!scene.response.is_empty()).then(|| {
        let within = of(Stat::Percentile(p99), scene.response.value_at_quantile(p99.quantile()) as f64);
        format!("response {} on average, 99 % within {within}", of(Stat::Mean, scene.response.mean()))
    })
}
