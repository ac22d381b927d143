import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Values as Java source. */
final class Printing {
  private static final int LONGEST = 1500;
  static String home = "";

  /** The package that tests are written for: what lies in it is named without it. */
  static void at(String target) {
    home = target.contains(".") ? target.substring(0, target.lastIndexOf('.')) : "";
  }

  /** A class by its full name, as a test of the package writes it. */
  static String named(String owner) {
    String full = owner.replace('$', '.');
    boolean own = !home.isEmpty() && owner.startsWith(home + ".") && owner.indexOf('.', home.length() + 1) < 0;
    return own ? full.substring(home.length() + 1) : full;
  }

  /** What stands for a type variable: Integer where anything does. */
  static String element(Class<?> kind) {
    if (Makers.isOwn(kind)) return Makers.isReachable(kind) ? named(kind.getName()) : "";
    return kind == Integer.class || kind == Comparable.class || kind == Number.class || kind == Object.class ? "Integer" : kind == CharSequence.class ? "String" : "";
  }

  /** A parameter's type as a test declares it; empty where it cannot be said. */
  static String typed(Type type) {
    if (type instanceof Class<?> kind) {
      if (kind.isArray()) return typed(kind.getComponentType()).isEmpty() ? "" : typed(kind.getComponentType()) + "[]";
      if (kind.getTypeParameters().length > 0) return "";
      if (Makers.isOwn(kind)) return Makers.isReachable(kind) ? named(kind.getName()) : "";
      return kind.isPrimitive() || kind.getPackageName().equals("java.lang") ? kind.getSimpleName() : "";
    }
    if (!(type instanceof ParameterizedType one) || !Values.raw(type).getPackageName().equals("java.util")) return "";
    List<String> inner = Arrays.stream(one.getActualTypeArguments()).map(Printing::typed).toList();
    return inner.contains("") ? "" : Values.raw(type).getSimpleName() + "<" + String.join(", ", inner) + ">";
  }

  /** The type that a test declares an object with: type variables of its class are said. */
  static String declared(Class<?> owner) {
    List<String> inner = Arrays.stream(owner.getTypeParameters()).map((one) -> element(Values.raw(one))).toList();
    return named(owner.getName()) + (inner.isEmpty() || inner.contains("") ? "" : "<" + String.join(", ", inner) + ">");
  }

  /** The source of a value; null when a test could not say it. */
  static String source(Object value) {
    String text = written(value, 0);
    return text == null || text.length() > LONGEST ? null : text;
  }

  private static String written(Object value, int depth) {
    if (value == null) return "null";
    if (depth > 6) return null;
    if (value instanceof String || value instanceof Character) return quoted(value);
    if (value instanceof Boolean || value instanceof Integer) return integer(value);
    if (value instanceof Long) return value.equals(Long.MIN_VALUE) ? "Long.MIN_VALUE" : value + "L";
    if (value instanceof Short) return "(short) " + value;
    if (value instanceof Byte) return "(byte) " + value;
    if (value instanceof Double || value instanceof Float) return real((Number) value);
    if (value instanceof Enum<?> one) return enumeration(one.getDeclaringClass(), one.name());
    if (value instanceof BigDecimal one) return "new BigDecimal(\"" + one + "\")";
    if (value instanceof BigInteger one) return "new BigInteger(\"" + one + "\")";
    if (value.getClass().isRecord()) return recorded(value, depth);
    if (value.getClass().isArray()) return array(value, depth);
    if (value instanceof List<?> list) return listed(list, depth, holdsNull(list) || list.size() > 10 ? "Arrays.asList(" : "List.of(");
    if (value instanceof Set<?> set) return holdsNull(set) ? null : listed(sorted(set), depth, "Set.of(");
    if (value instanceof Map<?, ?> map) return mapped(map, depth);
    if (value instanceof Optional<?> one) {
      String inner = one.isPresent() ? written(one.get(), depth + 1) : "";
      return inner == null ? null : one.isPresent() ? "Optional.of(" + inner + ")" : "Optional.empty()";
    }
    return null;
  }

  /** A member as a test names it; null where it cannot. */
  private static String enumeration(Class<?> kind, String member) {
    return kind.getCanonicalName() == null || Makers.isOwn(kind) && !Makers.isReachable(kind) ? null : named(kind.getName()) + "." + member;
  }

  /** A record as it is made: one that makes of these parts something else is not said so. */
  private static String recorded(Object value, int depth) {
    Class<?> kind = value.getClass();
    if (!Makers.isOwn(kind) || !Makers.isReachable(kind)) return null;
    RecordComponent[] parts = kind.getRecordComponents();
    Object[] held = new Object[parts.length];
    List<String> said = new ArrayList<>();
    try {
      for (int n = 0; n < parts.length; n++) {
        parts[n].getAccessor().setAccessible(true);
        held[n] = parts[n].getAccessor().invoke(value);
        String text = written(held[n], depth + 1);
        if (text == null || parts[n].getType().isArray()) return null;
        said.add(text);
      }
      Constructor<?> maker = kind.getDeclaredConstructor(Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
      maker.setAccessible(true);
      if (Modifier.isPrivate(maker.getModifiers()) || !value.equals(maker.newInstance(held))) return null;
    } catch (ReflectiveOperationException error) {
      return null;
    }
    return "new " + named(kind.getName()) + (kind.getTypeParameters().length > 0 ? "<>(" : "(") + String.join(", ", said) + ")";
  }

  /** Whether one of them is null; lists and sets that cannot be changed throw when they are asked for it. */
  private static boolean holdsNull(Collection<?> values) {
    for (Object one : values) if (one == null) return true;
    return false;
  }

  private static String integer(Object value) {
    return value.equals(Integer.MIN_VALUE) ? "Integer.MIN_VALUE" : String.valueOf(value);
  }

  private static String real(Number value) {
    String kind = value instanceof Double ? "Double" : "Float";
    double number = value.doubleValue();
    if (Double.isNaN(number)) return kind + ".NaN";
    if (Double.isInfinite(number)) return kind + (number > 0 ? ".POSITIVE_INFINITY" : ".NEGATIVE_INFINITY");
    return value + (value instanceof Float ? "f" : "");
  }

  static String quoted(Object value) {
    StringBuilder text = new StringBuilder();
    String mark = value instanceof Character ? "'" : "\"";
    for (char sign : String.valueOf(value).toCharArray()) {
      if (sign == '\\' || mark.charAt(0) == sign) text.append('\\').append(sign);
      else if (sign == '\n') text.append("\\n");
      else if (sign == '\r') text.append("\\r");
      else if (sign == '\t') text.append("\\t");
      else if (sign < 32 || sign > 126) text.append(String.format("\\u%04x", (int) sign));
      else text.append(sign);
    }
    return mark + text + mark;
  }

  private static String array(Object value, int depth) {
    List<Object> items = new ArrayList<>();
    for (int n = 0; n < Array.getLength(value); n++) items.add(Array.get(value, n));
    String inner = items.isEmpty() ? "" : listed(items, depth, "");
    if (inner == null) return null;
    String body = items.isEmpty() ? "{}" : "{" + inner.substring(0, inner.length() - 1) + "}";
    return "new " + Values.component(value.getClass()) + "[] " + body;
  }

  private static String listed(Collection<?> items, int depth, String start) {
    List<String> parts = new ArrayList<>();
    for (Object item : items) {
      String part = written(item, depth + 1);
      if (part == null) return null;
      parts.add(part);
    }
    return start + String.join(", ", parts) + ")";
  }

  private static Collection<?> sorted(Set<?> set) {
    List<Object> items = new ArrayList<>(set);
    items.sort((a, b) -> String.valueOf(written(a, 0)).compareTo(String.valueOf(written(b, 0))));
    return items;
  }

  private static String mapped(Map<?, ?> map, int depth) {
    Map<String, String> rows = new TreeMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = written(entry.getKey(), depth + 1), item = written(entry.getValue(), depth + 1);
      if (key == null || item == null || entry.getKey() == null || entry.getValue() == null) return null;
      rows.put(key, item);
    }
    if (rows.size() > 10) return null;
    List<String> parts = new ArrayList<>();
    rows.forEach((key, item) -> parts.add(key + ", " + item));
    return "Map.of(" + String.join(", ", parts) + ")";
  }
}
