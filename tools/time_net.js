// How long the tutorials' network takes in node, once warm: `node tools/time_net.js`.

import { Network } from "#app/net/network.js";
import { frame } from "#app/reading/frame.js";
import { cases } from "../tests/js/golden.js";

/** The median time of one call in milliseconds, and the one that one call in a hundred exceeds. */
function timed(run, calls = 1000) {
  for (let i = 0; i < 100; i++) run();
  const times = Array.from({ length: calls }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const [median, most] = [times[calls >> 1], times[Math.floor(calls * 0.99)]];
  return `median ${median.toFixed(2)} ms, 99 % within ${most.toFixed(2)} ms`;
}

const [{ graph, weights, images, labels }] = cases("tutorial");
const start = performance.now();
const network = new Network(graph);
network.load(weights);
network.forward(images[0]);
console.log(`node ${process.version}, the tutorials' network, one image`);
console.log(`made and run for the first time: ${(performance.now() - start).toFixed(1)} ms`);
console.log(`forward: ${timed(() => network.forward(images[0]))}`);
console.log(`backward: ${timed(() => network.backward(labels[0]))}`);
console.log(`change of weights: ${timed(() => network.load(weights))}`);
const ink = { height: 280, width: 280, data: new Float32Array(280 * 280) };
for (let y = 40; y < 240; y++) ink.data.fill(1, y * 280 + 120, y * 280 + 145);
console.log(`framing a drawing of 280 x 280: ${timed(() => frame(ink))}`);
