"use strict";
const form = document.getElementById("filters");
const fields = ["text", "family", "area", "verdict", "level"].map((id) => document.getElementById(id));
const rows = [...document.querySelectorAll("li.check")];
const pages = [...document.querySelectorAll("article.check")];
const subjects = [...document.querySelectorAll("details.subject")];

function filter() {
  const [text, family, area, verdict, level] = fields.map((field) => field.value);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ dataset }) =>
    (!family || dataset.family === family) && (!area || dataset.area === area) && (!verdict || dataset.verdict === verdict)
    && (!level || dataset.level === level) && words.every((word) => dataset.id.toLowerCase().includes(word));
  let shown = 0;
  for (const row of rows) {
    row.hidden = !fits(row);
    shown += row.hidden ? 0 : 1;
  }
  for (const page of pages) page.hidden = !fits(page);
  const failures = document.getElementById("failures");
  if (failures) failures.hidden = pages.every((page) => page.hidden);
  const filtered = shown < rows.length;
  for (const subject of subjects) {
    subject.hidden = !subject.querySelector("li.check:not([hidden])");
    if (filtered && shown <= 200) subject.open = !subject.hidden;
  }
  document.getElementById("none").hidden = shown > 0;
  document.getElementById("count").value = `${shown} of ${rows.length} checks`;
}

function show({ dataset }) {
  form.reset();
  document.getElementById("family").value = dataset.family;
  if (dataset.by === "area") document.getElementById("area").value = dataset.name;
  else document.getElementById("text").value = `${dataset.name}/`;
  filter();
  const first = pages.find((page) => !page.hidden) ?? document.getElementById("checks");
  first.scrollIntoView({ block: "start" });
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
document.addEventListener("click", ({ target }) => {
  const cell = target.closest("td button");
  if (cell) show(cell);
});
// A link to a failure shows it, whatever is filtered.
window.addEventListener("hashchange", () => {
  const page = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (page?.hidden) { form.reset(); filter(); page.scrollIntoView(); }
});
filter();
