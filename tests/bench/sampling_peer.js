// Times ONNX Runtime on an exported generator: node sampling_peer.js FILE.onnx IMAGES THREADS SECONDS
// One JSON object; the package onnxruntime-node is found by NODE_PATH.
const ort = require('onnxruntime-node');

async function main() {
  const [file, images, threads, seconds] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(file, {
    logSeverityLevel: 3, intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all',
  });
  const dims = session.inputMetadata ? session.inputMetadata[0].shape.map((d) => (typeof d === 'number' ? d : 0)) : [0, 100];
  dims[0] = Number(images);
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const size = dims.reduce((a, b) => a * b, 1);
  const times = [];
  for (let i = -3, begin = 0; i < 3 || performance.now() - begin < 1000 * Number(seconds); i++) {
    if (i === 0) begin = performance.now();
    const start = performance.now();
    const input = new ort.Tensor('float32', Float32Array.from({ length: size }, normal), dims); // fresh noise, as libgan's
    await session.run({ input });
    if (i >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ images: Number(images), runs: times.length }).slice(0, -1) +
    `, "median_ms": ${times[times.length >> 1].toFixed(4)}, "best_ms": ${times[0].toFixed(4)}}`);
}

main().catch((error) => { console.error(error); process.exit(1); });
