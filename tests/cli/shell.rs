//! `kendall completions` and `kendall man`.

use super::*;

#[test]
fn every_shell_is_told_of_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&run(&["completions", shell]));
        for word in ["run", "check", "new", "reference", "schema", "--histograms"] {
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell} is not told of {word}");
        }
    }
    refused(&["completions", "bsh"], &["bash"]);
}

#[test]
fn there_is_a_manual_page_for_kendall_and_for_each_command() {
    assert!(stdout(&run(&["man"])).contains(".TH kendall 1"));
    assert!(stdout(&run(&["man", "run"])).contains(".TH kendall-run 1"));
    refused(&["man", "rn"], &["no command `rn`", "did you mean `run`?"]);
    let scratch = Scratch::new("man");
    let folder = scratch.path("man1");
    assert_eq!(code(&run(&["man", "-o", &folder])), 0);
    for page in ["kendall.1", "kendall-run.1", "kendall-check.1", "kendall-new.1", "kendall-reference.1"] {
        assert!(Path::new(&folder).join(page).is_file(), "{page}");
    }
}
