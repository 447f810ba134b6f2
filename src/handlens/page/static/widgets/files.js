// Pictures from outside: chosen, or pasted or dropped anywhere on the page.

import { h } from "#app/widgets/dom.js";

/**
 * Listen for image files.
 * @param {HTMLElement} panel  shows that one may be dropped
 * @param {(file: Blob, name: string) => void} onFile
 * @param {(text: string) => void} onFault
 * @returns {HTMLElement} the button to choose one with
 */
export function takeFiles(panel, onFile, onFault) {
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (file === undefined) return; // text, for whatever has the focus
    event.preventDefault();
    onFile(file, "the pasted picture");
  });
  listenForDrops(panel, onFile, onFault);
  return chooser(onFile);
}

/**
 * @param {HTMLElement} panel
 * @param {(file: Blob, name: string) => void} onFile
 * @param {(text: string) => void} onFault
 */
function listenForDrops(panel, onFile, onFault) {
  const hover = (/** @type {boolean} */ over) => panel.classList.toggle("dropping", over);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    hover(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) hover(false); // it left the window
  });
  // Anywhere: a browser would leave the page for a picture that falls beside the panel.
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    hover(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) onFile(file, file.name);
    else onFault("What was dropped is no file. Save the picture first, or copy it and paste it here.");
  });
}

/** @param {(file: Blob, name: string) => void} onFile */
function chooser(onFile) {
  const field = h("input", { type: "file", accept: "image/*", hidden: true });
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    if (file !== undefined) onFile(file, file.name);
    field.value = ""; // or the same file couldn't be chosen again
  });
  const button = h("button", { type: "button", onclick: () => field.click() }, "Choose a picture…");
  return h("span", { class: "chooser" }, button, field);
}
