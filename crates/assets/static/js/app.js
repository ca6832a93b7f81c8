// What every page gains with script: ages that count up, menus that close, attention for errors.
import { age, isOld } from "./age.js";

function countUp() {
  for (const element of document.querySelectorAll("time[data-age]")) {
    const at = Number(element.dataset.age);
    element.textContent = age(at, Date.now());
    const now = element.closest("[data-now]");
    if (now) markOld(now, isOld(at, Date.now()));
  }
}

// An old value is never shown as current: the words change, and arrow and delta go.
function markOld(now, old) {
  for (const element of now.querySelectorAll("[data-now-fresh]")) element.hidden = old;
  for (const element of now.querySelectorAll("[data-now-old]")) element.hidden = !old;
  for (const element of now.querySelectorAll("[data-now-value]")) element.classList.toggle("is-old", old);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("[data-menu][open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("[data-show]")) {
  const input = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

if (document.querySelector("[data-strength]")) import("./passwords.js");
document.querySelector("[data-focus]")?.focus();
countUp();
setInterval(countUp, 10_000);
document.addEventListener("visibilitychange", countUp);
