// The sign-up form: the browser knows its zone, and a password can be told how strong it is while it is typed.
const zone = document.querySelector("#zone");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const password = document.querySelector("[data-strength]");
const words = password && document.getElementById(password.dataset.strength);
password?.addEventListener("input", () => {
  words.textContent = strength(password.value);
});

function strength(text) {
  const length = [...text].length;
  if (length === 0) return "";
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
  const needed = kinds === 4 ? 14 : 15;
  if (length < needed) return `${needed - length} more character${needed - length === 1 ? "" : "s"} needed.`;
  if (new Set(text).size < 6) return "Long enough, but the same few characters over and over.";
  return length >= 20 ? "Strong." : "Good.";
}
