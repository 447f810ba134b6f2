// Tiles: every value has its own pixels, and a point on the screen finds the value drawn there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstOf, formOf, placeOf } from "#app/widgets/network/form.js";
import { tilesFor, tilesWithin } from "#app/widgets/network/tiles.js";
import { cases } from "./golden.js";

const [TUTORIAL] = cases("tutorial");
const NETWORKS = new Map(cases("networks").map((network) => [network.name, network]));
const KINDS = ["picture", "maps", "tiny", "cells", "classes"];
const SIDES = [
  [16, 28, 28],
  [3, 32, 32],
  [32, 7, 7],
  [5, 100, 9],
  [1, 300, 500],
  [7, 1, 1],
];

/** Tiles of all kinds in widths from a watch's to a wall's. */
function* examples() {
  for (const kind of KINDS) {
    for (const [maps, height, width] of SIDES) {
      if ((kind === "cells" || kind === "classes") && height * width > 1) continue;
      for (const available of [120, 343, 484, 2000]) {
        yield tilesFor({ kind, maps, height, width }, maps, available, 16, 8);
      }
    }
  }
}

test("what each stage of the tutorials' network is drawn as", () => {
  const kinds = TUTORIAL.graph.stages.map((stage) => formOf(TUTORIAL.graph, stage).kind);
  assert.deepEqual(kinds, ["picture", ...Array(6).fill("maps"), "tiny", "classes"]);
  assert.deepEqual(formOf(TUTORIAL.graph, "flatten"), { kind: "tiny", maps: 32, height: 7, width: 7 });
});

test("what was flat before it was flattened is single numbers", () => {
  const { graph } = NETWORKS.get("inception");
  assert.deepEqual(formOf(graph, "average"), { kind: "cells", maps: 10, height: 1, width: 1 });
  assert.deepEqual(formOf(graph, "flat"), { kind: "cells", maps: 10, height: 1, width: 1 });
});

test("the first 64 maps, the first 512 single numbers", () => {
  assert.equal(firstOf({ kind: "maps", maps: 256, height: 8, width: 8 }), 64);
  assert.equal(firstOf({ kind: "maps", maps: 16, height: 8, width: 8 }), 16);
  assert.equal(firstOf({ kind: "cells", maps: 4096, height: 1, width: 1 }), 512);
});

test("no two values share a pixel, and all lie within the canvas", () => {
  for (const tiles of examples()) {
    const pixels = new Set();
    for (const place of tiles.places()) {
      for (let row = 0; row < tiles.grain[1]; row++) {
        const start = place + row * tiles.width;
        assert.ok((start % tiles.width) + tiles.grain[0] <= tiles.width);
        for (let column = 0; column < tiles.grain[0]; column++) pixels.add(start + column);
      }
    }
    const { maps, height, width } = tiles.form;
    assert.equal(pixels.size, maps * height * width * tiles.grain[0] * tiles.grain[1]);
    assert.ok([...pixels].every((pixel) => pixel < tiles.width * tiles.height));
  }
});

test("the middle of a value's rectangle finds it again", () => {
  for (const tiles of examples()) {
    const { maps, height, width } = tiles.form;
    const total = maps * height * width;
    for (let index = 0; index < total; index += 1 + Math.floor(total / 97)) {
      const { map, row, column } = placeOf(tiles.form, index);
      const box = tiles.rect(map, row, column, row + 1, column + 1);
      assert.equal(tiles.at(box.left + box.width / 2, box.top + box.height / 2), index);
    }
  }
});

test("a gap belongs to the nearest map, and behind the last map there is nothing", () => {
  const tiles = tilesFor({ kind: "maps", maps: 5, height: 14, width: 14 }, 5, 200, 16);
  assert.deepEqual([tiles.columns, tiles.rows, tiles.scale], [3, 2, 4]);
  const { left, width } = tiles.rect(0);
  assert.equal(tiles.at(left + width + 1, 2), 13);
  assert.equal(tiles.at(left + width + 3, 2), 14 * 14);
  assert.equal(tiles.at(-5, 2), 0);
  assert.equal(tiles.at(tiles.width * tiles.scale - 1, tiles.height * tiles.scale - 1), -1);
});

test("tiles fit the width, at whole screen pixels wherever a map does", () => {
  for (const tiles of examples()) {
    const available = [120, 343, 484, 2000].find((width) => tiles.width * tiles.scale <= width + 1e-9);
    assert.notEqual(available, undefined);
    assert.ok(Number.isInteger(tiles.scale) || tiles.form.width > 120);
  }
  const wide = { kind: "picture", maps: 1, height: 300, width: 500 };
  assert.equal(tilesFor(wide, 1, 343, 16).width * tilesFor(wide, 1, 343, 16).scale, 343);
});

test("maps of 28, 14 and 7 pixels are drawn equally large; many, smaller", () => {
  const scale = (maps, side, width = 484) =>
    tilesFor({ kind: "maps", maps, height: side, width: side }, maps, width, 16).scale;
  assert.deepEqual([scale(16, 28), scale(16, 14), scale(16, 7)], [2, 4, 8]);
  assert.deepEqual([scale(32, 14), scale(32, 7)], [3, 6]);
  assert.equal(scale(16, 28, 343), 2);
  assert.equal(scale(64, 32), 1);
});

test("a kernel's tiles keep to their room; what doesn't fit is left out", () => {
  for (const maps of [1, 3, 16, 64, 512]) {
    for (const side of [1, 3, 5, 11]) {
      const tiles = tilesWithin({ kind: "maps", maps, height: side, width: side }, 144, 56);
      assert.ok(tiles.width * tiles.scale <= 144 && tiles.height * tiles.scale <= 56);
      if (maps <= 64 && side <= 5) assert.equal(tiles.shown, maps);
    }
  }
});
