// The samples of a page: their pictures, and images painted as pixels.

// Pixels of the page's theme: `image` of `shape` [channels, rows, columns], as ImageData. Glyphs are
// drawn in the ink of the theme on nothing; other images in their own light.
function painted(image, shape, glyphs, ink) {
  const [channels, rows, columns] = shape;
  const data = new ImageData(columns, rows);
  const count = rows * columns;
  for (let i = 0; i < count; i += 1) {
    const at = 4 * i;
    if (glyphs) {
      data.data[at] = ink[0];
      data.data[at + 1] = ink[1];
      data.data[at + 2] = ink[2];
      data.data[at + 3] = 255 * image[i];
    } else {
      for (let c = 0; c < 3; c += 1) {
        data.data[at + c] = 255 * image[(channels === 3 ? c : 0) * count + i];
      }
      data.data[at + 3] = 255;
    }
  }
  return data;
}

function canvasOf(data) {
  const canvas = document.createElement("canvas");
  canvas.width = data.width;
  canvas.height = data.height;
  canvas.getContext("2d").putImageData(data, 0, 0);
  return canvas;
}

// A set of samples. Of glyphs the pixels are known; of others there are pictures on one atlas.
class Samples {
  constructor(set) {
    Object.assign(this, set);
    this.pixels = set.shape.reduce((a, b) => a * b);
    if (set.bits) {
      const bytes = bytesOf(set.bits);
      const all = Uint8Array.from({ length: set.count * this.pixels }, (_, i) =>
        (bytes[i >> 3] >> (7 - (i & 7))) & 1,
      );
      this.images = set.labels.map((_, i) => all.subarray(i * this.pixels, (i + 1) * this.pixels));
    } else if (set.atlas) {
      this.sheet = new Image();
      this.sheet.src = set.atlas.url;
    }
  }

  // Whether there is a picture of sample `i`: of large sets only some have one.
  has(i) {
    return Boolean(this.images || (this.sheet && i < this.atlas.count));
  }

  // Draw sample `i` into a rectangle of `context`.
  draw(context, i, x, y, width, height, ink) {
    if (this.images) {
      context.imageSmoothingEnabled = false;
      context.drawImage(canvasOf(painted(this.images[i], this.shape, true, ink)), x, y, width, height);
    } else if (this.has(i) && this.sheet.complete) {
      const [rows, columns] = this.atlas.side;
      const across = (i % this.atlas.columns) * columns;
      const down = Math.floor(i / this.atlas.columns) * rows;
      context.imageSmoothingEnabled = true;
      context.drawImage(this.sheet, across, down, columns, rows, x, y, width, height);
    }
  }
}
