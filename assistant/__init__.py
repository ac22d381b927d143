"""The Django side: accounts, knowledge, first line, chat, doors."""
