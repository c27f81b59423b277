#!/usr/bin/env bash
# Makes one system call of a run fail at a time, the 1st, 2nd, 3rd … of its kind until a run comes through, and looks at
# what is left; then refuses flags as some file systems do; then kills runs at random times. Needs strace.
#
#     scripts/faults.sh [path/to/bedload]       CALLS="write openat …" ERRORS="ENOSPC EIO …" KILLS=200 scripts/faults.sh
#
# After each run the exit code is 0 or 3; under the name is the new output, verified, or what was there before; after exit
# code 0 it is the new one; and no private directory is left. Commands that write nothing are run with the same faults, for
# their exit codes. Exits with 1 where any of that is not so.
set -u
bedload=$(realpath "${1:-target/debug/bedload}")
calls=${CALLS-write pwrite64 pwritev openat fsync fdatasync renameat2 rename mkdir close unlink unlinkat rmdir ftruncate getdents64 chmod flock statfs}
errors=${ERRORS:-ENOSPC EIO EMFILE EACCES}
kills=${KILLS:-200}
# What a file that is large enough is written with, past the page cache.
large_calls=${LARGE_CALLS-pwrite64 fdatasync fsync fallocate fcntl fstatfs}
kinds=("large build" "fresh build" "build --overwrite" "fresh convert" "convert --overwrite" "convert --rejected"
    "convert --rejected --overwrite")
readers=("check d --fail-on never" "check d/**/*.jsonl --fail-on never" "explain d/a.jsonl:3" "explain old a.jsonl:3"
    "verify old" "clean c.jsonl")
command -v strace >/dev/null || { echo "faults.sh: strace is not installed" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
runs=0 faults=0 corrupt=0 code_wrong=0 unclean=0 loader=0

for n in $(seq 40); do
    echo "{\"prompt\":\"question $n\",\"completion\":\"answer $n\"}"
done >a.jsonl
{ cat a.jsonl; echo '{"prompt":"one more","completion":"here"}'; } >b.jsonl
{ cat b.jsonl; echo '{"prompt":"no completion"}'; } >r.jsonl
awk 'BEGIN { for (n = 0; n < 10; n++) { printf "{\"prompt\":\"question %d\",\"completion\":\"", n;
    for (i = 0; i < 100000; i++) printf "answer %d ", n; print "\"}" } }' >large.jsonl
mkdir -p d/sub && cp a.jsonl d/a.jsonl && cp r.jsonl d/sub/r.jsonl
common="--threads 1 --skip tokens --no-progress --quiet"
build="--validation 5 --shard-records 20 $common"

prepare() {
    rm -rf o c.jsonl t.jsonl .*.partial-*
    expected=new
    case $1 in
    "large build") command="build large.jsonl --out o --skip tokens --no-progress --quiet" before=none expected=large ;;
    "fresh build") command="build b.jsonl --out o $build" before=none ;;
    "build --overwrite") command="build b.jsonl --out o $build --overwrite" before=old; cp -r old o ;;
    "fresh convert") command="convert b.jsonl --to converse --out c.jsonl $common" before=none ;;
    "convert --overwrite") command="convert b.jsonl --to converse --out c.jsonl $common --overwrite" before=old
        cp old.jsonl c.jsonl ;;
    "convert --rejected") command="convert r.jsonl --to converse --out c.jsonl --rejected t.jsonl --fail-on never $common"
        before=none ;;
    "convert --rejected --overwrite")
        command="convert r.jsonl --to converse --out c.jsonl --rejected t.jsonl --fail-on never $common --overwrite" before=old
        cp old.jsonl c.jsonl; cp old_rejected.jsonl t.jsonl ;;
    esac
}

# Which of two files, the old one or the new one, has a name.
one() {
    if [ ! -e "$1" ]; then echo none
    elif cmp -s "$1" "$2"; then echo old
    elif cmp -s "$1" "$3"; then echo new
    else echo corrupt; fi
}

# Which output has the name: none, old, new or corrupt.
output() {
    case $command in
    build*)
        if [ ! -e o ]; then echo none
        elif diff -r o old >/dev/null; then echo old
        elif diff -r o "$expected" >/dev/null && "$bedload" verify o >/dev/null 2>&1; then echo new
        else echo corrupt; fi ;;
    *--rejected*)
        # Each of the two files is whole, and the rejected records are there before those that were converted.
        case $(one c.jsonl old.jsonl new.jsonl)/$(one t.jsonl old_rejected.jsonl new_rejected.jsonl) in
        none/none) echo none ;;
        old/old) echo old ;;
        new/new) echo new ;;
        none/new | old/new) echo "$before" ;;
        *) echo corrupt ;;
        esac ;;
    *)
        if [ ! -e c.jsonl ]; then echo none
        elif cmp -s c.jsonl old.jsonl; then echo old
        elif cmp -s c.jsonl new.jsonl; then echo new
        else echo corrupt; fi ;;
    esac
}

# Judges what a run left, given its name and its exit code.
judge() {
    local found wrong=
    # The loader of shared libraries has its own exit code, before the program begins.
    if [ "$2" = 127 ] && grep -q 'loading shared libraries' stderr; then
        loader=$((loader + 1))
        return
    fi
    found=$(output)
    if [ "$found" != new ] && [ "$found" != "$before" ]; then
        corrupt=$((corrupt + 1)) wrong="the output is $found"
    elif [ "$2" = 0 ] && [ "$found" != new ]; then
        corrupt=$((corrupt + 1)) wrong="the output is $found after exit code 0"
    elif [ "$2" != 0 ] && [ "$2" != 3 ]; then
        code_wrong=$((code_wrong + 1)) wrong="exit code $2"
    elif compgen -G '.*.partial-*' >/dev/null; then
        unclean=$((unclean + 1)) wrong="left: $(compgen -G '.*.partial-*')"
    fi
    if [ -n "$wrong" ]; then
        echo "  $1: $wrong: $(head -c 300 stderr | tr '\n' ' ')"
    fi
}

"$bedload" build a.jsonl --out old $build && "$bedload" build b.jsonl --out new $build &&
    "$bedload" build large.jsonl --out large --skip tokens --no-progress --quiet &&
    "$bedload" convert b.jsonl --to converse --out new.jsonl $common || exit 2
head -5 new.jsonl >old.jsonl
"$bedload" convert r.jsonl --to converse --out r_new.jsonl --rejected new_rejected.jsonl --fail-on never $common || exit 2
cmp -s r_new.jsonl new.jsonl || { echo "faults.sh: rejected records change what is converted" >&2; exit 2; }
echo '{}' >old_rejected.jsonl

for kind in "${kinds[@]}"; do
    of_kind=$calls
    [ "$kind" = "large build" ] && of_kind=$large_calls
    for call in $of_kind; do
        for error in $errors; do
            for n in $(seq 5000); do
                prepare "$kind"
                timeout 60 strace -f -qq -o trace -e trace="$call" -e inject="$call:error=$error:when=$n" \
                    "$bedload" $command >stdout 2>stderr
                code=$?
                runs=$((runs + 1))
                grep -q INJECTED trace || break
                faults=$((faults + 1))
                judge "$kind, $call $n $error" $code
            done
        done
    done
    echo "$kind: $faults faults so far"
done

for reader in "${readers[@]}"; do
    for call in $calls; do
        for error in $errors; do
            for n in $(seq 5000); do
                timeout 60 strace -f -qq -o trace -e trace="$call" -e inject="$call:error=$error:when=$n" \
                    "$bedload" $reader --quiet >stdout 2>stderr
                code=$?
                runs=$((runs + 1))
                grep -q INJECTED trace || break
                faults=$((faults + 1))
                if [ $code = 127 ] && grep -q 'loading shared libraries' stderr; then
                    loader=$((loader + 1))
                elif [ $code != 0 ] && [ $code != 3 ]; then
                    code_wrong=$((code_wrong + 1))
                    echo "  $reader, $call $n $error: exit code $code: $(head -c 300 stderr | tr '\n' ' ')"
                fi
            done
        done
    done
    echo "$reader: $faults faults so far"
done

for error in EINVAL ENOSYS EOPNOTSUPP; do
    for refused in renameat2 renameat2,link,linkat; do
        for kind in "${kinds[@]}"; do
            prepare "$kind"
            strace -f -qq -o trace -e trace="$refused" -e inject="$refused:error=$error" \
                "$bedload" $command >stdout 2>stderr
            code=$?
            runs=$((runs + 1)) faults=$((faults + 1))
            before=new
            judge "$kind, $refused always $error" $code
            if [ $code != 0 ]; then
                code_wrong=$((code_wrong + 1))
                echo "  $kind, $refused always $error: exit code $code: $(head -1 stderr)"
            fi
        done
    done
done

# Killed at any moment of a run, until so many runs did not come to their end before.
killed=0 begun=0
prepare "build --overwrite"
start=$(date +%s%3N)
"$bedload" $command >stdout 2>stderr
millis=$(($(date +%s%3N) - start + 1))
while [ $killed -lt "$kills" ] && [ $begun -lt $((20 * kills)) ]; do
    begun=$((begun + 1))
    "$bedload" $command >stdout 2>stderr &
    pid=$!
    sleep "$(printf '%d.%03d' $((RANDOM % millis / 1000)) $((RANDOM % millis % 1000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ $? = 137 ] && killed=$((killed + 1))
    found=$(output)
    if [ "$found" != old ] && [ "$found" != new ]; then
        corrupt=$((corrupt + 1))
        echo "  kill -9: the output is $found"
    fi
    if [ "$found" != old ]; then
        rm -rf o
        cp -r old o
    fi
done
leftovers=$(compgen -G '.o.partial-*' | wc -l)
"$bedload" clean o --quiet >cleaned
after=$(compgen -G '.o.partial-*' | wc -l)

echo "$runs runs, $faults faults injected: $corrupt corrupt, $code_wrong with a wrong exit code, $unclean with something left; $loader before the program began"
echo "$killed of $begun runs killed, $leftovers leftovers, $after after \`bedload clean\`"
[ "$corrupt$code_wrong$unclean$after" = 0000 ]
