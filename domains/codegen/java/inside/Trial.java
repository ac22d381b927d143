import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs calls that somebody proposed and says what they add to a finished search: for each what was seen, whether it was
 * the same the second time, which lines it ran, and which of the changes that survived it noticed, by number in the plan.
 */
public class Trial {
  private final Plan plan;
  private final Project project = new Project();
  private final Running running = new Running();
  private final Counting counting = new Counting();
  private Clock clock = new Clock();
  private final Values values;
  private Map<String, String> texts;
  private ClassLoader counted;
  private Targets targets;

  Trial(Plan plan) throws Exception {
    this.plan = plan;
    values = new Values(plan.seed);
  }

  public static void main(String[] arguments) throws Exception {
    Report report = new Report();
    Plan plan = Plan.read();
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    report.tell(new Trial(plan).tried());
    Runtime.getRuntime().halt(0);
  }

  private List<Map<String, Object>> tried() throws Exception {
    texts = Project.read(Path.of("/box/src"));
    project.classes.putAll(project.compile(texts));
    counted = new Project.Loader(counting.instrumented(project.classes));
    targets = Targets.of(plan, counted, texts.get(plan.target));
    List<Explore.Row> rows = new ArrayList<>();
    List<List<Integer>> lines = new ArrayList<>();
    for (Plan.Attempt one : plan.attempts) {
      Running.Scenario scenario = scenario(one);
      counting.hit();
      Running.Seen seen = scenario == null ? null : running.run(scenario, counted);
      lines.add(seen == null ? List.of() : counting.lines(project.classes, plan.classes));
      rows.add(seen == null ? null : new Explore.Row(scenario, seen, List.of()));
    }
    List<Set<Integer>> kills = noticed(rows, (long) (plan.budget * 1000));
    ClassLoader fresh = new Project.Loader(project.classes);
    List<Map<String, Object>> told = new ArrayList<>();
    for (int n = 0; n < rows.size(); n++) told.add(row(rows.get(n), fresh, lines.get(n), kills.get(n)));
    return told;
  }

  private Map<String, Object> row(Explore.Row row, ClassLoader fresh, List<Integer> lines, Set<Integer> kills) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("row", row == null ? null : Explore.shown(row, counted));
    told.put("steady", row != null && same(row, fresh));
    told.put("lines", lines);
    told.put("kills", kills);
    return told;
  }

  private boolean same(Explore.Row row, ClassLoader loader) {
    Running.Seen other = running.run(row.scenario, loader);
    return other != null && other.key().equals(row.seen.key());
  }

  /** The changes that each row tells from the original, as far as the time suffices; of changes that read alike, all. */
  private List<Set<Integer>> noticed(List<Explore.Row> rows, long until) throws Exception {
    clock = new Clock(); // compiling does not count: it takes as long as the machine takes
    Map<Integer, Set<Integer>> who = new LinkedHashMap<>();
    String original = texts.get(plan.target);
    for (Plan.Mutant mutant : plan.mutants) {
      int survivor = Integer.parseInt(mutant.change());
      Set<Integer> killers = new HashSet<>();
      ClassLoader loader = clock.now() < until ? changed(original.substring(0, mutant.start()) + mutant.text() + original.substring(mutant.end())) : null;
      for (int n = 0; loader != null && n < rows.size(); n++) if (rows.get(n) != null && !same(rows.get(n), loader)) killers.add(n);
      who.merge(survivor, killers, (before, now) -> {
        before.retainAll(now);
        return before;
      });
    }
    List<Set<Integer>> kills = new ArrayList<>();
    for (int n = 0; n < rows.size(); n++) {
      Set<Integer> own = new HashSet<>();
      for (Map.Entry<Integer, Set<Integer>> one : who.entrySet()) if (one.getValue().contains(n)) own.add(one.getKey());
      kills.add(own);
    }
    return kills;
  }

  private ClassLoader changed(String text) {
    try {
      Map<String, byte[]> classes = new LinkedHashMap<>(project.classes);
      classes.putAll(project.compile(Map.of(plan.target, text)));
      return new Project.Loader(classes);
    } catch (Project.Broken broken) {
      return null; // the search left it out as well
    }
  }

  /** The call of the first method or constructor that takes values of these types; null where none does. */
  private Running.Scenario scenario(Plan.Attempt one) throws ReflectiveOperationException {
    Exact exact = new Exact(values, targets.makers());
    List<Running.Target> all = new ArrayList<>(targets.methods());
    all.addAll(targets.makers());
    all.removeIf((target) -> !target.symbol().equals(one.symbol()) || target.types().length != one.arguments().size());
    if (all.size() > 1 && one.arguments().contains(null)) return null; // a test could not say which is meant
    for (Running.Target target : all) {
      List<Values.Expr> arguments = exact.all(one.arguments(), target.types());
      boolean alone = target.isStatic() || target.isConstructor();
      if (arguments == null || alone != (one.maker() == null)) continue;
      if (alone) return new Running.Scenario(target, null, List.of(), arguments);
      for (Running.Target maker : targets.makers()) {
        List<Values.Expr> made = maker.owner().equals(target.owner()) ? exact.all(one.maker(), maker.types()) : null;
        if (made != null) return new Running.Scenario(target, Values.Built.of(Running.constructor(maker, counted), made), List.of(), arguments);
      }
    }
    return null;
  }
}
