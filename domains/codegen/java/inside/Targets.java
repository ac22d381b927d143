import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** What can be called of the classes of a plan: methods, and constructors that make what they are called on. */
record Targets(List<Running.Target> methods, List<Running.Target> makers) {
  static Targets of(Plan plan, ClassLoader loader, String text) throws ClassNotFoundException {
    Targets found = new Targets(new ArrayList<>(), new ArrayList<>());
    if (!plan.classes.isEmpty()) Printing.at(plan.classes.get(0));
    for (String name : plan.classes) found.add(loader.loadClass(name), plan, text, false);
    found.methods.sort(Comparator.comparing(Running.Target::signature));
    return found;
  }

  /** A class and those within it; `whole` where one around it was asked for. */
  private void add(Class<?> owner, Plan plan, String text, boolean whole) {
    if (!Makers.isReachable(owner) || Makers.isInner(owner)) return;
    String name = Printing.named(owner.getName()), simple = owner.getSimpleName();
    boolean all = whole || plan.symbols.isEmpty() || plan.symbols.contains(name) || plan.symbols.contains(simple);
    for (Constructor<?> one : owner.getDeclaredConstructors()) {
      if (Modifier.isPrivate(one.getModifiers()) || Modifier.isAbstract(owner.getModifiers()) || owner.isEnum()) continue;
      makers.add(target(name, owner, simple, one, true, true));
    }
    for (Method one : owner.getDeclaredMethods()) {
      boolean hidden = Modifier.isPrivate(one.getModifiers()) || Modifier.isAbstract(one.getModifiers()) || one.isSynthetic();
      if (hidden || one.getName().equals("main") || unwritten(owner, one, text)) continue;
      String symbol = name + "." + one.getName();
      boolean asked = plan.symbols.contains(symbol) || plan.symbols.contains(simple + "." + one.getName()) || plan.symbols.contains(one.getName());
      if (all || asked) methods.add(target(symbol, owner, one.getName(), one, Modifier.isStatic(one.getModifiers()), false));
    }
    Class<?>[] within = owner.getDeclaredClasses();
    Arrays.sort(within, Comparator.comparing(Class::getName));
    for (Class<?> one : within) add(one, plan, text, all);
  }

  private static Running.Target target(String symbol, Class<?> owner, String name, Executable one, boolean alone, boolean makes) {
    return new Running.Target(symbol, owner.getName(), name, one.toGenericString(), alone, makes, one.isVarArgs(), one.getGenericParameterTypes(), names(one.getParameters()));
  }

  /** Whether the compiler wrote it: the list and the search of an enumeration, and what a record has by itself. */
  private static boolean unwritten(Class<?> owner, Method one, String text) {
    if (owner.isEnum() && one.getName().matches("values|valueOf")) return true;
    return owner.isRecord() && !Pattern.compile("[\\w>\\]]\\s+" + one.getName() + "\\s*\\([^()]*\\)\\s*(throws[^{;]*)?\\{").matcher(text).find();
  }

  private static String[] names(java.lang.reflect.Parameter[] parameters) {
    return Arrays.stream(parameters).map(java.lang.reflect.Parameter::getName).toArray(String[]::new);
  }

  /** The type that a method gives. */
  static Type result(Running.Target target, ClassLoader loader) {
    try {
      for (Method one : loader.loadClass(target.owner()).getDeclaredMethods()) {
        if (one.toGenericString().equals(target.signature())) return one.getGenericReturnType();
      }
    } catch (ClassNotFoundException error) {
      return null;
    }
    return null;
  }
}
