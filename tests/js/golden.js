// Reading the golden files from the disk; compare.js compares with them.

import { readFileSync, readdirSync } from "node:fs";

import { casesOf } from "./compare.js";

const FOLDER = new URL("../golden/", import.meta.url);

/** A file's bytes in an ArrayBuffer of their own. */
function bytes(path) {
  return Uint8Array.from(readFileSync(new URL(path, FOLDER))).buffer;
}

/** The cases of tests/golden/frame by name. */
export function frames() {
  const files = readdirSync(new URL("frame/", FOLDER)).filter((file) => file.endsWith(".json"));
  return files
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(new URL(`frame/${file}`, FOLDER), "utf8"))]);
}

/** The cases of a group of tests/golden/net. */
export function cases(group) {
  const description = JSON.parse(readFileSync(new URL(`net/${group}.json`, FOLDER), "utf8"));
  return casesOf(description, bytes(`net/${group}.safetensors`), group);
}
