import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests that are there, as things are and then on each mutant, and reports what they reach and notice. */
public class Present {
  private static final long STALLED = 2000, SLOWER = 5, LOOK = 5;

  private final Plan plan;
  private final Project project = new Project();
  private final Set<String> hit = new LinkedHashSet<>(), passing = new LinkedHashSet<>();
  private long usual;

  Present(Plan plan) {
    this.plan = plan;
  }

  public static void main(String[] arguments) throws Exception {
    Report report = new Report();
    Plan plan = Plan.read();
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    try {
      report.tell(new Present(plan).judged());
    } catch (Project.Broken broken) {
      report.tell(Map.of()); // who asked has run them and knows
    }
    Runtime.getRuntime().halt(0);
  }

  private Map<String, Object> judged() throws Exception {
    Map<String, String> texts = Project.read(Path.of("/box/src"));
    project.classes.putAll(project.compile(texts));
    Counting counting = new Counting();
    counting.hit();
    reach(new Project.Loader(counting.instrumented(project.classes)), counting);
    List<Integer> killed = new ArrayList<>();
    String original = texts.get(plan.target);
    Clock clock = new Clock();
    for (int n = 0; n < plan.mutants.size() && !passing.isEmpty() && clock.now() < plan.budget * 1000; n++) {
      Plan.Mutant mutant = plan.mutants.get(n);
      if (plan.reaching.contains(n) && noticed(original.substring(0, mutant.start()) + mutant.text() + original.substring(mutant.end()))) killed.add(n);
    }
    return Map.of("hit", hit, "killed", killed);
  }

  /** What the tests take that pass; others say nothing. */
  private void reach(ClassLoader loader, Counting counting) throws Exception {
    long before = System.nanoTime();
    run(loader, new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) return;
        List<String> ways = counting.hit();
        if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) return;
        passing.add(test.getUniqueId());
        hit.addAll(ways);
      }
    });
    usual = (System.nanoTime() - before) / 1_000_000;
  }

  private boolean noticed(String text) throws Exception {
    Map<String, byte[]> classes = new LinkedHashMap<>(project.classes);
    try {
      classes.putAll(project.compile(Map.of(plan.target, text)));
    } catch (Project.Broken broken) {
      return false; // it is no program: the search leaves it out, too
    }
    Set<String> passed = new LinkedHashSet<>();
    ClassLoader loader = new Project.Loader(classes);
    Thread thread = new Thread(null, () -> run(loader, passes(passed)), "tests", 1 << 21);
    thread.setDaemon(true);
    thread.start();
    long began = System.nanoTime();
    for (thread.join(LOOK); thread.isAlive(); thread.join(LOOK)) {
      long wall = (System.nanoTime() - began) / 1_000_000;
      if (Clock.counted(wall, Clock.spent(thread)) < STALLED + SLOWER * usual) continue;
      end(thread);
      return true;
    }
    return !passed.containsAll(passing);
  }

  private static TestExecutionListener passes(Set<String> passed) {
    return new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) passed.add(test.getUniqueId());
      }
    };
  }

  private void run(ClassLoader loader, TestExecutionListener listener) {
    Thread.currentThread().setContextClassLoader(loader);
    try {
      LauncherFactory.create().execute(Gate.request(plan, loader, -1), listener);
    } catch (ClassNotFoundException | RuntimeException | Error broken) {
      return; // then fewer tests passed
    }
  }

  @SuppressWarnings("removal")
  private static void end(Thread thread) throws InterruptedException {
    for (int n = 0; n < 20 && thread.isAlive(); n++) {
      thread.stop();
      thread.join(LOOK);
    }
  }
}
