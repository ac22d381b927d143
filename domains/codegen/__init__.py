"""Questions about code; public name `code`. Python in an answer is parsed before it is called code."""
