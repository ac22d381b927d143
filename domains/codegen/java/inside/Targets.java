import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What can be called of the classes of a plan: methods, and constructors that make what they are called on. */
record Targets(List<Running.Target> methods, List<Running.Target> makers) {
  static Targets of(Plan plan, ClassLoader loader) throws ClassNotFoundException {
    Targets found = new Targets(new ArrayList<>(), new ArrayList<>());
    for (String name : plan.classes) found.add(loader.loadClass(name), plan);
    found.methods.sort(Comparator.comparing(Running.Target::signature));
    return found;
  }

  private void add(Class<?> owner, Plan plan) {
    String simple = owner.getSimpleName();
    for (Constructor<?> one : owner.getDeclaredConstructors()) {
      if (Modifier.isPrivate(one.getModifiers()) || Modifier.isAbstract(owner.getModifiers()) || owner.isEnum()) continue;
      makers.add(new Running.Target(simple, owner.getName(), simple, one.toGenericString(), true, true, one.getGenericParameterTypes(), names(one.getParameters())));
    }
    for (Method one : owner.getDeclaredMethods()) {
      boolean hidden = Modifier.isPrivate(one.getModifiers()) || Modifier.isAbstract(one.getModifiers()) || one.isSynthetic();
      if (hidden || one.getName().equals("main") || (owner.isEnum() && one.getName().matches("values|valueOf"))) continue;
      String symbol = simple + "." + one.getName();
      if (!plan.symbols.isEmpty() && !plan.symbols.contains(symbol) && !plan.symbols.contains(simple) && !plan.symbols.contains(one.getName())) continue;
      methods.add(new Running.Target(symbol, owner.getName(), one.getName(), one.toGenericString(), Modifier.isStatic(one.getModifiers()), false, one.getGenericParameterTypes(), names(one.getParameters())));
    }
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
