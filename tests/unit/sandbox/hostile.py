"""Programs that try to get out, to stay, or to exhaust. Each reports ESCAPED only where its attempt succeeded."""

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = """
import ctypes, os, resource, signal, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
OUTSIDE, PORT, SECRET = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def escaped(what="yes"):
    os.write(3, f"ESCAPED {what}\\n".encode())
def attempt(action):
    try:
        result = action()
    except (OSError, MemoryError, ValueError, OverflowError) as error:
        print(type(error).__name__, error)
        return
    if result is not False:
        escaped(result)
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]) >= 0
"""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A program, and how it must end; `hangs` means that only its end from outside stops it."""

    name: str
    code: str
    hangs: bool = False


def _one_line(action: str) -> str:
    return f"attempt(lambda: {action})"


_ATTEMPTS = {
    # files
    "reads_the_shadow_file": "open('/etc/shadow').read()",
    "reads_the_password_file": "open('/etc/passwd').read()",
    "reads_a_secret_by_path": "open(SECRET).read()",
    "reads_it_through_the_root_of_init": "open('/proc/1/root' + SECRET).read()",
    "reads_the_memory_of_init": "open('/proc/1/mem', 'rb').read(1) or True",
    "writes_the_memory_of_init": "open('/proc/1/mem', 'wb').write(b'x')",
    "reads_the_environment_of_init": "len(open('/proc/1/environ', 'rb').read()) > 400",
    "lists_the_homes": "[n for n in os.listdir('/home')] and True",
    "lists_roots_home": "[n for n in os.listdir('/root') if n != '.pyenv'] and True or False",
    "writes_into_the_root_folder": "open('/escaped', 'w').write('x')",
    "writes_into_usr": "open('/usr/escaped', 'w').write('x')",
    "writes_into_the_interpreter": "open(os.path.dirname(os.__file__) + '/escaped.py', 'w').write('x')",
    "writes_into_the_box": "open('/box/escaped', 'w').write('x')",
    "replaces_its_own_program": "open('/box/hostile.py', 'w').write('x')",
    "renames_the_box": "os.rename('/box/hostile.py', '/tmp/x.py')",
    "writes_into_dev": "open('/dev/escaped', 'w').write('x')",
    "writes_into_run": "open('/run/escaped', 'w').write('x')",
    "opens_a_disk": "[open('/dev/' + n, 'rb') for n in ('sda', 'vda', 'nvme0n1', 'mem', 'kmsg')]",
    "makes_a_device": "os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))",
    "follows_a_link_out": "(os.symlink(SECRET, '/tmp/link'), open('/tmp/link').read())",
    "links_hard_to_the_system": "os.link('/usr/bin/env', '/tmp/env')",
    "makes_a_file_setuid": "(open('/tmp/su', 'w').close(), os.chown('/tmp/su', 0, 0), os.chmod('/tmp/su', 0o4755))",
    "changes_the_kernels_settings": "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')",
    "presses_the_magic_key": "open('/proc/sysrq-trigger', 'w').write('c')",
    "raises_its_own_priority": "os.setpriority(os.PRIO_PROCESS, 0, -10)",
    "opens_by_handle": "call(304, -100, b'x' * 32, 0)",
    # processes
    "kills_the_process_outside": "os.kill(OUTSIDE, 9)",
    "kills_init": "(os.kill(1, 9), time.sleep(0.2), False)[-1]",
    "sees_the_process_outside": "os.path.exists(f'/proc/{OUTSIDE}/cmdline')",
    "traces_init": "call(101, 16, 1, 0, 0)",
    "traces_itself": "call(101, 0, 0, 0, 0)",
    "reads_another_processs_memory": "call(310, 1, 0, 0, 0, 0, 0)",
    "writes_another_processs_memory": "call(311, 1, 0, 0, 0, 0, 0)",
    "steals_a_descriptor": "call(438, 1, 0, 0)",
    "becomes_root": "os.setuid(0)",
    "becomes_another_user": "os.setresuid(1, 1, 1)",
    "joins_roots_group": "os.setgroups([0])",
    "has_a_capability": "any(int(l.split()[1], 16) for l in open('/proc/self/status') if l[:6] in 'CapEffCapPrm')",
    "may_gain_privileges": "libc.prctl(39, 0, 0, 0, 0) != 1",
    # namespaces, mounts, kernel surface
    "makes_a_user_namespace": "call(272, 0x10000000)",
    "makes_a_mount_namespace": "call(272, 0x00020000)",
    "clones_into_a_user_namespace": "call(56, 0x10000011, 0, 0, 0, 0)",
    "clones_by_the_newer_call": "call(435, b'\\0' * 64, 64)",
    "enters_the_namespace_of_init": "call(308, os.open('/proc/1/ns/mnt', os.O_RDONLY), 0)",
    "mounts": "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "unmounts": "call(166, b'/box', 2)",
    "changes_its_root": "call(161, b'/tmp')",
    "pivots_its_root": "call(155, b'/tmp', b'/tmp')",
    "opens_a_file_system": "call(430, b'tmpfs', 0)",
    "loads_a_bpf_program": "call(321, 0, b'\\0' * 64, 64)",
    "starts_io_uring": "call(425, 8, b'\\0' * 120)",
    "handles_page_faults": "call(323, 0)",
    "adds_a_key": "call(248, b'user', b'x', b'y', 1, -2)",
    "asks_for_a_key": "call(250, 0, -3, 0)",
    "measures_the_machine": "call(298, b'\\0' * 112, 0, -1, -1, 0)",
    "loads_a_kernel_module": "call(313, 0, b'', 0)",
    "reads_the_kernels_log": "call(103, 3, b'\\0' * 64, 64)",
    "sets_the_clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "renames_the_machine": "socket.sethostname('mine')",
    "changes_its_personality": "call(135, 0x0040000)",
    "uses_a_call_of_the_future": "call(470, 0, 0, 0)",
    "types_into_the_terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    # network
    "reaches_a_port_of_the_machine": "socket.create_connection(('127.0.0.1', PORT), 1)",
    "reaches_the_internet": "socket.create_connection(('1.1.1.1', 53), 1)",
    "reaches_the_internet_by_version_six": "socket.create_connection(('2606:4700:4700::1111', 53), 1)",
    "asks_for_a_name": "socket.getaddrinfo('example.com', 80)",
    "sends_a_datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
    "opens_a_unix_socket": "socket.socket(socket.AF_UNIX)",
    "opens_netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "opens_the_kernels_cryptography": "socket.socket(38, socket.SOCK_SEQPACKET, 0)",
    "opens_a_raw_socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
    "opens_a_packet_socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "opens_a_virtual_machine_socket": "socket.socket(40, socket.SOCK_STREAM)",
    # limits
    "raises_its_memory_limit": "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))",
    "raises_its_process_limit": "resource.setrlimit(resource.RLIMIT_NPROC, (10000, 10000))",
    "takes_a_gibibyte": "bytearray(1 << 30)",
    "maps_a_tebibyte": "__import__('mmap').mmap(-1, 1 << 40)",
    "locks_memory": "call(151, 1)",
    "finds_an_inherited_file": "[n for n in range(4, 256) if os.path.exists(f'/proc/self/fd/{n}')] and True or False",
    "finds_the_callers_environment": "len(os.environ) > 12 or any('KEY' in n or 'TOKEN' in n for n in os.environ)",
}
_PROGRAMS = {
    "forks_without_end": """
made = 0
try:
    while made < 500:
        if os.fork() == 0:
            time.sleep(30)
        made += 1
except OSError:
    pass
if made >= 64: escaped(made)
""",
    "starts_threads_without_end": """
import threading
made = 0
try:
    while made < 500:
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        made += 1
except RuntimeError:
    pass
if made >= 64: escaped(made)
os._exit(0)
""",
    "fills_the_scratch_folder": """
size = 0
try:
    for n in range(64):
        with open(f"/tmp/{n}", "wb") as f:
            for _ in range(16):
                size += f.write(bytes(1 << 20))
except OSError:
    pass
if size > 40 << 20: escaped(size)
""",
    "fills_shared_memory": """
size = 0
try:
    with open("/dev/shm/x", "wb") as f:
        for _ in range(256):
            size += f.write(bytes(1 << 20))
except OSError:
    pass
if size > 20 << 20: escaped(size)
""",
    "makes_files_without_end": """
made = 0
try:
    while made < 200_000:
        open(f"/tmp/{made}", "w").close()
        made += 1
except OSError:
    pass
""",
    "opens_files_without_end": """
held = []
try:
    while len(held) < 5000:
        held.append(open("/usr/bin/env", "rb"))
except OSError:
    pass
if len(held) > 1000: escaped(len(held))
""",
    "recurses_without_end": "def again(n): return again(n + 1) + 1\nsys.setrecursionlimit(10**9)\nagain(0)",
    "crashes": "ctypes.string_at(0)",
    "runs_away_into_another_session": "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    time.sleep(60)",
    "children_outlive_their_parents": """
while True:
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        time.sleep(1)
""",
    "leaves_a_child_holding_the_pipes": "if os.fork() == 0:\n    time.sleep(60)",
}
_HANGING = {
    "loops": "while True: pass",
    "sleeps": "time.sleep(3600)",
    "ignores_every_signal": """
for n in set(range(1, 65)) - {9, 19, 32, 33}:
    signal.signal(n, signal.SIG_IGN)
time.sleep(3600)
""",
    "stops_itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "waits_for_input": "sys.stdin.close(); signal.pause()",
    "counts_to_a_number_without_end": "10 ** 10 ** 9",
    "matches_a_pattern_without_end": "import re; re.match(r'(a+)+$', 'a' * 64 + 'b')",
    "writes_without_end": "while True: os.write(1, b'x' * 65536)",
    "reports_without_end": "while True: os.write(3, b'x' * 65536)",
    "complains_without_end": "while True: os.write(2, b'x' * 65536)",
    "shares_its_memory_among_children": """
for _ in range(6):
    if os.fork() == 0:
        hold = bytearray(100 << 20)
        for n in range(0, len(hold), 4096): hold[n] = 1
        time.sleep(3600)
time.sleep(3600)
""",
}

PROGRAMS = [
    *(Hostile(name, _one_line(action)) for name, action in _ATTEMPTS.items()),
    *(Hostile(name, code) for name, code in _PROGRAMS.items()),
    *(Hostile(name, code, hangs=True) for name, code in _HANGING.items()),
]
