"""JUnit 5 tests for Java: read by tree-sitter, searched and changed by one JVM in the sandbox, covered by JaCoCo."""
