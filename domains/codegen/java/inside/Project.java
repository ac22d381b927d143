import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The sources, compiled in memory: as they are, or with another text of one file. */
final class Project {
  static final class Broken extends Exception {
    final String file;
    final long line, column;
    /** Every place that an error is at: file and line. */
    final List<List<Object>> places;

    Broken(String why, String file, long line, long column, List<List<Object>> places) {
      super(why);
      this.places = places;
      this.file = file;
      this.line = line;
      this.column = column;
    }
  }

  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
  private final StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
  final Map<String, byte[]> classes = new LinkedHashMap<>();

  /** Compile files; the classes stay. */
  Map<String, byte[]> compile(Map<String, String> texts) throws Broken {
    Map<String, byte[]> made = new LinkedHashMap<>();
    DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
    List<JavaFileObject> units = new ArrayList<>();
    texts.forEach((name, text) -> units.add(new Source(name, text)));
    List<String> options = List.of("-parameters", "-nowarn", "-proc:none", "-g", "-Xlint:none");
    if (!compiler.getTask(null, new Memory(made), told, options, null, units).call()) {
      List<Diagnostic<? extends JavaFileObject>> errors = told.getDiagnostics().stream().filter((one) -> one.getKind() == Diagnostic.Kind.ERROR).toList();
      if (errors.isEmpty()) throw new Broken("does not compile", "", 0, 0, List.of());
      List<List<Object>> places = new ArrayList<>();
      for (Diagnostic<? extends JavaFileObject> one : errors) places.add(List.of(file(one), one.getLineNumber()));
      Diagnostic<? extends JavaFileObject> first = errors.get(0);
      throw new Broken(first.getMessage(Locale.ENGLISH).split("\n")[0], file(first), first.getLineNumber(), first.getColumnNumber(), places);
    }
    return made;
  }

  private static String file(Diagnostic<? extends JavaFileObject> one) {
    return one.getSource() == null ? "" : one.getSource().toUri().getPath().replaceFirst("^/+", "");
  }

  static Map<String, String> read(Path folder) throws Exception {
    Map<String, String> texts = new LinkedHashMap<>();
    try (var paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.filter((one) -> one.toString().endsWith(".java")).sorted()::iterator) {
        texts.put(folder.relativize(path).toString(), Files.readString(path));
      }
    }
    return texts;
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreErrors) {
      return text;
    }
  }

  /** Gives the compiler the classes that are known, and keeps what it makes. */
  private final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, byte[]> made;

    Memory(Map<String, byte[]> made) {
      super(files);
      this.made = made;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(Location where, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + name.replace('.', '/') + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return new ByteArrayOutputStream() {
            @Override
            public void close() {
              made.put(name, toByteArray());
            }
          };
        }
      };
    }

    @Override
    public Iterable<JavaFileObject> list(Location where, String packageName, java.util.Set<JavaFileObject.Kind> kinds, boolean deep)
        throws java.io.IOException {
      List<JavaFileObject> found = new ArrayList<>();
      super.list(where, packageName, kinds, deep).forEach(found::add);
      if (where == javax.tools.StandardLocation.CLASS_PATH && kinds.contains(JavaFileObject.Kind.CLASS)) {
        for (Map.Entry<String, byte[]> one : classes.entrySet()) {
          String name = one.getKey();
          int dot = name.lastIndexOf('.');
          if (packageName.equals(dot < 0 ? "" : name.substring(0, dot))) found.add(new Known(name, one.getValue()));
        }
      }
      return found;
    }

    @Override
    public String inferBinaryName(Location where, JavaFileObject file) {
      return file instanceof Known known ? known.name : super.inferBinaryName(where, file);
    }
  }

  private static final class Known extends SimpleJavaFileObject {
    private final String name;
    private final byte[] code;

    Known(String name, byte[] code) {
      super(URI.create("mem:///" + name.replace('.', '/') + ".class"), Kind.CLASS);
      this.name = name;
      this.code = code;
    }

    @Override
    public java.io.InputStream openInputStream() {
      return new java.io.ByteArrayInputStream(code);
    }
  }

  /** Loads classes of its own first: each loader has its own static state. */
  static final class Loader extends ClassLoader {
    private final Map<String, byte[]> own;

    Loader(Map<String, byte[]> own) {
      super(Project.class.getClassLoader());
      this.own = new HashMap<>(own);
    }

    /** Names of the classes that are its own, sorted. */
    List<String> names() {
      return own.keySet().stream().sorted().toList();
    }

    @Override
    protected synchronized Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      byte[] code = own.get(name);
      if (code == null) return super.loadClass(name, resolve);
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : defineClass(name, code, 0, code.length);
    }
  }
}
