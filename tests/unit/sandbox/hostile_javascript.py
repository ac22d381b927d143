"""Programs for Node.js that try to get out, to stay, or to exhaust. ESCAPED is reported where an attempt succeeded."""

from __future__ import annotations

from tests.unit.sandbox.hostile import Hostile

PRELUDE = """
"use strict";
const fs = require("node:fs"), os = require("node:os"), net = require("node:net"), dgram = require("node:dgram");
const dns = require("node:dns"), http = require("node:http"), vm = require("node:vm"), path = require("node:path");
const { spawnSync, spawn, fork, execSync } = require("node:child_process");
const { Worker } = require("node:worker_threads");
const [OUTSIDE, PORT, SECRET] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const escaped = (what = "yes") => fs.writeSync(3, `ESCAPED ${String(what).slice(0, 80)}\\n`);
const refused = (error) => console.log(error && (error.code || error.name));
const attempt = (action) => {
  try { const result = action(); if (result !== false) escaped(result); } catch (error) { refused(error); }
};
const later = (make) => new Promise((resolve) => {
  const no = (error) => { refused(error); resolve(); };
  try { make((result) => { escaped(result); resolve(); }, no); } catch (error) { no(error); }
  setTimeout(resolve, 1500).unref();
});
"""

_ATTEMPTS = {
    # files
    "reads_the_shadow_file": "fs.readFileSync('/etc/shadow')",
    "reads_the_password_file": "fs.readFileSync('/etc/passwd')",
    "reads_a_secret_by_path": "fs.readFileSync(SECRET)",
    "reads_it_through_the_root_of_init": "fs.readFileSync('/proc/1/root' + SECRET)",
    "reads_the_memory_of_init": "fs.readSync(fs.openSync('/proc/1/mem', 'r'), Buffer.alloc(1))",
    "writes_the_memory_of_init": "fs.writeFileSync('/proc/1/mem', 'x')",
    "reads_the_environment_of_init": "fs.readFileSync('/proc/1/environ').length > 400",
    "lists_the_homes": "fs.readdirSync('/home').length > 0",
    "lists_roots_home": "fs.readdirSync('/root').filter((n) => n !== '.pyenv').length > 0",
    "writes_into_the_root_folder": "fs.writeFileSync('/escaped', 'x')",
    "writes_into_usr": "fs.writeFileSync('/usr/escaped', 'x')",
    "writes_into_the_modules_of_node": "fs.writeFileSync('/usr/lib/node_modules/escaped.js', 'x')",
    "writes_into_the_box": "fs.writeFileSync('/box/escaped', 'x')",
    "replaces_its_own_program": "fs.writeFileSync(__filename, 'x')",
    "renames_its_own_program": "fs.renameSync(__filename, '/tmp/x.js')",
    "removes_its_own_program": "fs.rmSync(__filename)",
    "writes_into_dev": "fs.writeFileSync('/dev/escaped', 'x')",
    "writes_into_run": "fs.writeFileSync('/run/escaped', 'x')",
    "opens_a_disk": "['sda', 'vda', 'nvme0n1', 'mem', 'kmsg'].map((n) => fs.openSync('/dev/' + n, 'r'))",
    "follows_a_link_out": "(fs.symlinkSync(SECRET, '/tmp/link'), fs.readFileSync('/tmp/link'))",
    "links_hard_to_the_system": "fs.linkSync('/usr/bin/env', '/tmp/env')",
    "makes_a_file_roots": "(fs.writeFileSync('/tmp/su', ''), fs.chownSync('/tmp/su', 0, 0))",
    "changes_the_kernels_settings": "fs.writeFileSync('/proc/sys/kernel/core_pattern', '|/tmp/x')",
    "presses_the_magic_key": "fs.writeFileSync('/proc/sysrq-trigger', 'c')",
    "changes_its_own_limits": "fs.writeFileSync('/proc/self/oom_score_adj', '-1000')",
    "maps_its_user_anew": "fs.writeFileSync('/proc/self/uid_map', '0 0 1')",
    "opens_the_terminal": "fs.openSync('/dev/tty', 'w')",
    "copies_the_secret": "fs.copyFileSync(SECRET, '/tmp/copy')",
    "watches_the_secret": "fs.watch(SECRET)",
    # processes and users
    "kills_the_process_outside": "process.kill(OUTSIDE, 'SIGKILL')",
    "signals_the_process_outside": "process.kill(OUTSIDE, 0)",
    "kills_init": "(process.kill(1, 'SIGKILL'), spawnSync('/usr/bin/sleep', ['0.2']), false)",
    "kills_everything": "(process.on('SIGTERM', () => {}), process.kill(-1, 'SIGTERM'), false)",
    "sees_the_process_outside": "fs.readFileSync(`/proc/${OUTSIDE}/cmdline`)",
    "becomes_root": "process.setuid(0)",
    "becomes_another_user": "process.setuid(1)",
    "joins_roots_group": "process.setgroups([0])",
    "takes_roots_group": "process.setgid(0)",
    "raises_its_priority": "os.setPriority(0, -10)",
    "lowers_the_priority_of_init": "(os.setPriority(1, 19), os.getPriority(1) === 19 && OUTSIDE === 1)",
    "loads_a_native_module": "process.dlopen({ exports: {} }, '/tmp/absent.node')",
    "asks_for_root_by_sudo": "spawnSync('/usr/bin/sudo', ['-n', 'id']).status === 0",
    "asks_for_root_by_su": "spawnSync('/usr/bin/su', ['-c', 'id']).status === 0",
    "mounts_by_a_program": "spawnSync('/usr/bin/mount', ['-t', 'tmpfs', 'none', '/tmp']).status === 0",
    "unshares_by_a_program": "spawnSync('/usr/bin/unshare', ['-Ur', 'id']).status === 0",
    "starts_a_box_of_its_own": "spawnSync('/usr/bin/bwrap', ['--dev-bind', '/', '/', '/usr/bin/id']).status === 0",
    "reads_the_kernels_log": "spawnSync('/usr/bin/dmesg').status === 0",
    "finds_the_callers_environment": "Object.keys(process.env).some((n) => /KEY|TOKEN|SECRET|PASS/.test(n))",
    "finds_an_inherited_file": "fs.readdirSync('/proc/self/fd').some((n) => fs.existsSync('/proc/self/fd/' + n)"
    " && /^.(work|home|root)/.test(fs.readlinkSync('/proc/self/fd/' + n)))",
    "leaves_a_context_of_vm_for_a_secret": "vm.runInNewContext('this.constructor.constructor(\"return process\")()')"
    ".mainModule.require('node:fs').readFileSync(SECRET)",
    "inspects_itself_from_outside": "(require('node:inspector').open(0, '0.0.0.0'), false)",
    # limits
    "allocates_too_large_a_list": "new Array(2 ** 32)",
    "allocates_a_buffer_of_four_gibibytes": "Buffer.alloc(4 * 2 ** 30, 1)",
    "makes_a_text_without_end": "'x'.repeat(2 ** 30)",
}
_LATER = {
    "reaches_a_port_of_the_machine": "(yes, no) => net.connect(PORT, '127.0.0.1', () => yes('port')).on('error', no)",
    "reaches_the_internet": "(yes, no) => net.connect(53, '1.1.1.1', () => yes('internet')).on('error', no)",
    "reaches_the_internet_by_version_six": "(yes, no) => net.connect(53, '2606:4700:4700::1111', () => "
    "yes('six')).on('error', no)",
    "asks_for_a_name": "(yes, no) => dns.resolve('example.com', (error, found) => (error ? no(error) : yes(found)))",
    "asks_the_system_for_a_name": "(yes, no) => dns.lookup('example.com', (error, found) => (error ? no(error) : "
    "yes(found)))",
    "sends_a_datagram": "(yes, no) => { const s = dgram.createSocket('udp4'); s.on('error', no); "
    "s.send('x', 53, '8.8.8.8', (error) => (error ? no(error) : yes('sent'))); }",
    "asks_a_server": "(yes, no) => http.get(`http://127.0.0.1:${PORT}/`, () => yes('http')).on('error', no)",
    "fetches_a_page": "(yes, no) => fetch('http://1.1.1.1/').then(() => yes('page'), no)",
    "opens_a_unix_socket": "(yes, no) => net.connect('/run/docker.sock', () => yes('docker')).on('error', no)",
    "listens_on_a_unix_socket": "(yes, no) => net.createServer().on('error', no).listen('/tmp/s', () => yes('unix'))",
}
_PROGRAMS = {
    "starts_processes_without_end": """
let made = 0;
try { while (made < 300) { const child = spawn('/usr/bin/sleep', ['30']); if (child.pid === undefined) break;
  child.on('error', () => {}); made += 1; } } catch (error) { refused(error); }
if (made >= 64) escaped(made);
process.exit(0);
""",
    "starts_workers_without_end": """
let made = 0;
const next = () => { if (made >= 200) { escaped(made); process.exit(0);
  } const w = new Worker('setInterval(() => {}, 1000)', { eval: true }); w.on('error', () => process.exit(0));
  w.on('online', () => { made += 1; next(); }); };
try { next(); } catch (error) { refused(error); }
setTimeout(() => process.exit(0), 3000);
""",
    "fills_the_scratch_folder": """
let size = 0;
try { for (let n = 0; n < 64; n++) { for (let m = 0; m < 16;
  m++) { fs.appendFileSync(`/tmp/${n}`, Buffer.alloc(1 << 20)); size += 1 << 20;
  } } } catch (error) { refused(error); }
if (size > 40 * 2 ** 20) escaped(size);
""",
    "fills_shared_memory": """
let size = 0;
try { for (let n = 0; n < 256; n++) { fs.appendFileSync('/dev/shm/x', Buffer.alloc(1 << 20)); size += 1 << 20;
  } } catch (error) { refused(error); }
if (size > 20 * 2 ** 20) escaped(size);
""",
    "opens_files_without_end": """
const held = [];
try { while (held.length < 5000) held.push(fs.openSync('/usr/bin/env', 'r')); } catch (error) { refused(error); }
if (held.length > 1100) escaped(held.length);
""",
    "recurses_without_end": "const again = (n) => again(n + 1) + 1;\ntry { again(0); } catch (error) { "
    "refused(error); }",
    "crashes": "process.abort();",
    "exits_with_a_strange_status": "process.exit(255);",
    "throws_something_that_is_no_error": "throw Object.create(null);",
    "rejects_without_a_handler": "Promise.reject(new Error('nobody listens'));",
    "runs_away_into_another_session": "spawn('/usr/bin/setsid', ['/usr/bin/sleep', '60'], { detached: true, stdio: "
    "'ignore' }).unref();",
    "leaves_a_child_holding_the_pipes": "spawn('/usr/bin/sleep', ['60'], { stdio: 'inherit', detached: true "
    "}).unref();",
    "takes_memory_until_it_ends": "const held = []; for (;;) held.push(Buffer.alloc(1 << 20, 1));",
    "grows_a_list_without_end": "const held = []; for (;;) held.push({ a: Math.random() });",
}
_HANGING = {
    "loops": "for (;;);",
    "waits_for_ever": "setInterval(() => {}, 1000);",
    "sleeps_on_an_atomic": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "ignores_every_signal": "for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) process.on(s, () => "
    "{}); setInterval(() => {}, 1000);",
    "stops_itself": "process.kill(process.pid, 'SIGSTOP');",
    "promises_without_end": "const again = () => Promise.resolve().then(again); again();",
    "ticks_without_end": "const again = () => process.nextTick(again); again();",
    "matches_a_pattern_without_end": "/(a+)+$/.test('a'.repeat(64) + 'b');",
    "writes_without_end": "for (;;) fs.writeSync(1, 'x'.repeat(65536));",
    "reports_without_end": "for (;;) fs.writeSync(3, 'x'.repeat(65536));",
    "complains_without_end": "for (;;) fs.writeSync(2, 'x'.repeat(65536));",
    "counts_with_large_numbers": "let n = 3n; for (;;) n = n * n % (2n ** 100000n);",
}

PROGRAMS = [
    *(Hostile(name, f"attempt(() => {action});") for name, action in _ATTEMPTS.items()),
    *(Hostile(name, f"later({action}).then(() => process.exit(0));") for name, action in _LATER.items()),
    *(Hostile(name, code) for name, code in _PROGRAMS.items()),
    *(Hostile(name, code, hangs=True) for name, code in _HANGING.items()),
]
