// Asking the server that the page came from.

import { HandlensError, Unreachable } from "#app/errors.js";

/**
 * @param {string} path
 * @param {unknown} [body]  to be sent as JSON; without one it is a plain question
 * @returns {Promise<Response>}  a good one
 */
export async function ask(path, body) {
  let response;
  try {
    response = await fetch(path, body === undefined ? {} : posted(body));
  } catch {
    throw new Unreachable(`${path}: the server doesn't answer; is 'handlens view' still running?`);
  }
  if (!response.ok) throw new HandlensError(await reason(response, path));
  return response;
}

/** @param {unknown} body */
function posted(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * The server's own sentence, or what its answer was.
 * @param {Response} response
 * @param {string} path
 * @returns {Promise<string>}
 */
async function reason(response, path) {
  try {
    const { error } = await response.json();
    if (typeof error === "string") return error;
  } catch {
    // No JSON: something else than handlens answered.
  }
  return `${path}: the server answered ${response.status} ${response.statusText}`.trim();
}
