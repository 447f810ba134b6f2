// What the network saw of a digit, as a small picture.

const SIZE = 28;

/**
 * A frame's bytes.
 * @param {string} text  base64 of 784 bytes
 */
export function unpacked(text) {
  return Uint8ClampedArray.from(atob(text), (sign) => sign.charCodeAt(0));
}

/**
 * A canvas of 28×28 pixels, stroke white, as the network has it.
 * @param {string} text
 */
export function painted(text) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const image = new ImageData(SIZE, SIZE);
  unpacked(text).forEach((gray, i) => image.data.set([gray, gray, gray, 255], 4 * i));
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
