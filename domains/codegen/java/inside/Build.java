import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the other files of this folder and reports a line for each class: its name, and its bytes in base 64. */
public class Build {
  public static void main(String[] arguments) throws Exception {
    File[] sources = new File("/box/inside").listFiles((folder, name) -> name.endsWith(".java") && !name.equals("Build.java"));
    Map<String, ByteArrayOutputStream> made = new TreeMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options = List.of("-nowarn", "-proc:none", "-Xlint:none");
      if (!compiler.getTask(null, new Memory(files, made), null, options, null, files.getJavaFileObjects(sources)).call()) System.exit(3);
    }
    FileDescriptor descriptor = new FileDescriptor();
    Field number = FileDescriptor.class.getDeclaredField("fd");
    number.setAccessible(true);
    number.setInt(descriptor, 3);
    try (OutputStream report = new FileOutputStream(descriptor)) {
      for (Map.Entry<String, ByteArrayOutputStream> one : made.entrySet()) {
        String line = one.getKey() + " " + Base64.getEncoder().encodeToString(one.getValue().toByteArray()) + "\n";
        report.write(line.getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> made;

    Memory(JavaFileManager files, Map<String, ByteArrayOutputStream> made) {
      super(files);
      this.made = made;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(Location where, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + name.replace('.', '/') + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return made.computeIfAbsent(name, (key) -> new ByteArrayOutputStream());
        }
      };
    }
  }
}
