// The few verbs that widgets build with.

/**
 * An element with its attributes and children: `h("button", {type: "button", onclick: play}, "Play")`.
 * Names that begin with "on" are listeners; `true` is an attribute without a value; false, null and undefined
 * leave it out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** Rows and columns that an arrow key goes. @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Write a text only where it changed: an untouched node costs no layout.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Keep room for the longest text that will be written in an element's only child: whatever is written there,
 * nothing around it moves. The styles draw that text unseen (base.css).
 * @param {HTMLElement} element  of the class "roomy"
 * @param {string} text
 */
export function reserve(element, text) {
  element.dataset.room = text;
}

/**
 * A canvas at the device's resolution, to be drawn on in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D} cleared
 */
export function sharp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(across / width, 0, 0, down / height, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * The value of a CSS custom property of the page, such as "--ink".
 * @param {string} name
 */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
