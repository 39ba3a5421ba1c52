// The map: images decoded all over the plane, samples, pins, and the image at the cursor.

const TILE_MS = 7;
const MOST_TILES = 3000;
const LABELLED = 260;
const ABOVE_FINGER = 54;
const SLOW_MS = 3;

// The mark of a class: the corners around a disc of radius 1, or that disc.
function trace(context, outline, px, py, radius) {
  if (!outline.length) {
    context.arc(px, py, radius, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](px + radius * x, py + radius * y));
  context.closePath();
}

// The mark of class `number`, to be filled in its colour.
function traceClass(context, number, colours, px, py, radius) {
  const { of_classes: marks, outlines } = colours.marks;
  trace(context, outlines[marks[number % marks.length]], px, py, radius);
  context.fillStyle = colours.classes[number % colours.classes.length];
}

// A picture that only says where ink is, in a colour.
function inked(image, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = `rgb(${colour.join(",")})`;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

class LatentMap {
  constructor(canvas, look) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.look = look; // () => {ink, paper, accent, classes, reducedMotion}
    this.tiles = new Map();
    this.waiting = [];
    this.cursor = null;
    this.pins = [];
    this.marks = [];
    this.pointers = new Map();
    this.moved = () => {};
    this.chosen = () => {};
    this.asked = 0;
    this.tileMs = 0;
    this.listen();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  show(model) {
    this.model = model;
    this.forget();
    this.whole();
    const middle = model.rect;
    this.moveTo((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2);
  }

  // Other weights, colours or another plane: everything is decoded anew.
  forget() {
    this.tiles.clear();
    this.picture = null;
    this.paint();
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.ratio = ratio;
    this.width = clientWidth;
    this.height = clientHeight;
    if (this.model && !this.touched) {
      this.whole();
    }
    this.paint();
  }

  whole() {
    const [x0, y0, x1, y1] = this.model.rect;
    this.touched = false;
    this.scale = Math.min(this.width / (x1 - x0), this.height / Math.max(y1 - y0, 1e-9));
    this.middle = [(x0 + x1) / 2, (y0 + y1) / 2];
    this.paint();
  }

  toScreen(x, y) {
    return [
      this.width / 2 + (x - this.middle[0]) * this.scale,
      this.height / 2 - (y - this.middle[1]) * this.scale,
    ];
  }

  toPlane(px, py) {
    return [
      this.middle[0] + (px - this.width / 2) / this.scale,
      this.middle[1] - (py - this.height / 2) / this.scale,
    ];
  }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.toPlane(px, py);
    const [x0, , x1] = this.model.rect;
    const fitting = this.width / (x1 - x0);
    this.scale = Math.min(Math.max(this.scale * factor, fitting / 20), fitting * 200);
    this.middle = [x - (px - this.width / 2) / this.scale, y + (py - this.height / 2) / this.scale];
    this.touched = true;
    this.paint();
  }

  pan(dx, dy) {
    this.middle = [this.middle[0] - dx / this.scale, this.middle[1] + dy / this.scale];
    this.touched = true;
    this.paint();
  }

  moveTo(x, y) {
    this.cursor = [x, y];
    this.moved(x, y);
    if (this.width) {
      // Pointers move once a frame already: what is put off would be a frame late.
      cancelAnimationFrame(this.asked);
      this.asked = 0;
      this.paintNow();
    }
  }

  // ---- what a person does -------------------------------------------------------------------

  listen() {
    const canvas = this.canvas;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, at(event));
      this.travelled = 0;
      this.touch = event.pointerType !== "mouse";
      if (this.touch) {
        this.moveTo(...this.toPlane(...at(event)));
      }
    });
    canvas.addEventListener("pointermove", (event) => {
      const [px, py] = at(event);
      const before = this.pointers.get(event.pointerId);
      if (this.pointers.size === 2 && before) {
        this.pinch(event.pointerId, [px, py]);
        return;
      }
      if (before) {
        this.travelled += Math.hypot(px - before[0], py - before[1]);
        this.pointers.set(event.pointerId, [px, py]);
        if (event.pointerType === "mouse") {
          this.pan(px - before[0], py - before[1]);
          return;
        }
      }
      this.touch = event.pointerType !== "mouse";
      this.moveTo(...this.toPlane(px, py));
    });
    const up = (event) => {
      const known = this.pointers.delete(event.pointerId);
      if (known && event.type === "pointerup" && event.pointerType === "mouse" && this.travelled < 4) {
        this.moveTo(...this.toPlane(...at(event)));
        this.chosen();
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 16 : 1;
        this.zoom(Math.exp(-0.0015 * lines * event.deltaY), ...at(event));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  pinch(id, now) {
    const [other] = [...this.pointers].filter(([key]) => key !== id);
    const before = this.pointers.get(id);
    const gap = (a, b) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
    const middle = [(now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2];
    this.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.zoom(gap(now, other[1]) / gap(before, other[1]), ...middle);
    this.pointers.set(id, now);
  }

  key(event) {
    const far = (event.shiftKey ? 40 : 8) / this.scale;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (ways[event.key] && this.cursor) {
      const [dx, dy] = ways[event.key];
      this.moveTo(this.cursor[0] + far * dx, this.cursor[1] + far * dy);
      this.keepInSight();
    } else if (event.key === "+" || event.key === "=") {
      this.zoom(1.25, ...this.toScreen(...this.cursor));
    } else if (event.key === "-") {
      this.zoom(0.8, ...this.toScreen(...this.cursor));
    } else if (event.key === "0" || event.key === "Home") {
      this.whole();
    } else if (event.key === "p" || event.key === "P" || event.key === "Enter") {
      this.chosen();
    } else {
      return;
    }
    event.preventDefault();
  }

  keepInSight() {
    const [px, py] = this.toScreen(...this.cursor);
    const room = 40;
    const dx = px < room ? room - px : px > this.width - room ? this.width - room - px : 0;
    const dy = py < room ? room - py : py > this.height - room ? this.height - room - py : 0;
    if (dx || dy) {
      this.pan(dx, dy);
    }
  }

  // ---- what is seen -------------------------------------------------------------------------

  paint() {
    if (!this.asked && this.model && this.width) {
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        this.paintNow();
      });
    }
  }

  paintNow() {
    const { context, look } = this;
    const colours = look();
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = this.ground(colours);
    context.fillRect(0, 0, this.width, this.height);
    if (this.model.decodes) {
      this.paintField(colours);
    } else {
      this.paintPicture(colours);
    }
    this.paintSamples(colours);
    this.paintPins(colours);
    this.paintCursor(colours);
    if (this.waiting.length) {
      this.decodeSome(colours);
      this.paint();
    }
  }

  // What lies behind images: grey ones go on into it where the plane has none.
  ground(colours) {
    const { glyphs, shape } = this.model.samples;
    return glyphs || shape[0] === 3 ? colours.paper : "#000000";
  }

  get step() {
    // Of images that take long there are fewer.
    const { shape } = this.model.samples;
    const side = Math.max(shape[1], shape[2]) > 32 ? 72 : Math.max(shape[1], shape[2]) > 12 ? 52 : 38;
    return 2 ** Math.ceil(Math.log2(side / this.scale));
  }

  paintField(colours) {
    const { context, step } = this;
    const level = Math.log2(step);
    const [left, top] = this.toPlane(0, 0);
    const [right, bottom] = this.toPlane(this.width, this.height);
    const wanted = [];
    const cells = [];
    const line = this.model.frame.up.every((value) => value === 0);
    for (let i = Math.floor(left / step); i <= Math.floor(right / step); i += 1) {
      for (let j = Math.floor(bottom / step); j <= Math.floor(top / step); j += 1) {
        if (!line || j === 0) {
          cells.push([i, j]);
        }
      }
    }
    // Where an image is not there yet, the coarser one that it is a part of stands.
    const coarse = new Set();
    for (const [i, j] of cells) {
      const key = `${level}:${i}:${j}`;
      if (!this.tiles.has(key)) {
        wanted.push([key, (i + 0.5) * step, (line ? 0 : j + 0.5) * step]);
        coarse.add(`${level + 1}:${Math.floor(i / 2)}:${Math.floor(j / 2)}`);
      }
    }
    for (const key of coarse) {
      const tile = this.tiles.get(key);
      if (tile) {
        const [, i, j] = key.split(":").map(Number);
        this.paintTile(tile, i, j, 2 * step, context);
      }
    }
    for (const [i, j] of cells) {
      const tile = this.tiles.get(`${level}:${i}:${j}`);
      if (tile) {
        this.paintTile(tile, i, j, step, context, coarse.size ? this.ground(colours) : null);
      }
    }
    if (this.tileMs > SLOW_MS) {
      // First four at a time, so that there is soon something everywhere.
      for (const key of coarse) {
        if (!this.tiles.has(key)) {
          const [, i, j] = key.split(":").map(Number);
          wanted.push([key, (i + 0.5) * 2 * step, line ? 0 : (j + 0.5) * 2 * step, true]);
        }
      }
    }
    const [x, y] = this.cursor || this.middle;
    const far = (each) => (each[1] - x) ** 2 + (each[2] - y) ** 2 - (each[3] ? 1e12 : 0);
    this.waiting = wanted.sort((a, b) => far(a) - far(b));
  }

  paintTile(tile, i, j, step, context, ground = null) {
    const [px, py] = this.toScreen(i * step, (j + 1) * step);
    const side = step * this.scale;
    const [, rows, columns] = this.model.samples.shape;
    const glyphs = this.model.samples.glyphs;
    const size = (glyphs ? 0.78 : 1) * side / Math.max(rows, columns);
    const [width, height] = [size * columns, size * rows];
    if (ground) {
      context.fillStyle = ground;
      context.fillRect(px, py, side, side);
    }
    context.imageSmoothingEnabled = !glyphs;
    context.globalAlpha = glyphs ? 0.8 : 1;
    const bleed = glyphs ? 0 : 0.5;
    context.drawImage(tile, px + (side - width) / 2, py + (side - height) / 2, width + bleed, height + bleed);
    context.globalAlpha = 1;
  }

  decodeSome(colours) {
    const begun = performance.now();
    const { samples } = this.model;
    let count = 0;
    for (; this.waiting.length && performance.now() - begun < TILE_MS; count += 1) {
      const [key, x, y] = this.waiting.shift();
      const image = this.model.decode(this.model.codeAt(x, y));
      if (this.tiles.size > MOST_TILES) {
        this.tiles.delete(this.tiles.keys().next().value);
      }
      this.tiles.set(key, canvasOf(painted(image, samples.shape, samples.glyphs, colours.glyph)));
    }
    this.tileMs = (performance.now() - begun) / count;
  }

  // An earlier epoch of a large network: a picture that was made with the page.
  paintPicture(colours) {
    const film = this.model.films[this.model.moment];
    this.waiting = [];
    if (film.picture && (!this.picture || this.picture.of !== film)) {
      const image = new Image();
      image.onload = () => this.paint();
      image.src = film.picture;
      this.picture = { of: film, image };
    }
    if (this.picture && this.picture.image.complete) {
      const [x0, y0, x1, y1] = this.model.rect;
      const [left, top] = this.toScreen(x0, y1);
      const [right, bottom] = this.toScreen(x1, y0);
      const { glyphs } = this.model.samples;
      this.context.imageSmoothingEnabled = !glyphs;
      const picture = glyphs ? inked(this.picture.image, colours.glyph) : this.picture.image;
      this.context.drawImage(picture, left, top, right - left, bottom - top);
    }
  }

  paintSamples(colours) {
    const { context, model } = this;
    const places = model.shownPlaces;
    const { samples } = model;
    const labelled = model.count <= LABELLED && samples.glyphs;
    const radius = labelled ? 3.5 : model.count > 600 ? 2.5 : 4;
    context.lineWidth = 1.5;
    context.textBaseline = "middle";
    context.font = "600 13px system-ui, sans-serif";
    for (let i = 0; i < model.count; i += 1) {
      const [px, py] = this.toScreen(places[2 * i], places[2 * i + 1]);
      if (px < -40 || py < -20 || px > this.width + 20 || py > this.height + 20) {
        continue;
      }
      context.beginPath();
      if (samples.coloured) {
        traceClass(context, samples.classes[i], colours, px, py, radius);
      } else {
        trace(context, [], px, py, radius);
        context.fillStyle = colours.accent;
      }
      context.strokeStyle = colours.paper;
      context.fill();
      context.stroke();
      if (labelled) {
        context.lineWidth = 4;
        context.strokeText(samples.labels[i], px + 7, py);
        context.fillStyle = colours.inkText;
        context.fillText(samples.labels[i], px + 7, py);
        context.lineWidth = 1.5;
      }
    }
  }

  paintPins(colours) {
    const { context } = this;
    if (this.pins.length > 1) {
      context.beginPath();
      this.pins.forEach((pin, i) => {
        const [px, py] = this.toScreen(...this.model.placeOf(pin.z));
        context[i ? "lineTo" : "moveTo"](px, py);
      });
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      context.stroke();
    }
    this.pins.forEach((pin, i) => this.badge(this.model.placeOf(pin.z), String(i + 1), colours));
    for (const { place, text } of this.marks) {
      this.badge(place, text, colours);
    }
  }

  badge(place, text, colours) {
    const { context } = this;
    const [px, py] = this.toScreen(...place);
    context.beginPath();
    context.arc(px, py, 10, 0, 2 * Math.PI);
    context.fillStyle = colours.accent;
    context.fill();
    context.strokeStyle = colours.paper;
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = colours.onAccent;
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.fillText(text, px, py + 0.5);
    context.textAlign = "start";
  }

  paintCursor(colours) {
    if (!this.cursor) {
      return;
    }
    const { context } = this;
    const [px, py] = this.toScreen(...this.cursor);
    context.lineWidth = 3;
    for (const [colour, width] of [[colours.paper, 4], [colours.accent, 2]]) {
      context.beginPath();
      context.arc(px, py, 7, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
    if (this.image && this.model.decodes) {
      const [, rows, columns] = this.model.samples.shape;
      const size = 88 / Math.max(rows, columns);
      const [width, height] = [size * columns, size * rows];
      const away = this.touch ? ABOVE_FINGER : 18;
      const x = px + away + width + 12 > this.width ? px - away - width : px + away;
      const y = Math.min(Math.max(8, py - height - away), this.height - height - 8);
      context.fillStyle = colours.paper;
      context.strokeStyle = colours.accent;
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(x - 6, y - 6, width + 12, height + 12, 6);
      context.fill();
      context.stroke();
      context.imageSmoothingEnabled = !this.model.samples.glyphs;
      context.drawImage(this.image, x, y, width, height);
    }
  }
}
