import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Functions for parameters of an interface with one method, by the types of what it takes and gives. */
final class Lambdas {
  /** What a function does with what it is given. */
  interface Body {
    Object of(Object[] given);
  }

  record Lambda(String kind, String source, Body body) implements Values.Expr {
    @Override
    public Object make(ClassLoader loader) throws Exception {
      Class<?> shape = loader.loadClass(kind);
      ClassLoader home = shape.getClassLoader() == null ? Lambdas.class.getClassLoader() : shape.getClassLoader();
      InvocationHandler answers = (self, method, given) -> {
        if (method.isDefault()) return InvocationHandler.invokeDefault(self, method, given);
        if (method.getDeclaringClass() != Object.class) return body.of(given);
        return switch (method.getName()) {
          case "equals" -> self == given[0];
          case "hashCode" -> System.identityHashCode(self);
          default -> "a function@" + kind;
        };
      };
      return Proxy.newProxyInstance(home, new Class<?>[] {shape}, answers);
    }
  }

  /** The one method of an interface that has no body; null where it is not one. */
  static Method method(Class<?> kind) {
    if (!kind.isInterface() || kind.isSealed()) return null;
    Method found = null;
    for (Method one : kind.getMethods()) {
      boolean told = Arrays.stream(Object.class.getMethods()).anyMatch((other) -> other.getName().equals(one.getName()) && Arrays.equals(other.getParameterTypes(), one.getParameterTypes()));
      if (!Modifier.isAbstract(one.getModifiers()) || told) continue;
      if (found != null) return null;
      found = one;
    }
    return found != null && found.getTypeParameters().length == 0 && found.getParameterCount() <= 3 ? found : null;
  }

  /** A function of a type; null where none can be written. */
  static Values.Expr draw(Values values, Type type, int depth) {
    Class<?> kind = Values.raw(type);
    Method method = method(kind);
    if (method == null) return null;
    Map<TypeVariable<?>, Type> bound = new HashMap<>();
    bind(type, bound);
    List<Class<?>> takes = new ArrayList<>();
    for (Type one : method.getGenericParameterTypes()) takes.add(boxed(Values.raw(meant(one, bound))));
    Type gives = meant(method.getGenericReturnType(), bound);
    List<Lambda> all = new ArrayList<>();
    if (kind == Comparator.class) {
      all.add(new Lambda(kind.getName(), "Comparator.naturalOrder()", (given) -> ((Comparable<Object>) given[0]).compareTo(given[1])));
      all.add(new Lambda(kind.getName(), "Comparator.reverseOrder()", (given) -> ((Comparable<Object>) given[1]).compareTo(given[0])));
      if (Comparable.class.isAssignableFrom(takes.get(0)) || takes.get(0) == Object.class) return values.pick(all);
      all.clear();
    }
    String head = switch (takes.size()) { case 0 -> "()"; case 1 -> "x"; case 2 -> "(x, y)"; default -> "(x, y, z)"; };
    if (gives == void.class) return new Lambda(kind.getName(), head + " -> {}", (given) -> null);
    Class<?> result = boxed(Values.raw(gives));
    written(takes, result, (body, source) -> all.add(new Lambda(kind.getName(), head + " -> " + source, body)));
    if (all.isEmpty() || values.chance.nextInt(4) == 0) {
      Values.Expr same = values.draw(gives, depth + 1);
      if (same == null || !same.parts().isEmpty() && depth > 1) return null;
      return new Constant(kind.getName(), head + " -> " + same.source(), same);
    }
    return values.pick(all);
  }

  /** A function that gives the same, whatever it is given. */
  record Constant(String kind, String source, Values.Expr value) implements Values.Expr {
    @Override
    public Object make(ClassLoader loader) throws Exception {
      Object made = value.make(loader);
      return new Lambda(kind, source, (given) -> made).make(loader);
    }
  }

  private interface Sink {
    void add(Body body, String source);
  }

  private static void written(List<Class<?>> takes, Class<?> gives, Sink sink) {
    if (takes.isEmpty()) return;
    Class<?> first = takes.get(0);
    boolean whole = first == Integer.class || first == Long.class, text = first == String.class;
    boolean two = takes.size() == 2 && takes.get(1) == first;
    if (gives == Boolean.class && takes.size() == 1 && whole) {
      sink.add((given) -> ((Number) given[0]).longValue() > 2, "x > 2");
      sink.add((given) -> ((Number) given[0]).longValue() % 2 == 0, "x % 2 == 0");
    }
    if (gives == Boolean.class && takes.size() == 1 && text) {
      sink.add((given) -> ((String) given[0]).isEmpty(), "x.isEmpty()");
      sink.add((given) -> ((String) given[0]).length() > 2, "x.length() > 2");
    }
    if (gives == Integer.class && takes.size() == 1 && text) sink.add((given) -> ((String) given[0]).length(), "x.length()");
    if (gives == String.class && takes.size() == 1) sink.add((given) -> "<" + given[0] + ">", "\"<\" + x + \">\"");
    if (gives == first) sink.add((given) -> given[0], "x");
    if (gives == first && two) sink.add((given) -> given[1], "y");
    if (gives == first && whole && takes.size() == 1) {
      sink.add((given) -> whole(first, ((Number) given[0]).longValue() + 1), "x + 1");
      sink.add((given) -> whole(first, ((Number) given[0]).longValue() * 2), "x * 2");
    }
    if (gives == first && whole && two) sink.add((given) -> whole(first, ((Number) given[0]).longValue() + ((Number) given[1]).longValue()), "x + y");
    if (gives == first && text && two) sink.add((given) -> given[0] + (String) given[1], "x + y");
  }

  private static Object whole(Class<?> kind, long value) {
    return kind == Long.class ? (Object) value : (Object) (int) value;
  }

  private static Class<?> boxed(Class<?> kind) {
    return java.lang.invoke.MethodType.methodType(kind).wrap().returnType();
  }

  /** What the variables of a type, and of those above it, stand for. */
  private static void bind(Type type, Map<TypeVariable<?>, Type> bound) {
    Class<?> kind = Values.raw(type);
    if (type instanceof ParameterizedType one) {
      for (int n = 0; n < kind.getTypeParameters().length; n++) bound.put(kind.getTypeParameters()[n], meant(one.getActualTypeArguments()[n], bound));
    }
    for (Type above : kind.getGenericInterfaces()) bind(above, bound);
  }

  private static Type meant(Type type, Map<TypeVariable<?>, Type> bound) {
    if (type instanceof WildcardType one) return meant(one.getLowerBounds().length > 0 ? one.getLowerBounds()[0] : one.getUpperBounds()[0], bound);
    if (type instanceof TypeVariable<?> && bound.containsKey(type)) return bound.get(type);
    return type == Object.class ? Integer.class : type;
  }
}
