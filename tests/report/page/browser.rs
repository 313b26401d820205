//! Chromium without a window, where there is one: a page is opened from disk, and its elements come back as text.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Without a window, and asking nobody for anything of its own.
const QUIET: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=5000",
];

/// A browser and a folder for its pages, which is removed at the end.
pub struct Browser {
    program: PathBuf,
    folder: PathBuf,
}

#[derive(Debug)]
pub struct Seen {
    pub dom: String,
    /// What pages told the console.
    pub complaints: Vec<String>,
    /// The log of all that went over the network, or was to.
    pub requests: String,
}

impl Browser {
    /// Says so where there is none.
    pub fn find(name: &str) -> Option<Browser> {
        let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let all = NAMES.iter().flat_map(|name| paths.iter().map(move |path| path.join(name)));
        let Some(program) = all.into_iter().find(|path| path.is_file()) else {
            eprintln!("skipped: there is no Chromium here");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("kendall-page-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Some(Browser { program, folder })
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn open(&self, page: &Path, more: &[&str]) -> Seen {
        let log = self.folder.join("net.json");
        let output = Command::new(&self.program)
            .args(QUIET)
            .args(more)
            .arg(format!("--user-data-dir={}", self.folder.join("profile").display()))
            .arg(format!("--log-net-log={}", log.display()))
            .arg("--dump-dom")
            .arg(format!("file://{}", page.display()))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let complaints = told.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
        Seen {
            dom: String::from_utf8_lossy(&output.stdout).into_owned(),
            complaints: complaints.collect(),
            requests: fs::read_to_string(log).unwrap_or_default(),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// As much as an error message has room for.
pub fn start(text: &str) -> &str {
    &text[..text.len().min(400)]
}
