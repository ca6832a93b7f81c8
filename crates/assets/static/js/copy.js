// Copying a list that is shown once, and printing it.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const lines = [...document.getElementById(button.dataset.copy).querySelectorAll("code")].map((line) => line.textContent);
    const told = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      told.textContent = "Copied.";
    } catch {
      told.textContent = "The browser did not let us copy. Select the codes and copy them by hand.";
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
