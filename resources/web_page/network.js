// The network of a page: layers, their numbers, and what they compute of one sample.
// ACTIVATIONS, functions of one number by their keys, is written before this file.

function sigmoid(x) {
  // tanh never overflows, exp does.
  return 0.5 * (1 + Math.tanh(0.5 * x));
}

function logAddExp(a, b) {
  const most = Math.max(a, b);
  return Number.isFinite(most) ? most + Math.log1p(Math.exp(-Math.abs(a - b))) : most;
}

function erf(x) {
  const size = Math.abs(x);
  if (!(size < 6)) {
    return Number.isNaN(x) ? x : Math.sign(x);
  }
  // Abramowitz and Stegun 7.1.6: every term is positive.
  let term = size;
  let sum = size;
  for (let n = 1; term > 1e-12 * sum; n += 1) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * Math.min(1, (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum);
}

function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = binary.charCodeAt(at);
  }
  return bytes;
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  if (exponent === 31) {
    return fraction ? NaN : sign * Infinity;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// Numbers {kind: "f32" | "f16" | "i8", data, parts} as one Float32Array. Of "i8" each part, a
// tensor, is [how many numbers, what one step is worth].
function numbersOf(packed) {
  const bytes = bytesOf(packed.data);
  const view = new DataView(bytes.buffer);
  if (packed.kind === "f32") {
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }
  if (packed.kind === "f16") {
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => half(view.getUint16(2 * i, true)));
  }
  const numbers = new Float32Array(bytes.length);
  let at = 0;
  for (const [count, step] of packed.parts) {
    for (const end = at + count; at < end; at += 1) {
      numbers[at] = step * view.getInt8(at);
    }
  }
  return numbers;
}

function activate(key, y) {
  if (key === "identity") {
    return;
  }
  const f = ACTIVATIONS[key];
  for (let i = 0; i < y.length; i += 1) {
    y[i] = f(y[i]);
  }
}

function dense(layer, x, y) {
  const { weight, bias } = layer;
  const count = bias.length;
  y.set(bias);
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i];
    if (value !== 0) {
      for (let j = 0, at = i * count; j < count; j += 1, at += 1) {
        y[j] += value * weight[at];
      }
    }
  }
  if (layer.slope !== 1) {
    for (let j = 0; j < count; j += 1) {
      y[j] *= layer.slope;
    }
  }
}

function code(layer, x, y) {
  dense(layer, x, y);
  const mean = y.subarray(0, layer.units);
  activate(layer.activation, mean);
  if (layer.top) {
    const worth = Array.from(mean, layer.by_magnitude ? Math.abs : (value) => value);
    const ranked = worth.map((_, i) => i).sort((a, b) => worth[b] - worth[a]);
    for (const i of ranked.slice(layer.top)) {
      mean[i] = 0;
    }
  }
}

// Places of an output of `count` for which `step * place + shift` lies within 0 .. size - 1.
function within(count, step, shift, size) {
  const low = Math.max(0, Math.ceil(-shift / step));
  const high = Math.min(count, Math.floor((size - 1 - shift) / step) + 1);
  return [low, high];
}

function convolution(layer, x, y) {
  const [channels, height, width] = layer.input;
  const [filters, rows, columns] = layer.output;
  const [kernelRows, kernelColumns] = layer.kernel;
  const [stepRows, stepColumns] = layer.stride;
  let tap = 0;
  for (let o = 0; o < filters; o += 1) {
    y.fill(layer.bias[o], o * rows * columns, (o + 1) * rows * columns);
    for (let c = 0; c < channels; c += 1) {
      for (let ky = 0; ky < kernelRows; ky += 1) {
        const down = ky - layer.padding[0];
        const [top, bottom] = within(rows, stepRows, down, height);
        for (let kx = 0; kx < kernelColumns; kx += 1, tap += 1) {
          const weight = layer.weight[tap];
          const right = kx - layer.padding[1];
          const [first, last] = within(columns, stepColumns, right, width);
          for (let p = top; p < bottom; p += 1) {
            const from = (c * height + p * stepRows + down) * width + right;
            const to = (o * rows + p) * columns;
            for (let q = first; q < last; q += 1) {
              y[to + q] += weight * x[from + q * stepColumns];
            }
          }
        }
      }
    }
  }
}

function transposedConvolution(layer, x, y) {
  const [channels, height, width] = layer.input;
  const [filters, rows, columns] = layer.output;
  const [kernelRows, kernelColumns] = layer.kernel;
  const [stepRows, stepColumns] = layer.stride;
  for (let o = 0; o < filters; o += 1) {
    y.fill(layer.bias[o], o * rows * columns, (o + 1) * rows * columns);
  }
  let tap = 0;
  for (let c = 0; c < channels; c += 1) {
    for (let o = 0; o < filters; o += 1) {
      for (let ky = 0; ky < kernelRows; ky += 1) {
        const down = ky - layer.padding[0];
        const [top, bottom] = within(height, stepRows, down, rows);
        for (let kx = 0; kx < kernelColumns; kx += 1, tap += 1) {
          const weight = layer.weight[tap];
          const right = kx - layer.padding[1];
          const [first, last] = within(width, stepColumns, right, columns);
          for (let p = top; p < bottom; p += 1) {
            const from = (c * height + p) * width;
            const to = (o * rows + p * stepRows + down) * columns + right;
            for (let q = first; q < last; q += 1) {
              y[to + q * stepColumns] += weight * x[from + q];
            }
          }
        }
      }
    }
  }
}

function pooling(layer, x, y) {
  const [channels, height, width] = layer.input;
  const [, rows, columns] = layer.output;
  const { size } = layer;
  const largest = layer.kind === "max_pool";
  for (let c = 0, to = 0; c < channels; c += 1) {
    for (let p = 0; p < rows; p += 1) {
      for (let q = 0; q < columns; q += 1, to += 1) {
        let most = -Infinity;
        let sum = 0;
        for (let dy = 0; dy < size; dy += 1) {
          for (let dx = 0; dx < size; dx += 1) {
            const value = x[(c * height + p * size + dy) * width + q * size + dx];
            most = Math.max(most, value);
            sum += value;
          }
        }
        y[to] = largest ? most : sum / (size * size);
      }
    }
  }
}

// Of place `p` of the larger side: the two places that it lies between, and the share of the second.
function between(p, factor, size) {
  const at = Math.max(0, (p + 0.5) / factor - 0.5);
  const low = Math.min(Math.floor(at), size - 1);
  return [low, Math.min(low + 1, size - 1), at - low];
}

function upsampling(layer, x, y) {
  const [channels, height, width] = layer.input;
  const [, rows, columns] = layer.output;
  const { factor } = layer;
  for (let c = 0, to = 0; c < channels; c += 1) {
    for (let p = 0; p < rows; p += 1) {
      const [above, below, down] = between(p, factor, height);
      for (let q = 0; q < columns; q += 1, to += 1) {
        if (layer.mode === "nearest") {
          y[to] = x[(c * height + Math.floor(p / factor)) * width + Math.floor(q / factor)];
        } else {
          const [left, right, along] = between(q, factor, width);
          const top = (c * height + above) * width;
          const bottom = (c * height + below) * width;
          y[to] =
            (1 - down) * ((1 - along) * x[top + left] + along * x[top + right]) +
            down * ((1 - along) * x[bottom + left] + along * x[bottom + right]);
        }
      }
    }
  }
}

function normalisation(layer, x, y) {
  const { scale, bias } = layer;
  const plane = x.length / scale.length;
  let centre = 0;
  let spread = 0;
  if (layer.kind === "layer_norm") {
    for (const value of x) {
      centre += value / x.length;
    }
    for (const value of x) {
      spread += (value - centre) ** 2 / x.length;
    }
  }
  for (let c = 0, i = 0; c < scale.length; c += 1) {
    const mean = layer.mean ? layer.mean[c] : centre;
    const size = scale[c] / Math.sqrt((layer.variance ? layer.variance[c] : spread) + 1e-5);
    for (const end = i + plane; i < end; i += 1) {
      y[i] = (x[i] - mean) * size + bias[c];
    }
  }
}

const COMPUTED = {
  dense: dense,
  plain: code,
  gaussian: code,
  conv: convolution,
  conv_transpose: transposedConvolution,
  max_pool: pooling,
  avg_pool: pooling,
  upsample: upsampling,
  batch_norm: normalisation,
  layer_norm: normalisation,
};

// A chain of layers; each `{kind, input, output, tensors: [[name, numbers]], ...}`.
class Network {
  constructor(layers, packed) {
    const numbers = numbersOf(packed);
    let at = 0;
    this.layers = layers.map((layer) => {
      const own = { ...layer };
      for (const [name, count] of layer.tensors) {
        own[name] = numbers.subarray(at, at + count);
        at += count;
      }
      const outputs = layer.kind === "gaussian" ? 2 * layer.units : layer.output.reduce((a, b) => a * b);
      own.result = new Float32Array(outputs);
      return own;
    });
  }

  // What the chain makes of the numbers `x`; the array is filled anew by the next call.
  run(x) {
    let value = x;
    for (const layer of this.layers) {
      const compute = COMPUTED[layer.kind];
      if (compute) {
        compute(layer, value, layer.result);
        if (compute !== code && layer.activation) {
          activate(layer.activation, layer.result);
        }
        value = layer.result;
      }
    }
    return value;
  }
}
