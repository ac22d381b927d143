"""Java programs that try to get out, to stay, or to exhaust. ESCAPED is reported only where an attempt succeeded."""

from __future__ import annotations

from tests.unit.sandbox.hostile import Hostile

PRELUDE = """
import java.io.*;
import java.net.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.*;

public class Hostile {
  interface Attempt { Object run() throws Throwable; }
  static long OUTSIDE; static int PORT; static String SECRET;
  static void escaped(Object what) throws IOException {
    FileDescriptor fd = new FileDescriptor();
    try { var f = FileDescriptor.class.getDeclaredField("fd"); f.setAccessible(true); f.setInt(fd, REPORT); }
    catch (ReflectiveOperationException error) { throw new IOException(error); }
    new FileOutputStream(fd).write(("ESCAPED " + what + "\\n").getBytes());
  }
  static void attempt(Attempt action) throws IOException {
    try { Object result = action.run(); if (!Boolean.FALSE.equals(result)) escaped(result); }
    catch (Throwable error) { System.out.println(error.getClass()); }
  }
  static String read(String path) throws IOException { return Files.readString(Path.of(path)); }
  static Object write(String path) throws IOException { return Files.writeString(Path.of(path), "x"); }
  static boolean ends(String... command) throws Exception { return new ProcessBuilder(command).start().waitFor() == 0; }
  static Socket connect(String host, int port) throws IOException {
    Socket s = new Socket(); s.connect(new InetSocketAddress(host, port), 1000); return s;
  }
  static Object sends() throws IOException {
    new DatagramSocket().send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("8.8.8.8"), 53)); return 1;
  }
  public static void main(String[] a) throws Throwable {
    OUTSIDE = Long.parseLong(a[0]); PORT = Integer.parseInt(a[1]); SECRET = a[2];
    BODY
  }
}
"""

_ATTEMPTS = {
    "reads_the_shadow_file": 'read("/etc/shadow")',
    "reads_the_password_file": 'read("/etc/passwd")',
    "reads_a_secret_by_path": "read(SECRET)",
    "reads_it_through_the_root_of_init": 'read("/proc/1/root" + SECRET)',
    "reads_the_memory_of_init": 'new RandomAccessFile("/proc/1/mem", "r").read()',
    "writes_the_memory_of_init": 'write("/proc/1/mem")',
    "reads_the_environment_of_init": 'Files.readAllBytes(Path.of("/proc/1/environ")).length > 400',
    "lists_the_homes": 'new File("/home").list().length > 0',
    "lists_roots_secrets": 'new File("/root/.ssh").list().length >= 0',
    "writes_into_the_root_folder": 'write("/escaped")',
    "writes_into_usr": 'write("/usr/escaped")',
    "writes_into_the_java_home": 'write(System.getProperty("java.home") + "/escaped")',
    "writes_into_etc": 'write("/etc/escaped")',
    "writes_into_the_settings_of_java": 'write("/etc/java-17-openjdk/security/java.security")',
    "writes_into_the_box": 'write("/box/escaped")',
    "replaces_its_own_program": 'write("/box/Hostile.java")',
    "renames_its_own_program": 'Files.move(Path.of("/box/Hostile.java"), Path.of("/tmp/x"))',
    "removes_its_own_program": 'Files.deleteIfExists(Path.of("/box/Hostile.java"))',
    "writes_into_dev": 'write("/dev/escaped")',
    "writes_into_run": 'write("/run/escaped")',
    "opens_a_disk": 'new FileInputStream("/dev/sda")',
    "opens_the_memory_of_the_machine": 'new FileInputStream("/dev/mem")',
    "follows_a_link_out": 'read(Files.createSymbolicLink(Path.of("/tmp/link"), Path.of(SECRET)).toString())',
    "links_hard_to_the_system": 'Files.createLink(Path.of("/tmp/env"), Path.of("/usr/bin/env"))',
    "gives_a_file_to_root": 'Files.setAttribute(Files.createFile(Path.of("/tmp/su")), "unix:uid", 0)',
    "changes_the_kernels_settings": 'write("/proc/sys/kernel/core_pattern")',
    "presses_the_magic_key": 'write("/proc/sysrq-trigger")',
    "maps_its_user_anew": 'Files.writeString(Path.of("/proc/self/uid_map"), "0 0 1")',
    "spares_itself_from_the_killer": 'Files.writeString(Path.of("/proc/self/oom_score_adj"), "-1000")',
    "opens_the_terminal": 'new FileOutputStream("/dev/tty")',
    "copies_the_secret": 'Files.copy(Path.of(SECRET), Path.of("/tmp/copy"))',
    "kills_the_process_outside": "ProcessHandle.of(OUTSIDE).orElseThrow().destroyForcibly()",
    "sees_the_process_outside": 'read("/proc/" + OUTSIDE + "/cmdline")',
    "kills_by_a_program": 'ends("/usr/bin/kill", "-9", "" + OUTSIDE)',
    "signals_by_a_program": 'ends("/usr/bin/kill", "-0", "" + OUTSIDE)',
    "asks_for_root_by_sudo": 'ends("/usr/bin/sudo", "-n", "id")',
    "asks_for_root_by_su": 'ends("/usr/bin/su", "-c", "id")',
    "mounts_by_a_program": 'ends("/usr/bin/mount", "-t", "tmpfs", "none", "/tmp")',
    "unshares_by_a_program": 'ends("/usr/bin/unshare", "-Ur", "id")',
    "starts_a_box_of_its_own": 'ends("/usr/bin/bwrap", "--dev-bind", "/", "/", "/usr/bin/id")',
    "reads_the_kernels_log": 'ends("/usr/bin/dmesg")',
    "loads_a_library_from_outside": 'new Object() { Object load() { System.load(SECRET); return "loaded"; } }.load()',
    "finds_the_callers_environment": "System.getenv().keySet().stream().anyMatch((n) -> "
    'n.matches(".*(KEY|TOKEN|SECRET).*"))',
    "attaches_to_init": 'new File("/proc/1/root/tmp/.java_pid1").exists()',
    "reaches_a_port_of_the_machine": 'connect("127.0.0.1", PORT)',
    "reaches_the_internet": 'connect("1.1.1.1", 53)',
    "reaches_the_internet_by_version_six": 'connect("2606:4700:4700::1111", 53)',
    "asks_for_a_name": 'InetAddress.getByName("example.com")',
    "sends_a_datagram": "sends()",
    "fetches_a_page": 'new URL("http://1.1.1.1/").openStream().read()',
    "opens_a_unix_socket": 'SocketChannel.open(UnixDomainSocketAddress.of("/run/docker.sock"))',
    "listens_on_a_unix_socket": "ServerSocketChannel.open(StandardProtocolFamily.UNIX)",
    "allocates_beyond_its_heap": "new long[Integer.MAX_VALUE - 8]",
    "maps_a_tebibyte": 'new RandomAccessFile("/tmp/m", '
    '"rw").getChannel().map(FileChannel.MapMode.READ_WRITE, 0, 1L << 31)',
    "takes_memory_past_the_heap": "ByteBuffer.allocateDirect(Integer.MAX_VALUE)",
}
_PROGRAMS = {
    "fills_the_scratch_folder": 'long n = 0; try (var o = new FileOutputStream("/tmp/f")) { byte[] b = new '
    "byte[1 << 20];"
    " for (int i = 0; i < 512; i++) { o.write(b); n += b.length; } } catch (IOException e) { }"
    " if (n > (60L << 20)) escaped(n);",
    "opens_files_without_end": "List<Object> held = new ArrayList<>(); try { while (held.size() < 5000)"
    ' held.add(new FileInputStream("/usr/bin/env")); } catch (IOException e) { } if '
    "(held.size() > 1100) escaped(held.size());",
    "starts_threads_without_end": "int n = 0; try { for (; n < 500; n++) { Thread t = new Thread(() -> {"
    " try { Thread.sleep(30000); } catch (InterruptedException e) { } }); t.setDaemon(true); t.start(); } }"
    " catch (Throwable e) { } if (n >= 100) escaped(n); Runtime.getRuntime().halt(0);",
    "starts_processes_without_end": "int n = 0; try { for (; n < 300; n++)"
    ' new ProcessBuilder("/usr/bin/sleep", "30").start(); } catch (Throwable e) { }'
    " if (n >= 100) escaped(n); Runtime.getRuntime().halt(0);",
    "recurses_without_end": "new Object() { int again(int n) { return again(n + 1) + 1; } }.again(0);",
    "leaves_a_child_behind": 'new ProcessBuilder("/usr/bin/setsid", "/usr/bin/sleep", "60").inheritIO().start();',
    "takes_memory_until_it_ends": "List<byte[]> held = new ArrayList<>(); while (true) held.add(new byte[1 << 20]);",
    "ends_its_machine": "Runtime.getRuntime().halt(7);",
}
_HANGING = {
    "loops": "while (true) { }",
    "sleeps": "Thread.sleep(3600_000);",
    "waits_for_itself": "Thread.currentThread().join();",
    "catches_every_end": "while (true) { try { while (true) { } } catch (Throwable e) { } }",
    "hooks_its_end": "Runtime.getRuntime().addShutdownHook(new Thread(() -> { while (true) { } })); System.exit(0);",
    "writes_without_end": "byte[] b = new byte[65536]; while (true) System.out.write(b);",
    "matches_a_pattern_without_end": '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".matches("(a|aa|a?)+c");',
    "finds_a_large_prime": "new java.math.BigInteger(200000, new Random(1)).nextProbablePrime();",
}
PROGRAMS = [
    *(Hostile(name, f"attempt(() -> {action});") for name, action in _ATTEMPTS.items()),
    *(Hostile(name, code) for name, code in _PROGRAMS.items()),
    *(Hostile(name, code, hangs=True) for name, code in _HANGING.items()),
]
