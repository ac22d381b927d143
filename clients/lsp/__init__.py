"""A language server that asks the assistant for unit tests: for Neovim, Emacs, JetBrains and others."""
