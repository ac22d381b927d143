import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Proposed values as the types of parameters, without loss. `makers` are the constructors that may be called. */
record Exact(Values values, List<Running.Target> makers) {
  /** An object that a proposed call makes on the way: the class's simple name, and the values given. */
  record Making(String name, List<Object> arguments) {}

  /** A constant by its name, with or without its class's. */
  record Constant(String name) {}

  /** A proposed value as a type, where it is one of that type without loss; else null. */
  Values.Expr of(Object given, Type type) {
    Class<?> kind = Values.raw(type);
    if (given == null) return kind.isPrimitive() ? null : new Values.Plain(null, "null");
    if (given instanceof Making making) return made(making, kind);
    if (given instanceof Constant constant) return kind.isEnum() ? named(constant, kind) : null;
    if (given instanceof Map<?, ?> map) return mapped(map, type);
    if (given instanceof List<?> list) return listed(list, type);
    if (given instanceof String text && (kind == char.class || kind == Character.class)) {
      return text.length() == 1 ? new Values.Plain(text.charAt(0), Printing.source(text.charAt(0))) : null;
    }
    if (given instanceof Double value && !fits(value, kind)) return null;
    if (given instanceof Boolean && kind != boolean.class && kind != Boolean.class) return null;
    return values.shown(given, type);
  }

  private static boolean fits(double value, Class<?> kind) {
    if (kind == double.class || kind == Double.class || kind == float.class || kind == Float.class) return true;
    if (value != Math.rint(value)) return false;
    if (kind == long.class || kind == Long.class) return true;
    if (kind == short.class || kind == Short.class) return value == (short) value;
    if (kind == byte.class || kind == Byte.class) return value == (byte) value;
    return (kind == int.class || kind == Integer.class || kind == Object.class) && value == (int) value;
  }

  private Values.Expr made(Making making, Class<?> kind) {
    for (Running.Target maker : makers) {
      boolean same = maker.owner().equals(kind.getName()) && maker.name().equals(making.name());
      if (!same || maker.types().length != making.arguments().size()) continue;
      List<Values.Expr> arguments = all(making.arguments(), maker.types());
      if (arguments != null) return new Values.Built(kind.getName(), maker.signature(), kind.getTypeParameters().length > 0, arguments);
    }
    return null;
  }

  List<Values.Expr> all(List<Object> given, Type[] types) {
    if (given.size() != types.length) return null;
    List<Values.Expr> made = new ArrayList<>();
    for (int n = 0; n < types.length; n++) {
      Values.Expr one = of(given.get(n), types[n]);
      if (one == null) return null;
      made.add(one);
    }
    return made;
  }

  private static Values.Expr named(Constant constant, Class<?> kind) {
    String name = constant.name().substring(constant.name().lastIndexOf('.') + 1);
    for (Object one : kind.getEnumConstants()) if (((Enum<?>) one).name().equals(name)) return new Values.Named(kind.getName(), name);
    return null;
  }

  private Values.Expr listed(List<?> list, Type type) {
    Class<?> kind = Values.raw(type);
    if (!kind.isArray() && !Collection.class.isAssignableFrom(kind) && kind != Iterable.class && kind != Object.class) return null;
    Type[] inner = new Type[list.size()];
    Arrays.fill(inner, kind.isArray() ? (type instanceof GenericArrayType one ? one.getGenericComponentType() : kind.getComponentType()) : kind == Object.class ? Object.class : Values.argument(type, 0));
    List<Values.Expr> items = all(new ArrayList<>(list), inner);
    return items == null ? null : new Values.Many(kind == Object.class ? ArrayList.class : kind, items);
  }

  private Values.Expr mapped(Map<?, ?> map, Type type) {
    Class<?> kind = Values.raw(type);
    if (!Map.class.isAssignableFrom(kind)) return null;
    Type[] keyed = new Type[map.size()], held = new Type[map.size()];
    Arrays.fill(keyed, Values.argument(type, 0));
    Arrays.fill(held, Values.argument(type, 1));
    List<Values.Expr> keys = all(new ArrayList<>(map.keySet()), keyed), items = all(new ArrayList<>(map.values()), held);
    return keys == null || items == null ? null : new Values.Pairs(kind, keys, items);
  }
}
