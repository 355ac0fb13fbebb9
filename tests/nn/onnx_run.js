// Runs each FOLDER/NAME.onnx with ONNX Runtime on NAME.in, and compares what comes out with NAME.out (float32 numbers):
//   node onnx_run.js FOLDER          finds the package onnxruntime-node by NODE_PATH
const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-node');

const floats = (file) => new Float32Array(new Uint8Array(fs.readFileSync(file)).buffer);

async function compare(folder, name) {
  const at = path.join(folder, name);
  const meta = JSON.parse(fs.readFileSync(at + '.json'));
  const session = await ort.InferenceSession.create(at + '.onnx');
  const input = floats(at + '.in');
  const wanted = floats(at + '.out');
  const made = await session.run({ input: new ort.Tensor('float32', input, meta.input) });
  if (made.output.dims.join() !== meta.output.join()) throw new Error(`${name}: shape ${made.output.dims}`);
  // Rounding is as large as what was added up, which is about as large as the largest number that comes out.
  const size = wanted.reduce((most, w) => Math.max(most, Math.abs(w)), 1);
  let worst = 0;
  wanted.forEach((w, i) => { worst = Math.max(worst, Math.abs(made.output.data[i] - w) / size); });
  console.log(`${name}: ${wanted.length} numbers, largest difference ${worst.toExponential(1)}`);
  if (!(worst <= 1e-5)) throw new Error(`${name}: differs by ${worst}`);
}

(async () => {
  const folder = process.argv[2];
  const names = fs.readdirSync(folder).filter((f) => f.endsWith('.onnx')).map((f) => f.slice(0, -5));
  if (names.length === 0) throw new Error('there are no models');
  for (const name of names) await compare(folder, name);
})().catch((error) => { console.error(String(error)); process.exit(1); });
