import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a test must declare: checked exceptions of what it calls outside of an assertion's own block. */
final class Raising {
  static boolean checked(Class<?>... kinds) {
    return Arrays.stream(kinds).anyMatch(Raising::isChecked);
  }

  private static boolean isChecked(Class<?> kind) {
    return !RuntimeException.class.isAssignableFrom(kind) && !Error.class.isAssignableFrom(kind);
  }

  /** Of making the object and of the calls on the way. */
  static String arranging(Running.Scenario scenario, ClassLoader loader) {
    return one(collected(scenario, loader));
  }

  /** Of these and of the call itself. */
  static String calling(Running.Scenario scenario, ClassLoader loader) {
    List<Class<?>> kinds = collected(scenario, loader);
    scenario.arguments().forEach((one) -> gather(one, loader, kinds));
    gather(scenario.target(), loader, kinds);
    return one(kinds);
  }

  private static List<Class<?>> collected(Running.Scenario scenario, ClassLoader loader) {
    List<Class<?>> kinds = new ArrayList<>();
    if (scenario.subject() != null) gather(scenario.subject(), loader, kinds);
    for (Running.Call one : scenario.before()) {
      one.arguments().forEach((argument) -> gather(argument, loader, kinds));
      gather(one.target(), loader, kinds);
    }
    return kinds;
  }

  private static void gather(Values.Expr made, ClassLoader loader, List<Class<?>> kinds) {
    made.parts().forEach((one) -> gather(one, loader, kinds));
    if (!(made instanceof Values.Built built)) return;
    try {
      kinds.addAll(Arrays.asList(built.maker(loader).getExceptionTypes()));
    } catch (ClassNotFoundException error) {
      kinds.add(Exception.class); // nothing is known of it
    }
  }

  private static void gather(Running.Target target, ClassLoader loader, List<Class<?>> kinds) {
    try {
      kinds.addAll(Arrays.asList((target.isConstructor() ? Running.constructor(target, loader) : Running.method(target, loader)).getExceptionTypes()));
    } catch (ReflectiveOperationException error) {
      kinds.add(Exception.class);
    }
  }

  /** The one to declare: nothing, the widest of them, or `Exception` where no one of them is. */
  private static String one(List<Class<?>> kinds) {
    List<Class<?>> open = kinds.stream().filter(Raising::isChecked).distinct().toList();
    List<Class<?>> widest = open.stream().filter((one) -> open.stream().noneMatch((other) -> other != one && other.isAssignableFrom(one))).toList();
    if (widest.isEmpty()) return "";
    boolean any = open.contains(Throwable.class);
    return widest.size() == 1 || any ? named(widest.get(0)) : "java.lang.Exception";
  }

  /** An exception as a test of the package can name it: where it cannot, the nearest above that it can. */
  static String named(Class<?> kind) {
    Class<?> one = kind;
    while (hidden(one)) one = one.getSuperclass();
    return one.getCanonicalName();
  }

  private static boolean hidden(Class<?> kind) {
    if (kind.getCanonicalName() == null) return true;
    for (Class<?> one = kind; one != null; one = one.getDeclaringClass()) if (Modifier.isPrivate(one.getModifiers())) return true;
    boolean foreign = !kind.getPackageName().equals(Printing.home) && !Modifier.isPublic(kind.getModifiers());
    return foreign;
  }
}
