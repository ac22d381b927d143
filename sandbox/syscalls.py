"""System calls by number (Linux's own tables), for the two processors that the assistant runs on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """An architecture: its audit number, the calls that are refused, and the last call that is known."""

    audit: int
    denied: dict[str, int]
    socket: int
    clone: int
    clone3: int
    ioctl: int
    last: int = 462
    """mseal, Linux 6.10. What is newer does not exist inside: it is allowed once somebody has read what it does."""


_X86 = {
    "ptrace": 101, "syslog": 103, "process_vm_readv": 310, "process_vm_writev": 311, "keyctl": 250, "add_key": 248,
    "request_key": 249, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "mount": 165, "umount2": 166,
    "pivot_root": 155, "chroot": 161, "swapon": 167, "swapoff": 168, "reboot": 169, "acct": 163, "quotactl": 179,
    "quotactl_fd": 443, "init_module": 175, "finit_module": 313, "delete_module": 176, "kexec_load": 246,
    "kexec_file_load": 320, "open_by_handle_at": 304, "name_to_handle_at": 303, "unshare": 272, "setns": 308,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "pidfd_getfd": 438,
    "process_madvise": 440, "process_mrelease": 448, "kcmp": 312, "move_pages": 279, "migrate_pages": 256,
    "mbind": 237, "set_mempolicy": 238, "memfd_secret": 447, "settimeofday": 164, "clock_settime": 227,
    "clock_adjtime": 305, "adjtimex": 159, "sethostname": 170, "setdomainname": 171, "vhangup": 153,
    "fanotify_init": 300, "lookup_dcookie": 212, "personality": 135, "iopl": 172, "ioperm": 173, "modify_ldt": 154,
    "uselib": 134, "_sysctl": 156, "nfsservctl": 180, "ustat": 136, "statmount": 457, "listmount": 458,
}  # fmt: skip
_ARM = {
    "ptrace": 117, "syslog": 116, "process_vm_readv": 270, "process_vm_writev": 271, "keyctl": 219, "add_key": 217,
    "request_key": 218, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "mount": 40, "umount2": 39,
    "pivot_root": 41, "chroot": 51, "swapon": 224, "swapoff": 225, "reboot": 142, "acct": 89, "quotactl": 60,
    "quotactl_fd": 443, "init_module": 105, "finit_module": 273, "delete_module": 106, "kexec_load": 104,
    "kexec_file_load": 294, "open_by_handle_at": 265, "name_to_handle_at": 264, "unshare": 97, "setns": 268,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "pidfd_getfd": 438,
    "process_madvise": 440, "process_mrelease": 448, "kcmp": 272, "move_pages": 239, "migrate_pages": 238,
    "mbind": 235, "set_mempolicy": 237, "memfd_secret": 447, "settimeofday": 170, "clock_settime": 112,
    "clock_adjtime": 266, "adjtimex": 171, "sethostname": 161, "setdomainname": 162, "vhangup": 58,
    "fanotify_init": 262, "lookup_dcookie": 18, "personality": 92, "nfsservctl": 42, "statmount": 457,
    "listmount": 458,
}  # fmt: skip

TABLES = {
    "x86_64": Table(0xC000003E, _X86, socket=41, clone=56, clone3=435, ioctl=16),
    "aarch64": Table(0xC00000B7, _ARM, socket=198, clone=220, clone3=435, ioctl=29),
}
"""By the name that `uname -m` gives."""
