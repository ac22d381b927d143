import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/** Lines of JSON on descriptor 3. */
final class Report {
  private final PrintStream out;

  Report() throws Exception {
    FileDescriptor descriptor = new FileDescriptor();
    Field number = FileDescriptor.class.getDeclaredField("fd");
    number.setAccessible(true);
    number.setInt(descriptor, 3);
    out = new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  void tell(Object value) {
    out.println(json(value));
  }

  static String json(Object value) {
    StringBuilder text = new StringBuilder();
    write(text, value);
    return text.toString();
  }

  private static void write(StringBuilder text, Object value) {
    if (value == null || value instanceof Boolean || value instanceof Number) {
      text.append(value);
    } else if (value instanceof Map<?, ?> map) {
      String between = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        write(text.append(between), String.valueOf(entry.getKey()));
        write(text.append(':'), entry.getValue());
        between = ",";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Collection<?> list) {
      String between = "[";
      for (Object one : list) {
        write(text.append(between), one);
        between = ",";
      }
      text.append(list.isEmpty() ? "[]" : "]");
    } else {
      quote(text, String.valueOf(value));
    }
  }

  private static void quote(StringBuilder text, String value) {
    text.append('"');
    for (char sign : value.toCharArray()) {
      if (sign == '"' || sign == '\\') text.append('\\').append(sign);
      else if (sign < 32 || sign > 126) text.append(String.format("\\u%04x", (int) sign));
      else text.append(sign);
    }
    text.append('"');
  }
}
