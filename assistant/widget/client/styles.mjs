// The look. Constructed sheet on the shadow root: no style attribute and no style element, so `style-src 'none'` holds.
// Sites set --assistant-accent, --assistant-accent-text, --assistant-radius, --assistant-font and --assistant-z on the element.

export const STYLES = `
:host {
  --accent: var(--assistant-accent, #3d5afe);
  --on-accent: var(--assistant-accent-text, #fff);
  --radius: var(--assistant-radius, 18px);
  --ground: #fff; --raised: #f4f5f9; --line: #e2e4ec; --text: #171a26; --quiet: #5a6076;
  --link: #2440d6; --good: #12805c; --warm: #a15c00; --bad: #b42318; --tint: #eef0ff;
  --shadow: 0 12px 40px rgb(15 20 50 / .22);
  color-scheme: light dark;
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: var(--assistant-z, 2147483000);
  font: 15px/1.55 var(--assistant-font, system-ui, "PingFang SC", "Microsoft YaHei", sans-serif);
  color: var(--text); text-align: start; letter-spacing: normal;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ground: #14161f; --raised: #1f2230; --line: #333850; --text: #eceef6; --quiet: #a4abc3;
    --link: #a5b4ff; --good: #58d6a5; --warm: #f2b35e; --bad: #ff9a8d; --tint: #262b48;
    --shadow: 0 12px 40px rgb(0 0 0 / .6);
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; min-width: 44px; min-height: 44px; }
.launcher, .go, .latest, header button, .opinion button, .card b, .cite { display: grid; place-items: center; }
button:disabled { cursor: default; opacity: .45; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
p, ul, ol, pre, h2 { margin: 0; }
.icon { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
.icon.stop { fill: currentColor; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  width: 60px; height: 60px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: var(--shadow); transition: transform .18s ease;
}
.launcher:hover { transform: scale(1.06); }
.launcher .icon { width: 28px; height: 28px; }
.launcher:focus-visible { outline-color: var(--text); outline-offset: 3px; box-shadow: 0 0 0 3px var(--ground), var(--shadow); }

.panel {
  position: absolute; inset-block-end: 0; inset-inline-end: 0;
  width: min(400px, calc(100vw - 40px)); height: min(680px, calc(100dvh - 40px));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--ground); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow);
  animation: rise .22s cubic-bezier(.2, .8, .3, 1);
}
@keyframes rise { from { opacity: 0; transform: translateY(14px) scale(.985); } }
header {
  display: flex; align-items: center; gap: 2px; padding: 10px 8px 10px 16px;
  background: var(--accent); color: var(--on-accent);
}
header:dir(rtl) { padding: 10px 16px 10px 8px; }
.who { flex: 1; min-width: 0; }
.who h2 { font-size: 16px; line-height: 1.3; font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state { font-size: 12.5px; line-height: 1.4; display: flex; align-items: center; gap: 6px; }
.state::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: #6ee7b7; box-shadow: 0 0 0 2px rgb(255 255 255 / .25); }
.state[data-state=warming]::before, .state[data-state=connecting]::before, .state[data-state=reconnecting]::before { background: #fcd34d; }
.state[data-state=offline]::before, .state[data-state=refused]::before, .state[data-state=unreachable]::before { background: #fca5a5; }
header button { border-radius: 12px; font-size: 13px; font-weight: 600; }
header button:hover { background: rgb(255 255 255 / .16); }
header button:focus-visible { outline-color: currentColor; outline-offset: -3px; }

.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 18px 16px 8px; display: flex; flex-direction: column; gap: 14px; }
.log:focus-visible { outline-offset: -3px; }
.welcome { margin: auto 0 4px; display: flex; flex-direction: column; gap: 6px; }
.welcome > p { color: var(--quiet); }
.welcome > p:first-child { font-size: 22px; line-height: 1.3; font-weight: 680; color: var(--text); }
.chips { display: flex; flex-direction: column; gap: 8px; list-style: none; padding: 0; margin-block-start: 12px; }
.chips button {
  width: 100%; text-align: start; padding: 10px 14px; border: 1px solid var(--line); border-radius: 14px; background: var(--ground);
  display: flex; align-items: center; justify-content: space-between; gap: 10px; line-height: 1.4;
}
.chips button:hover { border-color: var(--link); background: var(--tint); }
.chips .icon { width: 16px; height: 16px; flex: none; color: var(--quiet); }
.icon.open:dir(rtl), .icon.send:dir(rtl) { transform: scaleX(-1); }

.message { display: flex; flex-direction: column; gap: 6px; max-width: 100%; overflow-wrap: anywhere; }
.bubble { padding: 10px 14px; border-radius: 16px; }
.below { align-self: stretch; }
.user { align-items: flex-end; }
.user .bubble { background: var(--accent); color: var(--on-accent); border-end-end-radius: 5px; max-width: 86%; white-space: pre-wrap; }
.assistant { align-items: flex-start; }
.assistant .bubble { background: var(--raised); border-end-start-radius: 5px; max-width: 96%; display: flex; flex-direction: column; gap: 8px; }
.assistant .bubble ul, .assistant .bubble ol { padding-inline-start: 22px; display: flex; flex-direction: column; gap: 3px; }
.bubble a { color: var(--link); text-underline-offset: 2px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--ground); border-radius: 5px; padding: 1px 4px; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 10px; padding: 10px 12px; overflow-x: auto; max-width: 100%; }
pre code { padding: 0; background: none; white-space: pre; overflow-wrap: normal; }
.cite {
  position: relative; display: inline-grid; min-width: 20px; min-height: 20px; height: 20px; padding: 0 5px; margin-inline: 2px;
  font-size: 11.5px; font-weight: 650; line-height: 1; vertical-align: 2px; border-radius: 7px; background: var(--tint); color: var(--link);
}
.cite::after { content: ""; position: absolute; inset: -12px; }
.cite:hover, .cite[aria-expanded=true] { background: var(--link); color: var(--ground); }
.typing { display: inline-flex; gap: 5px; padding: 6px 2px; }
.typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--quiet); animation: blink 1.2s infinite both; }
.typing i:nth-child(2) { animation-delay: .16s; }
.typing i:nth-child(3) { animation-delay: .32s; }
@keyframes blink { 0%, 70%, 100% { opacity: .25; transform: none; } 35% { opacity: 1; transform: translateY(-3px); } }
.meta { font-size: 12.5px; color: var(--quiet); padding-inline: 4px; display: flex; flex-wrap: wrap; gap: 2px 10px; }
.note { font-size: 13.5px; color: var(--quiet); padding-inline: 4px; }
.note.bad { color: var(--bad); }
.note.good { color: var(--good); }
.note.warm { color: var(--warm); }
.acts { display: flex; flex-wrap: wrap; gap: 8px; }
.act { display: inline-flex; align-items: center; gap: 8px; padding: 0 16px; border: 1px solid var(--line); border-radius: 22px; font-weight: 600; font-size: 14px; background: var(--ground); }
.act:hover { border-color: var(--link); background: var(--tint); }
.act .icon { width: 18px; height: 18px; }
.opinion { align-items: center; }
.opinion button + button .icon { transform: rotate(180deg); }
.opinion [aria-pressed=true] { color: var(--link); }

.sources { width: 96%; display: flex; flex-direction: column; gap: 6px; list-style: none; padding: 0; }
.sources li { border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--ground); }
.sources li.lit { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.card { width: 100%; display: flex; align-items: center; gap: 10px; padding: 6px 12px; text-align: start; font-size: 13.5px; line-height: 1.35; }
.card:hover { background: var(--raised); }
.card:focus-visible { outline-offset: -3px; border-radius: 12px; }
.card b { flex: none; min-width: 22px; height: 22px; padding: 0 5px; border-radius: 7px; background: var(--tint); color: var(--link); font-size: 12px; }
.card span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.card .icon { width: 16px; height: 16px; flex: none; color: var(--quiet); transition: transform .15s; }
.card[aria-expanded=true] .icon { transform: rotate(90deg); }
.detail { padding: 2px 14px 12px; font-size: 13.5px; color: var(--quiet); display: flex; flex-direction: column; gap: 6px; }
.detail blockquote { margin: 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--line); color: var(--text); }
.detail a { color: var(--link); min-height: 44px; display: inline-flex; align-items: center; }

.latest {
  position: absolute; inset-block-end: 86px; inset-inline: 0; margin-inline: auto; width: 44px; height: 44px; border-radius: 50%;
  background: var(--ground); border: 1px solid var(--line); box-shadow: 0 4px 14px rgb(15 20 50 / .2);
}
form { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px 12px; border-block-start: 1px solid var(--line); background: var(--ground); }
.field { flex: 1; min-width: 0; }
textarea, input {
  display: block; width: 100%; resize: none; field-sizing: content; min-height: 44px; max-height: 140px; padding: 10px 14px; font-size: 16px; line-height: 1.4;
  border: 1px solid #868da6; border-radius: 22px; background: var(--ground);
}
textarea::placeholder { color: var(--quiet); opacity: 1; }
textarea:focus-visible { outline-offset: -1px; border-color: transparent; }
.over { font-size: 12.5px; color: var(--bad); padding: 4px 14px 0; }
.go { flex: none; width: 44px; height: 44px; border-radius: 50%; background: var(--accent); color: var(--on-accent); }

@media (max-width: 480px), (max-height: 480px) {
  .panel { position: fixed; inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; transition: none !important; }
  .typing i { opacity: .7; }
}
@media (forced-colors: active) {
  .launcher, .panel, .bubble, .go, .cite, .act { border: 1px solid CanvasText; }
  .icon { stroke: ButtonText; }
}
`;
