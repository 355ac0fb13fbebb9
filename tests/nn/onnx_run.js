// Runs each FOLDER/NAME.onnx with ONNX Runtime on NAME.in and NAME.labels, and compares what comes out with NAME.out:
//   node onnx_run.js FOLDER          finds the package onnxruntime-node by NODE_PATH
// Numbers are float32, classes int32. Where examples are apart from each other, three of them by themselves must come
// out the same: the batch's size is free.
const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-node');

const bytes = (file) => new Uint8Array(fs.readFileSync(file)).buffer;
const floats = (file) => new Float32Array(bytes(file));
const size = (dims) => dims.reduce((a, b) => a * b, 1);

function read(at, meta) {
  const given = { input: { type: 'float32', data: floats(at + '.in'), dims: meta.input } };
  if (meta.type === 'int64') {
    given.labels = { type: 'int64', data: BigInt64Array.from(new Int32Array(bytes(at + '.labels')), BigInt), dims: meta.labels };
  } else if (meta.type) {
    given.labels = { type: 'float32', data: floats(at + '.labels'), dims: meta.labels };
  }
  return given;
}

async function run(session, given, rows) {
  const feeds = {};
  for (const [name, g] of Object.entries(given)) {
    const one = g.dims.slice(1);
    feeds[name] = new ort.Tensor(g.type, g.data.slice(0, rows * size(one)), [rows, ...one]);
  }
  return (await session.run(feeds)).output;
}

// Rounding is as large as what was added up, which is about as large as the largest number that comes out.
function difference(made, wanted) {
  const scale = wanted.reduce((most, w) => Math.max(most, Math.abs(w)), 1);
  let worst = made.length === wanted.length ? 0 : NaN;
  wanted.forEach((w, i) => { const d = Math.abs(made[i] - w) / scale; if (!(d <= worst)) worst = d; });
  return worst;
}

// What was drawn has mean 0 and deviation 1, to five standard errors; what it stands behind is the input.
function checkNoise(name, made, given) {
  const width = made.dims[1];
  const kept = given.input.dims[1];
  const noise = made.data.filter((v, i) => i % width >= kept);
  const mean = noise.reduce((a, b) => a + b, 0) / noise.length;
  const variance = noise.reduce((a, b) => a + (b - mean) ** 2, 0) / noise.length;
  const error = 5 / Math.sqrt(noise.length);
  if (!(Math.abs(mean) <= error && Math.abs(variance - 1) <= error * Math.sqrt(2))) {
    throw new Error(`${name}: noise of mean ${mean} and variance ${variance}`);
  }
  return difference(made.data.filter((v, i) => i % width < kept), given.input.data);
}

async function compare(folder, name) {
  const at = path.join(folder, name);
  const meta = JSON.parse(fs.readFileSync(at + '.json'));
  const session = await ort.InferenceSession.create(at + '.onnx', { logSeverityLevel: 3 });
  const given = read(at, meta);
  const wanted = floats(at + '.out');
  const made = await run(session, given, meta.input[0]);
  if (made.dims.join() !== meta.output.join()) throw new Error(`${name}: shape ${made.dims}`);
  let worst = meta.way === 'noise' ? checkNoise(name, made, given) : difference(made.data, wanted);
  if (meta.way === 'each') {
    const few = await run(session, given, 3);
    const alone = difference(few.data, wanted.slice(0, 3 * size(meta.output.slice(1))));
    if (!(alone <= worst)) worst = alone;
  }
  console.log(`${name}: ${wanted.length} numbers, largest difference ${worst.toExponential(1)}`);
  return worst <= 1e-5;
}

(async () => {
  const folder = process.argv[2];
  const names = fs.readdirSync(folder).filter((f) => f.endsWith('.onnx')).map((f) => f.slice(0, -5));
  if (names.length === 0) throw new Error('there are no models');
  const wrong = [];
  for (const name of names) {
    const fine = await compare(folder, name).catch((error) => { console.error(String(error)); return false; });
    if (!fine) wrong.push(name);
  }
  if (wrong.length > 0) throw new Error(`different: ${wrong.join(', ')}`);
  console.log(`ONNX Runtime makes the same of ${names.length} models`);
})().catch((error) => { console.error(String(error)); process.exit(1); });
