import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Calls and what is seen of them. */
final class Running {
  static final long CALL_MS = 250;
  private static final int AGAIN = 20;

  /** A method or constructor of the code under test; one that is open takes any number of its last argument. */
  record Target(String symbol, String owner, String name, String signature, boolean isStatic, boolean isConstructor, boolean isOpen, java.lang.reflect.Type[] types, String[] parameters) {}

  /** The object that it is called on (none for a static method), methods called on the way, and the call itself. */
  record Scenario(Target target, Values.Expr subject, List<Call> before, List<Values.Expr> arguments) {
    String source() {
      StringBuilder text = new StringBuilder(target.symbol());
      if (subject != null) text.append('|').append(subject.told());
      for (Call one : before) text.append('|').append(one.target().signature()).append(sources(one.arguments()));
      return text.append('|').append(target.signature()).append(sources(arguments)).toString();
    }
  }

  record Call(Target target, List<Values.Expr> arguments) {}

  /** What came of it. `key` is the same where nothing differs. */
  record Seen(String kind, String text, String type, String message, List<List<Object>> after, List<List<Object>> state) {
    String key() {
      return kind + " " + text + " " + type + " " + message + " " + after + " " + state;
    }
  }

  /** Run before the last call of each scenario. */
  Runnable aboutToCall = () -> {};

  static final Seen STALLED = new Seen("stalled", "stalled", "", "", List.of(), List.of());
  private Worker worker = new Worker();

  static List<String> sources(List<Values.Expr> listed) {
    return listed.stream().map(Values.Expr::source).toList();
  }

  /** Arguments as a test gives them: an array for any number of them one by one, unless it is looked at afterwards. */
  static List<String> given(Target target, List<Values.Expr> arguments, Seen seen) {
    int last = arguments.size() - 1;
    boolean looked = seen != null && seen.after().stream().anyMatch((one) -> one.get(0).equals(last));
    boolean several = target.isOpen() && !looked && arguments.get(last) instanceof Values.Many many && many.items().stream().noneMatch((one) -> one.source().equals("null") || one instanceof Values.Many);
    if (!several) return sources(arguments);
    List<String> listed = new ArrayList<>(sources(arguments.subList(0, last)));
    listed.addAll(sources(arguments.get(last).parts()));
    return listed;
  }

  /** Run a scenario; null when it fails before its last call. */
  Seen run(Scenario scenario, ClassLoader loader) {
    Object[] found = new Object[1];
    boolean done = worker.run(() -> found[0] = attempt(scenario, loader));
    if (!done) {
      worker = new Worker();
      return STALLED;
    }
    return (Seen) found[0];
  }

  private Seen attempt(Scenario scenario, ClassLoader loader) {
    Object subject = null;
    Object[] arguments;
    String[] before;
    Map<String, String> state;
    try {
      if (scenario.subject() != null) subject = scenario.subject().make(loader);
      for (Call one : scenario.before()) method(one.target(), loader).invoke(subject, made(one.arguments(), loader));
      arguments = made(scenario.arguments(), loader);
      before = new String[arguments.length];
      for (int n = 0; n < before.length; n++) before[n] = Printing.source(arguments[n]);
      state = state(subject);
    } catch (Exception | StackOverflowError | ExceptionInInitializerError error) {
      return null;
    }
    aboutToCall.run();
    try {
      Target target = scenario.target();
      Object result = target.isConstructor() ? constructor(target, loader).newInstance(arguments) : method(target, loader).invoke(subject, arguments);
      return seen(target, loader, result, arguments, before, subject, state);
    } catch (InvocationTargetException error) {
      return thrown(error.getCause());
    } catch (ReflectiveOperationException | IllegalArgumentException error) {
      return null;
    } catch (StackOverflowError | OutOfMemoryError error) {
      return STALLED;
    }
  }

  private static Object[] made(List<Values.Expr> listed, ClassLoader loader) throws Exception {
    Object[] made = new Object[listed.size()];
    for (int n = 0; n < made.length; n++) made[n] = listed.get(n).make(loader);
    return made;
  }

  static Method method(Target target, ClassLoader loader) throws ReflectiveOperationException {
    for (Method one : loader.loadClass(target.owner()).getDeclaredMethods()) {
      if (one.toGenericString().equals(target.signature())) {
        one.setAccessible(true);
        return one;
      }
    }
    throw new NoSuchMethodException(target.signature());
  }

  static Constructor<?> constructor(Target target, ClassLoader loader) throws ReflectiveOperationException {
    for (Constructor<?> one : loader.loadClass(target.owner()).getDeclaredConstructors()) {
      if (one.toGenericString().equals(target.signature())) {
        one.setAccessible(true);
        return one;
      }
    }
    throw new NoSuchMethodException(target.signature());
  }

  private static Seen seen(Target target, ClassLoader loader, Object result, Object[] arguments, String[] before, Object subject, Map<String, String> state)
      throws ReflectiveOperationException {
    List<List<Object>> after = new ArrayList<>();
    for (int n = 0; n < arguments.length; n++) {
      String now = Printing.source(arguments[n]);
      if (before[n] != null && now != null && !now.equals(before[n])) after.add(List.of(n, now));
    }
    List<List<Object>> changed = new ArrayList<>();
    state(subject).forEach((name, text) -> {
      if (!text.equals(state.get(name))) changed.add(List.of(name, text));
    });
    boolean nothing = !target.isConstructor() && method(target, loader).getReturnType() == void.class;
    if (nothing) return new Seen("void", "", "void", "", after, changed);
    if (result != null && result == subject) return new Seen("self", "", "", "", after, changed);
    String text = Printing.source(result);
    if (text != null) return new Seen("value", text, kind(result, target, loader), "", after, changed);
    String said = result.toString();
    boolean own = !said.contains("@") && said.length() < 300 && !(result instanceof Map) && !(result instanceof java.util.Collection);
    String name = result.getClass().getSimpleName();
    if (target.isConstructor() || !own) {
      List<List<Object>> parts = new ArrayList<>();
      state(result).forEach((one, value) -> parts.add(List.of(one, value)));
      return new Seen("object", name, kind(result, target, loader), "", after, parts);
    }
    return new Seen("shown", Printing.quoted(said), name, "", after, changed);
  }

  private static String kind(Object result, Target target, ClassLoader loader) throws ReflectiveOperationException {
    if (result == null) return "null";
    if (result.getClass().isArray()) return "array";
    Class<?> declared = target.isConstructor() ? result.getClass() : method(target, loader).getReturnType();
    boolean exact = declared.isPrimitive() || declared == result.getClass();
    return result.getClass().getSimpleName() + (exact ? "" : " boxed");
  }

  /** Public fields and getters without arguments, of what is not of the library. */
  private static Map<String, String> state(Object subject) {
    Map<String, String> found = new LinkedHashMap<>();
    if (subject == null || !(subject.getClass().getClassLoader() instanceof Project.Loader)) return found;
    for (Field field : subject.getClass().getDeclaredFields()) {
      if (Modifier.isPrivate(field.getModifiers()) || Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) continue;
      try {
        field.setAccessible(true);
        String text = part(field.get(subject), field.getType());
        if (text != null && found.size() < 4) found.put(field.getName(), text);
      } catch (ReflectiveOperationException error) {
        continue;
      }
    }
    for (Method one : subject.getClass().getDeclaredMethods()) {
      boolean getter = one.getName().matches("(get|is)[A-Z]\\w*|size|length") && one.getParameterCount() == 0 && Modifier.isPublic(one.getModifiers());
      if (!getter || Modifier.isStatic(one.getModifiers()) || found.size() >= 4 || Raising.checked(one.getExceptionTypes())) continue;
      try {
        one.setAccessible(true);
        String text = part(one.invoke(subject), one.getReturnType());
        if (text != null) found.put(one.getName() + "()", text);
      } catch (ReflectiveOperationException error) {
        continue;
      }
    }
    return found;
  }

  /** A part's source; a truth of an open type as the object that it is, which no `assertTrue` takes. */
  private static String part(Object value, Class<?> declared) {
    boolean open = value instanceof Boolean && declared != boolean.class && declared != Boolean.class;
    return open ? (Boolean.TRUE.equals(value) ? "Boolean.TRUE" : "Boolean.FALSE") : Printing.source(value);
  }

  private static Seen thrown(Throwable error) {
    if (error instanceof ThreadDeath || error instanceof VirtualMachineError) return STALLED;
    StackTraceElement[] trace = error.getStackTrace();
    boolean own = trace.length > 0 && !trace[0].getClassName().startsWith("java.") && !trace[0].getClassName().startsWith("jdk.");
    boolean native_ = error instanceof NullPointerException || error instanceof ClassCastException || error instanceof IndexOutOfBoundsException
        || error instanceof NegativeArraySizeException || error instanceof ArrayStoreException || error instanceof LinkageError;
    String message = own && !native_ && error.getMessage() != null && error.getMessage().length() < 150 ? error.getMessage() : "";
    return new Seen(native_ ? "internal" : "throws", Raising.named(error.getClass()), "", message, List.of(), List.of());
  }

  /** A thread that calls are handed to, and that is stopped when one does not end. */
  private static final class Worker {
    private final SynchronousQueue<Runnable> given = new SynchronousQueue<>();
    private final SynchronousQueue<Boolean> done = new SynchronousQueue<>();
    private final Thread thread = new Thread(null, this::work, "calls", 1 << 20);

    Worker() {
      thread.setDaemon(true);
      thread.start();
    }

    private void work() {
      try {
        while (true) {
          given.take().run();
          done.put(true);
        }
      } catch (InterruptedException | ThreadDeath end) {
        return;
      }
    }

    @SuppressWarnings({"deprecation", "removal"})
    boolean run(Runnable action) {
      try {
        long spent = Clock.spent(thread);
        given.put(action);
        for (int n = 0; n < AGAIN; n++) {
          if (done.poll(CALL_MS, TimeUnit.MILLISECONDS) != null) return true;
          boolean waits = thread.getState() != Thread.State.RUNNABLE;
          if (waits || Clock.spent(thread) - spent >= CALL_MS / 2) break; // else others had the processor
        }
        if (done.poll(1, TimeUnit.MILLISECONDS) != null) return true; // it was waiting to say so
        thread.stop();
        return false;
      } catch (InterruptedException error) {
        return false;
      }
    }
  }
}
