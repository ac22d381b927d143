"""Jest tests for JavaScript and TypeScript: read by tree-sitter, searched and changed by Node.js in the sandbox."""
