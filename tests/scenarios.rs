//! Scenario files as users write them: good ones, and a folder of bad ones with what is said about each.

use std::path::Path;

use kendall::scenario;

#[test]
fn a_whole_file_is_read() {
    let text = std::fs::read_to_string("tests/good/flash-sale.yaml").unwrap();
    let scenario = scenario::read(Some("flash-sale.yaml"), &text, Path::new("tests/good"), &[]);
    match scenario {
        Ok(s) => println!("{s:#?}"),
        Err(problems) => panic!("{problems}"),
    }
}
