// The loader: reads its own script tag, `<script src=".../widget/v1/widget.js" data-site="..." defer>`, and puts one element on the page.

import { AssistantChat } from "./element.mjs";

const tag = document.currentScript;

function mount() {
  if (!customElements.get("assistant-chat")) customElements.define("assistant-chat", AssistantChat);
  if (document.querySelector("assistant-chat")) return;
  const element = document.createElement("assistant-chat");
  Object.assign(element.dataset, tag.dataset); // site, and if given language, identity
  element.dataset.base = tag.src.slice(0, tag.src.indexOf("/widget/v1/"));
  document.body.append(element);
}

if (document.body) mount();
else addEventListener("DOMContentLoaded", mount);
