// The page's own buttons: open the chat, or ask a question in it. A site's script may do the same.
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.querySelector("assistant-chat")?.show());
}
for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => document.querySelector("assistant-chat")?.ask(button.textContent));
}
