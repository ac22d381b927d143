import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Time as a budget counts it. On a machine that is busy with others the clock runs while nothing is done here: then what
 * counts is the processor time that was spent, but never less than half of what the clock says.
 */
final class Clock {
  private static final com.sun.management.OperatingSystemMXBean PROCESS =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private final long began = System.nanoTime(), spent = PROCESS.getProcessCpuTime();

  /** Milliseconds since this clock was made. */
  long now() {
    return counted((System.nanoTime() - began) / 1_000_000, (PROCESS.getProcessCpuTime() - spent) / 1_000_000);
  }

  static long counted(long wall, long own) {
    return Math.min(wall, Math.max(own, wall / 2));
  }

  /** Milliseconds of processor time that a thread has spent. */
  static long spent(Thread thread) {
    return THREADS.getThreadCpuTime(thread.getId()) / 1_000_000;
  }
}
