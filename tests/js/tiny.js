// The smallest network: two numbers, weighed once.

export const GRAPH = {
  input: { shape: [1, 1, 2], mean: [0], std: [1] },
  classes: ["a", "b"],
  output: "logits",
  nodes: [
    { name: "flat", op: "flatten", inputs: ["input"], shape: [2], attrs: {}, weights: {}, stage: true },
    {
      name: "logits",
      op: "linear",
      inputs: ["flat"],
      shape: [2],
      attrs: { features: 2 },
      weights: { weight: "w" },
      stage: true,
    },
  ],
};
