//! The program itself in a pseudo-terminal: what is to be seen, and a terminal that is left as it was found.
#![cfg(target_os = "linux")]

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use kendall::tui::{Pace, Run, Watch, watch};

use crate::fixture::load;

/// Long enough for a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watcher {
    program: Child,
    /// Whoever looks and types.
    seat: File,
    /// The program's side, kept open so that its state can be looked at afterwards.
    terminal: File,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Watcher {
    fn of(arguments: &[&str]) -> Watcher {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kendall"));
        command.arg("watch").args(arguments);
        Watcher::start(command)
    }

    fn start(mut command: Command) -> Watcher {
        let seat: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&seat).unwrap();
        unlockpt(&seat).unwrap();
        let name = ptsname(&seat, Vec::new()).unwrap().into_string().unwrap();
        let terminal = OpenOptions::new().read(true).write(true).open(name).unwrap();
        tcsetwinsize(&terminal, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        command.stdin(terminal.try_clone().unwrap()).stdout(terminal.try_clone().unwrap());
        let program = command.stderr(terminal.try_clone().unwrap()).spawn().unwrap();
        let seat = File::from(seat);
        let written = reader(seat.try_clone().unwrap());
        Watcher { program, seat, terminal, written, screen: vt100::Parser::new(24, 80, 0) }
    }

    fn types(&mut self, keys: &str) {
        self.seat.write_all(keys.as_bytes()).unwrap();
    }

    fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Looks until it is there.
    #[track_caller]
    fn sees(&mut self, what: &str) {
        let begun = Instant::now();
        while !self.shown().contains(what) {
            assert!(begun.elapsed() < PATIENCE, "no `{what}` in\n{}", self.shown());
            match self.written.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("gone without `{what}`:\n{}", self.shown()),
            }
        }
    }

    /// Waits for its end; the terminal must be as it was before.
    fn ends(mut self) -> (ExitStatus, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(20));
        };
        while let Ok(bytes) = self.written.recv_timeout(Duration::from_millis(300)) {
            self.screen.process(&bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        let modes = tcgetattr(&self.terminal).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO), "still in raw mode");
        let shown = self.shown();
        (status, shown)
    }
}

fn reader(mut seat: File) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = seat.read(&mut bytes) {
            if tell.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    told
}

const MM1: [&str; 5] = ["M/M/1", "--rate", "80/s", "--service", "10ms"];

#[test]
fn a_run_is_seen_paused_stepped_and_left() {
    let mut watcher = Watcher::of(&MM1);
    watcher.sees("▶ running");
    watcher.sees("╭ queue ─");
    assert!(watcher.screen.screen().alternate_screen());
    watcher.types(" ");
    watcher.sees("‖ paused");
    watcher.types("...");
    watcher.sees("what happened, step by step");
    watcher.sees("of producer");
    watcher.types("C");
    watcher.sees("altered by hand");
    watcher.types("q");
    let (status, left) = watcher.ends();
    assert_eq!(status.code(), Some(0), "{left}");
    assert!(left.contains("altered by hand: no theory, no verdict"), "{left}");
    assert!(left.contains("balance 0"), "{left}");
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut watcher = Watcher::of(&MM1);
        watcher.sees("▶ running");
        kill_process(Pid::from_child(&watcher.program), signal).unwrap();
        let (status, left) = watcher.ends();
        assert_eq!(status.code(), Some(130), "{signal:?}: {left}");
    }
}

/// Where the program of the next test is told to panic: when there is such a file.
const PANICS_AT: &str = "KENDALL_TEST_PANICS_AT";

#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    if let Some(file) = std::env::var_os(PANICS_AT) {
        return watch_and_panic(Path::new(&file));
    }
    let file = std::env::temp_dir().join(format!("kendall-panics-{}", std::process::id()));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "terminal::a_panic_leaves_the_terminal_as_it_was", "--nocapture"]).env(PANICS_AT, &file);
    let mut watcher = Watcher::start(command);
    watcher.sees("▶ running");
    assert!(watcher.screen.screen().alternate_screen());
    std::fs::write(&file, "").unwrap();
    let (status, left) = watcher.ends();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{left}");
    assert!(left.contains("out of hand"), "{left}");
}

/// This program again, in the pseudo-terminal. Nothing is unwound, as in the released one.
fn watch_and_panic(file: &Path) {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
    let scenario = load("mm1");
    let stops = || if file.exists() { panic!("out of hand") } else { false };
    let pace = Pace::usual(&scenario);
    watch(&mut Run::simulated(&scenario), &Watch { scenario: &scenario, pace, has_colour: true, stops: &stops })
        .unwrap();
}

#[test]
fn control_c_is_an_interruption() {
    let mut watcher = Watcher::of(&MM1);
    watcher.sees("▶ running");
    watcher.types("\u{3}");
    assert_eq!(watcher.ends().0.code(), Some(130));
}

#[test]
fn a_short_run_comes_to_its_end_at_full_speed() {
    let mut watcher =
        Watcher::of(&["M/M/1", "--rate", "80/s", "--service", "10ms", "--duration", "20s", "--speed", "max"]);
    watcher.sees("■ ended");
    watcher.types("q");
    let (status, left) = watcher.ends();
    assert_eq!(status.code(), Some(0), "{left}");
    assert!(left.contains("watched to its end"), "{left}");
}

#[test]
fn without_a_terminal_another_command_is_named() {
    let program = Command::new(env!("CARGO_BIN_EXE_kendall")).args(["watch", "scenarios/mm1.yaml"]).output().unwrap();
    assert_eq!(program.status.code(), Some(2));
    let said = String::from_utf8(program.stderr).unwrap();
    assert!(said.contains("needs a terminal") && said.contains("`kendall run scenarios/mm1.yaml`"), "{said}");
    let program = Command::new(env!("CARGO_BIN_EXE_kendall")).arg("watch").args(MM1).output().unwrap();
    let said = String::from_utf8(program.stderr).unwrap();
    assert!(said.contains("`kendall run M/M/1 --rate 80/s --service 10ms`"), "{said}");
}
