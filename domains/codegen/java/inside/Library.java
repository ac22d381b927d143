import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values of the library's types that are neither numbers, texts nor collections. */
final class Library {
  /** A value that is made anew each time. */
  record Fresh(Making making, String source, List<Values.Expr> parts) implements Values.Expr {
    @Override
    public Object make(ClassLoader loader) throws Exception {
      List<Object> made = new ArrayList<>();
      for (Values.Expr one : parts) made.add(one.make(loader));
      return making.of(made);
    }
  }

  interface Making {
    Object of(List<Object> parts);
  }

  /** A value of a type; null for a type that is not known here. */
  static Values.Expr draw(Values values, Type type, int depth) {
    Class<?> kind = Values.raw(type);
    if (kind == Optional.class) return maybe(values, type, depth);
    if (kind == Stream.class) return several(values, Values.argument(type, 0), "Stream.of(", ")", depth, (parts) -> parts.stream());
    if (kind == Iterator.class) return several(values, Values.argument(type, 0), "List.of(", ").iterator()", depth, (parts) -> List.copyOf(parts).iterator());
    if (kind == IntStream.class) return several(values, int.class, "IntStream.of(", ")", depth, (parts) -> parts.stream().mapToInt((one) -> (int) one));
    int whole = (int) values.chosen();
    if (kind == OptionalInt.class) return made(() -> OptionalInt.of(whole), "OptionalInt.of(" + whole + ")");
    if (kind == BigDecimal.class) return decimal(values);
    if (kind == BigInteger.class) return made(() -> BigInteger.valueOf(whole), "BigInteger.valueOf(" + whole + ")");
    if (kind == StringBuilder.class) return builder(values.someText());
    if (kind == Duration.class) return made(() -> Duration.ofSeconds(whole), "Duration.ofSeconds(" + whole + ")");
    if (kind == Instant.class) return made(() -> Instant.ofEpochSecond(whole), "Instant.ofEpochSecond(" + whole + ")");
    if (kind == LocalDate.class || kind == LocalDateTime.class) return day(values, kind);
    return null;
  }

  private interface Plainly {
    Object make();
  }

  private static Values.Expr made(Plainly making, String source) {
    return new Fresh((parts) -> making.make(), source, List.of());
  }

  private static Values.Expr maybe(Values values, Type type, int depth) {
    Values.Expr inner = values.chance.nextInt(3) == 0 ? null : values.draw(Values.argument(type, 0), depth + 1);
    if (inner == null || inner.source().equals("null")) return made(Optional::empty, "Optional.empty()");
    return new Fresh((parts) -> Optional.of(parts.get(0)), "Optional.of(" + inner.source() + ")", List.of(inner));
  }

  private static Values.Expr several(Values values, Type inner, String before, String after, int depth, Making making) {
    List<Values.Expr> parts = new ArrayList<>();
    for (int n = values.chance.nextInt(5); n > 0; n--) {
      Values.Expr one = values.draw(inner, depth + 1);
      if (one == null) return null;
      parts.add(one);
    }
    return new Fresh(making, before + String.join(", ", parts.stream().map(Values.Expr::source).toList()) + after, parts);
  }

  private static Values.Expr decimal(Values values) {
    int whole = (int) values.chosen();
    BigDecimal value = values.chance.nextBoolean() ? new BigDecimal(whole) : BigDecimal.valueOf(whole * 100L + values.chance.nextInt(100), 2);
    return new Values.Plain(value, Printing.source(value));
  }

  private static Values.Expr builder(String text) {
    return made(() -> new StringBuilder(text), "new StringBuilder(" + Printing.quoted(text) + ")");
  }

  /** Days about which calendars err: the ends of months and years, and of a leap year's February. */
  private static Values.Expr day(Values values, Class<?> kind) {
    LocalDate day = values.pick(List.of(LocalDate.of(2024, 2, 29), LocalDate.of(2023, 2, 28), LocalDate.of(2023, 12, 31), LocalDate.of(2024, 1, 1), LocalDate.of(2024, 6, 15), LocalDate.of(2024, 6, 16)));
    String said = day.getYear() + ", " + day.getMonthValue() + ", " + day.getDayOfMonth();
    if (kind == LocalDate.class) return new Values.Plain(day, "LocalDate.of(" + said + ")");
    int hour = values.pick(List.of(0, 9, 12, 23));
    return new Values.Plain(day.atTime(hour, 30), "LocalDateTime.of(" + said + ", " + hour + ", 30)");
  }
}
