"use strict";
// Marks as autograder/quiz/mark.py does; keeps nothing: what was answered is gone with the page.
const words = JSON.parse(document.getElementById("words").textContent);
const right = new Map();

function form_of_text(text) {
  const folded = text.normalize("NFKC").toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ");
  const plain = folded.replace(/[-–—_/'’‘"“”.`,;:]/g, " ");
  return plain.split(/\s+/).filter((word) => word && !["a", "an", "the"].includes(word)).join(" ");
}

function form_of_print(text) {
  const lines = text.trim().split("\n").map((line) => line.trim().split(/\s+/).join(" "));
  return lines.map((line) => line.replace(/ ?([,()[\]]) ?/g, "$1")).join("\n");
}

// A point or a comma before decimals; what may be a comma between thousands is not read.
function number_of(text) {
  const plain = text.trim().replace(/−/g, "-");
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) return NaN;
  const parts = plain.replace(",", ".").split("/").map((part) => part.trim());
  if (parts.length > 2 || !parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part))) return NaN;
  return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
}

function close(answer, key, room) {
  return Math.abs(answer - key) <= room + 1e-9 * Math.max(1, Math.abs(key));
}

// For each kind: what was answered (null: nothing that can be marked), and the share that it earns.
const kinds = {
  one: {
    read: (form) => form.querySelector("input:checked")?.value ?? null,
    mark: (answer, key) => (answer === key.answer ? 1 : 0),
  },
  several: {
    read: (form) => {
      const chosen = [...form.querySelectorAll("input:checked")].map((input) => input.value);
      return chosen.length ? chosen : null;
    },
    mark: (answer, key) => {
      const hits = answer.filter((letter) => key.answer.includes(letter)).length;
      return Math.max(0, hits / key.answer.length - (answer.length - hits) / (key.of - key.answer.length));
    },
  },
  order: {
    read: (form) => {
      const selects = [...form.querySelectorAll("select")];
      const places = selects.map((select) => Number(select.value));
      if (new Set(places).size < places.length || places.includes(0)) return null;
      return selects.sort((a, b) => a.value - b.value).map((select) => select.dataset.letter);
    },
    mark: (answer, key) => (answer.join() === key.answer.join() ? 1 : 0),
  },
  number: {
    read: (form) => (Number.isFinite(number_of(typed(form))) ? number_of(typed(form)) : null),
    mark: (answer, key) => (close(answer, key.answer, key.room) ? 1 : 0),
    same: (answer, slip, key) => close(answer, slip, key.room + key.relative * (Math.abs(slip) - Math.abs(key.answer))),
  },
  line: {
    read: (form) => (/^\s*\d+\s*$/.test(typed(form)) ? Number(typed(form)) : null),
    mark: (answer, key) => (answer === key.answer ? 1 : 0),
  },
  text: {
    read: (form) => (typed(form).trim() ? form_of_text(typed(form)) : null),
    mark: (answer, key) => (key.answer.map(form_of_text).includes(answer) ? 1 : 0),
    same: (answer, slip) => form_of_text(slip) === answer,
  },
  prints: {
    read: (form) => (typed(form).trim() ? form_of_print(typed(form)) : null),
    mark: (answer, key) => (key.answer.map(form_of_print).includes(answer) ? 1 : 0),
    same: (answer, slip) => form_of_print(slip) === answer,
  },
};

function typed(form) {
  return form.querySelector("input, textarea").value;
}

function check(form) {
  const { read, mark, same } = kinds[form.dataset.kind];
  const key = JSON.parse(form.dataset.key);
  const answer = read(form);
  const result = form.querySelector(".result");
  result.className = "result";
  if (answer === null) {
    result.textContent = words.expects[form.dataset.kind];
    return;
  }
  const share = mark(answer, key);
  result.classList.add(share === 1 ? "right" : "wrong");
  const once = form.dataset.tries === undefined && !form.querySelector(".why");
  result.textContent = share === 1 ? words.right : share > 0 ? words.partly : once ? words.once : words.wrong;
  explain(form, share, JSON.parse(form.dataset.slips).findIndex((slip) => same && same(answer, slip, key)));
  right.set(form.closest("section").dataset.question, share);
  show_score();
}

function explain(form, share, slip) {
  const chosen = new Set([...form.querySelectorAll("input:checked")].map((input) => input.value));
  for (const why of form.querySelectorAll(".why")) {
    why.hidden = !(share === 1 || chosen.has(why.dataset.letter));
  }
  for (const why of form.querySelectorAll(".slip")) {
    why.hidden = share === 1 || Number(why.dataset.slip) !== slip;
  }
  const solution = form.querySelector(".solution");
  if (solution) solution.hidden = share !== 1 && form.dataset.tries === undefined;
  form.dataset.tries = "some";
  form.querySelector(".whys").hidden = false;
}

function show_score() {
  const total = [...right.values()].filter((share) => share === 1).length;
  const all = document.querySelectorAll("section").length;
  document.getElementById("score").textContent = words.score.replace("{right}", total).replace("{all}", all);
}

function draw() {
  right.clear();
  document.getElementById("score").textContent = "";
  for (const section of document.querySelectorAll("section")) {
    const forms = [...section.querySelectorAll("form")];
    const drawn = Math.floor(Math.random() * forms.length);
    forms.forEach((form, place) => {
      form.reset();
      form.hidden = place !== drawn;
      delete form.dataset.tries;
      form.querySelector(".result").textContent = "";
      for (const part of form.querySelectorAll(".why, .whys, .slip")) part.hidden = true;
    });
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  check(event.target);
});
document.getElementById("again").addEventListener("click", () => {
  draw();
  window.scrollTo(0, 0);
});
draw();
