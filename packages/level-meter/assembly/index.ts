// The module's exports: where its memory begins, and the kernels.
export { stage } from './memory'
export { measure } from './level'
export { weigh } from './k-weighting'
