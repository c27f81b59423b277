//! The memory that this process may use: the limits of its control groups, of its resources, and of the machine. How
//! the limit is kept is in `memory.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};

/// The most memory that this process may use, and what sets that limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) bytes: u64,
    /// As a message names it.
    pub(crate) name: String,
}

/// Finds the lowest limit that is set.
pub(crate) fn detect() -> Option<Limit> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut limits = of_cgroups(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"), Path::new("/"));
    for (resource, name) in [
        (Resource::As, "the address space limit, `ulimit -v`"),
        (Resource::Data, "the data size limit, `ulimit -d`"),
    ] {
        let bytes = getrlimit(resource).current;
        limits.extend(bytes.map(|bytes| Limit { bytes, name: name.to_owned() }));
    }
    let bytes = of_machine(&read("/proc/meminfo"));
    limits.extend(bytes.map(|bytes| Limit { bytes, name: "the memory of the machine".to_owned() }));
    limits.into_iter().min_by_key(|limit| limit.bytes)
}

/// Memory and swap of the machine, from `/proc/meminfo`.
fn of_machine(meminfo: &str) -> Option<u64> {
    let of = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    Some((of("MemTotal:")? + of("SwapTotal:").unwrap_or(0)) * 1024)
}

/// The limits of the process's control group and of those above it, of version 1 and 2. `root` is where files are
/// looked for.
fn of_cgroups(cgroup: &str, mountinfo: &str, root: &Path) -> Vec<Limit> {
    let mut limits = Vec::new();
    for line in cgroup.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(id), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let is_v2 = id == "0" && controllers.is_empty();
        if !is_v2 && !controllers.split(',').any(|name| name == "memory") {
            continue;
        }
        let file = if is_v2 { "memory.max" } else { "memory.limit_in_bytes" };
        let Some((mounted, mount_point)) = mountinfo.lines().find_map(|line| mount_of(line, is_v2)) else {
            continue;
        };
        // In a container the mount shows a part of the tree, and the group may lie outside of it.
        let below = Path::new(path).strip_prefix(mounted).unwrap_or(Path::new(""));
        for dir in below.ancestors() {
            let path: PathBuf = mount_point.join(dir).join(file);
            let inside = root.join(path.strip_prefix("/").unwrap_or(&path));
            // `max`, or a number beyond any machine, is no limit.
            let bytes = fs::read_to_string(inside).ok().and_then(|text| text.trim().parse::<u64>().ok());
            if let Some(bytes) = bytes.filter(|&bytes| bytes < 1 << 60) {
                limits.push(Limit { bytes, name: format!("the control group limit, {}", path.display()) });
            }
        }
    }
    limits
}

/// What part of the hierarchy of memory groups is mounted, and where, if this line of `mountinfo` is about one.
fn mount_of(line: &str, is_v2: bool) -> Option<(&str, &Path)> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let (mounted, mount_point) = (mount.next()?, mount.next()?);
    let mut filesystem = filesystem.split(' ');
    let kind = filesystem.next()?;
    let options = filesystem.nth(1).unwrap_or_default();
    let is_it = if is_v2 {
        kind == "cgroup2"
    } else {
        kind == "cgroup" && options.split(',').any(|option| option == "memory")
    };
    is_it.then_some((mounted, Path::new(mount_point)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "36 25 0:31 / /sys/fs/cgroup/memory rw,nosuid shared:15 - cgroup cgroup rw,memory\n";
    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    fn check(cgroup: &str, mountinfo: &str, files: &[(&str, &str)], expected: &[(u64, &str)]) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = of_cgroups(cgroup, mountinfo, root.path());
        let found: Vec<(u64, &str)> = found.iter().map(|limit| (limit.bytes, limit.name.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn limits_of_all_groups_above_the_process_count() {
        check(
            "12:cpu,cpuacct:/a\n5:memory:/a/b\n0::/\n",
            &format!("{V2}{V1}"),
            &[
                ("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n"),
                ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "104857600\n"),
            ],
            &[(104_857_600, "the control group limit, /sys/fs/cgroup/memory/a/memory.limit_in_bytes")],
        );
        check(
            "0::/user.slice/run\n",
            V2,
            &[
                ("sys/fs/cgroup/user.slice/run/memory.max", "2000000\n"),
                ("sys/fs/cgroup/user.slice/memory.max", "1000000\n"),
                ("sys/fs/cgroup/memory.max", "max\n"),
            ],
            &[
                (2_000_000, "the control group limit, /sys/fs/cgroup/user.slice/run/memory.max"),
                (1_000_000, "the control group limit, /sys/fs/cgroup/user.slice/memory.max"),
            ],
        );
    }

    #[test]
    fn in_a_container_the_mount_shows_a_part_of_the_tree() {
        check(
            "4:memory:/docker/0123\n",
            "36 25 0:31 /docker/0123 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
            &[("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n")],
            &[(1 << 30, "the control group limit, /sys/fs/cgroup/memory/memory.limit_in_bytes")],
        );
        check(
            "0::/../elsewhere\n",
            "30 23 0:26 /docker/0123 /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            &[("sys/fs/cgroup/memory.max", "5000\n")],
            &[(5000, "the control group limit, /sys/fs/cgroup/memory.max")],
        );
    }

    #[test]
    fn what_cannot_be_read_is_no_limit() {
        check("", "", &[], &[]);
        check("garbage\n1:\n4:memory:/x\n", "- cgroup\n1 2 3 - \n", &[], &[]);
        assert_eq!(of_machine("MemTotal: 1000 kB\nSwapTotal:   24 kB\n"), Some(1 << 20));
        assert_eq!(of_machine("MemTotal: lots"), None);
    }
}
