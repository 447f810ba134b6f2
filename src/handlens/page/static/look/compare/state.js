// What the room shows, as a part of the page's address: "first", or "first~conv2" with a stage of the network.

/** @typedef {{other: string | null, stage: string | null}} Beside  null: what the room chooses itself */

/**
 * @param {string | undefined} text
 * @returns {Beside}
 */
export function readBeside(text = "") {
  const [other, stage] = text.split("~");
  return { other: other || null, stage: stage || null };
}

/** @param {Beside} beside */
export function writeBeside({ other, stage }) {
  return stage === null ? (other ?? "") : `${other ?? ""}~${stage}`;
}
