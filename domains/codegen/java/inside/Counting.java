import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.analysis.ICounter;
import org.jacoco.core.analysis.IMethodCoverage;
import org.jacoco.core.data.ExecutionData;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/** JaCoCo within this process: instrumented classes, and what was run of them. */
final class Counting {
  private final LoggerRuntime runtime = new LoggerRuntime();
  private final RuntimeData data = new RuntimeData();
  private static final int EMPTY = 3; // load this, call the parent's constructor, return

  Counting() throws Exception {
    runtime.startup(data);
  }

  Map<String, byte[]> instrumented(Map<String, byte[]> classes) throws Exception {
    Map<String, byte[]> made = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> one : classes.entrySet()) {
      made.put(one.getKey(), new Instrumenter(runtime).instrument(open(one.getValue()), one.getKey()));
    }
    return made;
  }

  /** A sealed class without the list of those that may extend it: JaCoCo before 0.8.7 reads no class that has one. */
  private static byte[] open(byte[] code) {
    ClassReader reader = new ClassReader(code);
    ClassWriter writer = new ClassWriter(0);
    boolean[] sealed = new boolean[1];
    reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
      @Override
      public void visitPermittedSubclass(String name) {
        sealed[0] = true;
      }
    }, 0);
    return sealed[0] ? writer.toByteArray() : code;
  }

  private ExecutionDataStore collect() {
    ExecutionDataStore store = new ExecutionDataStore();
    data.collect(store, new SessionInfoStore(), false);
    return store;
  }

  /** Probes that were hit since the last time. */
  List<String> hit() {
    List<String> found = new ArrayList<>();
    for (ExecutionData one : collect().getContents()) {
      boolean[] probes = one.getProbes();
      for (int n = 0; n < probes.length; n++) if (probes[n]) found.add(one.getName() + n);
    }
    data.reset(); // only now: what is collected is not a copy
    return found;
  }

  /**
   * Lines of constructors that only call their parent's and were not called: the compiler adds one to every class
   * without, on the line of its name, and a class of static methods alone would never be covered whole.
   */
  private static List<Integer> unwritten(IClassCoverage one) {
    List<Integer> found = new ArrayList<>();
    for (IMethodCoverage method : one.getMethods()) {
      ICounter all = method.getInstructionCounter();
      boolean empty = method.getName().equals("<init>") && all.getTotalCount() == EMPTY && all.getMissedCount() == EMPTY;
      int line = method.getFirstLine();
      if (empty && one.getLine(line).getInstructionCounter().getTotalCount() == EMPTY) found.add(line);
    }
    return found;
  }

  private CoverageBuilder analysed(Map<String, byte[]> classes, List<String> wanted) throws Exception {
    CoverageBuilder builder = new CoverageBuilder();
    Analyzer analyzer = new Analyzer(collect(), builder);
    for (Map.Entry<String, byte[]> one : classes.entrySet()) {
      String top = one.getKey().replaceAll("\\$.*", "");
      if (wanted.contains(top)) analyzer.analyzeClass(open(one.getValue()), one.getKey());
    }
    return builder;
  }

  /** Lines that were run since the last `hit`. */
  List<Integer> lines(Map<String, byte[]> classes, List<String> wanted) throws Exception {
    List<Integer> found = new ArrayList<>();
    for (IClassCoverage one : analysed(classes, wanted).getClasses()) {
      for (int n = one.getFirstLine(); n >= 0 && n <= one.getLastLine(); n++) {
        if (one.getLine(n).getInstructionCounter().getCoveredCount() > 0) found.add(n);
      }
    }
    return found;
  }

  /** Lines that were not run since the last `hit`. */
  List<Integer> missing(Map<String, byte[]> classes, List<String> wanted) throws Exception {
    List<Integer> open = new ArrayList<>();
    for (IClassCoverage one : analysed(classes, wanted).getClasses()) open.addAll(open(one));
    return open;
  }

  private static List<Integer> open(IClassCoverage one) {
    List<Integer> found = new ArrayList<>(), aside = unwritten(one);
    for (int n = one.getFirstLine(); n >= 0 && n <= one.getLastLine(); n++) {
      boolean untouched = one.getLine(n).getInstructionCounter().getStatus() == ICounter.NOT_COVERED;
      if (untouched && !aside.contains(n)) found.add(n);
    }
    return found;
  }

  /** Lines and branches of the classes that a file holds. */
  Map<String, Object> covered(Map<String, byte[]> classes, List<String> wanted) throws Exception {
    CoverageBuilder builder = analysed(classes, wanted);
    int lines = 0, missing = 0, branches = 0, untaken = 0;
    List<Integer> open = new ArrayList<>();
    for (IClassCoverage one : builder.getClasses()) {
      List<Integer> aside = unwritten(one);
      lines += one.getLineCounter().getTotalCount() - aside.size();
      missing += one.getLineCounter().getMissedCount() - aside.size();
      branches += one.getBranchCounter().getTotalCount();
      untaken += one.getBranchCounter().getMissedCount();
      open.addAll(open(one));
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("statements", lines);
    told.put("missing", missing);
    told.put("branches", branches);
    told.put("missing_branches", untaken);
    told.put("missing_lines", open);
    return told;
  }
}
