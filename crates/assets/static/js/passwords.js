// A new password is told how it stands while it is typed, and one is made on demand. What is said here is a help: the
// server decides, with the list of breached passwords and the person's own data, which no script is told.

const longest = 1024;
const rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890"];

// What stands in the way, in the server's order; then how good it is.
export function strength(text) {
  const typed = [...text.normalize("NFC")];
  if (typed.length === 0) return "";
  if (typed.length > longest) return "Too long: at most 1,024 characters.";
  const needed = hasAllKinds(text) ? 14 : 15;
  if (typed.length < needed) return `${needed - typed.length} more character${needed - typed.length === 1 ? "" : "s"} needed.`;
  const different = new Set(typed).size;
  if (different < 5) return "Long enough, but only a few different characters: easy to guess.";
  if (isRepeated(typed.join("").toLowerCase())) return "Long enough, but the same thing again and again: easy to guess.";
  if (isSequence(typed)) return "Long enough, but neighbours on the keyboard or in the alphabet: easy to guess.";
  const told = typed.length >= 20 && different >= 8 ? "Long and varied." : "Long enough.";
  return `${told} When you send it, it is also compared with a list of breached passwords.`;
}

function hasAllKinds(text) {
  return [/\p{Lu}/u, /\p{Ll}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].every((kind) => kind.test(text));
}

function isRepeated(text) {
  return (text + text).indexOf(text, 1) < text.length;
}

function isSequence(typed) {
  const next = typed.slice(1).filter((key, at) => areNeighbours(typed[at].toLowerCase(), key.toLowerCase()));
  return next.length * 4 > typed.length * 3;
}

function areNeighbours(one, other) {
  if (Math.abs(one.codePointAt(0) - other.codePointAt(0)) <= 1) return true;
  return rows.some((row) => row.includes(one) && row.includes(other) && Math.abs(row.indexOf(one) - row.indexOf(other)) === 1);
}

// Four words of three syllables, each one of 14 consonants and one of 5 vowels, all drawn evenly:
// 12 × log2(14 × 5) = 73.5 bits. They can be said, and typed on a phone. Without g and z fewer of them are rude.
const consonants = "bdfhjklmnprstv";
const vowels = "aeiou";

export function phrase() {
  const times = (count, make) => Array.from({ length: count }, make);
  const syllable = () => consonants[below(consonants.length)] + vowels[below(vowels.length)];
  return times(4, () => times(3, syllable).join("")).join("-");
}

// A whole number under `end`, each as likely: numbers in the last, incomplete round are drawn again.
function below(end) {
  const even = Math.floor(2 ** 32 / end) * end;
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while (drawn[0] >= even);
  return drawn[0] % end;
}

function bind(input) {
  const words = document.getElementById(input.dataset.strength);
  const show = document.querySelector(`[data-show="${input.id}"]`);
  const make = document.querySelector(`[data-make="${input.id}"]`);
  let waiting;
  // Said when the hands rest, so that a screen reader does not count every key.
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (words.textContent = strength(input.value)), 300);
  });
  if (!make) return;
  make.hidden = false;
  make.addEventListener("click", () => {
    clearTimeout(waiting);
    input.value = phrase();
    if (input.type === "password") show?.click();
    words.textContent = "Made for you. Save it in your password manager before you go on, or write it down and keep it safe.";
    input.focus();
    input.select();
  });
}

for (const input of document.querySelectorAll("[data-strength]")) bind(input);
