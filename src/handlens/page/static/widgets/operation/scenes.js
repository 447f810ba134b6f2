// For each operation: the scene that shows it at work.

/** @import {Host, Scene} from "#app/widgets/operation/scene.js" */

import { ConvScene } from "#app/widgets/operation/conv.js";
import { LinearScene } from "#app/widgets/operation/linear.js";
import { PlainScene } from "#app/widgets/operation/plain.js";
import { PoolScene } from "#app/widgets/operation/pool.js";

/** @type {Record<string, new (host: Host, op: string) => Scene>} */
const KINDS = { conv: ConvScene, maxpool: PoolScene, avgpool: PoolScene, linear: LinearScene };

/**
 * @param {string} op
 * @param {Host} host
 * @returns {Scene}
 */
export function sceneOf(op, host) {
  return new (KINDS[op] ?? PlainScene)(host, op);
}
