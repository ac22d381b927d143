import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** How objects of the project's classes come to be, as a test of the package can say it. */
final class Makers {
  /** Constructors and static methods that a class declares. */
  static List<Executable> declared(Class<?> kind) {
    List<Executable> all = new ArrayList<>(Arrays.asList(kind.getDeclaredConstructors()));
    for (Method one : kind.getDeclaredMethods()) if (Modifier.isStatic(one.getModifiers())) all.add(one);
    return all;
  }

  /** Constructors that may be called; where there is none, static methods that give an object of the class. */
  static List<Executable> of(Class<?> kind) {
    if (!isOwn(kind) || !isReachable(kind) || kind.isEnum()) return List.of();
    List<Executable> made = new ArrayList<>();
    boolean whole = !Modifier.isAbstract(kind.getModifiers()) && !isInner(kind);
    for (Constructor<?> one : kind.getDeclaredConstructors()) if (whole && !Modifier.isPrivate(one.getModifiers())) made.add(one);
    if (made.isEmpty()) {
      for (Method one : kind.getDeclaredMethods()) {
        boolean gives = Modifier.isStatic(one.getModifiers()) && one.getReturnType() == kind && !Arrays.asList(one.getParameterTypes()).contains(kind);
        if (gives && !Modifier.isPrivate(one.getModifiers()) && !one.isSynthetic()) made.add(one);
      }
    }
    made.sort(Comparator.comparing(Executable::toGenericString));
    return made;
  }

  /** Classes of the project that are of a kind and can be made, in the order of their names. */
  static List<Class<?>> implementations(Class<?> kind) {
    List<Class<?>> found = new ArrayList<>();
    if (!(kind.getClassLoader() instanceof Project.Loader loader)) return found;
    for (String name : loader.names()) {
      try {
        Class<?> one = loader.loadClass(name);
        if (one != kind && kind.isAssignableFrom(one) && !one.isInterface() && (one.isEnum() || !of(one).isEmpty())) found.add(one);
      } catch (ClassNotFoundException | LinkageError error) {
        continue; // it leans on a class that is not here
      }
    }
    return found;
  }

  static boolean isOwn(Class<?> kind) {
    return kind.getClassLoader() instanceof Project.Loader;
  }

  /** Whether its objects live in those of another class. */
  static boolean isInner(Class<?> kind) {
    return kind.getDeclaringClass() != null && !Modifier.isStatic(kind.getModifiers());
  }

  /** Whether a test of the package can name it. */
  static boolean isReachable(Class<?> kind) {
    if (kind.getCanonicalName() == null) return false;
    for (Class<?> one = kind; one != null; one = one.getDeclaringClass()) if (Modifier.isPrivate(one.getModifiers())) return false;
    return kind.getPackageName().equals(Printing.home) || Modifier.isPublic(kind.getModifiers());
  }
}
