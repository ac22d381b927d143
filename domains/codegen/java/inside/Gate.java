import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Compiles sources and tests, runs the tests with JUnit several times in random order, and reports how each ended. */
public class Gate {
  public static void main(String[] arguments) throws Exception {
    Report report = new Report();
    Plan plan = Plan.read();
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    try {
      report.tell(run(plan));
    } catch (Project.Broken broken) {
      report.tell(Map.of("broken", broken.file + ", line " + broken.line + ": " + broken.getMessage(), "places", broken.places, "ended", Map.of()));
    }
    Runtime.getRuntime().halt(0);
  }

  private static Map<String, Object> run(Plan plan) throws Exception {
    Project project = new Project();
    Map<String, byte[]> classes = project.compile(Project.read(Path.of("/box/src")));
    Map<String, List<String>> ended = new LinkedHashMap<>();
    Map<String, String> why = new LinkedHashMap<>();
    Map<String, List<String>> frames = new LinkedHashMap<>();
    Counting counting = new Counting();
    Map<String, Object> covered = null;
    for (int run = 0; run < plan.runs; run++) {
      Map<String, byte[]> used = new LinkedHashMap<>(classes);
      if (run == 0) used.putAll(counting.instrumented(classes));
      ClassLoader loader = new Project.Loader(used);
      Thread.currentThread().setContextClassLoader(loader);
      Launcher launcher = LauncherFactory.create();
      launcher.execute(request(plan, loader, plan.ordered ? -1 : run), listener(ended, why, frames));
      if (run == 0) covered = counting.covered(classes, plan.classes);
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("ended", ended);
    told.put("why", why);
    told.put("frames", frames);
    told.put("coverage", covered);
    return told;
  }

  /** All tests of the plan, in random order; in JUnit's own where `run` is negative. */
  static LauncherDiscoveryRequest request(Plan plan, ClassLoader loader, int run) throws ClassNotFoundException {
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
        .configurationParameter("junit.jupiter.execution.timeout.testable.method.default", "3 s");
    if (run >= 0) {
      request
          .configurationParameter("junit.jupiter.testmethod.order.default", "org.junit.jupiter.api.MethodOrderer$Random")
          .configurationParameter("junit.jupiter.execution.order.random.seed", String.valueOf(7 + run));
    }
    for (String name : plan.tests) request.selectors(DiscoverySelectors.selectClass(loader.loadClass(name)));
    return request.build();
  }

  private static TestExecutionListener listener(
      Map<String, List<String>> ended, Map<String, String> why, Map<String, List<String>> frames) {
    return new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) return;
        String name = test.getLegacyReportingName().replaceAll("\\(.*", "");
        boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        ended.computeIfAbsent(name, (key) -> new ArrayList<>()).add(passed ? "passed" : "failed");
        result.getThrowable().ifPresent((error) -> {
          why.putIfAbsent(name, String.valueOf(error).split("\n")[0]);
          frames.putIfAbsent(name, places(error));
        });
      }
    };
  }

  /** Places of the project that an error came through, the innermost first: `path:line`. */
  private static List<String> places(Throwable error) {
    List<String> found = new ArrayList<>();
    for (StackTraceElement frame : error.getStackTrace()) {
      String name = frame.getClassName();
      if (frame.getFileName() == null || name.matches("(java|javax|jdk|sun|org\\.junit|org\\.opentest4j)\\..*")) continue;
      String folder = name.contains(".") ? name.substring(0, name.lastIndexOf('.') + 1).replace('.', '/') : "";
      if (found.size() < 12) found.add(folder + frame.getFileName() + ":" + frame.getLineNumber());
    }
    return found;
  }
}
