import java.util.ArrayList;
import java.util.List;

/** What classes do when they are first used: their static fields and blocks. */
final class Initial {
  private static final long MOST_MS = 4000, LOOK_MS = 50;
  private static final int AGAIN = 5;

  /** Why none of them can be used; empty where one of them has no end; null where one can. */
  static String fault(List<String> names, ClassLoader loader) throws InterruptedException {
    List<String> failed = new ArrayList<>();
    for (String name : names) {
      Throwable[] thrown = new Throwable[1];
      Thread thread = new Thread(() -> thrown[0] = used(name, loader));
      thread.setDaemon(true);
      thread.start();
      if (!ends(thread)) return "";
      if (thrown[0] != null) failed.add(name.substring(name.lastIndexOf('.') + 1) + " cannot be initialised: " + thrown[0]);
    }
    return failed.isEmpty() || failed.size() < names.size() ? null : failed.get(0);
  }

  private static Throwable used(String name, ClassLoader loader) {
    try {
      Class.forName(name, true, loader);
      return null;
    } catch (ExceptionInInitializerError error) {
      return error.getCause() == null ? error : error.getCause();
    } catch (ClassNotFoundException | LinkageError error) {
      return error;
    }
  }

  /** Whether it ends in so much time of its own, or, where it waits or others have the processor, of the clock. */
  private static boolean ends(Thread thread) throws InterruptedException {
    for (long waited = 0; waited < AGAIN * MOST_MS; waited += LOOK_MS) {
      thread.join(LOOK_MS);
      if (!thread.isAlive()) return true;
      boolean waits = thread.getState() != Thread.State.RUNNABLE;
      if (waited >= MOST_MS && (waits || Clock.spent(thread) >= MOST_MS)) return false;
    }
    return false;
  }
}
