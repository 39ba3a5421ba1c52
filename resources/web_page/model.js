// One network of a page: its weights, its plane, the codes of the samples on it.

class Model {
  constructor(source, samples) {
    Object.assign(this, source);
    this.samples = samples;
    this.decoder = new Network(source.decoder.layers, source.decoder.numbers);
    this.encoder = source.encoder ? new Network(source.encoder.layers, source.encoder.numbers) : null;
    this.codes = source.codes ? numbersOf(source.codes) : new Float32Array(0);
    this.count = this.codes.length / source.size;
    this.moment = null;
    this.films = source.film.map((frame) => ({
      ...frame,
      places: numbersOf(frame.places),
      network: frame.numbers ? new Network(source.decoder.layers, frame.numbers) : null,
    }));
    this.setFrame(source.frame);
  }

  setFrame(frame) {
    this.frame = frame;
    this.places = new Float32Array(2 * this.count);
    for (let i = 0; i < this.count; i += 1) {
      const [x, y] = this.placeOf(this.codes.subarray(i * this.size, (i + 1) * this.size));
      this.places[2 * i] = x;
      this.places[2 * i + 1] = y;
    }
  }

  // The code at a place of the plane, and the place on the plane nearest to a code.
  codeAt(x, y) {
    const { origin, across, up } = this.frame;
    return Float32Array.from(origin, (value, i) => value + x * across[i] + y * up[i]);
  }

  placeOf(z) {
    const { origin, across, up } = this.frame;
    let [x, y] = [0, 0];
    for (let i = 0; i < z.length; i += 1) {
      x += (z[i] - origin[i]) * across[i];
      y += (z[i] - origin[i]) * up[i];
    }
    return [x, y];
  }

  // Whether images can be computed at the moment that is shown, and not only looked at.
  get decodes() {
    return this.moment === null || this.films[this.moment].network !== null;
  }

  decode(z) {
    const network = this.moment === null ? this.decoder : this.films[this.moment].network;
    return network.run(z);
  }

  encode(image) {
    return this.encoder.run(image).slice(0, this.size);
  }

  get shownPlaces() {
    return this.moment === null ? this.places : this.films[this.moment].places;
  }

  // The sample whose code is nearest to that of a place: on the plane for an earlier epoch.
  nearest(x, y) {
    const whole = this.moment === null;
    const z = whole ? this.codeAt(x, y) : [x, y];
    const all = whole ? this.codes : this.shownPlaces;
    const size = z.length;
    let [found, least] = [-1, Infinity];
    for (let i = 0; i < this.count; i += 1) {
      let gap = 0;
      for (let j = 0; j < size; j += 1) {
        gap += (all[i * size + j] - z[j]) ** 2;
      }
      if (gap < least) {
        [found, least] = [i, gap];
      }
    }
    return { index: found, distance: Math.sqrt(least) };
  }

  // Another plane through the middle of the codes, for a prior that looks alike on all sides.
  shuffle() {
    const normal = () =>
      Array.from({ length: this.size }, () =>
        Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
      );
    const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    const unit = (a) => a.map((value) => value / Math.sqrt(dot(a, a)));
    const across = unit(normal());
    const other = normal();
    const share = dot(other, across);
    const up = unit(other.map((value, i) => value - share * across[i]));
    // Planes through the origin show blurred middles: this one lies where codes are drawn.
    const away = normal().map((value) => 0.7 * value);
    const [a, b] = [dot(away, across), dot(away, up)];
    const origin = away.map((value, i) => value - a * across[i] - b * up[i]);
    this.setFrame({ origin, across, up });
  }
}
