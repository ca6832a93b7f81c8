// Sends files with progress, then shows how far the reading is, then the result page. Without it the form does the same.
const form = document.querySelector("[data-upload]");
if (form) prepare(form);

const waiting = document.querySelector("[data-job]");
if (waiting) poll(waiting.dataset.job, () => {}, () => location.reload());

function prepare(form) {
  const files = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  form.querySelector("[data-drop-words]").hidden = false;
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    files.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, [...files.files]);
  });
}

function send(form, files) {
  const limit = Number(form.dataset.limit);
  const large = files.find((file) => file.size > limit);
  if (large) return fail(form, `${large.name} is larger than ${Math.floor(limit / 1024 / 1024)} MB. Export fewer days at a time.`);
  const body = new FormData();
  for (const file of files) body.append("files", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) show(form, "Sending", Math.floor((event.loaded / event.total) * 100));
  });
  request.upload.addEventListener("load", () => {
    show(form, "Reading", 0);
    poll(form.action, (files) => showReading(form, files), () => {});
  });
  request.addEventListener("load", () => arrived(form, request));
  request.addEventListener("error", () => fail(form, "The connection was lost. Nothing was kept; please try again."));
  form.querySelector("button").disabled = true;
  form.querySelector("[data-upload-error]").hidden = true;
  show(form, "Sending", 0);
  request.send(body);
}

function arrived(form, request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    answer = {};
  }
  if (request.status === 200 && answer.page) location.assign(answer.page);
  else fail(form, answer.error ? `${answer.error.title}. ${answer.error.text}` : "That did not work. Please load the page again.");
}

function showReading(form, files) {
  const reading = files.find((file) => file.state === "reading");
  if (reading) show(form, `Reading ${reading.name}`, reading.percent);
}

function show(form, words, percent) {
  const box = form.querySelector("[data-upload-progress]");
  box.hidden = false;
  const line = box.querySelector("[data-upload-words]");
  if (line.textContent !== `${words} …`) line.textContent = `${words} …`;
  box.querySelector("progress").value = percent;
}

function fail(form, words) {
  const error = form.querySelector("[data-upload-error]");
  error.textContent = words;
  error.hidden = false;
  form.querySelector("[data-upload-progress]").hidden = true;
  form.querySelector("button").disabled = false;
}

// Asks how far the job is until it has stopped.
async function poll(address, tell, done) {
  for (let round = 0; round < 1200; round += 1) {
    await new Promise((go) => setTimeout(go, round < 10 ? 200 : 1000));
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) continue;
    const job = await answer.json();
    tell(job.files);
    if (!job.running) return done();
  }
}
