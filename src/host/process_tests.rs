//! Programs that are fed, and that print while they run.

use super::*;

#[test]
fn what_a_program_prints_is_taken_as_it_comes() {
    let dirs = ["/bin".into(), "/usr/bin".into()];
    let file = || {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![b'x'; 3 << 20]).unwrap();
        file.rewind().unwrap();
        file
    };
    let all = pipe(&Cmd::new("cat"), &dirs, file(), &mut |r| {
        let mut text = Vec::new();
        r.read_to_end(&mut text).map_err(|e| crate::error::Error::io("x", "reading", e))?;
        Ok(text.len())
    });
    assert_eq!(all.unwrap(), 3 << 20);
    // It is ended when no more is wanted, and its failure is not hidden behind what it printed before.
    let begun = Instant::now();
    let enough = |r: &mut dyn Read| match r.read(&mut [0; 10]) {
        Ok(_) => Err::<(), _>(crate::error::Error::failed("x", "enough")),
        Err(_) => Ok(()),
    };
    let cmd = Cmd::new("sh").args(["-c", "echo hi; sleep 60"]);
    assert_eq!(pipe(&cmd, &dirs, file(), &mut { enough }).unwrap_err().reason, "enough");
    assert!(begun.elapsed() < Duration::from_secs(30));
    let all = |r: &mut dyn Read| Ok(r.read_to_end(&mut Vec::new()).unwrap_or(0));
    let cmd = Cmd::new("sh").args(["-c", "echo hi; echo broken >&2; exit 3"]);
    let e = pipe(&cmd, &dirs, file(), &mut { all }).unwrap_err();
    assert!(e.reason.contains("broken") && e.reason.contains("exit status 3"), "{e}");
    let e = pipe(&Cmd::new("nosuch"), &dirs, file(), &mut { all }).unwrap_err();
    assert_eq!(e.code, crate::error::Code::HostLacks);
}

#[test]
fn a_program_reads_more_than_an_argument_may_hold() {
    let dirs = ["/bin".into(), "/usr/bin".into()];
    let text = "a line\n".repeat(50_000);
    for capture in [Capture::Memory, Capture::Temporary] {
        let cmd = Cmd::new("cat").input(&text);
        assert_eq!(cmd.to_string(), "cat");
        assert_eq!(run(&cmd, &dirs, capture, &mut |_| {}).unwrap().stdout, text);
        assert_eq!(run(&Cmd::new("cat"), &dirs, capture, &mut |_| {}).unwrap().stdout, "");
    }
}
