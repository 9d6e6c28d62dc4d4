//! The two commands on machines that lack something: what they install, in which words, and what they
//! call then. The machines are folders of programs that only note how they were called.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::tree;

/// What a shell script itself needs, wherever it is.
const SHELL: [&str; 7] = ["sh", "bash", "cat", "chmod", "date", "dirname", "sed"];
/// What is there on a machine that lacks nothing.
const WHOLE: [&str; 7] = ["cc", "cmake", "nasm", "cargo", "python3", "node", "npm"];

/// A machine with the project on it.
struct Machine {
    dir: TempDir,
}

impl Machine {
    /// One that has these programs, and of root's rights what `id -u` says.
    fn with(programs: &[&str], user: u32) -> Self {
        let machine = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for dir in [
            "bin",
            "home/.cargo/bin",
            "spark/infra",
            "spark/tests/stack",
            "spark/tests/clients",
            "spark/tests/peer",
            "spark/tests/browser",
            "spark/target/debug",
        ] {
            fs::create_dir_all(machine.dir.path().join(dir)).unwrap();
        }
        for name in SHELL {
            let real = ["/bin", "/usr/bin"].map(|dir| Path::new(dir).join(name));
            let real = real.into_iter().find(|path| path.exists()).unwrap();
            std::os::unix::fs::symlink(real, machine.dir.path().join("bin").join(name)).unwrap();
        }
        machine.program("bin/id", &format!("echo {user}"));
        machine.program("bin/env", "shift; exec \"$@\"");
        machine.program("bin/sudo", "echo sudo >>\"$HOME/calls\"; exec \"$@\"");
        for program in programs {
            machine.program(&format!("bin/{program}"), &said(program));
        }
        for script in ["infra/needs", "infra/run", "tests/run"] {
            machine.program(&format!("spark/{script}"), "");
            fs::write(
                machine.dir.path().join("spark").join(script),
                tree::read(script),
            )
            .unwrap();
        }
        machine.program("spark/tests/stack/run", &said("stack"));
        machine.program("spark/tests/clients/run", &said("clients"));
        machine.program("spark/tests/peer/run", &said("peer"));
        machine.program("spark/tests/browser/run", &said("browser"));
        machine.program("spark/target/debug/bench", &said("bench"));
        let manifest = "[workspace.package]\nrust-version = \"1.95\"\n";
        fs::write(machine.dir.path().join("spark/Cargo.toml"), manifest).unwrap();
        machine
    }

    fn program(&self, path: &str, script: &str) {
        let path = self.dir.path().join(path);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a command of the project's; what it called, but for questions, and what it said.
    fn run(&self, command: &[&str]) -> (Vec<String>, Output) {
        let output = Command::new(self.dir.path().join("spark").join(command[0]))
            .args(&command[1..])
            .env_clear()
            .env("PATH", self.dir.path().join("bin"))
            .env("HOME", self.dir.path().join("home"))
            .output()
            .unwrap();
        let calls = fs::read_to_string(self.dir.path().join("home/calls")).unwrap_or_default();
        let calls = calls.lines().filter(|call| !call.ends_with("--version"));
        (calls.map(str::to_owned).collect(), output)
    }
}

/// A program that notes its call, and answers what it is asked for its version.
fn said(name: &str) -> String {
    let version = match name {
        "cargo" => "if [ \"$1\" = --version ]; then echo cargo 1.95.0; fi",
        "python3" => "exit 0",
        _ => "true",
    };
    format!("echo {name} \"$@\" >>\"$HOME/calls\"; {version}")
}

fn without<'a>(missing: &str, manager: &'a str) -> Vec<&'a str> {
    let left = WHOLE.into_iter().filter(|program| *program != missing);
    left.chain([manager]).collect()
}

const DEMO: &str = "cargo run --locked -p local -- --demo --port 0";

#[test]
fn on_a_machine_that_lacks_nothing_the_demo_installs_nothing() {
    let machine = Machine::with(&without("", "apt-get"), 0);
    let (calls, output) = machine.run(&["infra/run", "--demo", "--port", "0"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(calls, [DEMO]);
    assert!(output.stdout.is_empty(), "what the local cloud says alone");
}

#[test]
fn what_is_missing_is_installed_by_the_package_manager_that_is_there() {
    let debian = |package: &str| {
        let install = format!("apt-get install -y -qq {package}");
        vec!["apt-get update -qq".to_owned(), install]
    };
    for (missing, manager, calls) in [
        ("cmake", "apt-get", debian("cmake")),
        ("nasm", "apt-get", debian("nasm")),
        ("cc", "apt-get", debian("build-essential")),
        (
            "cc",
            "dnf",
            vec!["dnf install -y -q gcc gcc-c++ make".into()],
        ),
        ("cc", "apk", vec!["apk add -q build-base".into()]),
        ("cmake", "brew", vec!["brew install -q cmake".into()]),
    ] {
        let machine = Machine::with(&without(missing, manager), 0);
        let (called, output) = machine.run(&["infra/run", "--demo", "--port", "0"]);
        let wanted: Vec<_> = calls.into_iter().chain([DEMO.to_owned()]).collect();
        assert_eq!(called, wanted, "{missing}: {output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.starts_with("installing "), "{told}");
    }
}

#[test]
fn roots_rights_are_asked_for_to_install_and_for_nothing_else() {
    let machine = Machine::with(&without("cmake", "dnf"), 1000);
    let (calls, _) = machine.run(&["infra/run", "--demo", "--port", "0"]);
    assert_eq!(calls, ["sudo", "dnf install -y -q cmake", DEMO]);
    let machine = Machine::with(&without("cmake", "brew"), 1000);
    let (calls, _) = machine.run(&["infra/run", "--demo", "--port", "0"]);
    assert_eq!(calls, ["brew install -q cmake", DEMO]);
}

#[test]
fn where_nothing_can_be_installed_it_is_said_what_to_install() {
    let machine = Machine::with(&["cc", "nasm", "cargo"], 0);
    let (calls, output) = machine.run(&["infra/run", "--demo"]);
    assert_eq!((calls.len(), output.status.code()), (0, Some(1)));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("install cmake"), "{told}");

    let machine = Machine::with(&without("cmake", "apt-get"), 0);
    machine.program("bin/apt-get", "exit 100");
    let (calls, output) = machine.run(&["infra/run", "--demo"]);
    assert_eq!((calls.len(), output.status.code()), (0, Some(1)));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("install cmake"), "{told}");
}

#[test]
fn a_machine_with_nothing_but_a_shell_gets_a_compiler_and_rust() {
    let machine = Machine::with(&["apt-get"], 0);
    // What is installed lies there and cannot be called until then.
    machine.program(
        "bin/curl",
        r#"echo 'echo rustup-init "$@" >>"$HOME/calls"; chmod +x "$HOME/.cargo/bin/"*'"#,
    );
    machine.program("home/.cargo/bin/cargo", &said("cargo"));
    machine.program("home/.cargo/bin/rustup", &said("rustup"));
    let later = [
        "bin/curl",
        "home/.cargo/bin/cargo",
        "home/.cargo/bin/rustup",
    ];
    for later in later {
        let path = machine.dir.path().join(later);
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let curl = r#"case "$*" in *curl*) chmod +x "${0%/*}/curl";; esac"#;
    machine.program("bin/apt-get", &format!("{}; {curl}", said("apt-get")));
    let (calls, output) = machine.run(&["infra/run", "--demo", "--port", "0"]);
    let wanted = [
        "apt-get update -qq",
        "apt-get install -y -qq build-essential",
        "apt-get install -y -qq cmake",
        "apt-get install -y -qq nasm",
        "apt-get install -y -qq curl ca-certificates",
        "rustup-init -y -q --profile minimal --default-toolchain none",
        "rustup toolchain install",
        DEMO,
    ];
    assert_eq!(calls, wanted, "{output:?}");
}

#[test]
fn a_rust_that_is_too_old_is_brought_up_to_date() {
    let mut programs = without("cargo", "apt-get");
    programs.push("rustup");
    let machine = Machine::with(&programs, 0);
    machine.program(
        "bin/cargo",
        "echo cargo \"$@\" >>\"$HOME/calls\"; [ \"$1\" != --version ] || echo cargo 1.63.0",
    );
    let (calls, _) = machine.run(&["infra/run", "--demo", "--port", "0"]);
    assert_eq!(calls, ["rustup update stable", DEMO]);
}

#[test]
fn all_tests_are_run_step_by_step_and_each_tells_its_minutes() {
    let machine = Machine::with(&without("", "apt-get"), 0);
    machine.program("bin/python3", "exit 1");
    let (calls, output) = machine.run(&["tests/run"]);
    assert!(output.status.success(), "{output:?}");
    let all = "--workspace --features journeys/deployed --locked";
    let steps = [
        "cargo fmt --check".to_owned(),
        format!("cargo clippy {all} --all-targets -- -D warnings"),
        format!("cargo build {all} --all-targets"),
        format!("cargo test {all} -- --skip ::deployed"),
        "bench capacity".to_owned(),
        "stack".to_owned(),
        "clients".to_owned(),
        "peer".to_owned(),
        "browser".to_owned(),
    ];
    let installed = ["apt-get update -qq", "apt-get install -y -qq python3-venv"];
    assert_eq!(calls[..2], installed, "{output:?}");
    assert_eq!(calls[2..], steps);
    let told = String::from_utf8(output.stdout).unwrap();
    let (_, minutes) = told.split_once("== minutes\n").unwrap();
    assert_eq!(minutes.lines().count(), steps.len(), "{told}");
    assert!(
        minutes.lines().all(|line| line.starts_with("  0:")),
        "{told}"
    );
}

#[test]
fn a_step_that_fails_ends_the_run_of_all_tests() {
    let machine = Machine::with(&without("cargo", "apt-get"), 0);
    machine.program(
        "bin/cargo",
        "echo cargo \"$@\" >>\"$HOME/calls\"
        case \"$1\" in --version) echo cargo 1.95.0;; build) exit 101;; esac",
    );
    let (calls, output) = machine.run(&["tests/run"]);
    assert_eq!(output.status.code(), Some(101));
    let last = calls.last().unwrap();
    assert!(last.starts_with("cargo build"), "{calls:?}");
}

#[test]
fn the_readme_is_short_and_begins_with_the_two_commands() {
    let readme = tree::read("README.md");
    assert!(readme.lines().count() <= 200);
    let mut blocks = readme.split("```sh\n").skip(1);
    let first = blocks.next().unwrap().split("```").next().unwrap();
    let commands: Vec<_> = first
        .lines()
        .map(|line| line.split('#').next().unwrap().trim())
        .collect();
    assert_eq!(commands, ["infra/run --demo", "tests/run"]);
    for script in ["infra/run", "tests/run", ".ci/run"] {
        let mode = fs::metadata(tree::root().join(script))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o111, 0o111, "{script} can be run");
    }
    let ci = tree::read(".ci/run");
    assert!(ci.contains("tests/run") && !ci.contains("cargo "), "{ci}");
}
