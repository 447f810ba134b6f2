// What is raised on purpose: the message says what was wrong, where, and what was expected.

/** The root of them all. */
export class HandlensError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** A network's description contradicts itself or its weights. */
export class GraphError extends HandlensError {}

/** A file isn't what it should be. */
export class FileError extends HandlensError {}

/** The server doesn't answer, for the moment perhaps. */
export class Unreachable extends HandlensError {}

/** A picture holds no ink, or isn't one. */
export class InkError extends HandlensError {}
