// The page: joins the map, the image at the cursor, epochs, pins and the editor.

const page = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

let language = page.texts[(navigator.language || "").slice(0, 2)] ? navigator.language.slice(0, 2) : page.language;
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
let theme = prefersDark.matches ? "dark" : "light";
let choseTheme = false;
let colours = null;
let model = null;
let playing = 0;
let drawing = null;

const sets = page.sets.map((set) => new Samples(set));
const models = page.networks.map((source) => new Model(source, sets[source.set]));
const map = new LatentMap(byId("map"), () => colours);

function words(key, values = {}) {
  return page.texts[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// As in the program: some languages leave numbers of four digits together unless they are told.
function whole(value) {
  return value.toLocaleString(language, { maximumFractionDigits: 2, useGrouping: "always" });
}

function number(value, digits = 2) {
  return (Number(value.toFixed(digits)) || 0).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function rgb(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

// ---- language and theme ---------------------------------------------------------------------

function applyLanguage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = words(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words(element.dataset.label));
    element.title = words(element.dataset.label);
  }
  byId("map").setAttribute("aria-label", words("map"));
  byId("theme").textContent = words(theme === "dark" ? "light" : "dark");
  tellAbout();
  tellEpoch();
  showCursor();
  showPins();
  answer();
}

function applyTheme() {
  document.documentElement.dataset.theme = theme;
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  colours = {
    paper: named("paper"),
    inkText: named("ink"),
    accent: named("accent"),
    onAccent: named("on-accent"),
    glyph: rgb(named("glyph")),
    ink: rgb(named("ink")),
    classes: page.colours[theme],
    marks: page.marks,
  };
  byId("theme").textContent = words(theme === "dark" ? "light" : "dark");
  if (model) {
    tellClasses();
    map.forget();
    showCursor();
    showPins();
    answer();
  }
}

// ---- images ---------------------------------------------------------------------------------

function sized(canvas, shape, most) {
  const [, rows, columns] = shape;
  const factor = Math.max(1, Math.floor(most / Math.max(rows, columns)));
  const scale = Math.max(rows, columns) > most ? most / Math.max(rows, columns) : factor;
  canvas.width = Math.round(scale * columns);
  canvas.height = Math.round(scale * rows);
  return scale;
}

function drawImage(canvas, image, most) {
  const { shape, glyphs } = model.samples;
  sized(canvas, shape, most);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = !glyphs;
  context.drawImage(canvasOf(painted(image, shape, glyphs, colours.ink)), 0, 0, canvas.width, canvas.height);
}

// A glyph's own character is its best name, unless nothing is seen of it.
function nameOf(index) {
  const { labels, names, glyphs } = model.samples;
  return (glyphs && labels[index].trim()) || names[index] || labels[index];
}

function drawSample(canvas, index) {
  const [, rows, columns] = model.samples.shape;
  const side = 52;
  const size = side / Math.max(rows, columns);
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(size * columns * ratio);
  canvas.height = Math.round(size * rows * ratio);
  model.samples.draw(canvas.getContext("2d"), index, 0, 0, canvas.width, canvas.height, colours.ink);
  canvas.style.height = `${size * rows}px`;
}

// ---- the cursor -----------------------------------------------------------------------------

function showCursor() {
  if (!model || !map.cursor) {
    return;
  }
  const [x, y] = map.cursor;
  const z = model.codeAt(x, y);
  const { shape, glyphs } = model.samples;
  const shown = [...z.slice(0, 4)].map((value) => number(value)).join("   ");
  byId("cursor-code").textContent = z.length > 4 ? `${shown} …` : shown;
  if (model.decodes) {
    const image = model.decode(z);
    map.image = canvasOf(painted(image, shape, glyphs, colours.ink));
    drawImage(byId("glyph"), image, 132);
  } else {
    byId("glyph").getContext("2d").clearRect(0, 0, byId("glyph").width, byId("glyph").height);
  }
  const has = model.count > 0;
  byId("nearest-title").hidden = !has;
  byId("nearest").hidden = !has;
  let told = "";
  byId("sample").hidden = true;
  if (has) {
    const { index, distance } = model.nearest(x, y);
    told = words("nearest_words", { name: nameOf(index), distance: number(distance) });
    byId("sample").hidden = !model.samples.has(index);
    if (!byId("sample").hidden) {
      drawSample(byId("sample"), index);
    }
    byId("nearest").textContent = told;
  }
  byId("glyph").setAttribute("aria-label", words("glyph", { code: shown, nearest: told }));
}

let speaking = 0;
function speak() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId("spoken").textContent = byId("glyph").getAttribute("aria-label");
  }, 600);
}

// ---- epochs ---------------------------------------------------------------------------------

function tellEpoch() {
  if (!model) {
    return;
  }
  const at = model.moment === null ? model.epoch : model.films[model.moment].epoch;
  const epoch = whole(at);
  byId("epoch-words").textContent = words("epoch", { epoch, of: whole(model.epoch) });
  byId("play").textContent = playing ? "❚❚" : "▶";
  byId("play").setAttribute("aria-label", words(playing ? "pause" : "play"));
  const past = model.moment !== null;
  byId("film-note").hidden = !past;
  byId("film-note").textContent = words(model.decodes ? "film_rounded" : "film_picture");
}

function showMoment(place) {
  model.moment = place >= model.films.length ? null : place;
  map.forget();
  tellEpoch();
  showCursor();
  showPins();
  answer();
}

function stopFilm() {
  clearInterval(playing);
  playing = 0;
  tellEpoch();
}

function playFilm() {
  if (playing) {
    stopFilm();
    return;
  }
  const slider = byId("epoch");
  if (Number(slider.value) >= Number(slider.max)) {
    slider.value = "0";
    showMoment(0);
  }
  playing = setInterval(() => {
    slider.value = String(Number(slider.value) + 1);
    showMoment(Number(slider.value));
    if (Number(slider.value) >= Number(slider.max)) {
      stopFilm();
    }
  }, 450);
  tellEpoch();
}

// ---- pins and what lies between them --------------------------------------------------------

function pin() {
  if (map.cursor) {
    map.pins.push({ z: model.codeAt(...map.cursor), name: "" });
    showPins();
    map.paint();
  }
}

function showPins() {
  if (!model) {
    return;
  }
  const list = byId("pins");
  list.replaceChildren();
  byId("pins-box").hidden = !map.pins.length;
  map.pins.forEach((each, i) => {
    const button = document.createElement("button");
    const picture = document.createElement("canvas");
    const name = each.name || String(i + 1);
    button.type = "button";
    button.append(picture, `${each.name || i + 1} ×`);
    button.setAttribute("aria-label", words("unpin", { name }));
    button.title = words("unpin", { name });
    button.addEventListener("click", () => {
      map.pins.splice(i, 1);
      showPins();
      map.paint();
    });
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
    if (model.decodes) {
      drawImage(picture, model.decode(each.z), 22);
    }
  });
  byId("pins-hint").hidden = map.pins.length > 1;
  byId("path-box").hidden = map.pins.length < 2 || !model.decodes;
  if (!byId("path-box").hidden) {
    drawPath();
  }
}

// The code at a share 0..1 of the way through all pins.
function along(share) {
  const legs = map.pins.length - 1;
  const leg = Math.min(Math.floor(share * legs), legs - 1);
  const rest = share * legs - leg;
  const [from, to] = [map.pins[leg].z, map.pins[leg + 1].z];
  return Float32Array.from(from, (value, i) => value + rest * (to[i] - value));
}

function drawPath() {
  const { shape, glyphs } = model.samples;
  const [, rows, columns] = shape;
  const canvas = byId("path");
  const count = glyphs ? 11 : 8;
  const gap = glyphs ? 1.6 : 1.04;
  const side = 304;
  const size = side / (count * gap * columns);
  const ratio = window.devicePixelRatio || 1;
  canvas.width = side * ratio;
  canvas.height = Math.ceil(size * rows * gap * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = !glyphs;
  for (let i = 0; i < count; i += 1) {
    const picture = canvasOf(painted(model.decode(along(i / (count - 1))), shape, glyphs, colours.ink));
    const x = (i + 0.5) * gap * size * columns - (size * columns) / 2;
    context.drawImage(picture, x, ((gap - 1) * size * rows) / 2, size * columns, size * rows);
  }
}

// ---- the editor -----------------------------------------------------------------------------

function setDrawing(pixels) {
  drawing = Float32Array.from(pixels);
  answer();
}

function drawEditor() {
  const canvas = byId("editor");
  const [, rows, columns] = model.samples.shape;
  const scale = sized(canvas, model.samples.shape, 132);
  const context = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      context.fillStyle = style.getPropertyValue(drawing[y * columns + x] > 0.5 ? "--ink" : "--paper");
      context.fillRect(x * scale, y * scale, scale, scale);
      context.strokeStyle = style.getPropertyValue("--line");
      context.lineWidth = 1;
      context.strokeRect(x * scale + 0.5, y * scale + 0.5, scale - 1, scale - 1);
    }
  }
  if (document.activeElement === canvas && canvas.at) {
    context.strokeStyle = style.getPropertyValue("--accent");
    context.lineWidth = 3;
    context.strokeRect(canvas.at[0] * scale + 1.5, canvas.at[1] * scale + 1.5, scale - 3, scale - 3);
  }
}

function answer() {
  if (!model || byId("editor-box").hidden) {
    return;
  }
  drawEditor();
  const asked = model.moment === null;
  map.marks = [];
  byId("answer").hidden = !asked;
  if (!asked) {
    byId("answer-words").textContent = words("editor_last");
    map.paint();
    return;
  }
  const z = model.encode(drawing);
  const image = model.decode(z).slice();
  drawImage(byId("answer"), image, 132);
  map.marks = [{ place: model.placeOf(z), text: "✎" }];
  map.paint();
  const wrong = (of) => of.reduce((sum, value, i) => sum + ((value > 0.5) !== (image[i] > 0.5)), 0);
  const gaps = model.samples.images.map(wrong);
  const nearest = gaps.indexOf(Math.min(...gaps));
  byId("answer-words").textContent = words("answer_words", {
    changed: wrong(drawing),
    name: nameOf(nearest),
    gap: gaps[nearest],
  });
}

function listenToEditor() {
  const canvas = byId("editor");
  let ink = 1;
  const pixel = (event) => {
    const box = canvas.getBoundingClientRect();
    const [, rows, columns] = model.samples.shape;
    const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const y = Math.floor(((event.clientY - box.top) / box.height) * rows);
    return x >= 0 && y >= 0 && x < columns && y < rows ? [x, y] : null;
  };
  const set = (at) => {
    drawing[at[1] * model.samples.shape[2] + at[0]] = ink;
    answer();
  };
  canvas.addEventListener("pointerdown", (event) => {
    const at = pixel(event);
    if (at) {
      canvas.setPointerCapture(event.pointerId);
      ink = drawing[at[1] * model.samples.shape[2] + at[0]] > 0.5 ? 0 : 1;
      canvas.at = at;
      set(at);
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = event.buttons ? pixel(event) : null;
    if (at) {
      set(at);
    }
  });
  canvas.addEventListener("focus", drawEditor);
  canvas.addEventListener("blur", drawEditor);
  canvas.addEventListener("keydown", (event) => {
    const [, rows, columns] = model.samples.shape;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const at = canvas.at || [0, 0];
    if (ways[event.key]) {
      const [dx, dy] = ways[event.key];
      canvas.at = [(at[0] + dx + columns) % columns, (at[1] + dy + rows) % rows];
      drawEditor();
    } else if (event.key === " " || event.key === "Enter") {
      ink = drawing[at[1] * columns + at[0]] > 0.5 ? 0 : 1;
      canvas.at = at;
      set(at);
    } else {
      return;
    }
    event.preventDefault();
  });
  byId("clear").addEventListener("click", () => setDrawing(drawing.map(() => 0)));
  byId("noise").addEventListener("click", () =>
    setDrawing(drawing.map((value) => (Math.random() < 0.1 ? 1 - value : value))),
  );
  byId("take").addEventListener("click", () => {
    const { index } = model.nearest(...map.cursor);
    setDrawing(model.samples.images[index]);
  });
}

// ---- networks -------------------------------------------------------------------------------

// What the marks on the map stand for.
function tellClasses() {
  const { samples } = model;
  const legend = byId("legend");
  legend.hidden = !samples.coloured;
  legend.replaceChildren();
  if (!samples.coloured) {
    return;
  }
  for (const number of [...new Set(samples.classes)].sort((a, b) => a - b)) {
    const sign = document.createElement("canvas");
    sign.width = 36;
    sign.height = 36;
    sign.setAttribute("role", "presentation");
    const context = sign.getContext("2d");
    context.beginPath();
    traceClass(context, number, colours, 18, 18, 12);
    context.fill();
    const entry = document.createElement("li");
    entry.append(sign, samples.class_names[number]);
    legend.append(entry);
  }
}

function tellAbout() {
  if (model) {
    const { about } = model;
    const told = [
      words("about_words", {
        seed: about.seed,
        epoch: whole(about.epoch),
        weights: words(about.weights),
        data: about.data,
        samples: whole(about.samples),
      }),
    ];
    if (about.shown < about.samples) {
      told.push(words("some", { shown: whole(about.shown) }));
    }
    if (about.wrong !== undefined) {
      told.push(words("wrong", { wrong: whole(about.wrong), worst: whole(about.worst) }));
    }
    byId("about-words").textContent = told.join(" ");
    byId("made").textContent = words("made", { version: page.version });
    byId("rounded").textContent = model.rounded
      ? words("rounded", { most: model.rounded.toLocaleString(language, { maximumSignificantDigits: 2 }) })
      : words("exact");
  }
}

function showModel(place) {
  stopFilm();
  model = models[place];
  model.moment = null;
  byId("title").textContent = page.title || model.name;
  document.title = byId("title").textContent;
  map.pins = model.pins.map(({ z, name }) => ({ z: Float32Array.from(z), name }));
  byId("film").hidden = model.films.length < 1;
  byId("epoch").max = String(model.films.length);
  byId("epoch").value = byId("epoch").max;
  byId("shuffle").hidden = !model.prior || model.size < 3;
  byId("editor-box").hidden = !(model.encoder && model.samples.images);
  map.marks = [];
  if (!byId("editor-box").hidden && (!drawing || drawing.length !== model.samples.pixels)) {
    const inked = (image) => image.reduce((sum, value) => sum + value, 0) > image.length / 4;
    drawing = Float32Array.from(model.samples.images.find(inked) || model.samples.images[0]);
  }
  map.show(model);
  tellClasses();
  tellAbout();
  tellEpoch();
  showPins();
  answer();
}

function start() {
  page.networks.forEach(({ name }, i) => byId("network").add(new Option(name, String(i))));
  byId("network-pick").hidden = models.length < 2;
  for (const [code, texts] of Object.entries(page.texts)) {
    byId("language").add(new Option(texts.language_name, code, false, code === language));
  }
  byId("network").addEventListener("change", (event) => showModel(Number(event.target.value)));
  byId("language").addEventListener("change", (event) => {
    language = event.target.value;
    applyLanguage();
  });
  byId("theme").addEventListener("click", () => {
    theme = theme === "dark" ? "light" : "dark";
    choseTheme = true;
    applyTheme();
  });
  // Many systems turn dark in the evening, while the page is open.
  prefersDark.addEventListener("change", () => {
    if (!choseTheme) {
      theme = prefersDark.matches ? "dark" : "light";
      applyTheme();
    }
  });
  map.moved = () => {
    showCursor();
    speak();
  };
  map.chosen = pin;
  byId("pin").addEventListener("click", pin);
  byId("zoom-in").addEventListener("click", () => map.zoom(1.25));
  byId("zoom-out").addEventListener("click", () => map.zoom(0.8));
  byId("whole").addEventListener("click", () => map.whole());
  byId("shuffle").addEventListener("click", () => {
    model.shuffle();
    map.show(model);
  });
  byId("epoch").addEventListener("input", (event) => {
    stopFilm();
    showMoment(Number(event.target.value));
  });
  byId("play").addEventListener("click", playFilm);
  byId("along").addEventListener("input", (event) => {
    map.moveTo(...model.placeOf(along(Number(event.target.value) / 1000)));
  });
  for (const { sheet } of sets) {
    if (sheet) {
      sheet.onload = showCursor;
    }
  }
  listenToEditor();
  applyTheme();
  map.resize();
  showModel(0);
  applyLanguage();
}

// For whoever opens the console: what the page shows, and its networks.
window.aegui = { map, models, shown: () => model };
start();
