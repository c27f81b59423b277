//! Options that take a JSON Pointer: all of them want its slash, and say so.

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

#[test]
fn a_name_is_refused_with_the_pointer_to_it() {
    let scratch = Scratch::with("f.jsonl", jsonl(plain(3)));
    scratch.write("eval", jsonl(plain(3)));
    for (flags, hint) in [
        ("build f.jsonl --out o --label-field score", "write `/score`"),
        ("build f.jsonl --out o --id score", "write `/score`"),
        ("build f.jsonl --out o --group-by score", "write `/score`"),
        ("build f.jsonl --out o --stratify score --validation 1", "write `/score`"),
        ("build f.jsonl --out o --balance score", "write `/score`"),
        ("build f.jsonl --out o --split-by-time score --validation 1", "write `/score`"),
        ("build f.jsonl --out o --survivor highest:score", "write `/score`"),
        ("build f.jsonl --out o --survivor lowest:meta/score", "write `/meta/score`"),
        ("build f.jsonl --out o --eval-set f.jsonl:prompt", "write f.jsonl:/prompt"),
        ("check f.jsonl --eval-set eval:prompt", "write eval:/prompt"),
        ("check f.jsonl --label-field /a~2", "`~0` stands for `~`"),
        ("evaluate --predictions f.jsonl --prediction-field completion", "write `/completion`"),
    ] {
        let said = scratch.run(flags).refuses(2);
        assert!(
            said.contains("is not a JSON Pointer") || said.contains("nor a JSON Pointer"),
            "{flags}: {said}"
        );
        assert!(said.contains(hint), "{flags}: {said}");
    }
    for (table, hint) in [
        ("[stages.balance]\nlabel-field = \"score\"", "write `/score`"),
        ("[stages.dedupe]\nsurvivor = \"highest:score\"", "write `/score`"),
        ("[stages.split]\ngroup-by = \"score\"", "write `/score`"),
        ("id = \"score\"", "write `/score`"),
        ("[[input]]\npath = \"f.jsonl\"\nlabel = \"score\"", "write `/score`"),
    ] {
        scratch.write("bedload.toml", table);
        let said = scratch.run("build f.jsonl --out o").refuses(2);
        assert!(said.contains(hint), "{table}: {said}");
    }
}
