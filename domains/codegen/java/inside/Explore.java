import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Searches for scenarios, judges mutants with them, and reports the smallest set that notices most. */
public class Explore {
  private static final int ALIKE = 5, DIFFERENT = 30, BARREN = 1500, ENOUGH = 6, TRIES = 80, LONGER = 2, LONG = 220;

  static final class Row {
    final Running.Scenario scenario;
    final Running.Seen seen;
    final List<String> hit;
    final Set<Integer> kills = new HashSet<>();
    boolean idle; // a shorter one comes to the same

    Row(Running.Scenario scenario, Running.Seen seen, List<String> hit) {
      this.scenario = scenario;
      this.seen = seen;
      this.hit = hit;
    }

    int size() {
      return scenario.source().length() + seen.text().length() / 2;
    }
  }

  private final Plan plan;
  private final Report report;
  private final Project project = new Project();
  private final Running running = new Running();
  private final Counting counting = new Counting();
  private final Values values;
  private List<Running.Target> targets = List.of(), makers = List.of();
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> tried = new HashSet<>(), reached = new HashSet<>();
  private final Map<String, Map<String, Integer>> given = new HashMap<>();
  private Map<String, String> texts;
  private ClassLoader counted;
  private Clock clock = new Clock();
  private int judged, killed;

  Explore(Plan plan, Report report) throws Exception {
    this.plan = plan;
    this.report = report;
    values = new Values(plan.seed);
    values.numbers.addAll(plan.numbers);
    values.texts.addAll(plan.texts);
    running.aboutToCall = counting::hit; // what other calls ran on the way, no test of this one says anything of
  }

  public static void main(String[] arguments) throws Exception {
    Report report = new Report();
    Plan plan = Plan.read();
    PrintStream said = System.err;
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    try {
      new Explore(plan, report).explore();
    } catch (Project.Broken broken) {
      report.tell(Map.of("result", Map.of("broken", broken.getMessage(), "line", broken.line, "column", broken.column)));
    } catch (Exception | LinkageError error) {
      error.printStackTrace(said); // else nobody would learn why there is no result
    }
    Runtime.getRuntime().halt(0);
  }

  private void explore() throws Exception {
    texts = Project.read(Path.of("/box/src"));
    project.classes.putAll(project.compile(texts));
    counted = new Project.Loader(counting.instrumented(project.classes));
    String why = Initial.fault(plan.classes, counted);
    if (why != null) {
      report.tell(Map.of("result", why.isEmpty() ? Map.of("endless", true) : Map.of("broken", why)));
      return;
    }
    Targets found = Targets.of(plan, counted, texts.get(plan.target));
    targets = found.methods();
    makers = found.makers();
    report.tell(progress("search", 0, 1));
    List<Map<String, Object>> checks = examples();
    clock = new Clock(); // compiling does not count: it takes as long as the machine takes
    search((long) (plan.budget * 350));
    shorten();
    report.tell(Map.of("missed", missed()));
    List<Map<String, Object>> surviving = mutants((long) (plan.budget * 1000));
    report.tell(Map.of("result", result(checks, surviving)));
  }

  private static Map<String, Object> progress(String stage, int done, int of) {
    return Map.of("progress", stage, "done", done, "of", of);
  }

  private List<Map<String, Object>> examples() {
    List<Map<String, Object>> checks = new ArrayList<>();
    for (Plan.Example example : plan.examples) {
      for (Running.Target target : targets) {
        if (!target.name().equals(example.method()) || target.types().length != example.arguments().size()) continue;
        List<Values.Expr> arguments = new ArrayList<>();
        for (int n = 0; n < target.types().length; n++) arguments.add(values.shown(example.arguments().get(n), target.types()[n]));
        if (arguments.contains(null)) continue;
        Running.Scenario scenario = scenario(target, arguments);
        if (scenario == null) continue;
        consider(scenario);
        Running.Seen seen = running.run(scenario, counted);
        Type type = Targets.result(target, counted);
        Values.Expr wanted = example.hasValue() && type != null ? values.shown(example.value(), type) : null;
        if (seen == null || wanted == null) continue;
        try {
          Map<String, Object> row = shown(new Row(scenario, seen, List.of()), counted);
          row.put("expected", Printing.source(wanted.make(counted)));
          checks.add(row);
        } catch (Exception error) {
          continue;
        }
      }
    }
    return checks;
  }

  /** With an object made for it where it needs one. */
  private Running.Scenario scenario(Running.Target target, List<Values.Expr> arguments) {
    if (target.isStatic()) return new Running.Scenario(target, null, List.of(), arguments);
    Values.Expr subject = subject(target);
    if (subject == null) return null;
    arguments = beside(subject, target, arguments);
    List<Running.Call> before = new ArrayList<>();
    List<Running.Target> others = targets.stream().filter((one) -> one.owner().equals(target.owner()) && !one.isStatic()).toList();
    for (int n = Math.max(0, values.chance.nextInt(5) - 2); n > 0 && others.size() > 1; n--) {
      Running.Target other = values.pick(others);
      List<Values.Expr> drawn = values.arguments(other.types(), 0);
      if (drawn != null) before.add(new Running.Call(other, shared(drawn, other, target, arguments)));
    }
    return new Running.Scenario(target, subject, before, arguments);
  }

  /** Often an object of its own kind that equals it, or almost: what compares two is wrong where they are alike. */
  private List<Values.Expr> beside(Values.Expr subject, Running.Target target, List<Values.Expr> arguments) {
    List<Values.Expr> mixed = new ArrayList<>(arguments);
    for (int n = 0; n < mixed.size(); n++) {
      if (!Values.raw(target.types()[n]).getName().equals(target.owner()) || values.chance.nextInt(3) > 0) continue;
      mixed.set(n, values.chance.nextBoolean() ? subject : values.near(subject, target.types()[n]));
    }
    return mixed;
  }

  /** Often the same values as the call has: what was put under a name is asked for by that name. */
  private List<Values.Expr> shared(List<Values.Expr> drawn, Running.Target other, Running.Target target, List<Values.Expr> arguments) {
    List<Values.Expr> mixed = new ArrayList<>(drawn);
    for (int n = 0; n < mixed.size(); n++) {
      for (int m = 0; m < arguments.size(); m++) {
        if (other.types()[n].equals(target.types()[m]) && values.chance.nextBoolean()) mixed.set(n, arguments.get(m));
      }
    }
    return mixed;
  }

  /** Something that a method can be called on: an object of its class, or a function where an interface has no other. */
  private Values.Expr subject(Running.Target target) {
    try {
      Class<?> owner = counted.loadClass(target.owner());
      Values.Expr object = values.object(owner, 0);
      return object == null ? Lambdas.draw(values, owner, 0) : object;
    } catch (ClassNotFoundException error) {
      return null;
    }
  }

  private void search(long until) {
    List<Running.Target> all = new ArrayList<>(targets);
    if (plan.symbols.isEmpty()) makers.stream().filter((one) -> one.types().length > 0).forEach(all::add);
    for (Running.Target target : all) {
      List<List<Values.Expr>> pools = Arrays.stream(target.types()).map(values::first).toList();
      if (pools.stream().anyMatch(List::isEmpty)) continue;
      for (int n = 0; n < 120 && (n < 70 || clock.now() < until); n++) {
        List<Values.Expr> arguments = new ArrayList<>();
        for (int m = 0; m < pools.size(); m++) {
          List<Values.Expr> pool = pools.get(m);
          arguments.add(n < pool.size() * pools.size() && n % pools.size() == m ? pool.get((n / pools.size()) % pool.size()) : values.pick(pool));
        }
        consider(scenario(target, arguments));
      }
    }
    for (int barren = 0; !all.isEmpty() && barren < BARREN && clock.now() < until; ) {
      Running.Target target = values.pick(all);
      List<Row> own = rows.stream().filter((row) -> row.scenario.target() == target).toList();
      Running.Scenario other = !own.isEmpty() && values.chance.nextBoolean() ? varied(values.pick(own).scenario) : drawn(target);
      barren = consider(other) ? 0 : barren + 1;
    }
  }

  private Running.Scenario drawn(Running.Target target) {
    List<Values.Expr> arguments = values.arguments(target.types(), 0);
    return arguments == null ? null : scenario(target, arguments);
  }

  private Running.Scenario varied(Running.Scenario old) {
    if (old.arguments().isEmpty()) return scenario(old.target(), old.arguments());
    List<Values.Expr> arguments = new ArrayList<>(old.arguments());
    int at = values.chance.nextInt(arguments.size());
    Type type = old.target().types()[at];
    Values.Expr other = values.chance.nextInt(3) == 0 ? values.draw(type, 0) : values.near(arguments.get(at), type);
    if (other != null) arguments.set(at, other);
    List<Values.Expr> given = old.subject() == null ? arguments : beside(old.subject(), old.target(), arguments);
    return new Running.Scenario(old.target(), old.subject(), old.before(), given);
  }

  /** Run a scenario; keep it if it does something that few others do. Says whether it reached something new. */
  private boolean consider(Running.Scenario scenario) {
    if (scenario == null || scenario.source().length() > 1200 || !tried.add(scenario.source())) return false;
    counting.hit();
    Running.Seen seen = running.run(scenario, counted);
    if (seen == null || seen.kind().equals("stalled") || seen.kind().equals("internal")) return false;
    List<String> hit = counting.hit();
    boolean fresh = !reached.containsAll(hit);
    String way = scenario.target().signature() + seen.kind() + (seen.kind().equals("throws") ? seen.text() : seen.type()) + hit;
    Map<String, Integer> alike = given.computeIfAbsent(way, (key) -> new HashMap<>());
    int most = alike.containsKey(seen.key()) ? ALIKE : DIFFERENT;
    if (!fresh && alike.values().stream().mapToInt(Integer::intValue).sum() >= most) return false;
    alike.merge(seen.key(), 1, Integer::sum);
    reached.addAll(hit);
    rows.add(new Row(scenario, seen, hit));
    return fresh;
  }

  /** Beside rows with calls on the way, those without one of them that come to the same: the shorter wins. */
  private void shorten() {
    Set<String> known = new HashSet<>();
    for (Row row : rows) known.add(row.scenario.source());
    for (Row row : new ArrayList<>(rows)) {
      Running.Scenario shorter = shortened(row, null);
      row.idle = shorter != row.scenario;
      tried.add(shorter.source());
      if (known.add(shorter.source())) rows.add(new Row(shorter, row.seen, row.hit));
    }
  }

  /** A row's scenario without the calls on the way that nothing depends on: `changed` must still be told from the original. */
  private Running.Scenario shortened(Row row, ClassLoader changed) {
    Running.Scenario left = row.scenario;
    for (int n = left.before().size() - 1; n >= 0; n--) {
      List<Running.Call> fewer = new ArrayList<>(left.before());
      fewer.remove(n);
      Running.Scenario shorter = new Running.Scenario(left.target(), left.subject(), fewer, left.arguments());
      Running.Seen seen = running.run(shorter, counted);
      boolean same = seen != null && seen.key().equals(row.seen.key()) && Set.copyOf(counting.hit()).equals(Set.copyOf(row.hit));
      if (same && (changed == null || differs(running.run(shorter, changed), seen))) left = shorter;
    }
    return left;
  }

  private static boolean differs(Running.Seen other, Running.Seen seen) {
    return other == null || !other.key().equals(seen.key());
  }

  /** Lines that no row runs, of the classes asked for. */
  private List<Integer> missed() throws Exception {
    running.aboutToCall = () -> {}; // here every line counts
    counting.hit();
    for (Row row : rows) running.run(row.scenario, counted);
    List<Integer> missing = counting.missing(project.classes, plan.classes);
    running.aboutToCall = counting::hit;
    counting.hit();
    return missing;
  }

  private List<Map<String, Object>> mutants(long until) throws Exception {
    steady();
    List<Map<String, Object>> surviving = new ArrayList<>();
    String original = texts.get(plan.target);
    rows.sort(Comparator.comparingInt(Row::size));
    for (int n = 0; n < plan.mutants.size(); n++) {
      Plan.Mutant mutant = plan.mutants.get(n);
      long left = until - clock.now();
      if (left < 0) break;
      if (judged % 10 == 0) report.tell(progress("mutants", judged, plan.mutants.size()));
      Map<String, byte[]> classes = new LinkedHashMap<>(project.classes);
      try {
        classes.putAll(project.compile(Map.of(plan.target, original.substring(0, mutant.start()) + mutant.text() + original.substring(mutant.end()))));
      } catch (Project.Broken broken) {
        continue;
      }
      judged++;
      if (plan.killed.contains(n)) killed++; // by a test that is there: no other is sought
      else if (noticed(judged, classes, clock.now() + Math.max(300, left / Math.max(1, plan.mutants.size() - judged)))) killed++;
      else surviving.add(Map.of("line", mutant.line(), "change", mutant.change()));
    }
    return surviving;
  }

  private boolean noticed(int id, Map<String, byte[]> classes, long until) {
    ClassLoader loader = new Project.Loader(classes);
    int found = 0;
    for (int n = 0; n < rows.size() && n < 160 && found < ENOUGH; n++) {
      Running.Seen other = running.run(rows.get(n).scenario, loader);
      if (differs(other, rows.get(n).seen)) {
        rows.get(n).kills.add(id);
        found++;
        if (other == Running.STALLED) return true;
      }
      if (found > 0 && clock.now() > until) return true;
    }
    for (int n = 0; found == 0 && n < TRIES && !rows.isEmpty() && clock.now() < until; n++) {
      Running.Scenario scenario = varied(values.pick(rows).scenario);
      if (scenario == null || scenario.source().length() > 1200 || !tried.add(scenario.source())) continue;
      counting.hit();
      Running.Seen seen = running.run(scenario, counted);
      List<String> hit = counting.hit();
      if (seen == null || seen.kind().equals("stalled") || seen.kind().equals("internal")) continue;
      Running.Seen other = running.run(scenario, loader);
      if (differs(other, seen)) {
        Row row = new Row(shortened(new Row(scenario, seen, hit), loader), seen, hit);
        row.kills.add(id);
        rows.add(row);
        found++;
      }
    }
    return found > 0;
  }

  /** Keep the rows that do the same on classes loaded anew. */
  private void steady() {
    for (int n = 0; n < 2; n++) {
      ClassLoader fresh = new Project.Loader(project.classes);
      List<Row> order = new ArrayList<>(rows);
      java.util.Collections.shuffle(order, values.chance);
      Set<Row> same = new HashSet<>();
      for (Row row : order) {
        Running.Seen other = running.run(row.scenario, fresh);
        if (!differs(other, row.seen)) same.add(row);
      }
      rows.removeIf((row) -> !same.contains(row));
    }
  }

  private Map<String, Object> result(List<Map<String, Object>> checks, List<Map<String, Object>> surviving) {
    List<Map<String, Object>> chosen = new ArrayList<>();
    Set<Integer> done = new HashSet<>();
    Set<String> taken = new HashSet<>(plan.hit);
    Set<String> said = new HashSet<>();
    List<Row> left = new ArrayList<>(rows);
    while (!left.isEmpty()) {
      Row best = null;
      long most = 0;
      for (Row row : left) {
        long gain = 2 * row.kills.stream().filter((one) -> !done.contains(one)).count() + row.hit.stream().filter((one) -> !taken.contains(one)).count();
        if (gain > most) {
          most = gain;
          best = row;
        }
      }
      if (best == null) break;
      left.remove(best);
      done.addAll(best.kills);
      taken.addAll(best.hit);
      chosen.add(shown(best, counted));
      said.add(best.scenario.target().signature() + best.seen.key());
    }
    for (Running.Target target : plan.hit.isEmpty() ? targets : List.<Running.Target>of()) longer(target, left, said).forEach((row) -> chosen.add(shown(row, counted)));
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("symbols", targets.stream().map(Running.Target::symbol).distinct().toList());
    told.put("rows", chosen);
    told.put("checks", checks);
    told.put("mutants", judged);
    told.put("killed", killed);
    told.put("surviving", surviving);
    told.put("scenarios", tried.size());
    return told;
  }

  /** The smallest set is one of small arguments; what goes wrong with longer ones only is seen with longer ones. */
  private static List<Row> longer(Running.Target target, List<Row> left, Set<String> said) {
    return left.stream()
        .filter((row) -> row.scenario.target() == target && !row.idle && row.seen.kind().equals("value") && row.size() <= LONG)
        .sorted(Comparator.comparingInt(Row::size).reversed())
        .filter((row) -> said.add(target.signature() + row.seen.key()))
        .limit(LONGER)
        .toList();
  }

  private static String declared(Running.Target target, ClassLoader loader) {
    try {
      return Printing.declared(loader.loadClass(target.owner()));
    } catch (ClassNotFoundException error) {
      return Printing.named(target.owner());
    }
  }

  static Map<String, Object> shown(Row row, ClassLoader loader) {
    Running.Scenario scenario = row.scenario;
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("symbol", scenario.target().symbol());
    told.put("owner", scenario.target().owner());
    told.put("name", scenario.target().name());
    told.put("static", scenario.target().isStatic());
    told.put("constructs", scenario.target().isConstructor());
    told.put("maker", scenario.subject() == null ? null : Running.sources(scenario.subject().parts()));
    told.put("made", scenario.subject() == null ? "" : scenario.subject().source());
    told.put("declared", declared(scenario.target(), loader));
    told.put("constant", scenario.subject() instanceof Values.Named);
    told.put("arranging", Raising.arranging(scenario, loader));
    told.put("calling", Raising.calling(scenario, loader));
    told.put("before", scenario.before().stream().map((one) -> Map.of("name", one.target().name(), "args", Running.given(one.target(), one.arguments(), null))).toList());
    told.put("args", Running.given(scenario.target(), scenario.arguments(), row.seen));
    told.put("parameters", List.of(scenario.target().parameters()));
    told.put("types", Arrays.stream(scenario.target().types()).map(Printing::typed).toList());
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("kind", row.seen.kind());
    seen.put("text", row.seen.text());
    seen.put("type", row.seen.type());
    seen.put("message", row.seen.message());
    seen.put("after", row.seen.after());
    seen.put("state", row.seen.state());
    told.put("seen", seen);
    told.put("kills", row.kills.size());
    return told;
  }
}
