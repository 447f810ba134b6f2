// What the scenes of the operation view share. Types only.

/** @import {View} from "#app/app/view.js" */
/** @import {Unit} from "#app/app/view.js" */

/**
 * What a scene shows: one number of a stage, and how far the window has come.
 * @typedef {object} Moment
 * @property {View} view
 * @property {Unit} unit
 * @property {any} arithmetic  of the unit: `Arithmetic`, of the scene's own operation
 * @property {boolean} sliding  whether only what the window has passed is computed
 */

/**
 * What a scene may ask for.
 * @typedef {object} Host
 * @property {(index: number, press: boolean) => void} go  to another number; with a press for good
 * @property {() => void} again  update, something was chosen
 */

/**
 * @typedef {object} Scene
 * @property {HTMLElement} element
 * @property {boolean} [slides]  whether a window can be moved along
 * @property {(moment: Moment) => void} update
 */

export {};
