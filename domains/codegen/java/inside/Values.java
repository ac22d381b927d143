import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Draws values for parameter types, near values, and their source. A value is made anew for each call and class loader. */
final class Values {
  /** A value that can be made again, and how a test writes it. */
  interface Expr {
    Object make(ClassLoader loader) throws Exception;

    String source();

    /** What tells it from others: its source, and which of several constructors it means. */
    default String told() {
      return source();
    }

    /** What it is made of. */
    default List<Expr> parts() {
      return List.of();
    }
  }

  record Plain(Object value, String source) implements Expr {
    @Override
    public Object make(ClassLoader loader) {
      return value;
    }
  }

  /** `element` names what an empty one holds, where the compiler could not tell. */
  record Many(Class<?> kind, List<Expr> items, String element) implements Expr {
    Many(Class<?> kind, List<Expr> items) {
      this(kind, items, "");
    }

    @Override
    public Object make(ClassLoader loader) throws Exception {
      List<Object> made = new ArrayList<>();
      for (Expr item : items) made.add(item.make(loader));
      if (kind.isArray()) {
        Class<?> inner = kind.getComponentType();
        Object array = Array.newInstance(inner, made.size());
        for (int n = 0; n < made.size(); n++) Array.set(array, n, made.get(n));
        return array;
      }
      Collection<Object> into = (Collection<Object>) concrete(kind).getConstructor().newInstance();
      into.addAll(made);
      return into;
    }

    @Override
    public String source() {
      String inner = String.join(", ", items.stream().map(Expr::source).toList());
      if (kind.isArray()) return "new " + component(kind) + "[] {" + inner + "}";
      String name = "new " + concrete(kind).getSimpleName();
      return items.isEmpty() ? name + "<" + element + ">()" : name + "<>(Arrays.asList(" + inner + "))";
    }

    @Override
    public List<Expr> parts() {
      return items;
    }
  }

  record Pairs(Class<?> kind, List<Expr> keys, List<Expr> items) implements Expr {
    @Override
    public Object make(ClassLoader loader) throws Exception {
      Map<Object, Object> made = kind == TreeMap.class ? new TreeMap<>() : kind == LinkedHashMap.class ? new LinkedHashMap<>() : new HashMap<>();
      for (int n = 0; n < keys.size(); n++) made.put(keys.get(n).make(loader), items.get(n).make(loader));
      return made;
    }

    @Override
    public String source() {
      String name = kind == TreeMap.class || kind == LinkedHashMap.class ? kind.getSimpleName() : "HashMap";
      List<String> parts = new ArrayList<>();
      for (int n = 0; n < keys.size(); n++) parts.add(keys.get(n).source() + ", " + items.get(n).source());
      return keys.isEmpty() ? "new " + name + "<>()" : "new " + name + "<>(Map.of(" + String.join(", ", parts) + "))";
    }

    @Override
    public List<Expr> parts() {
      List<Expr> all = new ArrayList<>(keys);
      all.addAll(items);
      return all;
    }
  }

  /** An object that a constructor makes, or a static method of its class: `new Point(1, 2)`, `Money.of(3)`. */
  record Built(String owner, String signature, boolean generic, List<Expr> arguments) implements Expr {
    static Built of(Executable maker, List<Expr> arguments) {
      Class<?> owner = maker.getDeclaringClass();
      return new Built(owner.getName(), maker.toGenericString(), owner.getTypeParameters().length > 0, arguments);
    }

    @Override
    public Object make(ClassLoader loader) throws Exception {
      Executable maker = maker(loader);
      Object[] made = new Object[arguments.size()];
      for (int n = 0; n < made.length; n++) made[n] = arguments.get(n).make(loader);
      return maker instanceof Method method ? method.invoke(null, made) : ((Constructor<?>) maker).newInstance(made);
    }

    Executable maker(ClassLoader loader) throws ClassNotFoundException {
      for (Executable one : Makers.declared(loader.loadClass(owner))) {
        if (one.toGenericString().equals(signature)) {
          one.setAccessible(true);
          return one;
        }
      }
      throw new ClassNotFoundException(signature);
    }

    boolean constructs() {
      return !signature.contains(" static ") && !signature.startsWith("static ");
    }

    @Override
    public String source() {
      String name = Printing.named(owner), given = "(" + String.join(", ", arguments.stream().map(Expr::source).toList()) + ")";
      if (constructs()) return "new " + name + (generic ? "<>" : "") + given;
      String method = signature.substring(0, signature.indexOf('('));
      return name + method.substring(method.lastIndexOf('.')) + given;
    }

    @Override
    public String told() {
      return signature + source();
    }

    @Override
    public List<Expr> parts() {
      return arguments;
    }
  }

  record Named(String owner, String name) implements Expr {
    @Override
    public Object make(ClassLoader loader) throws Exception {
      for (Object one : loader.loadClass(owner).getEnumConstants()) if (((Enum<?>) one).name().equals(name)) return one;
      throw new ClassNotFoundException(owner);
    }

    @Override
    public String source() {
      return Printing.named(owner) + "." + name;
    }
  }

  private final Map<String, List<Class<?>>> kinds = new HashMap<>();
  private int fixed = -1;
  final Random chance;
  final List<Double> numbers = new ArrayList<>();
  final List<String> texts = new ArrayList<>();

  Values(long seed) {
    chance = new Random(seed);
  }

  <T> T pick(List<T> list) {
    return list.get(chance.nextInt(list.size()));
  }

  static Class<?> concrete(Class<?> kind) {
    if (kind.isAssignableFrom(ArrayList.class)) return ArrayList.class;
    if (kind.isAssignableFrom(HashSet.class)) return HashSet.class;
    return kind.isAssignableFrom(ArrayDeque.class) ? ArrayDeque.class : kind;
  }

  static Class<?> raw(Type type) {
    if (type instanceof Class<?> plain) return plain;
    if (type instanceof ParameterizedType one) return raw(one.getRawType());
    if (type instanceof GenericArrayType one) return Array.newInstance(raw(one.getGenericComponentType()), 0).getClass();
    if (type instanceof WildcardType one) return raw(one.getLowerBounds().length > 0 ? one.getLowerBounds()[0] : one.getUpperBounds()[0]);
    if (type instanceof TypeVariable<?> one) return one.getBounds()[0] == Object.class ? Integer.class : raw(one.getBounds()[0]);
    return Object.class;
  }

  /** A value of a type; null when none can be made. */
  Expr draw(Type type, int depth) {
    Class<?> kind = raw(type);
    if (kind == Object.class) return draw(chance.nextInt(3) == 0 && depth < 3 ? ArrayList.class : chance.nextBoolean() ? Integer.class : String.class, depth + 1);
    if (kind == Comparable.class || kind == Number.class) return draw(Integer.class, depth);
    if (kind.isPrimitive() || isNumber(kind) || kind == Boolean.class || kind == Character.class) return number(kind, chosen());
    if (kind == String.class || kind == CharSequence.class) return text(someText());
    if (kind.isEnum()) return constant(kind);
    if (Makers.isOwn(kind) && !kind.isArray()) return depth > 3 || !Makers.isReachable(kind) ? null : own(type, depth);
    int size = chance.nextInt(6) == 0 ? 0 : 1 + chance.nextInt(depth == 0 ? 6 : 3);
    if (fixed >= 0 && depth > 0) size = fixed;
    if (depth > 4) size = 0;
    if (kind.isArray()) {
      Type inner = type instanceof GenericArrayType one ? one.getGenericComponentType() : kind.getComponentType();
      return many(kind, inner, size, depth);
    }
    if (Collection.class.isAssignableFrom(kind) || kind == Iterable.class) return many(kind, argument(type, 0), size, depth);
    if (Map.class.isAssignableFrom(kind)) return pairs(kind, argument(type, 0), argument(type, 1), size, depth);
    if (depth > 3) return null;
    Expr known = Library.draw(this, type, depth);
    return known == null ? Lambdas.draw(this, type, depth) : known;
  }

  /** What an array holds, as a test names it. */
  static String component(Class<?> array) {
    Class<?> inner = array.getComponentType();
    if (inner.isArray()) return component(inner) + "[]";
    return Makers.isOwn(inner) ? Printing.named(inner.getName()) : inner.getSimpleName();
  }

  private static boolean isNumber(Class<?> kind) {
    return Number.class.isAssignableFrom(kind) && number(kind, 0) != null;
  }

  static Type argument(Type type, int n) {
    return type instanceof ParameterizedType one && one.getActualTypeArguments().length > n ? one.getActualTypeArguments()[n] : Integer.class;
  }

  private Expr many(Class<?> kind, Type inner, int size, int depth) {
    List<Expr> items = new ArrayList<>();
    boolean table = raw(inner).isArray() && fixed < 0 && chance.nextInt(4) > 0; // rows of one length
    if (table) fixed = 1 + chance.nextInt(3);
    for (int n = 0; n < size; n++) {
      Expr item = draw(inner, depth + 1);
      if (item != null) items.add(item);
    }
    if (table) fixed = -1;
    return items.size() < size ? null : new Many(kind, items, inner instanceof TypeVariable<?> ? Printing.element(raw(inner)) : "");
  }

  private Expr pairs(Class<?> kind, Type key, Type item, int size, int depth) {
    Map<String, Expr> keys = new LinkedHashMap<>();
    List<Expr> items = new ArrayList<>();
    for (int n = 0; n < size; n++) {
      Expr one = draw(key, depth + 1), other = draw(item, depth + 1);
      if (one == null || other == null) return null;
      if (keys.putIfAbsent(one.source(), one) == null) items.add(other);
    }
    return new Pairs(kind, new ArrayList<>(keys.values()), items);
  }

  /** An object of a class of the project, or of one that is of its kind; null where a test can make none. */
  Expr object(Class<?> kind, int depth) {
    if (kind.isEnum()) return Makers.isReachable(kind) ? constant(kind) : null;
    List<Executable> makers = Makers.of(kind);
    List<Class<?>> others = abstracts(kind) ? kinds.computeIfAbsent(kind.getName(), (name) -> Makers.implementations(kind)) : List.of();
    if (!others.isEmpty() && (makers.isEmpty() || chance.nextInt(3) > 0)) return object(pick(others), depth + 1);
    if (makers.isEmpty()) return null;
    Executable maker = pick(makers);
    List<Expr> arguments = arguments(maker.getGenericParameterTypes(), depth + 1);
    return arguments == null ? null : Built.of(maker, arguments);
  }

  private Expr own(Type type, int depth) {
    Expr object = object(raw(type), depth);
    return object == null ? Lambdas.draw(this, type, depth) : object;
  }

  private static boolean abstracts(Class<?> kind) {
    return Modifier.isAbstract(kind.getModifiers());
  }

  List<Expr> arguments(Type[] types, int depth) {
    List<Expr> made = new ArrayList<>();
    for (Type type : types) {
      Expr one = draw(type, depth);
      if (one == null) return null;
      made.add(one);
    }
    return made;
  }

  private Expr constant(Class<?> kind) {
    Object[] all = kind.getEnumConstants();
    return all.length == 0 ? null : new Named(kind.getName(), ((Enum<?>) all[chance.nextInt(all.length)]).name());
  }

  double chosen() {
    List<Double> near = List.of(0.0, 1.0, -1.0, 2.0, 3.0, 5.0, 10.0, 7.0, 4.0, 100.0);
    if (!numbers.isEmpty() && chance.nextInt(2) == 0) return pick(numbers) + chance.nextInt(3) - 1;
    return chance.nextInt(3) == 0 ? chance.nextInt(40) - 5 : pick(near);
  }

  String someText() {
    if (!texts.isEmpty() && chance.nextInt(3) == 0) return pick(texts);
    String signs = String.join("", texts.stream().filter((one) -> one.length() <= 3).toList());
    String letters = !signs.isEmpty() && chance.nextInt(3) > 0 ? signs : "abcXYZ 019.,-";
    StringBuilder made = new StringBuilder();
    for (int n = chance.nextInt(9); n > 0; n--) made.append(letters.charAt(chance.nextInt(letters.length())));
    return made.toString();
  }

  static Expr text(String value) {
    return new Plain(value, Printing.quoted(value));
  }

  /** A number as a primitive or boxed type; booleans and signs too. */
  static Expr number(Class<?> kind, double value) {
    long whole = (long) value;
    Object made;
    if (kind == boolean.class || kind == Boolean.class) made = Math.floorMod(whole, 2) == 1;
    else if (kind == char.class || kind == Character.class) made = (char) (32 + Math.floorMod(whole + 65, 95));
    else if (kind == long.class || kind == Long.class) made = whole;
    else if (kind == short.class || kind == Short.class) made = (short) whole;
    else if (kind == byte.class || kind == Byte.class) made = (byte) whole;
    else if (kind == double.class || kind == Double.class) made = value;
    else if (kind == float.class || kind == Float.class) made = (float) value;
    else if (kind == int.class || kind == Integer.class) made = (int) whole;
    else return null;
    return new Plain(made, Printing.source(made));
  }

  /** A neighbour of a value of a type. */
  Expr near(Expr old, Type type) {
    Class<?> kind = raw(type);
    if (old instanceof Plain plain && plain.value() instanceof Number number) {
      double value = number.doubleValue();
      double other = List.of(value + 1, value - 1, -value, value * 2, 0.0, value + 10, value + 0.5).get(chance.nextInt(7));
      return number(plain.value().getClass(), Math.abs(other) > 1e12 ? value : other);
    }
    if (old instanceof Plain plain && plain.value() instanceof String text) return text(nearText(text));
    if (old instanceof Many many && !many.items().isEmpty()) {
      List<Expr> items = new ArrayList<>(many.items());
      int at = chance.nextInt(items.size());
      Type inner = kind.isArray() ? kind.getComponentType() : argument(type, 0);
      switch (chance.nextInt(6)) {
        case 0 -> items.add(at, pick(items));
        case 1 -> items.remove(at);
        case 2 -> java.util.Collections.reverse(items);
        default -> {
          Expr other = near(items.get(at), inner);
          if (other != null) items.set(at, other);
        }
      }
      return new Many(many.kind(), items, many.element());
    }
    if (old instanceof Built built && !built.arguments().isEmpty()) {
      List<Expr> arguments = new ArrayList<>(built.arguments());
      int at = chance.nextInt(arguments.size());
      Expr other = arguments.get(at) instanceof Plain plain && plain.value() != null ? near(plain, plain.value().getClass()) : null;
      if (other != null) arguments.set(at, other);
      return new Built(built.owner(), built.signature(), built.generic(), arguments);
    }
    return draw(type, 0);
  }

  private String nearText(String text) {
    int at = chance.nextInt(text.length() + 1);
    char sign = text.isEmpty() || chance.nextInt(3) == 0 ? " aAz09(){}[].,".charAt(chance.nextInt(14)) : text.charAt(chance.nextInt(text.length()));
    String end = at < text.length() ? text.substring(at + 1) : "";
    return switch (chance.nextInt(6)) {
      case 0 -> text.substring(0, at) + sign + text.substring(at);
      case 1 -> text.substring(0, at) + end;
      case 2 -> text.substring(0, at) + sign + end;
      case 3 -> new StringBuilder(text).reverse().toString();
      case 4 -> (text + text).substring(0, Math.min(40, text.length() * 2));
      default -> text.substring(0, at);
    };
  }

  /** What boundaries suggest for a type, first. */
  List<Expr> first(Type type) {
    Class<?> kind = raw(type);
    Set<Expr> found = new LinkedHashSet<>();
    if (number(kind, 0) != null) {
      List<Double> listed = new ArrayList<>(List.of(0.0, 1.0, -1.0, 2.0, 5.0, 10.0, 3.0, 100.0));
      for (double one : numbers) listed.addAll(Arrays.asList(one, one - 1, one + 1));
      for (double one : listed) found.add(number(kind, one));
    } else if (kind == String.class) {
      for (String one : List.of("", "a", " ", "abc", "Hello World", "12", "racecar")) found.add(text(one));
      for (String one : texts) found.add(text(one));
    }
    for (int n = 0; n < 14; n++) {
      Expr one = draw(type, 0);
      if (one != null) found.add(one);
    }
    return new ArrayList<>(found).subList(0, Math.min(40, found.size()));
  }

  /** An example's argument: JSON-like lists of numbers and texts as a type. */
  Expr shown(Object given, Type type) {
    Class<?> kind = raw(type);
    if (given instanceof List<?> list) {
      if (!kind.isArray() && !Collection.class.isAssignableFrom(kind) && kind != Object.class) return null;
      Type inner = kind.isArray() ? kind.getComponentType() : argument(type, 0);
      List<Expr> items = new ArrayList<>();
      for (Object one : list) {
        Expr item = shown(one, kind == Object.class ? Object.class : inner);
        if (item == null) return null;
        items.add(item);
      }
      return new Many(kind == Object.class ? ArrayList.class : kind, items);
    }
    if (given instanceof Double value) return number(kind == Object.class ? Integer.class : kind, value);
    if (given instanceof Boolean value) return number(kind, value ? 1 : 0);
    return kind == String.class || kind == Object.class ? text(String.valueOf(given)) : null;
  }
}
