import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is asked, a line each: a word, then numbers or texts in base 64. */
final class Plan {
  record Mutant(int line, int start, int end, String text, String change) {}

  record Example(int id, String method, List<Object> arguments, Object value, boolean hasValue) {}

  /** A proposed call: `maker` are a constructor's arguments where an object is made first, else null. */
  record Attempt(String symbol, List<Object> maker, List<Object> arguments) {}

  String target = "";
  double budget = 8;
  long seed = 1;
  final List<String> symbols = new ArrayList<>();
  final List<String> classes = new ArrayList<>();
  final List<Double> numbers = new ArrayList<>();
  final List<String> texts = new ArrayList<>();
  final List<String> tests = new ArrayList<>();
  final List<Mutant> mutants = new ArrayList<>();
  final List<Example> examples = new ArrayList<>();
  final Set<String> hit = new HashSet<>();
  final Set<Integer> killed = new HashSet<>(), reaching = new HashSet<>();
  final List<Attempt> attempts = new ArrayList<>();
  int runs = 1;
  boolean ordered;

  static Plan read() throws Exception {
    Plan plan = new Plan();
    for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "target" -> plan.target = text(words[1]);
        case "budget" -> plan.budget = Double.parseDouble(words[1]);
        case "seed" -> plan.seed = Long.parseLong(words[1]);
        case "runs" -> plan.runs = Integer.parseInt(words[1]);
        case "ordered" -> plan.ordered = words[1].equals("1");
        case "hit" -> plan.hit.add(text(words[1]));
        case "killed" -> plan.killed.add(number(words[1]));
        case "reaching" -> plan.reaching.add(number(words[1]));
        case "symbol" -> plan.symbols.add(text(words[1]));
        case "class" -> plan.classes.add(text(words[1]));
        case "test" -> plan.tests.add(text(words[1]));
        case "number" -> plan.numbers.add(Double.parseDouble(words[1]));
        case "text" -> plan.texts.add(words.length > 1 ? text(words[1]) : "");
        case "mutant" -> plan.mutants.add(new Mutant(number(words[1]), number(words[2]), number(words[3]), words.length > 5 ? text(words[4]) : "", text(words[words.length - 1])));
        case "attempt" -> {
          int[] at = {2};
          plan.attempts.add(new Attempt(text(words[1]), items(value(words, at)), items(value(words, at))));
        }
        case "example" -> {
          List<Object> arguments = new ArrayList<>();
          int[] at = {4};
          while (at[0] < words.length) arguments.add(value(words, at));
          boolean has = words[3].equals("1");
          Object wanted = has ? arguments.remove(arguments.size() - 1) : null;
          plan.examples.add(new Example(number(words[1]), text(words[2]), arguments, wanted, has));
        }
        default -> { }
      }
    }
    return plan;
  }

  private static List<Object> items(Object value) {
    return value instanceof List<?> list ? new ArrayList<>(list) : null;
  }

  /** A value: n NUMBER, b 0|1, t TEXT, z for null, c NAME of a constant, l COUNT or m COUNT and so many values or pairs, o NAME l COUNT.. */
  private static Object value(String[] words, int[] at) {
    String kind = words[at[0]++];
    if (kind.equals("z")) return null;
    if (kind.equals("c")) return new Exact.Constant(text(words[at[0]++].substring(1)));
    if (kind.equals("o")) return new Exact.Making(text(words[at[0]++].substring(1)), items(value(words, at)));
    if (kind.equals("l")) {
      List<Object> items = new ArrayList<>();
      for (int left = number(words[at[0]++]); left > 0; left--) items.add(value(words, at));
      return items;
    }
    if (kind.equals("m")) {
      Map<Object, Object> pairs = new LinkedHashMap<>();
      for (int left = number(words[at[0]++]); left > 0; left--) pairs.put(value(words, at), value(words, at));
      return pairs;
    }
    String written = words[at[0]++];
    return kind.equals("n") ? (Object) Double.valueOf(written) : kind.equals("b") ? (Object) written.equals("1") : text(written.substring(1));
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static String text(String word) {
    return new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
  }
}
