-- Whether a turn was lost alone: who else was on the node.
CREATE INDEX activations_lost ON activations (node) WHERE outcome = 'crashed';
