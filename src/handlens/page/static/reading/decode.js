// An image file's pixels, as the browser decodes them.

/** @import {Coloured} from "#app/reading/colour.js" */

import { InkError } from "#app/errors.js";

const MOST_MEGAPIXELS = 60;

/** Longer sides are shrunk to this: a digit of a whole photo's width still has 50 times what it needs. */
const LONGEST_SIDE = 1000;

/**
 * Decode an image upright, shrunk to at most 1,000 pixels a side.
 * @param {Blob} file
 * @returns {Promise<Coloured>}
 */
export async function decode(file) {
  const bitmap = await bitmapOf(file);
  try {
    const { height, width } = bitmap;
    if (height * width > MOST_MEGAPIXELS * 1e6) {
      throw new InkError(
        `it has ${Math.round((height * width) / 1e6)} megapixels (${width} x ${height}); ` +
          `at most ${MOST_MEGAPIXELS} are taken. Crop or shrink it first.`,
      );
    }
    return pixelsOf(bitmap);
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} file */
async function bitmapOf(file) {
  try {
    // Phones write photos lying on their side, with a note of how to turn them.
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    const what = file.size === 0 ? "the file is empty" : "this browser can't read it as an image";
    throw new InkError(`${what}. Take a PNG, JPEG, WebP, GIF or BMP file.`);
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {Coloured}
 */
function pixelsOf(bitmap) {
  const scale = Math.min(LONGEST_SIDE / Math.max(bitmap.height, bitmap.width), 1);
  const height = Math.max(Math.round(bitmap.height * scale), 1);
  const width = Math.max(Math.round(bitmap.width * scale), 1);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new InkError("this browser gives no canvas to read it from.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return { height, width, data: context.getImageData(0, 0, width, height).data };
}
