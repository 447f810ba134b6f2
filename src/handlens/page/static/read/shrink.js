// A picture made small enough to send: a phone's photo has ten times the pixels that reading needs.

/** Longer sides are shrunk to this; the reader itself looks at 1,600. */
export const LONGEST_SIDE = 2000;
/** Beside this many bytes a file is written anew, whatever its size in pixels. */
const MOST_BYTES = 8e6;
const QUALITY = 0.92;
const PHOTOS = ["image/jpeg", "image/heic", "image/heif"];

/**
 * The size that a picture is shrunk to, in its own proportions.
 * @param {number} width
 * @param {number} height
 * @param {number} [longest]
 * @returns {[number, number]} whole pixels, at least one
 */
export function fitted(width, height, longest = LONGEST_SIDE) {
  const scale = Math.min(longest / Math.max(width, height), 1);
  return [Math.max(Math.round(width * scale), 1), Math.max(Math.round(height * scale), 1)];
}

/**
 * What to send of a file, and a picture to show; without one where the browser can't decode it: then the server
 * may still know how.
 * @param {Blob} file
 * @returns {Promise<{body: Blob, shown: ImageBitmap | null}>}
 */
export async function prepared(file) {
  let bitmap;
  try {
    // Phones write photos lying on their side, with a note of how to turn them.
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { body: file, shown: null };
  }
  const [width, height] = fitted(bitmap.width, bitmap.height);
  if (width === bitmap.width && file.size <= MOST_BYTES) return { body: file, shown: bitmap };
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (context === null) return { body: file, shown: bitmap };
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  // A photo has no transparent pixels, a drawing may have: JPEG would paint them black.
  const kind = PHOTOS.includes(file.type) ? "image/jpeg" : "image/png";
  const body = await new Promise((done) => canvas.toBlob(done, kind, QUALITY));
  return { body: body ?? file, shown: await createImageBitmap(canvas) };
}
